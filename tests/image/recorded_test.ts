import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type NdArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { FileSource } from "../../src/commands/files.ts";
import { frameScan } from "../../src/image/frame.ts";
import { alignGlobalPhase, evaluateReconstruction, flatScores } from "../../src/image/metrics.ts";
import { openNpz } from "../../src/io/npz.ts";
import { cropWindow } from "../golden/crop.ts";
import { goldenDir } from "../support/golden_path.ts";

type Reader = (name: string) => NdArray;

async function readArrays(folder: URL, file: string, names?: string[]): Promise<Reader> {
  using source = await FileSource.open(fileURLToPath(new URL(file, folder)));
  const npz = await openNpz(source), arrays = new Map<string, NdArray>();
  for (const key of names ?? npz.keys) arrays.set(key, await npz.read(key));
  return (name) => {
    const array = arrays.get(name);
    assert.ok(array !== undefined, `${file} has no ${name}`);
    return array;
  };
}

const folder = goldenDir();

Deno.test({
  name: "scores of recorded canvases are those recorded",
  ignore: folder === undefined,
  fn: async () => {
    const read = await readArrays(folder!, "c8_gs1_result.npz");
    const rows = toFloat64(read("eval_rows")), columns = toFloat64(read("eval_cols"));
    const cut = (name: string): NdArray => cropWindow(read(name), [...rows], [...columns]);
    const target = cut("ground_truth_canvas");
    for (const canvas of ["raw", "varpro"]) {
      const made = cut(`canvas_${canvas}`);
      for (const aligned of [false, true]) {
        const prefix = aligned ? `${canvas}_phase_aligned` : canvas;
        const scores = evaluateReconstruction(
          target,
          aligned ? alignGlobalPhase(target, made) : made,
        );
        const { frc50, frc1over7, mae, mse, msSsim, psnr255, ssim } = scores;
        const all = { mae, mse, psnr: psnr255, ssim, ms_ssim: msSsim, frc50, frc1over7 };
        const curves = { frc_amp: scores.frcAmplitude, frc_phase: scores.frcPhase };
        for (const [name, actual] of Object.entries({ ...all, ...curves })) {
          const expected = toFloat32(read(`${prefix}.${name}`));
          assert.equal(actual.length, expected.length);
          expected.forEach((value, i) => {
            const error = Math.abs(actual[i] - value) / Math.max(Math.abs(value), 0.05);
            assert.ok(error < 1e-3, `${prefix}.${name}[${i}]: ${actual[i]}, recorded ${value}`);
          });
        }
      }
    }
    assert.ok(Math.abs(flatScores(target).ssim[1] - 0.585) < 0.001);
  },
});

Deno.test({
  name: "the truth in the frame of a recorded canvas is that recorded",
  ignore: folder === undefined,
  fn: async () => {
    const result = await readArrays(folder!, "c8_gs1_result.npz");
    const dataset = await readArrays(folder!, "c8_gs1_dataset.npz", [
      "xcoords",
      "ycoords",
      "objectGuess",
    ]);
    const canvas = result("ground_truth_canvas");
    const [x, y] = [dataset("xcoords"), dataset("ycoords")].map(toFloat64);
    const centre = toFloat64(result("scan_com_xy"));
    const place = {
      originY: centre[1] - canvas.shape[0] / 2,
      originX: centre[0] - (canvas.shape[1] - 1) / 2,
    };
    const positions = Float64Array.from(
      { length: 2 * x.length },
      (_, i) => (i % 2 ? x : y)[i >> 1],
    );
    const framed = frameScan(canvas, place, dataset("objectGuess"), positions);
    const expected = toFloat32(framed.prediction);
    assert.ok(expected.length > 2 * 80 * 80);
    toFloat32(framed.target).forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-5));
  },
});
