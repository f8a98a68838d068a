import assert from "node:assert/strict";
import { RECOMMENDED_TRAINING } from "../../src/config/training.ts";
import {
  createSchedule,
  exponentialRate,
  plateauStep,
  type ScheduleOptions,
  warmupCosineRate,
} from "../../src/update/schedule.ts";

const base: ScheduleOptions = { ...RECOMMENDED_TRAINING, learning_rate: 1e-3, nepochs: 10 };

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12, `${actual} instead of ${expected}`);
}

Deno.test("constant and exponential rates", () => {
  const constant = createSchedule({ ...base, scheduler: "constant" });
  assert.equal(constant.rate(0), 1e-3);
  assert.equal(constant.rate(9.9), 1e-3);
  near(exponentialRate(1, 0.95, 0.99), 1);
  near(exponentialRate(1, 0.95, 3), 0.857375);
  const decay = createSchedule({ ...base, scheduler: "exponential", lr_gamma: 0.5 });
  near(decay.rate(2.7), 0.25e-3);
});

Deno.test("warm-up rises in a straight line, then half a cosine falls to the last rate", () => {
  const options = { epochs: 10, warmupEpochs: 2, startFactor: 0.1, minimumRatio: 0.03 };
  near(warmupCosineRate(1, options, 0), 0.1);
  near(warmupCosineRate(1, options, 1), 0.55);
  near(warmupCosineRate(1, options, 2), 1);
  near(warmupCosineRate(1, options, 6), 0.515);
  near(warmupCosineRate(1, options, 10), 0.03);
  near(warmupCosineRate(1, options, 12), 0.03);
  near(warmupCosineRate(1, { ...options, warmupEpochs: 0 }, 0), 1);
  near(warmupCosineRate(1, { ...options, epochs: 1 }, 0.5), 0.325);
  near(warmupCosineRate(1, { ...options, epochs: 2 }, 2), 1);
  const schedule = createSchedule({
    ...base,
    scheduler: "warmup_cosine",
    lr_warmup_epochs: 1,
    lr_min_ratio: 0.1,
  });
  near(schedule.rate(0), 1e-4);
  near(schedule.rate(5.5), 0.55e-3);
});

Deno.test("plateau halves after more than `patience` epochs without a lower loss", () => {
  const options: ScheduleOptions = {
    ...base,
    scheduler: "plateau",
    plateau_factor: 0.5,
    plateau_patience: 2,
    plateau_min_lr: 2e-4,
  };
  const losses = [5, 4, 4, 4.5, NaN, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3];
  // Each rate is the one after the epoch of that loss.
  const rates = [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2];
  let schedule = createSchedule(options);
  losses.forEach((loss, i) => {
    schedule.endEpoch(loss);
    near(schedule.rate(i + 1), rates[i] * 1e-3);
    // Through text and into a new object: nothing is lost on the way.
    const saved = JSON.parse(JSON.stringify(schedule.state()));
    schedule = createSchedule(options);
    schedule.restore(saved);
  });
  const fresh = createSchedule(options);
  fresh.restore(JSON.parse(JSON.stringify(createSchedule(options).state())));
  fresh.endEpoch(100);
  assert.equal(fresh.state().best, 100);
});

Deno.test("plateau never raises a rate that starts below its minimum", () => {
  const state = { rate: 1e-5, best: 1, stale: 2 };
  const next = plateauStep(state, { factor: 0.5, patience: 2, minimum: 1e-4 }, 2);
  assert.deepEqual(next, { rate: 1e-5, best: 1, stale: 0 });
});
