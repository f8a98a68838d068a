/**
 * How well an object explains the measured patterns: judging without a known object.
 *
 * The patterns come from the forward model that training uses.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { Graph } from "../ops/graph.ts";
import { forwardModel } from "../physics/forward_model.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { darken } from "../scan/mask.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { cutPatch } from "../simulation/patches.ts";
import type { ReconstructionFile } from "../workflows/reconstruction_file.ts";

/** Agreement of predicted and measured amplitudes F and A, over all patterns and pixels. */
export interface DiffractionScores {
  /** Patterns compared. */
  readonly patterns: number;
  /** sum (s F - A)^2 / sum A^2. */
  readonly amplitudeError: number;
  /** sum |s F - A| / sum A: the R factor of crystallography. */
  readonly rFactor: number;
  /** sum |s^2 F^2 - A^2| / sum A^2. */
  readonly intensityRFactor: number;
  /** s = sum F A / sum F^2: the one factor that is fitted; 1 if object and probe fit the data. */
  readonly scale: number;
  /** sum F^2 / sum A^2 before that factor. */
  readonly energyRatio: number;
  /**
   * Amplitude error that photon noise alone leaves, if the data are counts of photons: what a perfect
   * object reaches. Null if they are not.
   */
  readonly noiseFloor: number | null;
  /** Mean share of the light of the probe that falls where the object was not measured. */
  readonly unmeasuredLight: number;
  /** Amplitude error of each pattern, with its own sum of A^2 below. */
  readonly errors: Float64Array;
  /** Where the probe came from. */
  readonly probe: "reconstruction" | "data";
}

/** Options of {@linkcode diffractionScores}. */
export interface DiffractionOptions {
  /** Patterns in a batch; default 32. */
  readonly batch?: number;
  /** Called after each batch with (patterns done, patterns in all). */
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Predicts every pattern of a scan from a reconstruction and compares, where the detector measured.
 *
 * Where the object was not measured it counts as its mean.
 *
 * @throws {ShapeError} if the file does not say where its object lies, or the probe has another size.
 */
export async function diffractionScores(
  gpu: Gpu,
  file: ReconstructionFile,
  scan: ScanDataset,
  options: DiffractionOptions = {},
): Promise<DiffractionScores> {
  const { origin } = file, { N } = scan;
  if (origin === undefined) {
    throw new ShapeError(
      `Cannot predict patterns from ${file.name} as it does not say where its object lies: store ` +
        "canvas_origin_xy, the object-grid column and row of pixel (0, 0)",
    );
  }
  const probe = probeOf(file, scan);
  if (probe.shape[1] !== N || probe.shape[2] !== N) {
    throw new ShapeError(
      `Cannot predict patterns of ${N} x ${N} as the probe of ${file.name} is ` +
        `${probe.shape[1]} x ${probe.shape[2]}: read the data as the reconstruction did ` +
        "(--crop-to, --bin)",
    );
  }
  const { object, mask } = completed(file);
  const light = probeLight(probe);
  const batch = Math.max(1, Math.min(options.batch ?? 32, scan.count));
  const patches = gpu.tensor("patches", [batch, 1, N, N, 2]);
  const illumination = gpu.tensor("probe", [...probe.shape, 2], toFloat32(probe));
  using graph = new Graph(gpu, "evaluate", false);
  try {
    const predicted = forwardModel(graph, graph.wrap(patches), { probe: graph.wrap(illumination) });
    const size = N * N, cut = new Float32Array(2 * batch * size);
    const place = (k: number): [number, number] => [
      scan.positions[2 * k] - origin.y,
      scan.positions[2 * k + 1] - origin.x,
    ];
    const visit = async (pass: number, take: Taker): Promise<void> => {
      for (let from = 0; from < scan.count; from += batch) {
        const n = Math.min(batch, scan.count - from);
        for (let i = 0; i < n; i++) cut.set(cutPatch(object, ...place(from + i), N), 2 * i * size);
        gpu.write(patches, cut);
        graph.plan.submit();
        const made = await gpu.read(predicted.tensor);
        if (scan.mask !== undefined) darken(made, scan.mask);
        const measured = await scan.readDiffraction(Array.from({ length: n }, (_, i) => from + i));
        for (let i = 0; i < n; i++) {
          const span = [i * size, (i + 1) * size] as const;
          take(from + i, made.subarray(...span), measured.subarray(...span));
        }
        options.onProgress?.((pass * scan.count + from + n) / 2, scan.count);
      }
    };
    let outside = 0;
    const sums = new AmplitudeSums();
    await visit(0, (k, made, measured) => {
      sums.add(made, measured);
      outside += lightOutside(light, mask, ...place(k), N) / scan.count;
    });
    const errors = new ErrorSums(sums.scale, scan.count);
    await visit(1, (k, made, measured) => errors.add(k, made, measured));
    return {
      ...errors.relativeTo(sums),
      unmeasuredLight: outside,
      probe: file.probe === undefined ? "data" : "reconstruction",
    };
  } finally {
    gpu.arena.release(patches);
    gpu.arena.release(illumination);
  }
}

/** Receives predicted and measured amplitudes of a pattern. */
type Taker = (index: number, made: Float32Array, measured: Float32Array) => void;

/** First pass: sums that give the one factor, so that no pattern has to be kept. */
export class AmplitudeSums {
  /** sum F A. */
  cross = 0;
  /** sum F^2. */
  made = 0;
  /** sum A^2. */
  measured = 0;
  /** sum A. */
  amplitude = 0;
  /** True while every A^2 is a whole number: the data are counts. */
  counts = true;

