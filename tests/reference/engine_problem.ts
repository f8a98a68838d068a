/** Tiny simulated scans in float64 and the steps that every iterative engine is made of. */
import { Random } from "../../src/random.ts";
import { fft2Reference } from "./fft.ts";

/** A scan with its answer. Complex arrays are interleaved (re, im). */
export interface ReferenceProblem {
  readonly size: number;
  readonly modes: number;
  /** Rows and columns of the object canvas. */
  readonly canvas: readonly [number, number];
  /** (P, 2): (y, x) of the patch centres on the canvas, px. */
  readonly positions: Float64Array;
  /** (H, W, 2): the true object. */
  readonly object: Float64Array;
  /** (K, N, N, 2): the true probe. */
  readonly probe: Float64Array;
  /** (P, N, N): exact amplitudes, zero frequency in the middle. */
  readonly diffraction: Float64Array;
  /** (N, N): 1 where the detector measures, in the layout of `diffraction`. */
  readonly mask: Float64Array;
}

/** What an engine changes. */
export interface ReferenceState {
  object: Float64Array;
  probe: Float64Array;
}

/** Options of {@linkcode simulateProblem}. */
export interface ProblemOptions {
  readonly size?: number;
  readonly modes?: number;
  /** Scan points along (y, x); the canvas follows. */
  readonly grid?: readonly [number, number];
  /** Distance of scan points, px. */
  readonly step?: number;
  readonly seed?: number;
  /** Positions between the pixels of the object; default false. */
  readonly subpixel?: boolean;
  /** Powers of the probe modes, largest first; default halving. */
  readonly powers?: readonly number[];
  /** Bad pixels, flat indices into a pattern. */
  readonly bad?: readonly number[];
  /** Rows and columns of object around the scanned patches; default 1. */
  readonly margin?: number;
}

/** A smooth random complex object, orthogonal probe modes and exact amplitudes. */
export function simulateProblem(options: ProblemOptions = {}): ReferenceProblem {
  const { size = 16, modes = 1, grid = [3, 3], step = 3, seed = 1, margin = 1 } = options;
  const random = new Random(seed);
  const canvas = [0, 1].map((axis) => size + Math.ceil((grid[axis] - 1) * step) + 2 * margin + 1);
  const [height, width] = canvas;
  const count = grid[0] * grid[1];
  const positions = new Float64Array(2 * count);
  for (let j = 0; j < count; j++) {
    const place = [Math.floor(j / grid[1]), j % grid[1]];
    for (const axis of [0, 1]) {
      const jitter = (random.uniform() - 0.5) * 0.8;
      const at = size / 2 + margin + place[axis] * step + 0.5 + jitter;
      positions[2 * j + axis] = options.subpixel === true ? at : Math.floor(at);
    }
  }
  const object = new Float64Array(2 * height * width);
  const waves = Array.from({ length: 10 }, () => ({
    ky: (random.uniform() - 0.5) * 1.6,
    kx: (random.uniform() - 0.5) * 1.6,
    shift: 2 * Math.PI * random.uniform(),
    absorbs: random.uniform() < 0.4,
  }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let amplitude = 0.8, phase = 0;
      for (const w of waves) {
        const value = Math.sin(w.ky * y + w.kx * x + w.shift);
        if (w.absorbs) amplitude += 0.06 * value;
        else phase += 0.25 * value;
      }
      object[2 * (y * width + x)] = amplitude * Math.cos(phase);
      object[2 * (y * width + x) + 1] = amplitude * Math.sin(phase);
    }
  }
  const powers = options.powers ?? Array.from({ length: modes }, (_, m) => 0.5 ** m);
  const probe = simulateModes(size, modes, powers, 1000 * powers.reduce((a, b) => a + b));
  const mask = new Float64Array(size * size).fill(1);
  for (const at of options.bad ?? []) mask[at] = 0;
  const problem: ReferenceProblem = {
    size,
    modes,
    canvas: [height, width],
    positions,
    object,
    probe,
    diffraction: new Float64Array(count * size * size),
    mask,
  };
  for (let j = 0; j < count; j++) {
    const fields = fft2Reference(exitWaves(problem, problem, j).waves, modes, size);
    problem.diffraction.set(amplitudes(fields, modes, size), j * size * size);
  }
  return problem;
}

