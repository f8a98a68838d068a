import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { Random } from "../../src/random.ts";
import { VarproAccumulator } from "../../src/reassembly/varpro.ts";
import {
  type NormalEquations,
  residual,
  rootsOnUnitInterval,
  solveByRankOne,
  solveScaleFactors,
} from "../../src/reassembly/varpro_solve.ts";
import { assertClose, dot, type Numbers, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

function normalEquations(x1: Numbers, x2: Numbers, x3: Numbers, m: Numbers): NormalEquations {
  return {
    a11: dot(x1, x1),
    a12: dot(x1, x2),
    a13: dot(x1, x3),
    a22: dot(x2, x2),
    a23: dot(x2, x3),
    a33: dot(x3, x3),
    b1: dot(x1, m),
    b2: dot(x2, m),
    b3: dot(x3, m),
    mm: dot(m, m),
  };
}

/** Intensities of two random fields, X3 their interference. */
function basis(count: number, seed: number): [Float64Array, Float64Array, Float64Array] {
  const random = new Random(seed);
  const out = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < count; i++) {
    const [ar, ai, noise] = [random.normal(), random.normal(), random.normal()];
    const [br, bi] = [0.6 * ar + 0.8 * noise, random.normal()];
    out[0][i] = ar * ar + ai * ai;
    out[1][i] = br * br + bi * bi;
    out[2][i] = 2 * (ar * br + ai * bi);
  }
  return out;
}

function mix([x1, x2, x3]: Numbers[], s1: number, s2: number): Float64Array {
  return Float64Array.from(x1, (v, i) => s1 * s1 * v + s2 * s2 * x2[i] + s1 * s2 * x3[i]);
}

Deno.test("the solver returns the factors that made the data, either sign, any size", () => {
  const x = basis(500, 1);
  const cases = [[1, 1], [0.3, 4], [4, 0.3], [2, -0.5], [-0.2, 3], [1e3, 1.5e3], [1e-4, 3e-5]];
  for (const [s1, s2] of cases) {
    const found = solveScaleFactors(normalEquations(...x, mix(x, s1, s2)));
    assertClose("s", [found.s1, found.s2], [s1, s2], 1e-8);
  }
  const only = solveScaleFactors(normalEquations(...x, mix(x, 2, 0)));
  assertClose("s", [only.s1, only.s2], [2, 0], 1e-7);
});

Deno.test("the solver beats every point of a fine grid on noisy and arbitrary equations", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed, 1);
    const x = basis(40, seed).map((v) => v.map((n) => n + 0.3 * random.normal()));
    const m = Float64Array.from(x[0], () => Math.abs(2 + 3 * random.normal()));
    const n = normalEquations(x[0], x[1], x[2], m);
    const best = residual(n, solveScaleFactors(n));
    let grid = Infinity;
    for (let k = 0; k < 3000; k++) {
      const angle = Math.PI * k / 3000, c = Math.cos(angle), s = Math.sin(angle);
      // Best length along the ray: residual is mm - 2 u l + u^2 q in u = length^2.
      const q = residual({ ...n, mm: 0, b1: 0, b2: 0, b3: 0 }, { s1: c, s2: s });
      const l = n.b1 * c * c + n.b2 * s * s + n.b3 * c * s;
      grid = Math.min(grid, n.mm - Math.max(l, 0) ** 2 / q);
    }
    assert.ok(best <= grid + 1e-9 * n.mm, `seed ${seed}: ${best} but the grid has ${grid}`);
    assert.ok(grid - best < 1e-4 * n.mm, `seed ${seed}: ${best} is below the minimum ${grid}`);
  }
});

Deno.test("a real object gets a factor, an empty one or bad numbers are refused", () => {
  const [x1] = basis(50, 3), zero = new Float64Array(50);
  const real = solveScaleFactors(normalEquations(x1, zero, zero, x1.map((v) => 9 * v)));
  assertClose("s", [real.s1, real.s2], [3, 0], 1e-9);
  const imaginary = solveScaleFactors(normalEquations(zero, x1, zero, x1.map((v) => 4 * v)));
  assertClose("s", [imaginary.s1, imaginary.s2], [0, 2], 1e-9);
  assert.throws(() => solveScaleFactors(normalEquations(zero, zero, zero, x1)), RangeError);
  assert.throws(() => solveScaleFactors(normalEquations(x1, x1, x1, zero)), RangeError);
  const bad = normalEquations(x1, x1, x1, x1.map(() => NaN));
  assert.throws(() => solveScaleFactors(bad), RangeError);
});

Deno.test("roots on the unit interval include double roots and leave the others out", () => {
  // (t - 0.5)^2 (t + 0.25) (t - 3) and its turning points.
  const roots = rootsOnUnitInterval([-0.1875, 0.0625, 2.25, -3.75, 1]);
  const value = (t: number): number =>
    -0.1875 + 0.0625 * t + 2.25 * t ** 2 - 3.75 * t ** 3 + t ** 4;
  assert.ok(roots.some((t) => Math.abs(t + 0.25) < 1e-12));
  assert.ok(roots.some((t) => Math.abs(t - 0.5) < 1e-7));
  assert.ok(roots.every((t) => Math.abs(t) <= 1));
  assert.ok(Math.abs(value(0.5)) < 1e-12 && Math.abs(value(-0.25)) < 1e-12);
  assert.deepEqual(rootsOnUnitInterval([1]), []);
});

