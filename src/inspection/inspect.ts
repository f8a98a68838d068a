/**
 * Inspection of a scan file: figures, findings and views, whatever the file holds.
 *
 * @module
 */
import { isComplex, toFloat32 } from "../array.ts";
import type { NpzLike } from "../scan/dataset.ts";
import { complexValues } from "../scan/layout.ts";
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { centringOf } from "./centring.ts";
import { assignParts, listArrays, type Part, readLeniently } from "./contents.ts";
import { checkProbeArray } from "./check_probe.ts";
import { checkScanPositions, pairPositions } from "./check_positions.ts";
import { centred, checkStack, type DeclaredKind, type JudgedStack } from "./check_stack.ts";
import { Findings } from "./finding.ts";
import type { Inspection, StackFigures, Summary, Views } from "./inspection.ts";
import { middlePositions } from "./positions.ts";
import { otherReading, reportSwapped, type StackLayout, stackLayout } from "./stack_layout.ts";
import { type StackStatistics, stackStatistics } from "./stack_statistics.ts";
import { suggest } from "./suggestions.ts";
import { runTrial } from "./trial.ts";

/** How a file is inspected. */
export interface InspectOptions {
  /** Name for the summary. */
  readonly name?: string;
  /** Parsed `_metadata`. */
  readonly metadata?: unknown;
  /** Side of an object pixel, m, if the file says it. */
  readonly pixelSize?: number | undefined;
  /** Why `_metadata` could not be read. */
  readonly metadataWarning?: string;
  /** How the user says the patterns are stored; `auto` by default. */
  readonly declared?: DeclaredKind;
  /** Called with the share of the stack read, 0..1. */
  readonly onProgress?: (share: number) => void;
}

/** Patterns used by the trial of axes, and bytes they may take. */
const TRIAL_PATTERNS = 48, TRIAL_BYTES = 64 * 2 ** 20;

/**
 * Looks at a scan file. Nothing in it makes this fail: what is wrong becomes a finding.
 *
 * The stack is read once, in blocks; memory grows with the number of patterns and with the pixels of
 * one pattern, not with their product.
 *
 * @throws {FileFormatError} only if a block of the stack itself cannot be read.
 */
export async function inspectScan(
  npz: NpzLike,
  options: InspectOptions = {},
): Promise<Inspection> {
  const findings = new Findings();
  const arrays = await listArrays(npz);
  const parts = assignParts(arrays, findings);
  const shapeOf = (key: string | undefined): readonly number[] | undefined =>
    arrays.find((entry) => entry.key === key)?.shape;

  const positions = pairPositions(
    await readLeniently(npz, parts.xcoords, findings),
    await readLeniently(npz, parts.ycoords, findings),
    findings,
  );
  const stackShape = shapeOf(parts.diffraction);
  const byShape = stackShape === undefined
    ? undefined
    : stackLayout(parts.diffraction!, stackShape, (positions?.length ?? 0) / 2, findings);
  const side = byShape === undefined || byShape.height !== byShape.width
    ? undefined
    : byShape.height;
  const probeArray = await readLeniently(npz, parts.probeGuess, findings);
  const probe = probeArray === undefined
    ? undefined
    : checkProbeArray(parts.probeGuess!, probeArray, side, findings);
  const layout = byShape === undefined
    ? undefined
    : await settledLayout(npz, parts.diffraction!, stackShape!, byShape, probe?.probe, findings);
  const mask = layout === undefined ? undefined : await readMask(npz, layout, findings);
  const object = await readObject(npz, parts, findings);
  const nphotons = photonsOf(options.metadata);

  const scan = positions === undefined ? undefined : checkScanPositions(positions, {
    patterns: layout?.count,
    side: side ?? probe?.figures.N,
    diameter: probe?.figures.diameter,
    object: object?.shape,
  }, findings);
  const tried = layout === undefined || positions === undefined || scan?.usable !== true
    ? []
    : trialChoice(positions, layout);
  const statistics = layout === undefined
    ? undefined
    : await stackStatistics(npz, parts.diffraction!, layout, tried, options.onProgress);
  const stack = layout === undefined || statistics === undefined
    ? undefined
    : checkStack(parts.diffraction!, layout, statistics, {
      declared: options.declared ?? "auto",
      nphotons,
      probe: probe?.probe,
      probeEnergy: probe?.figures.energy,
      mask,
    }, findings);
  checkPhotons(nphotons, stack, options, findings);
  const trial = stack === undefined || side === undefined || probe === undefined ||
      probe.figures.N !== side || tried.length === 0
    ? undefined
    : runTrial(
      { tried, positions: positions!, probe: probe.probe, side, patterns: statistics!.kept },
      stack,
      findings,
    );
  const figures = stack === undefined
    ? null
    : stackFigures(parts.diffraction!, layout!, statistics!, stack);
  const suggestions = suggest(figures, stack, scan?.figures ?? null, findings);
  const sorted = findings.sorted();
  const summary: Summary = {
    file: options.name ?? "scan",
    arrays,
    nphotons: nphotons ?? null,
    pixel_size_m: options.pixelSize ?? null,
    patterns: figures,
    positions: scan?.figures ?? null,
    probe: probe?.figures ?? null,
    object: object === undefined
      ? null
      : { shape: object.shape, known: object.image !== undefined },
    trial: trial?.figures ?? null,
    suggestions,
    ready: sorted.every((finding) => finding.severity !== "problem"),
    findings: sorted,
  };
  const views: Views = {
    ...(stack === undefined ? {} : { meanPattern: centred(stack) }),
    ...(probe === undefined ? {} : { probe: probe.probe }),
    ...(object?.image === undefined ? {} : { object: object.image }),
    ...(trial === undefined ? {} : { quickLook: trial.object }),
    ...(positions === undefined ? {} : { positions }),
    ...(stack === undefined ||
        (stack.bad.hot.length + stack.bad.dead.length === 0 && mask === undefined)
      ? {}
      : { mask: maskOf(stack) }),
  };
  return { summary, views };
}

