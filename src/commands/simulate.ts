/**
 * `simulate`: a scan with a known object, as an NPZ file.
 *
 * @module
 */
import type { Command } from "commander";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { stringify } from "smol-toml";
import { parseConfigFile } from "../config/resolution/file.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import { writeNpz } from "../io/npz.ts";
import type { ExperimentSources } from "../simulation/experiment.ts";
import { type FileHashes, recipeIdentity, sha256 } from "../simulation/identity.ts";
import {
  overrideStated,
  printable,
  readRecipe,
  type Recipe,
  resolveRecipe,
  type Stated,
} from "../simulation/recipe.ts";
import { simulateRecipe } from "../workflows/simulate.ts";
import { readSourceImage, readSourceProbe } from "../workflows/simulate_sources.ts";
import { ensureWritableFolder, reason, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { addRecipeFlags, readRecipeFlags } from "./simulate_flags.ts";
import { previewPng } from "./simulate_preview.ts";

const EXAMPLES = `
Examples:
  ptychogpu simulate --output scan.npz --seed 7
  ptychogpu simulate --object photo.png --object-parts phase --probe zone_plate --N 128
  ptychogpu simulate --probe-modes 3 --mode-powers 0.7,0.2,0.1 --scan fermat --preview scan.png
  ptychogpu simulate --recipe scan.toml --seed 8 --print-recipe`;

/** Overlap below which a warning is due. */
const LITTLE = 0.4;

/** Adds the command. */
export function registerSimulate(program: Command): void {
  const command = program.command("simulate")
    .description("Simulate a scan with a known object.")
    .option("--output <file>", "NPZ file to write", "scan.npz")
    .option("--recipe <file>", "TOML, YAML or JSON file of fields; flags override it")
    .option("--print-recipe", "print the complete recipe and its SHA-256, simulate nothing")
    .option("--preview <file>", "PNG picture of object, probe, positions and mean pattern");
  addRecipeFlags(command);
  command.optionsGroup("Command:");
  addCommonFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const output = String(options.output);
  const flags = readRecipeFlags(options);
  const file = options.recipe === undefined ? {} : await readRecipeFile(String(options.recipe));
  const { stated, dropped } = overrideStated(file, flags);
  if (dropped.length > 0) {
    terminal.warn(`flags replace the kind or size in the recipe: ${dropped.join(", ")} left out`);
  }
  const recipe = resolveRecipe(stated);
  const { sources, hashes } = await readSources(recipe);
  if (options.printRecipe === true) {
    const identity = await recipeIdentity(recipe, hashes), fields = printable(recipe);
    terminal.result(`# sha256 ${identity}\n${stringify(fields)}`.trimEnd(), {
      recipe: fields,
      recipe_sha256: identity,
    });
    return;
  }
  const preview = options.preview === undefined ? undefined : String(options.preview);
  checkEnding("--output", output, ".npz");
  if (preview !== undefined) checkEnding("--preview", preview, ".png");
  for (const path of [output, preview]) {
    if (path === undefined) continue;
    if ((await Deno.stat(path).catch(() => undefined))?.isDirectory === true) {
      throw new Error(`Cannot write ${path} as it is a folder: name a file in it`);
    }
    await ensureWritableFolder(dirname(path));
  }
  const began = performance.now();
  using gpu = await openGpu(common, terminal);
  const made = await simulateRecipe(gpu, recipe, {
    sources,
    hashes,
    onProgress: (done, all) => {
      const left = (performance.now() - began) / 1000 * (all - done) / done;
      terminal.progress(`simulated ${done} of ${all} patterns, ${formatDuration(left)} left`);
    },
  });
  await writeWhole(output, await writeNpz(made.arrays, { compress: true }));
  if (preview !== undefined) await writeWhole(preview, previewPng(made));
  const { object, overlap, diameter, positions } = made.experiment, count = positions.length / 2;
  const { N } = recipe, cut = made.saturated;
  if (overlap < LITTLE) {
    terminal.warn(
      `neighbouring probes overlap by only ${
        (100 * overlap).toFixed(0)
      } %: raise --n-positions or ` +
        "--overlap for an object that can be reconstructed",
    );
  }
  terminal.result(
    `simulated ${count} patterns of ${N} x ${N}, object ${object.height} x ${object.width}, ` +
      `probe ${diameter.toFixed(1)} px wide, overlap ${(100 * overlap).toFixed(0)} %, ` +
      `${made.meanCounts.toPrecision(3)} counts a pattern` +
      `${cut > 0 ? `, ${cut} pixels saturated` : ""}: ${output}`,
    {
      output,
      ...(preview === undefined ? {} : { preview }),
      count,
      N,
      object: [object.height, object.width],
      overlap,
      probe_diameter: diameter,
      mean_counts: made.meanCounts,
      saturated_pixels: cut,
      recipe_sha256: made.identity,
      recipe: printable(recipe),
    },
  );
}

/** Refuses a name whose ending promises another format than is written. */
function checkEnding(flag: string, path: string, ending: string): void {
  const found = extname(path).toLowerCase();
  if (found === ending || found === "") return;
  throw new ConfigError(
    `${flag} is ${path}: a name ending in ${ending} is needed, as that is what is written`,
  );
}

/** Fields stated in a file; paths in it are relative to its folder. */
async function readRecipeFile(path: string): Promise<Stated> {
  const text = new TextDecoder().decode(await readBytes(path));
  const value = parseConfigFile(path, text);
  // The fields may stand below one table `simulation`, as in files that configure more than this.
  const inner = value.simulation;
  const fields = Object.keys(value).length === 1 && typeof inner === "object" && inner !== null
    ? inner as Record<string, unknown>
    : value;
  const stated: Record<string, Stated[string]> = { ...readRecipe(fields, path) };
  for (const key of ["object.file", "probe.file"]) {
    const named = stated[key];
    if (typeof named === "string" && !isAbsolute(named)) stated[key] = join(dirname(path), named);
  }
  return stated;
}

async function readSources(
  recipe: Recipe,
): Promise<{ sources: ExperimentSources; hashes: FileHashes }> {
  const { object, probe } = recipe;
  const sources: { -readonly [K in keyof ExperimentSources]: ExperimentSources[K] } = {};
  const hashes: { -readonly [K in keyof FileHashes]: FileHashes[K] } = {};
  if (object.file !== null) {
    const bytes = await readBytes(object.file);
    hashes.object = await sha256(bytes);
    sources.object = await readSourceImage(basename(object.file), bytes, object.key);
  }
  if (probe.file !== null) {
    const bytes = await readBytes(probe.file);
    hashes.probe = await sha256(bytes);
    sources.probe = await readSourceProbe(basename(probe.file), bytes, probe.key);
  }
  return { sources, hashes };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new FileFormatError(`Cannot read ${path}: ${reason(error)}`);
  }
}
