/**
 * The disk as the host of a reconstructor.
 *
 * @module
 */
import { dirname } from "node:path";
import type { LifecycleHost } from "../lifecycle/host.ts";
import { FileSource, writeWhole } from "./files.ts";

/** Files of this machine. @param warn Receives a line for each old name; default the terminal. */
export function diskHost(
  warn: (line: string) => void = (line) => console.error(`warning: ${line}`),
): LifecycleHost {
  return {
    open: (path) => FileSource.open(path),
    kind: async (path) => {
      const info = await Deno.stat(path).catch(() => undefined);
      return info === undefined ? undefined : info.isDirectory ? "folder" : "file";
    },
    write: async (path, content) => {
      await Deno.mkdir(dirname(path), { recursive: true });
      await writeWhole(path, content);
    },
    deprecate: warn,
  };
}
