/**
 * What a reconstruction is given besides the patterns: a start, and pixels to ignore.
 *
 * @module
 */
import { type NdArray, toFloat32, toFloat64 } from "../array.ts";
import type { PlacedObject } from "../engines/start.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { decodeNpy } from "../io/npy.ts";
import { openNpz } from "../io/npz.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { infer } from "../workflows/infer.ts";
import type { ReconstructInputs } from "../workflows/reconstruct_settings.ts";
import { FileSource } from "./files.ts";
import type { Terminal } from "./host.ts";
import { loadModel } from "./model_file.ts";
import { parseBadPixels } from "./reconstruct_flags.ts";

/** Object and probe to start from, if flags name a file or a network. */
export async function readStart(
  gpu: Gpu,
  dataset: ScanDataset,
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<Pick<ReconstructInputs, "object" | "probe">> {
  const start = String(options.objectStart);
  const named = start !== "ones" && start !== "random";
  // A probe in data units comes with an object; a made one replaces it.
  const keepProbe = options.probeStart === "file" && options.probeModes === undefined;
  if (options.initModel !== undefined) {
    if (named) throw new ConfigError("Give --object-start or --init-model, not both");
    const model = await loadModel(String(options.initModel));
    if (dataset.N !== model.config.model.N) {
      throw new ConfigError(
        `Cannot start from this network as it was trained on ${model.config.model.N} x ` +
          `${model.config.model.N} patterns and these are ${dataset.N} x ${dataset.N}: ` +
          "use --crop-to or --bin",
      );
    }
    const made = await infer(gpu, dataset, model, {
      onProgress: (done, all) => terminal.progress(`inferred ${done} of ${all} patterns`),
    });
    terminal.say(`the network made a start of ${made.object.shape.join(" x ")} pixels`);
    return {
      object: placedObject(made.object, made.coverage, [
        made.geometry.originX,
        made.geometry.originY,
      ]),
      ...(keepProbe ? { probe: toFloat32(made.probe) } : {}),
    };
  }
  if (!named) return {};
  using source = await FileSource.open(start);
  const npz = await openNpz(source);
  for (const key of ["object", "canvas_origin_xy"]) {
    if (!npz.keys.includes(key)) {
      throw new FileFormatError(
        `Cannot start from ${start} as it holds no ${key}: give a reconstruction.npz`,
      );
    }
  }
  const origin = toFloat64(await npz.read("canvas_origin_xy"));
  const coverage = npz.keys.includes("coverage") ? await npz.read("coverage") : undefined;
  const object = placedObject(await npz.read("object"), coverage, [origin[0], origin[1]]);
  const probe = npz.keys.includes("probe") ? await npz.read("probe") : undefined;
  const fits = probe?.shape.at(-1) === dataset.N;
  return { object, ...(keepProbe && fits ? { probe: toFloat32(probe!) } : {}) };
}

function placedObject(
  object: NdArray,
  coverage: NdArray | undefined,
  [originX, originY]: readonly [number, number],
): PlacedObject {
  const [height, width] = object.shape;
  return {
    data: toFloat32(object),
    height,
    width,
    originY,
    originX,
    ...(coverage === undefined ? {} : { coverage: toFloat32(coverage) }),
  };
}

/** Valid detector pixels from `--mask` and `--bad-pixels`. */
export async function readMask(
  options: Readonly<Record<string, unknown>>,
  dataset: ScanDataset,
): Promise<Uint8Array | undefined> {
  const { N } = dataset;
  let mask: Uint8Array | undefined;
  if (options.mask !== undefined) {
    const path = String(options.mask);
    using source = await FileSource.open(path);
    const head = await source.read(0, 2);
    const array = head[0] === 0x50
      ? await firstArray(await openNpz(source), path)
      : decodeNpy(path, await source.read(0, source.size));
    const values = toFloat32(array);
    if (values.some(Number.isNaN)) {
      throw new FileFormatError(`Cannot use ${path} as a mask as it holds NaN: write 0 and 1`);
    }
    mask = Uint8Array.from(values, (v) => v === 0 ? 0 : 1);
  }
  if (options.badPixels !== undefined) {
    mask ??= dataset.mask?.slice() ?? new Uint8Array(N * N).fill(1);
    for (const at of parseBadPixels(String(options.badPixels), N)) {
      for (let first = 0; first < mask.length; first += N * N) mask[first + at] = 0;
    }
  }
  return mask;
}

async function firstArray(
  npz: { readonly keys: readonly string[]; read(key: string): Promise<NdArray> },
  path: string,
): Promise<NdArray> {
  const key = npz.keys.includes("mask") ? "mask" : npz.keys[0];
  if (key === undefined) throw new FileFormatError(`Cannot use ${path} as it holds no array`);
  return await npz.read(key);
}
