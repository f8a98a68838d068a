/**
 * `inspect`: what a scan file holds, what is wrong with it and what to do about it.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { join } from "node:path";
import { realArray } from "../array.ts";
import type { DeclaredKind } from "../inspection/check_stack.ts";
import { inspectScan } from "../inspection/inspect.ts";
import { inspectionPictures } from "../inspection/pictures.ts";
import { inspectionText } from "../inspection/text.ts";
import { openNpz, readMetadata, writeNpz } from "../io/npz.ts";
import { readPixelSize } from "../workflows/reconstruction_file.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { commonOptions } from "./flags.ts";
import { Terminal } from "./host.ts";

/** Adds the command. */
export function registerInspect(program: Command): void {
  program.command("inspect")
    .description("Look at a scan file: figures, pictures, and what is wrong with it.")
    .argument("<file>", "NPZ file with the scan")
    .option("--output-dir <folder>", "where text and pictures go", "inspection_outputs")
    .addOption(
      new Option("--diffraction-kind <kind>", "what you think the patterns hold")
        .choices(["auto", "amplitude", "counts"]).default("auto"),
    )
    .option("--json", "print one JSON object on stdout, progress on stderr")
    .option("--quiet", "print only warnings, errors and the result")
    .addHelpText(
      "after",
      "\nIt also reads files that train refuses. Exit code 0 means that the file could be read, " +
        "whatever was found;\nthe JSON has ready: true when nothing stands in the way.\n" +
        "\nExample:\n  ptychogpu inspect scan.npz",
    )
    .action((file, options) => run(String(file), options));
}

async function run(path: string, options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const outputDir = String(options.outputDir);
  using source = await FileSource.open(path);
  const npz = await openNpz(source);
  await ensureWritableFolder(outputDir);
  const { value, warning } = await readMetadata(npz);
  const pixelSize = await readPixelSize(npz);
  const { summary, views } = await inspectScan(npz, {
    name: path,
    pixelSize,
    metadata: value,
    ...(warning === undefined ? {} : { metadataWarning: warning }),
    declared: options.diffractionKind as DeclaredKind,
    onProgress: (share) => terminal.progress(`read ${(100 * share).toFixed(0)} % of the patterns`),
  });
  const files: string[] = [];
  const pictures = inspectionPictures(views, summary.probe?.diameter, pixelSize);
  for (const [name, bytes] of Object.entries(pictures)) {
    await writeWhole(join(outputDir, name), bytes);
    files.push(name);
  }
  if (views.mask !== undefined) {
    const { height, width } = summary.patterns!;
    const mask = realArray([height, width], Float32Array.from(views.mask));
    await writeWhole(join(outputDir, "mask.npz"), await writeNpz({ mask }));
    files.push("mask.npz");
  }
  const text = inspectionText(summary);
  await writeWhole(join(outputDir, "inspection.txt"), text + "\n");
  await writeJson(join(outputDir, "inspection.json"), summary);
  files.push("inspection.txt", "inspection.json");
  terminal.result(`${text}\nPictures: ${outputDir}`, { ...summary, output_dir: outputDir, files });
}
