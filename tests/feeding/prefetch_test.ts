import assert from "node:assert/strict";
import { addStatistics, Prefetcher } from "../../src/feeding/prefetch.ts";

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

Deno.test("batches come in order, whatever the depth, and none is made twice", async () => {
  for (const depth of [0, 1, 3, 50]) {
    const made: number[] = [];
    const batches = new Prefetcher(
      (step) => {
        made.push(step);
        return Promise.resolve(step * 10);
      },
      7,
      depth,
    );
    for (let step = 0; step < 7; step++) assert.equal(await batches.take(step), step * 10);
    assert.deepEqual(made, [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(batches.statistics.batches, 7);
  }
});

Deno.test("depth batches are prepared while one is worked on, none without depth", async () => {
  for (const [depth, deepest, waits] of [[0, 0, 6], [2, 2, 1], [4, 4, 1]]) {
    const batches = new Prefetcher((step) => Promise.resolve(step), 6, depth);
    for (let step = 0; step < 6; step++) {
      await batches.take(step);
      await moment();
    }
    assert.deepEqual(batches.statistics, { batches: 6, deepest, waits });
  }
});

Deno.test("a failure is thrown when its batch is taken, not before, and not if it never is", async () => {
  const batches = new Prefetcher(
    (step) => step === 2 ? Promise.reject(new Error("bad")) : Promise.resolve(step),
    4,
    3,
  );
  assert.equal(await batches.take(0), 0);
  await moment();
  assert.equal(await batches.take(1), 1);
  await assert.rejects(batches.take(2), /bad/);
  const other = new Prefetcher(() => Promise.reject(new Error("never seen")), 3, 3);
  await assert.rejects(other.take(0), /never seen/);
  await moment();
});

Deno.test("a run that begins in the middle prepares only what follows", async () => {
  const made: number[] = [];
  const batches = new Prefetcher((step) => Promise.resolve(made.push(step)), 10, 2);
  await batches.take(6);
  await batches.take(7);
  assert.deepEqual(made, [6, 7, 8, 9]);
});

Deno.test("statistics of stretches add up", () => {
  const a = { batches: 3, deepest: 2, waits: 1 }, b = { batches: 4, deepest: 1, waits: 2 };
  assert.deepEqual(addStatistics(a, b), { batches: 7, deepest: 2, waits: 3 });
});
