/**
 * A folder of this host as the place where loggers write.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LogSink } from "../loggers/logger.ts";
import { reason, writeWhole } from "./files.ts";

/** Writes under a folder; folders are made as needed. */
export function folderSink(folder: string): LogSink {
  const root = resolve(folder);
  const ready = new Set<string>();
  const place = async (path: string): Promise<string> => {
    const file = join(root, path), parent = dirname(file);
    if (!ready.has(parent)) {
      await guarded(parent, () => Deno.mkdir(parent, { recursive: true }));
      ready.add(parent);
    }
    return file;
  };
  return {
    url: pathToFileURL(root).href,
    write: async (path, content) => writeWhole(await place(path), content),
    append: async (path, content) => {
      const file = await place(path);
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await guarded(file, () => Deno.writeFile(file, bytes, { append: true, create: true }));
    },
    read: (path) =>
      Deno.readFile(join(root, path)).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw new Error(`Cannot read ${join(root, path)}: ${reason(error)}`);
      }),
    list: async (path) => {
      try {
        return (await Array.fromAsync(Deno.readDir(join(root, path)))).map((entry) => entry.name);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw new Error(`Cannot read ${join(root, path)}: ${reason(error)}`);
      }
    },
  };
}

async function guarded(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`Cannot write ${path}: ${reason(error)}`);
  }
}
