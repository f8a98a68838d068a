import { join } from "node:path";
import { Terminal } from "../../src/commands/host.ts";
import { type TrainResult, trainToFolder } from "../../src/commands/train_folder.ts";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import type { ExecutionConfig } from "../../src/config/types.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

/** Runs a body with a folder that is removed afterwards. */
export async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** A training of two short epochs into a folder. */
export async function trainTiny(
  dir: string,
  execution: Partial<ExecutionConfig> = {},
  overrides: RunOverrides = {},
  validation?: ScanDataset,
): Promise<TrainResult> {
  let result: TrainResult | undefined;
  await withGpu(async (gpu) => {
    using terminal = new Terminal({ quiet: true });
    result = await trainToFolder({
      gpu,
      dataset: tinyScan(8),
      validation,
      config: resolveRun({ n_filters_scale: 0.05, nepochs: 2, batch_size: 4, ...overrides }),
      outputDir: dir,
      execution: defaultExecution(execution),
      terminal,
    });
  });
  return result as TrainResult;
}

/** Names of the kept checkpoints, sorted. */
export function checkpointNames(dir: string): string[] {
  try {
    return [...Deno.readDirSync(join(dir, "checkpoints"))].map((e) => e.name).sort();
  } catch {
    return [];
  }
}

/** A terminal with options. */
export function memoryTerminal(options: Record<string, unknown>): Terminal {
  return new Terminal(options);
}

/** Lines a body prints on stderr. */
export function lines(body: () => void): string[] {
  const found: string[] = [], print = console.error;
  console.error = (line: string) => void found.push(line);
  try {
    body();
  } finally {
    console.error = print;
  }
  return found;
}
