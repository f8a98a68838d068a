import assert from "node:assert/strict";
import { type NdArray, realArray } from "../../src/array.ts";
import { inspectScan } from "../../src/inspection/inspect.ts";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { inspectionText } from "../../src/inspection/text.ts";
import { Random } from "../../src/random.ts";
import { FakeNpz } from "../scan/fake_npz.ts";
import { changed, rolled, simulatedScan } from "./simulated.ts";

const good = simulatedScan({ count: 25, seed: 5 });
const metadata = JSON.parse(String(good._metadata.data[0]));

async function look(change: Record<string, NdArray>): Promise<Inspection> {
  return await inspectScan(new FakeNpz({ ...good, ...change }), { metadata });
}

const names = ({ summary }: Inspection): string[] => summary.findings.map((f) => f.id);

/** True within a distance of the middle of a pattern. */
const inside = (y: number, x: number, radius: number): boolean =>
  Math.hypot(y - 32, x - 32) < radius;

Deno.test("bad pixels that the mask of the file covers are no finding, others are", async () => {
  const bad = (y: number, x: number): boolean => inside(y, x, 4) || (y === 30 && x === 44);
  const diffraction = changed(good.diffraction, (v, _, y, x) => bad(y, x) ? 0 : v);
  const bare = await look({ diffraction });
  assert.ok(names(bare).includes("mask_needed"), "without a mask");
  const mask = new Float32Array(4096).map((_, i) => bad(Math.floor(i / 64), i % 64) ? 0 : 1);
  const known = await look({ diffraction, mask: realArray([64, 64], mask) });
  assert.deepEqual(names(known), []);
  const covered = mask.filter((v) => v === 0).length;
  assert.equal(known.summary.patterns?.masked_pixels, covered);
  assert.match(inspectionText(known.summary), new RegExp(`ignores ${covered} of 4096 pixels`));
  // The trial leaves masked pixels free: a beam that is enforced to be dark explains little.
  const dark = await look({ diffraction, mask: realArray([64, 64], mask.map(() => 1)) });
  assert.ok(known.summary.trial!.stored < 0.05, `${known.summary.trial!.stored}`);
  assert.ok(names(dark).includes("mask_needed"));
  // What is found beside a mask is added to it.
  const more = await look({
    diffraction: changed(diffraction, (v, _, y, x) => y === 34 && x === 40 ? 900 : v),
    mask: realArray([64, 64], mask),
  });
  assert.deepEqual(names(more), ["mask_needed"]);
  assert.equal(more.views.mask?.filter((v) => v === 0).length, covered + 1);
});

Deno.test("a large beamstop does not move the middle of the patterns", async () => {
  for (const probe of ["aberrated", "gaussian"]) {
    const scan = simulatedScan({ count: 16, probe, nphotons: 1e6, seed: 8 });
    for (const [down, right, id] of [[0, 0], [32, 32, "zero_frequency_at_corner"]] as const) {
      const stop = (y: number, x: number): boolean => inside((y + down) % 64, (x + right) % 64, 7);
      const mask = new Float32Array(4096).map((_, i) => stop(Math.floor(i / 64), i % 64) ? 0 : 1);
      const moved = rolled(scan.diffraction, down, right);
      const { summary } = await inspectScan(
        new FakeNpz({
          ...scan,
          diffraction: changed(moved, (v, _, y, x) => stop(y, x) ? 0 : v),
          mask: realArray([64, 64], mask),
        }),
        { metadata: JSON.parse(String(scan._metadata.data[0])) },
      );
      assert.deepEqual(summary.findings.map((f) => f.id), id === undefined ? [] : [id]);
    }
  }
});

Deno.test("masks that do not fit, ignore everything or are inverted are named", async () => {
  const mask = (value: number): NdArray => realArray([64, 64], new Float32Array(4096).fill(value));
  assert.deepEqual(names(await look({ mask: realArray([64, 2], new Float32Array(128)) })), [
    "mask_shape",
  ]);
  assert.deepEqual(names(await look({ mask: mask(0) })), ["mask_shape"]);
  const inverted = mask(0);
  (inverted.data as Float32Array)[77] = 1;
  assert.ok(names(await look({ mask: inverted })).includes("mask_inverted"));
  assert.deepEqual(names(await look({ mask: mask(1) })), []);
});

Deno.test("patterns in another order than the positions are named", async () => {
  const data = good.diffraction.data as Float32Array;
  const order = (n: number): number => (n * 7 + 3) % 25;
  const mixed = changed(good.diffraction, (_, n, y, x) => data[order(n) * 4096 + y * 64 + x]);
  const made = await look({ diffraction: mixed });
  assert.ok(
    names(made).some((id) => id === "positions_do_not_match" || id === "reversed_coordinates"),
    `${names(made)}`,
  );
  assert.deepEqual(names(made), ["positions_do_not_match"]);
  const { trial } = (await look({})).summary;
  assert.ok(trial!.stored < 0.6 * trial!.shuffled, `${trial!.stored} ${trial!.shuffled}`);
});

Deno.test("patterns without light take no part in the trial", async () => {
  const some = await look({ diffraction: changed(good.diffraction, (v, n) => n % 6 ? v : 0) });
  assert.deepEqual(names(some), ["empty_patterns"]);
  assert.equal(some.summary.trial?.patterns, 20);
});

/** A bright disk with a sharp edge and faint light around it, as counts of 60 patterns. */
function disk(stop: number): NdArray {
  const random = new Random(9), data = new Float32Array(60 * 4096);
  data.forEach((_, i) => {
    const y = Math.floor(i / 64) % 64, x = i % 64;
    const mean = inside(y, x, stop) ? 0 : inside(y, x, 20) ? 4 : 0.01;
    data[i] = Math.sqrt(random.poisson(mean));
  });
  return realArray([60, 64, 64], data);
}

Deno.test("a sharp edge of the light is no dead pixel, a beamstop is found whole", async () => {
  const stack = async (stop: number): Promise<Inspection> =>
    await inspectScan(new FakeNpz({ diffraction: disk(stop) }));
  const edge = (await stack(0)).summary.patterns!;
  assert.deepEqual([...edge.dead_pixels, ...edge.hot_pixels], []);
  for (const radius of [2, 5, 11]) {
    const { dead_pixels } = (await stack(radius)).summary.patterns!;
    let expected = 0;
    for (let i = 0; i < 4096; i++) if (inside(Math.floor(i / 64), i % 64, radius)) expected++;
    assert.equal(dead_pixels.length, expected, `${radius}`);
    assert.ok(dead_pixels.every(([y, x]) => inside(y, x, radius)));
  }
});

Deno.test("a few values that are cut off are named too", async () => {
  const values = (good.diffraction.data as Float32Array).slice().sort();
  const limit = values[values.length - 40];
  const cut = await look({ diffraction: changed(good.diffraction, (v) => Math.min(v, limit)) });
  assert.deepEqual(names(cut), ["saturated"]);
});
