import { emit } from "../../shaders/engines/lines/generate.ts";
import { emit as emitPasses } from "../../shaders/engines/passes/generate.ts";
import { recordProjection } from "../../src/engines/project.ts";
import { spectrumOrder, toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { encodeVisits, EngineState, placeScan } from "../../src/engines/state.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { fft2Reference } from "../reference/fft.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

interface Case {
  readonly size: number;
  readonly modes: number;
  readonly patterns: number;
  readonly noise: "amplitude" | "poisson";
  readonly step: number;
}

/** Changes of the waves and error sums of every pattern, in float64. */
function reference(
  c: Case,
  object: Float32Array,
  columns: number,
  corners: Int32Array,
  probe: Float32Array,
  amplitudes: Float32Array,
  valid: Uint8Array,
): { chi: Float64Array; errors: Float64Array } {
  const { size: n, modes, patterns } = c, pixels = n * n;
  const chi = new Float64Array(patterns * modes * pixels * 2);
  const errors = new Float64Array(patterns);
  for (let p = 0; p < patterns; p++) {
    const psi = new Float64Array(modes * pixels * 2);
    for (let m = 0; m < modes; m++) {
      for (let i = 0; i < pixels; i++) {
        const at = (corners[2 * p] + Math.floor(i / n)) * columns + corners[2 * p + 1] + i % n;
        const [a, b] = [object[2 * at], object[2 * at + 1]];
        const [x, y] = [probe[2 * (m * pixels + i)], probe[2 * (m * pixels + i) + 1]];
        psi[2 * (m * pixels + i)] = a * x - b * y;
        psi[2 * (m * pixels + i) + 1] = a * y + b * x;
      }
    }
    const field = fft2Reference(psi, modes, n);
    for (let i = 0; i < pixels; i++) {
      const y = (Math.floor(i / n) + n / 2) % n, x = (i % n + n / 2) % n, at = y * n + x;
      let intensity = 0;
      for (let m = 0; m < modes; m++) {
        intensity += field[2 * (m * pixels + i)] ** 2 + field[2 * (m * pixels + i) + 1] ** 2;
      }
      const a = amplitudes[p * pixels + at], counts = valid[at] !== 0;
      if (counts) errors[p] += (Math.sqrt(intensity) - a) ** 2;
      const ratio = c.noise === "amplitude"
        ? a / Math.sqrt(intensity)
        : a * a / Math.max(intensity, 1e-6 + 1e-3 * a * a);
      const factor = counts ? c.step * (ratio - 1) : 0;
      for (let m = 0; m < modes; m++) {
        field[2 * (m * pixels + i)] *= factor;
        field[2 * (m * pixels + i) + 1] *= factor;
      }
    }
    chi.set(fft2Reference(field, modes, n, true), p * psi.length);
  }
  return { chi, errors };
}

async function check(gpu: Gpu, c: Case): Promise<void> {
  const { size, modes, patterns } = c, pixels = size * size;
  const positions = Float64Array.from({ length: 2 * patterns }, (_, i) => 40 + 3 * (i % 5) - i);
  const placement = placeScan(positions, size);
  const { rows, columns } = placement;
  const object = randomValues(2 * rows * columns, 1), probe = randomValues(2 * modes * pixels, 2);
  const amplitudes = randomValues(patterns * pixels, 3).map(Math.abs);
  const valid = Uint8Array.from({ length: pixels }, (_, i) => i % 7 === 3 ? 0 : 1);
  using state = new EngineState(gpu, { patterns, size, modes, rows, columns }, placement, {
    object,
    probe,
    measured: toSpectrumOrder(amplitudes, size, valid),
    positions,
  });
  const order = Array.from({ length: patterns }, (_, i) => patterns - 1 - i);
  const words = encodeVisits(state, order);
  const visits = gpu.tensor("visits", [words.length], words);
  const chi = poisoned(gpu, "chi", [patterns, modes, size, size, 2]);
  const stats = poisoned(gpu, "stats", [patterns, 4]);
  {
    using plan = new Plan(gpu, "project");
    recordProjection(plan, state, {
      visits,
      first: 0,
      count: patterns,
      probe: state.probe,
      waves: chi,
      stats,
      noise: c.noise,
      step: c.step,
    });
    plan.submit();
    const [gotChi, gotStats] = await gpu.readAll([chi, stats]);
    const want = reference(c, object, columns, state.corners, probe, amplitudes, valid);
    const name = `${size} px, ${modes} modes, ${c.noise}`;
    order.forEach((pattern, visit) => {
      const length = modes * pixels * 2;
      assertClose(
        `${name}: chi ${visit}`,
        gotChi.subarray(visit * length, (visit + 1) * length),
        want.chi.subarray(pattern * length, (pattern + 1) * length),
        c.noise === "amplitude" ? 3e-6 : 3e-5,
      );
      assertClose(`${name}: error`, [gotStats[4 * visit]], [want.errors[pattern]], 1e-5);
    });
  }
  for (const tensor of [visits, chi, stats]) gpu.arena.release(tensor);
}

Deno.test("modulus projection agrees with float64 for every transform size", () =>
  withGpu(async (gpu) => {
    for (const size of [16, 32, 64, 128, 256]) {
      await check(gpu, {
        size,
        modes: size === 32 ? 3 : 1,
        patterns: size > 64 ? 1 : 3,
        noise: "amplitude",
        step: size === 16 ? 0.7 : 1,
      });
    }
    await check(gpu, { size: 64, modes: 2, patterns: 2, noise: "poisson", step: 0.5 });
    for (const size of [64, 128]) {
      await check(gpu, { size, modes: 1, patterns: 2, noise: "poisson", step: 0.5 });
    }
  }));

Deno.test("modulus projection stage by stage, as on hardware, agrees with float64", () =>
  withGpu(async (gpu) => {
    for (const size of [64, 128]) {
      await check(gpu, { size, modes: 1, patterns: 2, noise: "amplitude", step: 0.7 });
    }
  }, { texelReads: false }));

Deno.test("kernels of whole lines are up to date", () => {
  for (const [folder, files] of [["lines", emit()], ["passes", emitPasses()]] as const) {
    for (const [name, text] of files) {
      const url = new URL(`../../shaders/engines/${folder}/${name}`, import.meta.url);
      if (Deno.readTextFileSync(url) !== text) throw new Error(`${name} is stale`);
    }
  }
});

Deno.test("the order of the engines is a permutation that a transform of one wave finds", () => {
  for (const size of [16, 32, 64, 128, 256, 512]) {
    const order = spectrumOrder(size);
    if (new Set(order).size !== size || order[0] !== 0) throw new Error(`${size}: ${order}`);
  }
});

Deno.test("waves of a third of the measured modulus change by twice themselves, N = 512", () =>
  withGpu(async (gpu) => {
    const size = 512, pixels = size * size;
    // A wave that is one plane wave and one point: its modulus is known without a transform.
    const positions = Float64Array.of(300, 300), placement = placeScan(positions, size);
    const { rows, columns } = placement;
    const object = Float32Array.from({ length: 2 * rows * columns }, (_, i) => 1 - i % 2);
    const probe = new Float32Array(2 * pixels);
    const amplitudes = new Float32Array(pixels), turn = 2 * Math.PI / size;
    for (let i = 0; i < pixels; i++) {
      const y = Math.floor(i / size), x = i % size, angle = turn * (37 * y - 101 * x);
      probe[2 * i] = Math.cos(angle) / size;
      probe[2 * i + 1] = Math.sin(angle) / size;
      // A point of height 1 has a flat modulus of 1 / N and a phase by its place (3, 5).
      const ky = y - size / 2, kx = x - size / 2, phase = -turn * (3 * ky + 5 * kx);
      const peak = ky === 37 && kx === -101 ? 1 : 0;
      amplitudes[i] = 3 * Math.hypot(Math.cos(phase) / size + peak, Math.sin(phase) / size);
    }
    probe[2 * (3 * size + 5)] += 1;
    using state = new EngineState(
      gpu,
      { patterns: 1, size, modes: 1, rows, columns },
      placement,
      { object, probe, measured: toSpectrumOrder(amplitudes, size), positions },
    );
    const visits = gpu.tensor("visits", [8], encodeVisits(state, [0]));
    const chi = poisoned(gpu, "chi", [1, 1, size, size, 2]);
    const stats = poisoned(gpu, "stats", [1, 4]);
    using plan = new Plan(gpu, "project");
    const tensors = { visits, first: 0, count: 1, probe: state.probe, waves: chi, stats };
    recordProjection(plan, state, tensors);
    plan.submit();
    const [got, told] = await gpu.readAll([chi, stats]);
    assertClose("chi", got, probe.map((x) => 2 * x), 1e-5);
    const energy = probe.reduce((sum, x) => sum + x * x, 0);
    assertClose("error and energy", [told[0], told[3]], [4 * energy, energy], 1e-5);
    for (const tensor of [visits, chi, stats]) gpu.arena.release(tensor);
  }));