/** Where the shape leaves open which axis counts the patterns, the light decides. */
async function settledLayout(
  npz: NpzLike,
  key: string,
  shape: readonly number[],
  layout: StackLayout,
  probe: Probe | undefined,
  findings: Findings,
): Promise<StackLayout> {
  const other = otherReading(shape, layout);
  if (other === undefined) return layout;
  const likeness = async (reading: StackLayout): Promise<number> => {
    const { pixel } = await stackStatistics(npz, key, reading, []);
    const { height, width } = reading;
    return centringOf({ height, width, data: pixel.energy }, probe).likeness;
  };
  if (!(await likeness(other) > 1.15 * await likeness(layout))) return layout;
  reportSwapped(key, other, false, findings);
  return other;
}

/** Numbers of the patterns for the trial: neighbours in the middle of the scan. */
function trialChoice(positions: Float64Array, layout: StackLayout): number[] {
  const usable = positions.slice(0, 2 * Math.min(positions.length / 2, layout.count));
  if (!usable.every(Number.isFinite)) return [];
  const fit = Math.floor(TRIAL_BYTES / (4 * layout.height * layout.width));
  return middlePositions(usable, Math.min(TRIAL_PATTERNS, fit));
}

/** The mask of the file; a finding, and none, if it does not fit the patterns or ignores them all. */
async function readMask(
  npz: NpzLike,
  { height, width }: StackLayout,
  findings: Findings,
): Promise<Uint8Array | undefined> {
  if (!npz.keys.includes("mask")) return undefined;
  const array = await readLeniently(npz, "mask", findings);
  const shape = array?.shape.filter((n) => n !== 1);
  const fits = shape !== undefined && shape.length === 2 && shape[0] === height &&
    shape[1] === width && array!.dtype !== "str" && !isComplex(array!.dtype);
  const mask = fits ? Uint8Array.from(toFloat32(array!), (v) => v === 0 ? 0 : 1) : undefined;
  const ignored = mask?.reduce((n, valid) => n + 1 - valid, 0) ?? 0;
  if (mask === undefined || ignored === mask.length) {
    findings.add(
      "problem",
      "mask_shape",
      "mask",
      mask === undefined
        ? `its shape is (${array?.shape.join(", ") ?? "?"}) and patterns are ${height} x ${width}`
        : "it ignores every pixel",
      "store (N, N), 0 for pixels to ignore, or remove it",
    );
    return undefined;
  }
  if (ignored > mask.length / 2) {
    findings.add(
      "warning",
      "mask_inverted",
      "mask",
      `it ignores ${ignored} of ${mask.length} pixels`,
      "0 must mark the pixels to ignore: invert it if 1 does",
    );
  }
  return ignored === 0 ? undefined : mask;
}

