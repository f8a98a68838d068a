import assert from "node:assert/strict";
import { binTiles, placeMembers } from "../../src/engines/batches.ts";
import { PieEngine, type PieOptions } from "../../src/engines/pie.ts";
import { EngineState, placeScan } from "../../src/engines/state.ts";
import { Sweeper } from "../../src/engines/sweep.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Random } from "../../src/random.ts";
import { withGpu } from "../support/device.ts";

/** Patterns of random numbers at whole pixels. */
function stateOf(gpu: Gpu, size: number, patterns: number): EngineState {
  const random = new Random(3);
  const numbers = (length: number) => Float32Array.from({ length }, () => 0.1 + random.uniform());
  const positions = Float64Array.from({ length: 2 * patterns }, () => size + random.integer(size));
  const placement = placeScan(positions, size), { rows, columns } = placement;
  return new EngineState(gpu, { patterns, size, modes: 1, rows, columns }, placement, {
    object: numbers(2 * rows * columns),
    probe: numbers(2 * size * size),
    measured: numbers(patterns * size * size),
    positions,
  });
}

const options: PieOptions = {
  name: "rpie",
  batch: 3,
  order: "random",
  seed: 3,
  object: { alpha: 0.1, beta: 1 },
  probe: { alpha: 0.1, beta: 1 },
  objectStart: 0,
  probeStart: 0,
  noise: "amplitude",
};

Deno.test("how many batches are submitted together changes no bit; momentum keeps its 64 patterns", () =>
  withGpu(async (gpu) => {
    const object = async (changed: Partial<PieOptions>): Promise<Float32Array> => {
      using state = stateOf(gpu, 16, 41);
      using engine = new PieEngine(state, { ...options, ...changed });
      for (let k = 0; k < 2; k++) await engine.sweep(k);
      return await gpu.read(state.object);
    };
    const together = await object({});
    for (const block of [1, 5]) assert.deepEqual(await object({ block }), together);
    // Momentum pushes the object after every block, so there it counts: one of 63 patterns here.
    const pushed = await object({ momentum: 0.5 });
    assert.deepEqual(await object({ momentum: 0.5, block: 21 }), pushed);
    assert.notDeepEqual(await object({ momentum: 0.5, block: 5 }), pushed);
  }));

Deno.test("blocks hold fewer patterns the larger they are, and no more than there are", () =>
  withGpu(async (gpu) => {
    const block = (size: number, patterns: number, batch: number): number => {
      using state = stateOf(gpu, size, patterns);
      using sweeper = new Sweeper(state, { batch, order: "random", seed: 1 });
      return sweeper.block;
    };
    assert.equal(block(16, 300, 16), 16);
    assert.equal(block(16, 40, 16), 3);
    assert.equal(block(16, 300, 1), 64);
    assert.equal(block(256, 70, 16), 4);
    assert.equal(block(256, 70, 65), 1);
    await gpu.settle();
  }));

Deno.test("batches visit every pattern once, those at even columns first; tiles count them", () =>
  withGpu(async (gpu) => {
    using state = stateOf(gpu, 16, 41);
    using sweeper = new Sweeper(state, { ...options, batch: 10 });
    const { corners } = state, { layout } = sweeper, batches = sweeper.batches(0);
    assert.deepEqual(
      batches.flat().toSorted((a, b) => a - b),
      Array.from({ length: 41 }, (_, i) => i),
    );
    for (const batch of batches) {
      const odd = batch.map((i) => corners[2 * i + 1] % 2);
      assert.deepEqual(odd, odd.toSorted());
      const words = binTiles(state, batch, layout), places = new Float32Array(4 * layout.members);
      placeMembers(state, batch, layout, words, places);
      for (let tile = 0; words[4 * tile + 3] > 0; tile++) {
        const first = words[4 * tile + 2], count = words[4 * tile + 3];
        const members = words.subarray(4 * layout.tiles + first, 4 * layout.tiles + first + count);
        const even = [...members].filter((v) => corners[2 * batch[v] + 1] % 2 === 0).length;
        assert.equal(places[4 * first + 3], even);
        members.forEach((v, k) => {
          const [visit, row, column] = places.subarray(4 * (first + k));
          assert.deepEqual([visit, row, column], [
            v,
            ...corners.subarray(2 * batch[v], 2 * batch[v] + 2),
          ]);
        });
      }
    }
    // In another order only those before the first odd column are counted.
    const batch = batches[0].toReversed(), words = binTiles(state, batch, layout);
    const places = new Float32Array(4 * layout.members);
    placeMembers(state, batch, layout, words, places);
    const leads = corners[2 * batch[words[4 * layout.tiles]] + 1] % 2 === 0;
    assert.equal(places[3] > 0, leads);
    await gpu.settle();
  }));