Deno.test("the rank-one fit is exact on exact data and refuses dependent images", () => {
  const x = basis(300, 5);
  const found = solveByRankOne(normalEquations(...x, mix(x, 0.7, 1.9)));
  assertClose("s", [found.s1, found.s2], [0.7, 1.9], 1e-9);
  // Noise that both fits take differently: the exact fit is never worse.
  const noisy = mix(x, 0.7, 1.9).map((v, i) => v + Math.sin(7 * i));
  const n = normalEquations(...x, noisy);
  assert.ok(residual(n, solveScaleFactors(n)) <= residual(n, solveByRankOne(n)));
  assert.throws(() => solveByRankOne(normalEquations(x[0], x[0], x[1], x[0])), RangeError);
});

Deno.test("sums of a scan streamed in batches equal float64 sums", () =>
  withGpu(async (gpu) => {
    for (
      const { patterns, frame, batch } of [
        { patterns: 1, frame: 2, batch: 1 },
        { patterns: 7, frame: 10, batch: 3 },
        { patterns: 11, frame: 64, batch: 4 },
      ]
    ) {
      for (const kind of ["amplitude", "intensity"] as const) {
        const area = frame * frame, total = patterns * area, scale = 1.7;
        const x = [1, 2, 3].map((seed) => randomValues(total, seed, 300));
        const measured = randomValues(total, 4).map(Math.abs);
        const tensors = [0, 1, 2, 3].map((k) => gpu.tensor(`x${k}`, [batch, frame, frame]));
        const [x1, x2, x3, m] = tensors;
        using plan = new Plan(gpu, "sums");
        using sums = new VarproAccumulator(gpu, patterns, frame);
        sums.record(plan, { x1, x2, x3, measured: m, kind, scale });
        for (let first = 0; first < patterns; first += batch) {
          const count = Math.min(batch, patterns - first);
          // Whatever a partial batch still holds must not be counted.
          [...x, measured].forEach((values, k) => {
            gpu.write(tensors[k], new Float32Array(batch * area).fill(NaN));
            gpu.write(tensors[k], values.subarray(first * area, (first + count) * area));
          });
          sums.begin(first, count);
          plan.submit();
        }
        const intensity = Float64Array.from(measured, (v) => {
          const scaled = scale * v;
          return kind === "amplitude" ? scaled * scaled : scaled;
        });
        const wanted = normalEquations(x[0], x[1], x[2], intensity);
        const actual = await sums.normalEquations();
        for (const key of Object.keys(wanted) as (keyof NormalEquations)[]) {
          const [a, b] = [key[1], key[2]].map((c) => c === "m" ? "m" : c);
          const bound = key === "mm"
            ? wanted.mm
            : key[0] === "b"
            ? Math.sqrt(dot(x[+a - 1], x[+a - 1]) * wanted.mm)
            : Math.sqrt(dot(x[+a - 1], x[+a - 1]) * dot(x[+b - 1], x[+b - 1]));
          assertClose(key, [actual[key] / bound], [wanted[key] / bound], 1e-6, { relative: false });
        }
        assert.throws(() => sums.begin(patterns, 1), ShapeError);
        sums.clear();
        assert.equal((await sums.normalEquations()).a11, 0);
        for (const tensor of tensors) gpu.arena.release(tensor);
      }
    }
  }));

Deno.test("masked pixels do not count, whatever is there", () =>
  withGpu(async (gpu, keep) => {
    const frame = 10, patterns = 3, area = frame * frame, total = patterns * area;
    const mask = Uint8Array.from({ length: area }, (_, i) => i % 7 === 3 || i < 12 ? 0 : 1);
    const x = [1, 2, 3, 4].map((seed) => randomValues(total, seed));
    const known = x.map((values) => values.map((v, i) => v * mask[i % area]));
    const tensors = x.map((values, k) =>
      keep(
        gpu.tensor(
          `x${k}`,
          [patterns, frame, frame],
          values.map((v, i) => mask[i % area] === 0 ? 1e3 * v : v),
        ),
      )
    );
    const [x1, x2, x3, measured] = tensors;
    using plan = new Plan(gpu, "sums");
    using sums = new VarproAccumulator(gpu, patterns, frame, mask);
    sums.record(plan, { x1, x2, x3, measured, kind: "intensity" });
    plan.submit();
    const wanted = normalEquations(known[0], known[1], known[2], known[3]);
    const actual = await sums.normalEquations();
    for (const key of Object.keys(wanted) as (keyof NormalEquations)[]) {
      assertClose(key, [actual[key]], [wanted[key]], 1e-5 * total, { relative: false });
    }
    assert.throws(() => new VarproAccumulator(gpu, 1, frame, new Uint8Array(9)), ShapeError);
  }));

Deno.test("batches of unequal size are refused", () =>
  withGpu((gpu, keep) => {
    const x = keep(gpu.tensor("x", [2, 8, 8])), y = keep(gpu.tensor("y", [1, 8, 8]));
    using plan = new Plan(gpu, "sums");
    using sums = new VarproAccumulator(gpu, 4, 8);
    const batch = { x1: x, x2: x, x3: y, measured: x, kind: "intensity" } as const;
    assert.throws(() => sums.record(plan, batch), ShapeError);
    assert.throws(() => new VarproAccumulator(gpu, 4, 7), ShapeError);
    return Promise.resolve();
  }));
