/**
 * `report`: one HTML file about one or several runs.
 *
 * @module
 */
import type { Command } from "commander";
import { basename, dirname, join, resolve } from "node:path";
import { ConfigError, FileFormatError } from "../errors.ts";
import type { ReportOptions } from "../report/page.ts";
import {
  isRun,
  PICTURE_FILES,
  readContents,
  REPORT_FILES,
  type RunContents,
} from "../report/run_contents.ts";
import { ensureWritableFolder, reason, writeWhole } from "./files.ts";
import { commonOptions, realNumber } from "./flags.ts";
import { Terminal } from "./host.ts";

/** Adds the command. */
export function registerReport(program: Command): void {
  program.command("report")
    .description("Write one HTML file about one or several runs.")
    .argument(
      "<run...>",
      "result folders of inspect, train, infer, reconstruct, evaluate, compare or demo",
    )
    .option("--output <file>", "HTML file to write", "report.html")
    .option("--title <text>", "title of the page (default: the names of the runs)")
    .option("--pixel-size <nm>", "side of an object pixel: scale bars are in nm then")
    .option("--json", "print one JSON object on stdout, progress on stderr")
    .option("--quiet", "print only warnings, errors and the result")
    .addHelpText(
      "after",
      "\nWhat a folder holds is found out by its files (run.json, metrics.csv, errors.csv, frc.csv,\n" +
        "metrics.json, reconstruction.npz, inspection.json). Several folders are shown side by side.\n" +
        "\nExample:\n  ptychogpu report training_outputs inference_outputs",
    )
    .action((folders, options) => run(folders.map(String), options));
}

async function run(folders: readonly string[], options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const output = String(options.output);
  if (!/\.html?$/i.test(output)) {
    throw new ConfigError(`--output is ${output}: a name ending in .html is needed`);
  }
  if ((await Deno.stat(output).catch(() => undefined))?.isDirectory === true) {
    throw new FileFormatError(`Cannot write ${output} as it is a folder: name a file in it`);
  }
  const pixelSize = options.pixelSize === undefined
    ? undefined
    : realNumber("--pixel-size", String(options.pixelSize), 1e-6);
  const { names, bytes } = await writeReport(folders, output, {
    pixelSize,
    ...(options.title === undefined ? {} : { title: String(options.title) }),
  });
  terminal.result(
    `report on ${names.join(", ")}: ${output} (${(bytes / 2 ** 20).toFixed(1)} MB)`,
    { output, runs: names, bytes },
  );
}

/**
 * Writes one HTML file about result folders.
 *
 * @returns the names of the runs and the size of the file.
 * @throws {FileFormatError} if a folder cannot be read or holds no result.
 */
export async function writeReport(
  folders: readonly string[],
  output: string,
  options: ReportOptions = {},
): Promise<{ names: string[]; bytes: number }> {
  const names = shortNames(folders);
  const runs: RunContents[] = [];
  for (const [i, folder] of folders.entries()) {
    const contents = await readContents({ name: names[i], files: await readFolder(folder) });
    if (!isRun(contents)) {
      throw new FileFormatError(
        `Cannot report on ${folder} as it holds no result: give an output folder of inspect, train, ` +
          "infer, reconstruct, evaluate, compare or demo",
      );
    }
    runs.push(contents);
  }
  // The plotting library is large: it is loaded when there is something to plot.
  const { reportPage } = await import("../report/page.ts");
  const page = new TextEncoder().encode(reportPage(runs, options));
  await ensureWritableFolder(dirname(resolve(output)));
  await writeWhole(output, page);
  return { names, bytes: page.length };
}

/** Last parts of the paths, longer where they would be the same. */
function shortNames(folders: readonly string[]): string[] {
  const parts = folders.map((folder) => resolve(folder).split(/[\\/]/));
  for (let length = 1;; length++) {
    const names = parts.map((part) => part.slice(-length).join("/"));
    if (new Set(names).size === names.length || length > 8) return names;
  }
}

/** Files of a result folder that a report shows. */
async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const names = [...REPORT_FILES];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && PICTURE_FILES.test(basename(entry.name))) names.push(entry.name);
    }
  } catch (error) {
    const file = (await Deno.stat(folder).catch(() => undefined))?.isFile === true;
    throw new FileFormatError(
      `Cannot read folder ${folder}: ${
        file ? "it is a file: give the output folder of a run" : reason(error)
      }`,
    );
  }
  for (const name of [...new Set(names)].sort()) {
    const bytes = await Deno.readFile(join(folder, name)).catch(() => undefined);
    if (bytes !== undefined) files.set(name, bytes);
  }
  return files;
}
