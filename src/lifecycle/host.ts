/**
 * Files of whoever runs a reconstructor: a disk, a browser's storage, memory.
 *
 * @module
 */
import type { ConfigHost } from "../config/resolution/statement.ts";
import { FileFormatError } from "../errors.ts";
import { bytesSource } from "../io/source.ts";

/** What a reconstructor needs of its surroundings. */
export interface LifecycleHost extends ConfigHost {
  /** Writes a file whole, making the folders above it. */
  write(path: string, content: Uint8Array): Promise<void>;
}

/** Files in memory, for browsers and tests. */
export class MemoryHost implements LifecycleHost {
  /** Content by path. */
  readonly files: Map<string, Uint8Array> = new Map();
  /** Lines that were received. */
  readonly lines: string[] = [];

  /** Receives a line. */
  deprecate = (line: string): void => {
    this.lines.push(line);
  };

  /** Opens a file. @throws {FileFormatError} if there is none. */
  open(path: string): ReturnType<ConfigHost["open"]> {
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      return Promise.reject(
        new FileFormatError(`Cannot read ${path}: there is no such file or folder`),
      );
    }
    return Promise.resolve({ ...bytesSource(path, bytes), [Symbol.dispose]: () => {} });
  }

  /** What a path is; a folder is what files lie in. */
  kind(path: string): Promise<"file" | "folder" | undefined> {
    if (this.files.has(path)) return Promise.resolve("file");
    const inside = [...this.files.keys()].some((name) => name.startsWith(`${path}/`));
    return Promise.resolve(inside ? "folder" : undefined);
  }

  /** Keeps a file. */
  write(path: string, content: Uint8Array): Promise<void> {
    this.files.set(path, content);
    return Promise.resolve();
  }
}
