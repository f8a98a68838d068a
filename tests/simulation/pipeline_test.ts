import assert from "node:assert/strict";
import type { Probe } from "../../src/scan/probe.ts";
import { probeEnergy } from "../../src/scan/probe.ts";
import { fitPhase } from "../../src/simulation/extrapolate.ts";
import { makeProbe } from "../../src/simulation/make_probe.ts";
import { parsePipeline, runPipeline } from "../../src/simulation/pipeline.ts";
import { gaussianProbe } from "../../src/simulation/probes.ts";
import { resolveRecipe } from "../../src/simulation/recipe.ts";
import { solveSymmetric } from "../../src/simulation/solve.ts";

const run = (probe: Probe, text: string): Probe => runPipeline(probe, parsePipeline(text)).probe;

/** Amplitude 1 + 0.01 x and a parabola of phase around (N/2, N/2). */
function parabola(N: number): Probe {
  const data = new Float32Array(2 * N * N);
  for (let i = 0; i < N * N; i++) {
    const [phase, modulus] = parabolaAt(Math.floor(i / N) - N / 2, i % N - N / 2);
    data[2 * i] = modulus * Math.cos(phase);
    data[2 * i + 1] = modulus * Math.sin(phase);
  }
  return { modes: 1, N, data };
}

function parabolaAt(y: number, x: number): [phase: number, modulus: number] {
  return [0.4 + 0.1 * y - 0.05 * x + 0.02 * y * y + 0.01 * x * y - 0.015 * x * x, 1 + 0.01 * x];
}

Deno.test("steps are read in order; what is wrong is named", () => {
  assert.deepEqual(parsePipeline(" smooth:0.5 | pad:128|interp:64"), [
    { step: "smooth", value: 0.5 },
    { step: "pad", value: 128 },
    { step: "interp", value: 64 },
  ]);
  assert.deepEqual(parsePipeline(""), []);
  const wrong: [string, RegExp][] = [
    ["smoth:1", /no step "smoth" \(smooth\?\)/],
    ["pad", /pad:side with a side/],
    ["pad:12.5", /pad:12.5/],
    ["smooth:0", /blur above 0/],
    ["pad:64:2", /pad:64:2/],
    ["smooth:1||pad:64", /no step ""/],
    ["pad_extrapolate_boundary_matched:64|smooth:1", /make it the last step/],
  ];
  for (const [text, message] of wrong) {
    assert.throws(() => parsePipeline(text), { name: "ConfigError", message }, text);
  }
  assert.throws(() => run(gaussianProbe(32), "pad:16"), /Cannot pad a probe of 32 to 16: use crop/);
  assert.throws(() => run(gaussianProbe(32), "crop:64"), /use pad/);
});

Deno.test("pad and crop keep values and centre, also of odd windows", () => {
  const probe = parabola(16);
  for (const step of ["pad", "pad_preserve"]) {
    const wide = run(probe, `${step}:24`);
    assert.equal(wide.N, 24);
    assert.equal(probeEnergy(wide), probeEnergy(probe));
    assert.equal(wide.data[2 * (12 * 24 + 12)], probe.data[2 * (8 * 16 + 8)]);
    assert.deepEqual(run(wide, "crop:16").data, probe.data);
  }
  const odd = run(probe, "crop:9");
  assert.equal(odd.data[2 * (4 * 9 + 4)], probe.data[2 * (8 * 16 + 8)]);
});

Deno.test("interpolation keeps the centre and follows the field", () => {
  const from = gaussianProbe(64, 8, 2),
    to = run(from, "interp:128"),
    exact = gaussianProbe(128, 16, 2);
  let worst = 0;
  to.data.forEach((v, i) => worst = Math.max(worst, Math.abs(v - exact.data[i])));
  assert(worst < 2e-3, `${worst}`);
  const back = run(to, "interp:64");
  back.data.forEach((v, i) => assert(Math.abs(v - from.data[i]) < 1e-6));
});

Deno.test("smoothing widens the modulus, keeps a flat phase and the sum", () => {
  const sigma = 4, from = gaussianProbe(64, sigma, 0), to = run(from, "smooth:3");
  let sum = 0, before = 0, second = 0;
  for (let i = 0; i < 4096; i++) {
    sum += to.data[2 * i];
    before += from.data[2 * i];
    second += to.data[2 * i] * (i % 64 - 32) ** 2;
    assert.equal(to.data[2 * i + 1], 0);
  }
  assert(Math.abs(sum / before - 1) < 1e-3);
  assert(Math.abs(second / sum / (sigma ** 2 + 9) - 1) < 0.01);
  // A tilted plane wave keeps its phase.
  const tilt = parabola(32), soft = run(tilt, "smooth:0.5");
  const i = 2 * (16 * 32 + 20),
    turn = Math.atan2(
      soft.data[i + 1] * tilt.data[i] - soft.data[i] * tilt.data[i + 1],
      soft.data[i] * tilt.data[i] + soft.data[i + 1] * tilt.data[i + 1],
    );
  assert(Math.abs(turn) < 0.02, `${turn}`);
});