/** Hermite-Gauss like modes with a curved wavefront, orthogonal by Gram-Schmidt, total power `total`. */
export function simulateModes(
  size: number,
  modes: number,
  powers: readonly number[],
  total: number,
): Float64Array {
  const pixels = size * size, sigma = size / 6;
  const probe = new Float64Array(2 * modes * pixels);
  const whole = powers.slice(0, modes).reduce((a, b) => a + b, 0);
  for (let m = 0; m < modes; m++) {
    const start = 2 * m * pixels;
    for (let i = 0; i < pixels; i++) {
      const y = (Math.floor(i / size) - size / 2) / sigma, x = (i % size - size / 2) / sigma;
      const r2 = x * x + y * y;
      const shape = Math.exp(-r2 / 2) * [1, x, y, x * y, x * x - y * y][m % 5];
      probe[start + 2 * i] = shape * Math.cos(0.6 * r2);
      probe[start + 2 * i + 1] = shape * Math.sin(0.6 * r2);
    }
    for (let k = 0; k < m; k++) {
      const [re, im] = innerProduct(probe, k, m, pixels);
      const power = modePower(probe, k, pixels);
      for (let i = 0; i < pixels; i++) {
        const at = 2 * (k * pixels + i);
        probe[start + 2 * i] -= (re * probe[at] - im * probe[at + 1]) / power;
        probe[start + 2 * i + 1] -= (re * probe[at + 1] + im * probe[at]) / power;
      }
    }
    const factor = Math.sqrt(total * powers[m] / whole / modePower(probe, m, pixels));
    for (let i = 0; i < 2 * pixels; i++) probe[start + i] *= factor;
  }
  return probe;
}

/** sum conj(mode k) * mode m. */
export function innerProduct(
  probe: ArrayLike<number>,
  k: number,
  m: number,
  pixels: number,
): [number, number] {
  let re = 0, im = 0;
  for (let i = 0; i < pixels; i++) {
    const a = 2 * (k * pixels + i), b = 2 * (m * pixels + i);
    re += probe[a] * probe[b] + probe[a + 1] * probe[b + 1];
    im += probe[a] * probe[b + 1] - probe[a + 1] * probe[b];
  }
  return [re, im];
}

/** sum |mode m|^2. */
export function modePower(probe: ArrayLike<number>, m: number, pixels: number): number {
  return innerProduct(probe, m, m, pixels)[0];
}

/**
 * Where patch j lies: the top-left pixel on the canvas and how far the probe is moved inside the patch.
 * corner = round(position - N/2) (halves up), shift = position - N/2 - corner, in [-0.5, 0.5).
 */
export function patchPlace(
  { positions, size }: Pick<ReferenceProblem, "positions" | "size">,
  j: number,
): { corner: [number, number]; shift: [number, number] } {
  const at = [positions[2 * j] - size / 2, positions[2 * j + 1] - size / 2];
  const corner: [number, number] = [Math.floor(at[0] + 0.5), Math.floor(at[1] + 0.5)];
  return { corner, shift: [at[0] - corner[0], at[1] - corner[1]] };
}

/** Images moved by (y, x) px, periodically, by phases exp(-2 pi i k s / N) with k = -N/2 .. N/2 - 1. */
export function shiftImages(
  images: ArrayLike<number>,
  batch: number,
  size: number,
  [sy, sx]: readonly [number, number],
): Float64Array {
  if (sy === 0 && sx === 0) return Float64Array.from(images);
  const fields = fft2Reference(images, batch, size);
  const wave = (k: number): number => k < size / 2 ? k : k - size;
  for (let i = 0; i < batch * size * size; i++) {
    const ky = wave(Math.floor(i / size) % size), kx = wave(i % size);
    const angle = -2 * Math.PI * (ky * sy + kx * sx) / size;
    const c = Math.cos(angle), s = Math.sin(angle);
    const re = fields[2 * i], im = fields[2 * i + 1];
    fields[2 * i] = re * c - im * s;
    fields[2 * i + 1] = re * s + im * c;
  }
  return fft2Reference(fields, batch, size, true);
}

