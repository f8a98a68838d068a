import assert from "node:assert/strict";
import { realArray } from "../../src/array.ts";
import { judge } from "../../src/evaluation/evaluate.ts";
import { shortNames } from "../../src/evaluation/inputs.ts";
import { largestCovered } from "../../src/evaluation/place.ts";
import { frameRecord, scoresRecord } from "../../src/evaluation/record.ts";
import {
  alignedText,
  comparisonRows,
  comparisonTable,
  csvText,
  ringRows,
  rowsOf,
  scoreRows,
  scoreTable,
} from "../../src/evaluation/tables.ts";
import { Random } from "../../src/random.ts";
import { fileOf, noisy, sampled, smoothField } from "./images.ts";

const field = smoothField(4), origin = { y: 0, x: 0 };
const truth = fileOf("truth", sampled(field, 40, 44), { origin });
const runs = [0.02, 0.2].map((sigma, k) =>
  fileOf(`run${k}`, noisy(sampled(field, 40, 44), sigma, k), { origin })
);

Deno.test("names are as short as they may be, and differ", () => {
  assert.deepEqual(shortNames(["a/run1/reconstruction.npz", "b/run2/reconstruction.npz"]), [
    "run1",
    "run2",
  ]);
  assert.deepEqual(
    shortNames(["a/run/reconstruction.npz", "b/run/reconstruction.npz", "c/other.npz"]),
    ["a/run", "b/run", "other"],
  );
  assert.deepEqual(shortNames(["x.npz", "./x.npz"]), ["x", "x (2)"]);
  assert.deepEqual(shortNames(["reconstruction.npz"]), ["reconstruction"]);
  assert.deepEqual(shortNames(["out/a.npz", "a.npz"]), ["out/a", "a"]);
});

Deno.test("the largest covered rectangle is that of a search over all rectangles", () => {
  const random = new Random(5);
  for (const [h, w] of [[1, 1], [6, 9], [9, 6], [12, 12]]) {
    const weights = Float32Array.from({ length: h * w }, () => random.uniform() < 0.8 ? 1 : 0);
    weights[0] = 1;
    const found = largestCovered(realArray([h, w], weights));
    let best = 0;
    for (let t = 0; t < h; t++) {
      for (let b = t; b < h; b++) {
        for (let l = 0; l < w; l++) {
          for (let r = l; r < w; r++) {
            let full = true;
            for (let y = t; y <= b; y++) {
              for (let x = l; x <= r; x++) full &&= weights[y * w + x] > 0;
            }
            if (full) best = Math.max(best, (b - t + 1) * (r - l + 1));
          }
        }
      }
    }
    assert.equal(found.height * found.width, best);
    for (let y = found.top; y < found.top + found.height; y++) {
      for (let x = found.left; x < found.left + found.width; x++) assert.ok(weights[y * w + x] > 0);
    }
  }
});

Deno.test("CSV cells are quoted where needed, missing numbers are empty", () => {
  assert.equal(csvText([["a", 'b "c", d'], [1.5, null], [NaN, 0]]), 'a,"b ""c"", d"\n1.5,\n,0\n');
});

Deno.test("all numbers of a judgement are in its record, its CSV and its text", () => {
  const judgement = judge([runs[0]], ["run0"], truth), [one] = judgement.judged;
  const record = scoresRecord(one) as Record<string, Record<string, number>>;
  const rows = scoreRows(one);
  for (const name of ["mae", "mse", "psnr_peak_255", "psnr_peak_1", "ssim", "ms_ssim"]) {
    const row = rows.find((r) => r[0] === name)!;
    assert.equal(row[1], record[name].amplitude);
    assert.equal(row[2], record[name].phase);
    const flat = (record.flat as unknown as Record<string, Record<string, number>>)[name];
    assert.deepEqual([row[4], row[5]], [flat.amplitude, flat.phase]);
  }
  assert.ok(Math.abs(record.psnr_peak_255.phase - record.psnr_peak_1.phase - 48.1308) < 1e-3);
  for (const name of ["frc50", "frc_1_over_7", "frc_half_bit"]) {
    const row = rows.find((r) => r[0] === `${name}_ring`)!;
    assert.deepEqual(row.slice(1, 4), [
      record[name].amplitude,
      record[name].phase,
      record[name].complex,
    ]);
  }
  const error = rows.find((r) => r[0] === "complex_error")![3] as number;
  // Two normal numbers of 0.02 against a modulus of about 1.
  assert.ok(Math.abs(error - 0.02 * Math.SQRT2) < 0.01, `${error}`);
  assert.deepEqual((frameRecord(judgement) as Record<string, unknown>).size, [40, 44]);
  const text = alignedText(scoreTable(one));
  for (const word of ["MAE", "PSNR (peak 255), dB", "MS-SSIM", "FRC half-bit", "flat phase"]) {
    assert.ok(text.includes(word), word);
  }
  assert.ok(JSON.stringify(record).length > 500 && !JSON.stringify(record).includes("NaN"));
});

Deno.test("ring tables hold the curves with their frequencies", () => {
  const { scores } = judge([runs[1]], ["run1"], truth).judged[0];
  const rows = ringRows({ phase: scores.phaseRings, complex: scores.complexRings });
  assert.deepEqual(rows[0], ["ring", "frequency_per_px", "phase", "complex", "half_bit"]);
  assert.equal(rows[4][0], 3);
  assert.equal(rows[4][1], 3 / 36);
  assert.equal(rows[4][2], scores.phaseRings.curve[3]);
  assert.equal(rows[4][4], scores.phaseRings.halfBitCurve[3]);
  const sides = [scores.amplitudeRings, scores.phaseRings, scores.complexRings].map((s) => s.side);
  assert.deepEqual(sides, [36, 36, 36], "one ring is one frequency in every column");
});

Deno.test("a comparison has a line a run, the better one scores better, the flat image is last", () => {
  const names = ["good", "bad"], judgement = judge(runs, names, truth);
  const rows = rowsOf(judgement, names, []);
  const table = comparisonTable(rows);
  assert.deepEqual(table.map((row) => row[0]), ["", "good", "bad", "(flat image)"]);
  const column = table[0].indexOf("SSIM ph");
  assert.ok(Number(table[1][column]) > Number(table[2][column]));
  const csv = comparisonRows(rows);
  assert.deepEqual(csv[0], ["run", "metric", "amplitude", "phase", "complex"]);
  assert.equal(csv.filter((row) => row[1] === "ssim").length, 3);
  assert.equal(
    csv.find((row) => row[0] === "bad" && row[1] === "mae")![2],
    judgement.judged[1].scores.image.mae[0],
  );
  const bare = comparisonTable(rowsOf(judge(runs, names, undefined), names, []));
  assert.equal(bare[1][1], "ref.");
});