  /** Adds a pattern. */
  add(made: Float32Array, measured: Float32Array): void {
    for (let i = 0; i < measured.length; i++) {
      const A = measured[i], F = made[i], intensity = A * A;
      this.cross += A * F;
      this.made += F * F;
      this.measured += intensity;
      this.amplitude += A;
      if (Math.abs(intensity - Math.round(intensity)) > 1e-3 + 1e-5 * intensity) {
        this.counts = false;
      }
    }
  }

  /** The factor of F that fits A best. */
  get scale(): number {
    return this.made > 0 ? this.cross / this.made : 0;
  }
}

/** Second pass: differences, with the factor. */
export class ErrorSums {
  #scale: number;
  #errors: Float64Array;
  #square = 0;
  #absolute = 0;
  #intensity = 0;
  #noise = 0;

  /** For that factor and number of patterns. */
  constructor(scale: number, count: number) {
    this.#scale = scale;
    this.#errors = new Float64Array(count);
  }

  /** Adds a pattern. */
  add(index: number, made: Float32Array, measured: Float32Array): void {
    let square = 0, own = 0;
    for (let i = 0; i < measured.length; i++) {
      const A = measured[i], F = this.#scale * made[i];
      square += (F - A) ** 2;
      own += A * A;
      this.#absolute += Math.abs(F - A);
      this.#intensity += Math.abs(F * F - A * A);
      this.#noise += rootVariance(F * F);
    }
    this.#errors[index] = own > 0 ? square / own : 0;
    this.#square += square;
  }

  /** The numbers of all patterns. */
  relativeTo(sums: AmplitudeSums): Omit<DiffractionScores, "unmeasuredLight" | "probe"> {
    return {
      patterns: this.#errors.length,
      amplitudeError: this.#square / sums.measured,
      rFactor: this.#absolute / sums.amplitude,
      intensityRFactor: this.#intensity / sums.measured,
      scale: this.#scale,
      energyRatio: sums.made / sums.measured,
      noiseFloor: sums.counts ? this.#noise / sums.measured : null,
      errors: this.#errors,
    };
  }
}

/**
 * Mean of (sqrt(n) - sqrt(m))^2 over counts n of mean m: m for few photons, 1/4 for many.
 *
 * Summed below 40, where the probabilities are few; a series in 1/m above.
 */
export function rootVariance(mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > 40) return 0.25 + 7 / (64 * mean);
  const root = Math.sqrt(mean), last = Math.ceil(mean + 12 * root + 12);
  let probability = Math.exp(-mean), sum = probability * mean;
  for (let n = 1; n <= last; n++) {
    probability *= mean / n;
    sum += probability * (Math.sqrt(n) - root) ** 2;
  }
  return sum;
}

function probeOf(file: ReconstructionFile, scan: ScanDataset): NdArray {
  const { modes, N, data } = scan.probe;
  return file.probe ?? { shape: [modes, N, N], dtype: "c64", data };
}

/** The object with its mean where it was not measured, and 1 where it was. */
function completed(file: ReconstructionFile): { object: ComplexImage; mask: ComplexImage } {
  const [height, width] = file.object.shape;
  const data = toFloat32(file.object).slice(), mask = new Float32Array(data.length);
  const weights = file.coverage === undefined ? undefined : toFloat32(file.coverage);
  let peak = 0;
  weights?.forEach((w) => peak = Math.max(peak, w));
  let re = 0, im = 0, count = 0;
  for (let i = 0; i < height * width; i++) {
    if (weights !== undefined && !(weights[i] > 1e-6 * peak)) continue;
    mask[2 * i] = 1;
    re += data[2 * i];
    im += data[2 * i + 1];
    count++;
  }
  for (let i = 0; i < height * width; i++) {
    if (mask[2 * i] === 1) continue;
    data[2 * i] = re / count;
    data[2 * i + 1] = im / count;
  }
  return { object: { height, width, data }, mask: { height, width, data: mask } };
}

/** Share of the light of the probe in each pixel. */
function probeLight(probe: NdArray): Float64Array {
  const values = toFloat32(probe), pixels = probe.shape[1] * probe.shape[2];
  const light = new Float64Array(pixels);
  let sum = 0;
  for (let i = 0; i < values.length / 2; i++) {
    const power = values[2 * i] ** 2 + values[2 * i + 1] ** 2;
    light[i % pixels] += power;
    sum += power;
  }
  return light.map((v) => v / sum);
}

function lightOutside(
  light: Float64Array,
  mask: ComplexImage,
  y: number,
  x: number,
  N: number,
): number {
  const covered = cutPatch(mask, y, x, N);
  let sum = 0;
  for (let i = 0; i < light.length; i++) sum += light[i] * (1 - covered[2 * i]);
  return sum;
}
