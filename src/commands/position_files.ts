/**
 * Files about corrected scan positions.
 *
 * @module
 */
import { join } from "node:path";
import type { NdArray } from "../array.ts";
import { type PositionResult, positionTable } from "../engines/refine.ts";
import { rootMeanSquare } from "../engines/positions/track.ts";
import { encodePng } from "../io/png.ts";
import { drawPositions } from "../report/position_plot.ts";
import { writeWhole } from "./files.ts";

/** Arrays for `reconstruction.npz`, (P) f64 each, px; errors are freed of the common shift. */
export function positionArrays(result: PositionResult): Record<string, NdArray> {
  const { nominal, positions, errors } = result;
  const pick = (values: Float64Array, axis: 0 | 1): NdArray => ({
    shape: [values.length / 2],
    dtype: "f64",
    data: values.filter((_, i) => i % 2 === axis),
  });
  return {
    xcoords: pick(positions, 1),
    ycoords: pick(positions, 0),
    xcoords_nominal: pick(nominal, 1),
    ycoords_nominal: pick(nominal, 0),
    position_error_x: pick(errors, 1),
    position_error_y: pick(errors, 0),
  };
}

/** Writes `positions.csv` and `positions.png`. @returns their names, and the rms error in px. */
export async function writePositions(
  result: PositionResult,
  outputDir: string,
): Promise<{ readonly files: readonly string[]; readonly rms: number }> {
  await writeWhole(join(outputDir, "positions.csv"), positionTable(result));
  const { width, height, data } = drawPositions(result.nominal, result.errors);
  await writeWhole(join(outputDir, "positions.png"), encodePng(data, width, height));
  return { files: ["positions.csv", "positions.png"], rms: rootMeanSquare(result.errors) };
}
