import { type NdArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { type ComplexGrid, emptyComplex } from "../../src/image/fourier.ts";
import { ringCorrelation, toComplex } from "../../src/image/frc.ts";
import { polarGrids } from "../../src/image/grid.ts";
import { evaluateReconstruction } from "../../src/image/metrics.ts";
import { removePlane } from "../../src/image/plane.ts";
import { findShift } from "../../src/image/registration.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import { cropWindow } from "./crop.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Every recorded score of every pair of images. */
export async function metricsCase(context: GoldenContext): Promise<CheckResult[]> {
  onlyFields(context.config, [], "config");
  const data = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "relative");
  const results: CheckResult[] = [];
  for (let k = 0; data.has(`target${k}`); k++) {
    const target = data.need(`target${k}`), prediction = data.need(`pred${k}`);
    const check = (name: string, actual: ArrayLike<number>): void => {
      const expected = data.get(`pair${k}.${name}`);
      if (expected === undefined) return;
      results.push(compareRelative(`pair${k}.${name}`, actual, toFloat32(expected), tolerance));
    };
    const scores = evaluateReconstruction(target, prediction);
    check("mae", scores.mae);
    check("mse", scores.mse);
    check("psnr", scores.psnr255);
    check("ssim", scores.ssim);
    check("ms_ssim", scores.msSsim);
    check("frc50", scores.frc50);
    check("frc1over7", scores.frc1over7);
    check("frc_amp", scores.frcAmplitude);
    check("frc_phase", scores.frcPhase);
    check("plane_removed_phase", removePlane(polarGrids(prediction).phase).data);
    const amplitude = polarGrids(prediction).amplitude;
    const rolled = toComplex({ ...amplitude, data: roll(amplitude.data, amplitude.width, 2, -3) });
    const shift = findShift(toComplex(polarGrids(target).amplitude), rolled);
    check("offset_of_rolled", [shift.y, shift.x]);
    const rings = data.get(`pair${k}.frc_complex`)?.shape[0] ?? 0;
    const cut = cornerSide(rings, Math.min(...target.shape));
    check("frc_complex", ringCorrelation(corner(target, cut), corner(prediction, cut)).curve);
  }
  return results;
}

/** Side of the top-left square whose curve has that many rings; a round number where several fit. */
function cornerSide(rings: number, largest: number): number {
  const fits: number[] = [];
  for (let side = 2; side <= largest; side++) {
    if (Math.round(Math.floor(side / 2) * Math.SQRT2) === rings - 1) fits.push(side);
  }
  return fits.find((side) => side % 10 === 0) ?? fits.find((side) => side % 2 === 0) ?? largest;
}

function corner(image: NdArray, side: number): ComplexGrid {
  const cut = toFloat64(cropWindow(image, [0, side], [0, side]));
  const out = emptyComplex(side, side);
  for (let i = 0; i < side * side; i++) {
    out.re[i] = cut[2 * i];
    out.im[i] = cut[2 * i + 1];
  }
  return out;
}

function roll(data: Float64Array, width: number, rows: number, columns: number): Float64Array {
  const height = data.length / width, out = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = ((y + rows + height) % height) * width + (x + columns + width) % width;
      out[to] = data[y * width + x];
    }
  }
  return out;
}
