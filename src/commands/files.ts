/**
 * Files: random access for reading, and writing that never leaves a half-written file.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { FileFormatError } from "../errors.ts";

/** A file opened for random access. */
export class FileSource implements Disposable {
  /** Path as given. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  #file: Deno.FsFile;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(name: string, size: number, file: Deno.FsFile) {
    this.name = name;
    this.size = size;
    this.#file = file;
  }

  /** Opens a file. @throws {FileFormatError} if it cannot be read. */
  static async open(path: string): Promise<FileSource> {
    try {
      const file = await Deno.open(path);
      const info = await file.stat();
      if (!info.isFile) {
        file.close();
        throw new FileFormatError(`Cannot read ${path} as it is a folder or no file: give a file`);
      }
      return new FileSource(path, info.size, file);
    } catch (error) {
      if (error instanceof FileFormatError) throw error;
      throw new FileFormatError(`Cannot read ${path}: ${reason(error)}`);
    }
  }

  /** Reads `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array> {
    const next = this.#last.then(async () => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
      await this.#file.seek(offset, Deno.SeekMode.Start);
      let done = 0;
      while (done < bytes.length) {
        const n = await this.#file.read(bytes.subarray(done));
        if (n === null) return bytes.subarray(0, done);
        done += n;
      }
      return bytes;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Why a file operation failed, with the remedy, in a few words. */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "permission denied: choose another place or change its permissions";
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|no space left/i.test(message)) return "the disk is full: free some space";
  if (/EROFS|read-only file system/i.test(message)) return "the file system is read-only";
  if (error instanceof Deno.errors.AlreadyExists) return "there is a file of that name";
  if (/ENOTDIR|not a directory/i.test(message)) return "a part of the path is not a folder";
  return message;
}

/** Creates a folder and proves that it can be written. */
export async function ensureWritableFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
    const probe = join(path, `.write-test-${crypto.randomUUID()}.tmp`);
    await Deno.writeFile(probe, new Uint8Array(1));
    await Deno.remove(probe);
  } catch (error) {
    throw new Error(`Cannot write to folder ${path}: ${reason(error)}`);
  }
}

/** Writes a file under a temporary name and renames it, so that it is whole or absent. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined);
    throw new Error(`Cannot write ${path}: ${reason(error)}`);
  }
}

/** Writes a JSON file, indented. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeWhole(path, JSON.stringify(value, undefined, 2) + "\n");
}