async function readObject(
  npz: NpzLike,
  parts: Partial<Record<Part, string>>,
  findings: Findings,
): Promise<{ shape: readonly number[]; image?: ComplexImage } | undefined> {
  const array = await readLeniently(npz, parts.objectGuess, findings);
  if (array === undefined) return undefined;
  const shape = array.shape.filter((n) => n !== 1);
  if (shape.length !== 2 || array.dtype === "str") {
    findings.add(
      "problem",
      "object_shape",
      "objectGuess",
      `its shape is (${array.shape.join(", ")})`,
      "store one (height, width) complex image, or leave it out",
    );
    return undefined;
  }
  if (!toFloat32(array).every(Number.isFinite)) {
    findings.add(
      "problem",
      "object_not_finite",
      "objectGuess",
      "it holds values that are not finite",
      "repair or remove it",
    );
    return undefined;
  }
  const data = complexValues("objectGuess", array);
  const ones = data.every((value, i) => value === (i % 2 === 0 ? 1 : 0));
  return ones ? { shape } : { shape, image: { height: shape[0], width: shape[1], data } };
}

/** Photons of the metadata; undefined unless a positive number. */
function photonsOf(metadata: unknown): number | undefined {
  const physics = (metadata as { physics_parameters?: unknown } | undefined)?.physics_parameters;
  const value = (physics as { nphotons?: unknown } | undefined)?.nphotons;
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : undefined;
}

function checkPhotons(
  nphotons: number | undefined,
  stack: JudgedStack | undefined,
  options: InspectOptions,
  findings: Findings,
): void {
  if (options.metadataWarning !== undefined) {
    findings.add(
      "warning",
      "metadata_unreadable",
      "_metadata",
      options.metadataWarning,
      "store it as a JSON string",
    );
  }
  const counts = stack?.mean.data.reduce((sum, value) => sum + value, 0);
  if (nphotons === undefined) {
    const counted = stack?.kind.counted === true, quantum = stack?.kind.quantum;
    findings.add(
      "warning",
      "photon_count_missing",
      "_metadata",
      "the photon count of a pattern is not stored" +
        (counts === undefined
          ? ""
          : counted
          ? `; the patterns hold ${counts.toPrecision(4)} counts in the mean, which is used`
          : quantum === undefined
          ? `, and the patterns are scaled: their ${counts.toPrecision(3)} units are no photons`
          : `; the patterns look like ${
            (counts / quantum).toPrecision(4)
          } counts in the mean, scaled`),
      counted
        ? "nothing, if the detector counts photons; else give --nphotons"
        : `give --nphotons${
          counts === undefined || quantum === undefined ? "" : ` ${Math.round(counts / quantum)}`
        }, or store physics_parameters.nphotons in _metadata`,
    );
  } else if (
    // A mask, or what needs one, hides light.
    !findings.has("saturated") && !findings.has("mask_needed") && stack?.mask === undefined &&
    stack?.kind.counted === true &&
    (counts! > 2 * nphotons || counts! < nphotons / 2)
  ) {
    findings.add(
      "warning",
      "photon_count_differs",
      "_metadata",
      `it says ${nphotons.toPrecision(4)} photons a pattern, but the patterns hold ` +
        `${counts!.toPrecision(4)} counts in the mean`,
      "correct physics_parameters.nphotons, or give --nphotons",
    );
  }
}

function stackFigures(
  key: string,
  layout: StackLayout,
  statistics: StackStatistics,
  stack: JudgedStack,
): StackFigures {
  const { totals, kind, centring, bad } = stack, { width } = layout;
  const place = (i: number): [number, number] => [Math.floor(i / width), i % width];
  let low = Infinity, high = -Infinity;
  for (const total of totals) {
    low = Math.min(low, total);
    high = Math.max(high, total);
  }
  return {
    key,
    order: layout.order,
    patterns: layout.count,
    height: layout.height,
    width,
    kind: kind.kind,
    kind_reason: kind.why,
    counted: kind.counted,
    mean_counts: stack.mean.data.reduce((sum, value) => sum + value, 0),
    counts_range: [low, high],
    max_counts: kind.kind === "amplitude" ? statistics.max ** 2 : statistics.max,
    dark_fraction: statistics.zeros / statistics.values,
    saturated_values: bad.saturatedValues,
    centre_of_mass: centring.centreOfMass,
    zero_frequency: centring.zeroFrequency,
    masked_pixels: stack.mask?.reduce((n, valid) => n + 1 - valid, 0) ?? 0,
    hot_pixels: bad.hot.map(place),
    dead_pixels: bad.dead.map(place),
  };
}

function maskOf(stack: JudgedStack): Uint8Array {
  const mask = stack.mask?.slice() ?? new Uint8Array(stack.mean.data.length).fill(1);
  for (const i of [...stack.bad.hot, ...stack.bad.dead]) mask[i] = 0;
  return mask;
}
