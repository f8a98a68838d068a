/** Plain float64 steps of reconstructions with several slices. */
import type { NearField } from "../../src/physics/propagate.ts";
import {
  amplitudes,
  exitWaves,
  modulusProjection,
  patchPlace,
  type ReferenceProblem,
  shiftImages,
} from "./engine_problem.ts";
import { fft2Reference } from "./fft.ts";
import { nearFieldReference } from "./propagate.ts";

/** What is reconstructed. */
export interface SlicedState {
  /** One (H, W, 2) object a slice. */
  readonly slices: Float64Array[];
  probe: Float64Array;
}

type Sliced = Omit<ReferenceProblem, "object" | "probe" | "diffraction">;

/** Waves before each slice and behind the last one, (K, N, N, 2) each. */
function wavesOf(problem: Sliced, state: SlicedState, field: NearField, j: number) {
  const { size, modes } = problem;
  const { shift } = patchPlace(problem, j);
  const before = [shiftImages(state.probe, modes, size, shift)], patches: Float64Array[] = [];
  let behind: Float64Array = new Float64Array();
  state.slices.forEach((object, s) => {
    patches.push(exitWaves(problem, { object, probe: state.probe }, j).patch);
    behind = multiply(before[s], patches[s], false);
    if (s + 1 < state.slices.length) before.push(nearFieldReference(behind, modes, size, field));
  });
  return { before, patches, behind };
}

/** a * b or a * conj(b), b repeating over the modes. */
function multiply(a: Float64Array, b: Float64Array, conjugate: boolean): Float64Array {
  const out = new Float64Array(a.length), sign = conjugate ? -1 : 1;
  for (let i = 0; i < a.length; i += 2) {
    const k = i % b.length, re = b[k], im = sign * b[k + 1];
    out[i] = a[i] * re - a[i + 1] * im;
    out[i + 1] = a[i] * im + a[i + 1] * re;
  }
  return out;
}

/** Exact amplitudes of a sliced object, written into `diffraction`. */
export function diffractSlices(
  problem: ReferenceProblem,
  state: SlicedState,
  field: NearField,
): void {
  const { size, modes } = problem;
  for (let j = 0; j < problem.positions.length / 2; j++) {
    const { behind } = wavesOf(problem, state, field, j);
    const fields = fft2Reference(behind, modes, size);
    problem.diffraction.set(amplitudes(fields, modes, size), j * size * size);
  }
}

/** One batch of ePIE or LSQ-ML on slices, amplitude noise, both object and probe. */
export function sliceStep(
  problem: ReferenceProblem,
  state: SlicedState,
  field: NearField,
  batch: readonly number[],
  options: {
    readonly method: "epie" | "lsqml";
    readonly stepObject: number;
    readonly stepProbe: number;
  },
): void {
  const { size, modes, canvas: [rows, columns] } = problem, pixels = size * size;
  const S = state.slices.length, { method } = options;
  const tops = state.slices.map((slice) => new Float64Array(slice.length));
  const weights = state.slices.map(() => new Float64Array(rows * columns));
  const probeTop = new Float64Array(state.probe.length), power = new Float64Array(pixels);
  const kept = batch.map((j) => {
    const { before, patches, behind } = wavesOf(problem, state, field, j);
    const { corner, shift } = patchPlace(problem, j);
    const chi = modulusProjection(problem, behind, j).map((v, i) => v - behind[i]);
    let back: Float64Array = chi;
    for (let s = S - 1; s >= 0; s--) {
      for (let i = 0; i < modes * pixels; i++) {
        const at = i % pixels;
        const on = (corner[0] + Math.floor(at / size)) * columns + corner[1] + at % size;
        const [a, b, c, d] = [before[s][2 * i], before[s][2 * i + 1], back[2 * i], back[2 * i + 1]];
        tops[s][2 * on] += a * c + b * d;
        tops[s][2 * on + 1] += a * d - b * c;
        weights[s][on] += a * a + b * b;
      }
      back = multiply(back, patches[s], true);
      if (s > 0) back = nearFieldReference(back, modes, size, field, true);
    }
    shiftImages(back, modes, size, [-shift[0], -shift[1]]).forEach((v, i) => probeTop[i] += v);
    for (let i = 0; i < pixels; i++) {
      power[i] += patches[0][2 * i] ** 2 + patches[0][2 * i + 1] ** 2;
    }
    return { j, before, patches, chi, shift };
  });
  const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
  tops.forEach((top, s) => {
    const peak = largest(weights[s]);
    top.forEach((v, i) => {
      const w = weights[s][i >> 1];
      top[i] = v / (method === "epie" ? peak : Math.hypot(w, 0.1 * peak));
    });
  });
  let along = [1, 1];
  if (method === "epie") {
    const peak = largest(power);
    probeTop.forEach((v, i) => probeTop[i] = v / peak);
  } else {
    const sums = kept.map(({ j, before, patches, chi, shift }) => {
      const cuts = tops.map((object) =>
        exitWaves(problem, { object, probe: state.probe }, j).patch
      );
      let u = multiply(before[0], cuts[0], false);
      let v = multiply(shiftImages(probeTop, modes, size, shift), patches[0], false);
      for (let s = 1; s < S; s++) {
        const onward = nearFieldReference(u, modes, size, field);
        const own = multiply(before[s], cuts[s], false);
        u = multiply(onward, patches[s], false).map((x, i) => x + own[i]);
        v = multiply(nearFieldReference(v, modes, size, field), patches[s], false);
      }
      const inner = (a: Float64Array, b: Float64Array): number =>
        a.reduce((sum, x, i) => sum + x * b[i], 0);
      return {
        uu: inner(u, u),
        vv: inner(v, v),
        uv: inner(u, v),
        u: inner(u, chi),
        v: inner(v, chi),
      };
    });
    const n = sums.length;
    const [lu, lv] = [
      sums.reduce((a, s) => a + s.uu, 0) / n,
      sums.reduce((a, s) => a + s.vv, 0) / n,
    ];
    along = [0, 0];
    for (const s of sums) {
      const a = s.uu + 0.1 * lu, d = s.vv + 0.1 * lv, det = a * d - s.uv * s.uv;
      along[0] += Math.max(0, (d * s.u - s.uv * s.v) / det) / n;
      along[1] += Math.max(0, (a * s.v - s.uv * s.u) / det) / n;
    }
  }
  tops.forEach((top, s) => {
    top.forEach((v, i) => state.slices[s][i] += options.stepObject * along[0] * v);
  });
  probeTop.forEach((v, i) => state.probe[i] += options.stepProbe * along[1] * v);
}
