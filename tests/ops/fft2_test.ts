import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { FFT_SIZES, recordFft2 } from "../../src/ops/fft2.ts";
import { emit } from "../../shaders/ops/fft2_lines/generate.ts";
import { fft2Reference } from "../reference/fft.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";
import { testWithLongVectors } from "../support/long_vectors.ts";

for (const texelReads of [true, false]) {
  Deno.test(`fft2 agrees with the definition (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const [batch, size] of [[1, 16], [3, 32], [5, 64], [1, 128]]) {
        const shape = [batch, size, size, 2];
        const values = randomValues(batch * size * size * 2, size);
        const x = keep(gpu.tensor("x", shape, values));
        const y = keep(poisoned(gpu, "y", shape)), z = keep(poisoned(gpu, "z", shape));
        using plan = new Plan(gpu, "fft");
        recordFft2(plan, x, y, batch, size, false, undefined, true);
        recordFft2(plan, x, z, batch, size, true, undefined, true);
        plan.submit();
        assertClose(`fft ${size}`, await gpu.read(y), fft2Reference(values, batch, size), 1e-6);
        assertClose(
          `inverse ${size}`,
          await gpu.read(z),
          fft2Reference(values, batch, size, true),
          1e-6,
        );
      }
    }, { texelReads }));
}

for (const texelReads of [true, false]) {
  Deno.test(`fft2 of every size is unitary and undone in place (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const size of FFT_SIZES) {
        const shape = [2, size, size, 2], count = 4 * size * size;
        const values = randomValues(count, size), other = randomValues(count, size + 1);
        const x = keep(gpu.tensor("x", shape, values)), w = keep(gpu.tensor("w", shape, other));
        const y = keep(poisoned(gpu, "y", shape)), scratch = keep(poisoned(gpu, "scratch", shape));
        using plan = new Plan(gpu, "fft");
        recordFft2(plan, x, y, 2, size, false, scratch, true);
        recordFft2(plan, w, w, 2, size, true, undefined, true);
        plan.submit();
        assertAdjoint("fft2", values, await gpu.read(y), other, await gpu.read(w), 1e-6);
        using back = new Plan(gpu, "inverse");
        recordFft2(back, y, y, 2, size, true, undefined, true);
        back.submit();
        assertClose(`round trip ${size}`, await gpu.read(y), values, 1e-6);
      }
    }, { texelReads }));
}

Deno.test("fft2 of a single bright pixel is a plane wave at every supported size", () =>
  withGpu(async (gpu, keep) => {
    for (const size of FFT_SIZES) {
      const values = new Float32Array(2 * size * size), [row, column] = [3, size - 2];
      values[2 * (row * size + column)] = size;
      const x = keep(gpu.tensor("x", [1, size, size, 2], values));
      using plan = new Plan(gpu, "fft");
      recordFft2(plan, x, x, 1, size);
      plan.submit();
      const expected = new Float64Array(values.length);
      for (let v = 0; v < size; v++) {
        for (let u = 0; u < size; u++) {
          const phase = -2 * Math.PI * ((v * row + u * column) % size) / size;
          expected[2 * (v * size + u)] = Math.cos(phase);
          expected[2 * (v * size + u) + 1] = Math.sin(phase);
        }
      }
      assertClose(`wave ${size}`, await gpu.read(x), expected, 1e-6);
    }
  }));

Deno.test("fft2 refuses sizes it cannot transform", () =>
  withGpu((gpu, keep) => {
    const x = keep(gpu.tensor("x", [1, 48, 48, 2]));
    using plan = new Plan(gpu, "fft");
    assert.throws(
      () => recordFft2(plan, x, x, 1, 48),
      (e: Error) => e instanceof ShapeError && /48 x 48.*16, 32, 64, 128, 256, 512/.test(e.message),
    );
    assert.throws(() => recordFft2(plan, x, x, 1, 64), ShapeError);
    return Promise.resolve();
  }));

Deno.test("stores of 64-bit integers leave the same bytes", async () => {
  const transformed = async (wideStores: boolean): Promise<Float32Array[]> => {
    const all: Float32Array[] = [];
    await withGpu(async (gpu, keep) => {
      for (const size of FFT_SIZES) {
        const x = keep(gpu.tensor("x", [1, size, size, 2], randomValues(2 * size * size, 3)));
        const y = keep(poisoned(gpu, "y", x.shape));
        using plan = new Plan(gpu, "fft");
        recordFft2(plan, x, y, 1, size, false, undefined, true);
        plan.submit();
        all.push(await gpu.read(y));
      }
    }, { wideStores });
    return all;
  };
  assert.deepEqual(await transformed(true), await transformed(false));
});

Deno.test("transforms by whole lines are up to date", () => {
  for (const [name, text] of emit()) {
    const url = new URL(`../../shaders/ops/fft2_lines/${name}`, import.meta.url);
    assert.equal(Deno.readTextFileSync(url), text, `${name} is stale: run its generator`);
  }
});

Deno.test("images of 64 x 64 are transformed across 16 invocations where vectors are that long", async () => {
  const kernelOf = (gpu: Gpu, anyOrder: boolean): string => {
    using plan = new Plan(gpu, "fft");
    const image = gpu.tensor("image", [1, 64, 64, 2]);
    const run = plan.run.bind(plan), labels: string[] = [];
    plan.run = (kernel, ...rest) => (labels.push(kernel.label), run(kernel, ...rest));
    recordFft2(plan, image, image, 1, 64, false, undefined, anyOrder);
    gpu.arena.release(image);
    return labels.join();
  };
  await withGpu((gpu) => {
    const { software, shuffles } = gpu.profile;
    const wanted = shuffles === 16 ? "lanes" : software ? "image" : "#stage";
    assert.match(kernelOf(gpu, true), new RegExp(`fft2_?${wanted}`));
    assert.doesNotMatch(kernelOf(gpu, false), /lanes/, "the order of additions is fixed");
    return Promise.resolve();
  });
  await withGpu((gpu) => {
    assert.doesNotMatch(kernelOf(gpu, true), /lanes/);
    return Promise.resolve();
  }, { texelReads: false });
});

Deno.test("all of this with vectors of 512 bits", () => testWithLongVectors(import.meta.filename!));
