import { join } from "node:path";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { scanFile } from "../feeding/scan_file.ts";

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of this project as a command. */
export async function runScript(
  script: URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script.pathname, ...args],
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: "/tmp", ...env },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The command line itself. */
export const CLI = new URL("../../cli.ts", import.meta.url);

/** Lines of errors, warnings left out. */
export function errorLines(stderr: string): string[] {
  return stderr.trim().split("\n").filter((line) => !line.startsWith("warning:"));
}

/** Writes a small valid scan and returns its path. */
export async function writeTinyScan(dir: string, count = 8): Promise<string> {
  const path = join(dir, "scan.npz");
  await Deno.writeFile(path, await scanFile(tinyScan(count)));
  return path;
}

/** Flags of a training that takes moments. */
export const TINY = [
  "--n-filters-scale",
  "0.05",
  "--nepochs",
  "2",
  "--batch-size",
  "4",
  "--quiet",
] as const;
