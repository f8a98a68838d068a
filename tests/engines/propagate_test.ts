import assert from "node:assert/strict";
import { ConfigError } from "../../src/errors.ts";
import { Plan } from "../../src/gpu/plan.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import {
  farField,
  farFieldPixel,
  fresnelScaling,
  type NearField,
  nearField,
  type Propagator,
} from "../../src/physics/propagate.ts";
import { fft2Reference } from "../reference/fft.ts";
import { nearFieldReference } from "../reference/propagate.ts";
import { assertAdjoint, assertClose, dot, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

/** X rays over a millimetre, light over a wave, and waves finer than the wavelength, which decay. */
const FIELDS: readonly (readonly [string, number, number, NearField, boolean])[] = [
  ["x rays", 16, 1, { wavelength: 1e-10, distance: 2e-3, pixel: 1e-7 }, true],
  ["light, backwards", 32, 3, { wavelength: 6e-7, distance: -3e-5, pixel: 5e-7 }, true],
  ["decaying", 64, 2, { wavelength: 6e-7, distance: 2e-7, pixel: 2e-7 }, false],
];

for (const texelReads of [true, false]) {
  for (const [name, size, planes, field, lossless] of FIELDS) {
    Deno.test(`near field, ${name}, ${size} px (texelReads ${texelReads})`, () =>
      withGpu(async (gpu, keep) => {
        using near = nearField(gpu, size, field);
        const shape = [planes, size, size, 2], count = 2 * planes * size * size;
        const x = randomValues(count, 1), y = randomValues(count, 2);
        const [ax, aty] = [poisoned(gpu, "Ax", shape), poisoned(gpu, "A*y", shape)].map(keep);
        await apply(gpu, near, x, y, ax, aty, planes);
        const [forward, adjoint] = await gpu.readAll([ax, aty]);
        assertClose("forward", forward, nearFieldReference(x, planes, size, field), 2e-6);
        assertClose("adjoint", adjoint, nearFieldReference(y, planes, size, field, true), 2e-6);
        assertAdjoint("near field", x, forward, y, adjoint, 1e-6);
        const energy = dot(forward, forward) / dot(x, x);
        if (lossless) assert.ok(Math.abs(energy - 1) < 1e-5, `energy ${energy}`);
        else assert.ok(energy < 0.9, `energy ${energy}`);
      }, { texelReads }));
  }
}

Deno.test("far field is the transform; forward and adjoint undo each other", () =>
  withGpu(async (gpu, keep) => {
    const size = 32, planes = 2, count = 2 * planes * size * size;
    using far = farField(size);
    const x = randomValues(count, 3), y = randomValues(count, 4);
    const shape = [planes, size, size, 2];
    const [ax, aty] = [poisoned(gpu, "Ax", shape), poisoned(gpu, "A*y", shape)].map(keep);
    await apply(gpu, far, x, y, ax, aty, planes);
    const [forward, adjoint] = await gpu.readAll([ax, aty]);
    assertClose("forward", forward, fft2Reference(x, planes, size), 2e-6);
    assertAdjoint("far field", x, forward, y, adjoint, 1e-6);
    assert.ok(Math.abs(dot(forward, forward) / dot(x, x) - 1) < 1e-5);
  }));

Deno.test("a plane wave keeps its phase, a Gaussian beam spreads as it should", () =>
  withGpu(async (gpu, keep) => {
    const size = 64, pixel = 1e-6, wavelength = 5e-7, waist = 6e-6, distance = 2e-4;
    using near = nearField(gpu, size, { wavelength, distance, pixel });
    const waves = new Float32Array(4 * size * size);
    for (let i = 0; i < size * size; i++) {
      const y = (Math.floor(i / size) - size / 2) * pixel, x = (i % size - size / 2) * pixel;
      waves[2 * i] = 1;
      waves[2 * (size * size + i)] = Math.exp(-(x * x + y * y) / waist ** 2);
    }
    const z = keep(gpu.tensor("waves", [2, size, size, 2], waves));
    using plan = new Plan(gpu, "propagate");
    near.forward(plan, z, z, 2);
    plan.submit();
    const out = await gpu.read(z);
    for (let i = 0; i < size * size; i++) {
      assert.ok(Math.hypot(out[2 * i] - 1, out[2 * i + 1]) < 1e-5);
    }
    let power = 0, second = 0;
    for (let i = 0; i < size * size; i++) {
      const at = 2 * (size * size + i), x = (i % size - size / 2) * pixel;
      const w = out[at] ** 2 + out[at + 1] ** 2;
      power += w;
      second += w * x * x;
    }
    // Radius where the amplitude is 1/e; sigma^2 of the intensity is a quarter of its square.
    const rayleigh = Math.PI * waist ** 2 / wavelength;
    const expected = waist * Math.hypot(1, distance / rayleigh);
    const radius = 2 * Math.sqrt(second / power);
    assert.ok(Math.abs(radius / expected - 1) < 0.01, `${radius} instead of ${expected}`);
  }));

Deno.test("Fresnel scaling and the far-field pixel", () => {
  const near = fresnelScaling({
    sourceDistance: 0.02,
    detectorDistance: 0.98,
    detectorPixel: 5e-5,
    wavelength: 1e-10,
  });
  assert.ok(Math.abs(near.magnification - 50) < 1e-9);
  assert.ok(Math.abs(near.pixel - 1e-6) < 1e-15);
  assert.ok(Math.abs(near.distance - 0.0196) < 1e-12);
  assert.ok(Math.abs(farFieldPixel(1e-10, 2, 5e-5, 128) - 3.125e-8) < 1e-18);
  const bad = { sourceDistance: 0, detectorDistance: 1, detectorPixel: 1, wavelength: 1 };
  assert.throws(() => fresnelScaling(bad), ConfigError);
});

async function apply(
  gpu: Gpu,
  propagator: Propagator,
  x: Float32Array,
  y: Float32Array,
  ax: ReturnType<typeof poisoned>,
  aty: ReturnType<typeof poisoned>,
  planes: number,
): Promise<void> {
  const [input, other] = [gpu.tensor("x", ax.shape, x), gpu.tensor("y", ax.shape, y)];
  using plan = new Plan(gpu, "propagate");
  propagator.forward(plan, input, ax, planes);
  propagator.adjoint(plan, other, aty, planes);
  plan.submit();
  await gpu.settle();
  gpu.arena.release(input);
  gpu.arena.release(other);
}
