import assert from "node:assert/strict";
import type { NdArray } from "../../src/array.ts";
import { inspectScan } from "../../src/inspection/inspect.ts";
import { inspectionPictures } from "../../src/inspection/pictures.ts";
import type { Summary } from "../../src/inspection/inspection.ts";
import { inspectionText } from "../../src/inspection/text.ts";
import { FakeNpz } from "../scan/fake_npz.ts";
import { changed, simulatedScan } from "./simulated.ts";

const good = simulatedScan({ count: 9, seed: 3 });

async function look(change: Record<string, NdArray | undefined>): Promise<Summary> {
  const arrays = Object.fromEntries(
    Object.entries({ ...good, ...change }).filter((entry): entry is [string, NdArray] =>
      entry[1] !== undefined
    ),
  );
  const { summary, views } = await inspectScan(new FakeNpz(arrays), {
    metadata: { physics_parameters: { nphotons: 1e5 } },
  });
  // Text and pictures never fail, whatever is missing.
  assert.ok(inspectionText(summary).length > 100);
  for (const bytes of Object.values(inspectionPictures(views, summary.probe?.diameter))) {
    assert.deepEqual([...bytes.subarray(1, 4)], [80, 78, 71]);
  }
  return summary;
}

const has = (summary: Summary, id: string): void =>
  assert.ok(
    summary.findings.some((f) => f.id === id && f.remedy.length > 3),
    `${id} is not among ${summary.findings.map((f) => f.id).join(", ")}`,
  );

Deno.test("files that train refuses are described", async () => {
  has(await look({ diffraction: undefined }), "missing_diffraction");
  has(await look({ probeGuess: undefined }), "missing_probeguess");
  has(await look({ xcoords: undefined }), "missing_xcoords");
  has(await look({ diffraction: undefined, intensities: good.diffraction }), "missing_diffraction");
  const other = await look({ diffraction: undefined, intensities: good.diffraction });
  assert.equal(other.patterns?.key, "intensities");
  has(await look({ diffraction: { ...good.diffraction, shape: [3, 3, 64, 64] } }), "stack_axes");
  has(await look({ diffraction: { ...good.diffraction, shape: [9, 4096] } }), "stack_axes");
  has(await look({ diffraction: changed(good.diffraction, () => 0) }), "all_zero");
  const few = { shape: [8], dtype: "f64", data: (good.xcoords.data as Float64Array).slice(0, 8) };
  has(await look({ xcoords: few as NdArray, ycoords: few as NdArray }), "count_mismatch");
  has(await look({ xcoords: few as NdArray }), "coordinates_differ");
  has(await look({ objectGuess: { ...good.objectGuess, shape: [1, 2, 3, 7, 9] } }), "object_shape");
});

Deno.test("values that are no amplitudes are described", async () => {
  const spoil = (value: number): Promise<Summary> =>
    look({
      diffraction: changed(good.diffraction, (v, n, y, x) => n + y + x === 3 ? value : v),
    });
  has(await spoil(NaN), "not_finite");
  has(await spoil(-2), "negative_values");
  has(
    await look({ diffraction: changed(good.diffraction, (v, n) => n === 4 ? 0 : v) }),
    "empty_patterns",
  );
  has(
    await look({ diffraction: changed(good.diffraction, (v, n) => n === 4 ? v / 9 : v) }),
    "uneven_patterns",
  );
  const broken = (good.xcoords.data as Float64Array).slice();
  broken[2] = NaN;
  has(await look({ xcoords: { ...good.xcoords, data: broken } }), "coordinates_not_finite");
});

Deno.test("probes that cannot be used are described", async () => {
  const { probeGuess } = good, data = probeGuess.data as Float32Array;
  has(await look({ probeGuess: { ...probeGuess, data: data.map(() => 0) } }), "probe_zero");
  has(await look({ probeGuess: { ...probeGuess, data: data.map(() => NaN) } }), "probe_not_finite");
  has(await look({ probeGuess: { ...probeGuess, shape: [32, 128] } }), "probe_shape");
  const small = { ...probeGuess, shape: [32, 32], data: data.slice(0, 2048) };
  has(await look({ probeGuess: small }), "probe_size");
  const shifted = data.map((_, i) => {
    const y = (Math.floor(i / 128) + 32) % 64, x = ((i >> 1) % 64 + 32) % 64;
    return data[2 * (y * 64 + x) + i % 2];
  });
  has(await look({ probeGuess: { ...probeGuess, data: shifted } }), "probe_off_centre");
});

Deno.test("sides that the network does not take get the flag that mends them", async () => {
  const N = 160, count = 9;
  const source = good.diffraction.data as Float32Array;
  const wide = new Float32Array(count * N * N);
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < 64; y++) {
      const from = (n * 64 + y) * 64;
      wide.set(source.subarray(from, from + 64), (n * N + 48 + y) * N + 48);
    }
  }
  const summary = await look({
    diffraction: { shape: [count, N, N], dtype: "f32", data: wide },
    probeGuess: undefined,
  });
  has(summary, "pattern_side");
  assert.deepEqual(summary.suggestions.flags[0], "--crop-to 128");
  assert.equal(summary.suggestions.N, 128);
});

Deno.test("the pass over a stack reads it in blocks, patterns first or last", async () => {
  const tall = new FakeNpz({
    ...good,
    diffraction: {
      shape: [1024, 64, 64],
      dtype: "f32",
      data: new Float32Array(1024 * 4096).fill(1.5),
    },
  });
  await inspectScan(tall);
  const calls = tall.calls.filter((call) => call.startsWith("diffraction:"));
  assert.deepEqual(calls, ["diffraction:0+1024"]);
  const counts = new FakeNpz({
    ...good,
    diffraction: {
      shape: [64, 64, 2000],
      dtype: "f32",
      data: new Float32Array(4096 * 2000).fill(1.5),
    },
  });
  await inspectScan(counts);
  const blocks = counts.calls.filter((call) => call.startsWith("diffraction:"));
  assert.deepEqual(blocks, ["diffraction:0+32", "diffraction:32+32"]);
});