Deno.test("the phase fit finds a parabola without unwrapping", () => {
  const fit = fitPhase(parabola(32).data, 32);
  [0.4, 0.1, -0.05, 0.02, 0.01, -0.015].forEach((c, i) =>
    assert(Math.abs(fit[i] - c) < 1e-4, `${fit}`)
  );
  const flat = new Float32Array(2 * 64);
  flat[2 * 27] = 1;
  assert(fitPhase(flat, 8).every(Number.isFinite), "one bright pixel");
  assert.deepEqual(solveSymmetric(Float64Array.of(4, 2, 2, 3), Float64Array.of(2, 2)), [0.25, 0.5]);
});

Deno.test("extrapolation continues a parabola and the modulus of the rim", () => {
  const probe = parabola(32), wide = run(probe, "pad_extrapolate:48");
  for (const [y, x] of [[-23, 4], [5, 20], [0, 0], [23, -24]]) {
    const [phase] = parabolaAt(y, x), i = 2 * ((y + 24) * 48 + x + 24);
    const modulus = parabolaAt(0, Math.min(15, Math.max(-16, x)))[1];
    assert(Math.abs(wide.data[i] - modulus * Math.cos(phase)) < 0.03, `${y} ${x}`);
    assert(Math.abs(wide.data[i + 1] - modulus * Math.sin(phase)) < 0.03, `${y} ${x}`);
  }
});

Deno.test("boundary-matched extrapolation keeps the window, has no jump and ends on the parabola", () => {
  const N = 32, probe = parabola(N);
  // A kink that no parabola follows, strongest at the right rim.
  for (let i = 0; i < N * N; i++) {
    const turn = 0.8 * Math.max(0, (i % N - 24) / 8),
      [a, b] = [probe.data[2 * i], probe.data[2 * i + 1]];
    probe.data[2 * i] = a * Math.cos(turn) - b * Math.sin(turn);
    probe.data[2 * i + 1] = a * Math.sin(turn) + b * Math.cos(turn);
  }
  const fit = fitPhase(probe.data, N), side = 64;
  const wide = run(probe, `pad_extrapolate_boundary_matched:${side}`);
  const plain = run(probe, `pad_extrapolate:${side}`);
  assert.deepEqual(run(wide, "crop:32").data, probe.data);
  const phase = (p: Probe, y: number, x: number): number => {
    const i = 2 * ((y + 32) * side + x + 32);
    return Math.atan2(p.data[i + 1], p.data[i]);
  };
  const wrap = (a: number): number => Math.atan2(Math.sin(a), Math.cos(a));
  const bare = (y: number, x: number): number =>
    fit[0] + fit[1] * y + fit[2] * x + fit[3] * y * y + fit[4] * x * y + fit[5] * x * x;
  for (let y = -16; y < 16; y++) {
    const jump = (p: Probe): number =>
      Math.abs(wrap(phase(p, y, 16) - phase(p, y, 15) - bare(y, 16) + bare(y, 15)));
    assert(jump(wide) < 0.06, `${y} ${jump(wide)}`);
    assert(Math.abs(wrap(phase(wide, y, 31) - bare(y, 31))) < 1e-4, "rim");
  }
  let replaced = 0;
  for (let x = -16; x < 16; x++) {
    replaced = Math.max(replaced, Math.abs(wrap(phase(plain, 0, x) - phase(wide, 0, x))));
  }
  assert(replaced > 0.1, `the plain one replaces the phase inside: ${replaced}`);
});

Deno.test("the pipeline of a recipe is carried out in order and recorded", () => {
  const recipe = (pipeline: string) =>
    resolveRecipe({ N: 64, "probe.side": 32, "probe.pipeline": pipeline });
  const { probe, steps } = makeProbe(recipe("smooth:0.5|pad:64"));
  assert.equal(probe.N, 64);
  assert.deepEqual(steps, [
    { step: "smooth", value: 0.5, from: 32, to: 32 },
    { step: "pad", value: 64, from: 32, to: 64 },
  ]);
  const other = makeProbe(recipe("interp:64|smooth:0.5")).probe;
  assert.notDeepEqual(other.data, makeProbe(recipe("smooth:0.5|interp:64")).probe.data);
  assert.throws(() => makeProbe(recipe("")), /end --probe-pipeline with pad:64 or interp:64/);
});