/** Patch (N, N, 2), moved probe (K, N, N, 2) and exit waves (K, N, N, 2) of position j. */
export function exitWaves(
  problem: Omit<ReferenceProblem, "diffraction" | "object" | "probe">,
  state: ReferenceState | ReferenceProblem,
  j: number,
): { patch: Float64Array; probe: Float64Array; waves: Float64Array } {
  const { size, modes, canvas } = problem;
  const pixels = size * size;
  const { corner, shift } = patchPlace(problem, j);
  const patch = new Float64Array(2 * pixels);
  for (let y = 0; y < size; y++) {
    const from = 2 * ((corner[0] + y) * canvas[1] + corner[1]);
    patch.set(state.object.subarray(from, from + 2 * size), 2 * y * size);
  }
  const probe = shiftImages(state.probe, modes, size, shift);
  const waves = new Float64Array(2 * modes * pixels);
  for (let i = 0; i < modes * pixels; i++) {
    const o = 2 * (i % pixels);
    waves[2 * i] = probe[2 * i] * patch[o] - probe[2 * i + 1] * patch[o + 1];
    waves[2 * i + 1] = probe[2 * i] * patch[o + 1] + probe[2 * i + 1] * patch[o];
  }
  return { patch, probe, waves };
}

/** Index into transformed images of pixel `at` of a pattern with its zero frequency in the middle. */
export function fieldIndex(at: number, size: number): number {
  const y = (Math.floor(at / size) + size / 2) % size, x = (at % size + size / 2) % size;
  return y * size + x;
}

/** Amplitudes of fields (K, N, N, 2), zero frequency in the middle. */
export function amplitudes(fields: ArrayLike<number>, modes: number, size: number): Float64Array {
  const pixels = size * size;
  return Float64Array.from({ length: pixels }, (_, at) => {
    const from = fieldIndex(at, size);
    let sum = 0;
    for (let m = 0; m < modes; m++) {
      const i = 2 * (m * pixels + from);
      sum += fields[i] ** 2 + fields[i + 1] ** 2;
    }
    return Math.sqrt(sum);
  });
}

/** Exit waves whose amplitudes on the detector are the measured ones; bad pixels keep theirs. */
export function modulusProjection(
  problem: ReferenceProblem,
  waves: ArrayLike<number>,
  j: number,
): Float64Array {
  const { size, modes, diffraction, mask } = problem;
  const pixels = size * size;
  const fields = fft2Reference(waves, modes, size);
  const model = amplitudes(fields, modes, size);
  for (let at = 0; at < pixels; at++) {
    if (mask[at] === 0) continue;
    const factor = diffraction[j * pixels + at] / (model[at] + 1e-12);
    for (let m = 0; m < modes; m++) {
      const i = 2 * (m * pixels + fieldIndex(at, size));
      fields[i] *= factor;
      fields[i + 1] *= factor;
    }
  }
  return fft2Reference(fields, modes, size, true);
}

/** sum over valid pixels (|F psi| - A)^2 / sum A^2 over all positions. */
export function amplitudeError(problem: ReferenceProblem, state: ReferenceState): number {
  const { size, modes, diffraction, mask } = problem;
  const pixels = size * size;
  let error = 0, total = 0;
  for (let j = 0; j < problem.positions.length / 2; j++) {
    const fields = fft2Reference(exitWaves(problem, state, j).waves, modes, size);
    amplitudes(fields, modes, size).forEach((model, at) => {
      error += mask[at] * (model - diffraction[j * pixels + at]) ** 2;
      total += mask[at] * diffraction[j * pixels + at] ** 2;
    });
  }
  return error / total;
}
