import assert from "node:assert/strict";
import { GpuLimitError, ShaderCompileError, ShapeError } from "../../src/errors.ts";
import { defineKernel, type Kernel } from "../../src/gpu/kernel.ts";
import { Plan } from "../../src/gpu/plan.ts";
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

const source = /* wgsl */ `
override WORKGROUP: u32 = 64;
struct Params { count: u32, factor: f32 }
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) w: vec3u, @builtin(local_invocation_index) l: u32,
           @builtin(num_workgroups) n: vec3u) {
  let i = linear_index(w, l, n, WORKGROUP);
  if (i < params.count) { y[i] = params.factor * load_x(i); }
}`;

const scale: Kernel<
  { readonly x: "texel"; readonly y: "read_write" },
  { readonly count: "u32"; readonly factor: "f32" }
> = defineKernel({
  label: "test/scale#forward",
  source,
  snippets: [index],
  entryPoint: "forward",
  bindings: { x: "texel", y: "read_write" },
  params: { count: "u32", factor: "f32" },
});

const pairsSource = /* wgsl */ `
struct Params { count: u32, start: u32 }
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
@compute @workgroup_size(64)
fn pairs(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { y[id.x] = load_x(params.start + 2u * id.x); }
}`;

for (const texelReads of [true, false]) {
  for (const access of ["texel_pairs", "pairs"] as const) {
    Deno.test(`pairs of complex numbers from any number on: ${access}, texelReads ${texelReads}`, () =>
      withGpu(async (gpu, keep) => {
        const kernel = defineKernel({
          label: `test/pairs#pairs ${access}`,
          source: pairsSource,
          entryPoint: "pairs",
          bindings: { x: access, y: "read_write" },
          params: { count: "u32", start: "u32" },
        });
        // 1024 texels are a row of a texture.
        for (const [n, start] of [[8, 0], [8, 1], [4200, 2045], [4200, 4093]]) {
          const values = randomValues(2 * n, n), count = Math.floor((n - start) / 2);
          const x = keep(gpu.tensor("x", [n, 2], values));
          const y = keep(poisoned(gpu, "y", [count, 4]));
          using plan = new Plan(gpu, "test");
          plan.run(kernel, { x, y }, { count, start }, count);
          plan.submit();
          const want = values.subarray(2 * start, 2 * start + 4 * count);
          assertClose(`${n} from ${start}`, await gpu.read(y), want, 0);
        }
      }, { texelReads }));
  }
  Deno.test(`a constant tensor is read like any other and never written (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      const values = randomValues(4100, 1);
      const x = keep(gpu.constant("x", [4100], values)), y = keep(poisoned(gpu, "y", [4100]));
      using plan = new Plan(gpu, "test");
      for (let i = 0; i < 2; i++) plan.run(scale, { x, y }, { count: 1025, factor: 2 }, 1025);
      // A texture of something constant is not made anew by the replays.
      assert.equal(plan.length, 2);
      for (let i = 0; i < 2; i++) {
        plan.submit();
        assertClose("twice", await gpu.read(y), values.map((v) => 2 * v), 1e-7);
      }
      assert.throws(() => gpu.write(x, values), ShapeError);
      const back = { x: y, y: x };
      assert.throws(() => plan.run(scale, back, { count: 1025, factor: 2 }, 1025), ShapeError);
      assert.throws(() => plan.copy(y, x, 1), ShapeError);
      assert.throws(() => plan.clear(x), ShapeError);
      assert.throws(() => gpu.clear(x), ShapeError);
    }, { texelReads }));
}

for (const texelReads of [true, false]) {
  Deno.test(`plan replays, chains and updates parameters (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const n of [4, 4100, 70000]) {
        const values = randomValues(n, n);
        const x = keep(gpu.tensor("x", [n], values));
        const y = keep(poisoned(gpu, "y", [n])), z = keep(poisoned(gpu, "z", [n]));
        using plan = new Plan(gpu, "test");
        plan.run(scale, { x, y }, { count: n / 4, factor: 2 }, n / 4);
        const second = plan.run(scale, { x: y, y: z }, { count: n / 4, factor: 3 }, n / 4);
        plan.submit();
        assertClose("z", await gpu.read(z), values.map((v) => 6 * v), 1e-6);
        second.update({ factor: -1 });
        plan.submit();
        assertClose("z", await gpu.read(z), values.map((v) => -2 * v), 1e-6);
        const bytes = gpu.arena.reservedBytes;
        plan.submit();
        await gpu.settle();
        assert.equal(gpu.arena.reservedBytes, bytes);
      }
    }, { texelReads }));
}

Deno.test("plan times every kernel and reports progress while compiling", () =>
  withGpu(async (gpu, keep) => {
    const x = keep(gpu.tensor("x", [64], randomValues(64, 1)));
    const y = keep(poisoned(gpu, "y", [64]));
    using plan = new Plan(gpu, "test");
    plan.run(scale, { x, y }, { count: 16, factor: 1 }, 16);
    const labels: string[] = [];
    await plan.submitCompiling((_done, _all, label) => labels.push(label));
    assert.deepEqual(labels, ["test/scale#forward", ""]);
    const times = await plan.time();
    assert.equal(times.find((t) => t.label === "test/scale#forward")?.calls, 1);
  }));

Deno.test("gpu reports bad WGSL with kernel label and line", async () => {
  await assert.rejects(
    withGpu(async (gpu, keep) => {
      const x = keep(gpu.tensor("x", [64]));
      const y = keep(gpu.tensor("y", [64]));
      using plan = new Plan(gpu, "test");
      const broken = { ...scale, label: "test/broken", source: source.replace("vec4f>", "vec9f>") };
      plan.run(broken, { x, y }, { count: 16, factor: 1 }, 16);
      plan.submit();
      await gpu.settle();
    }),
    (error: Error) =>
      (error instanceof ShaderCompileError && /test\/broken: 4:/.test(error.message)) ||
      /test\/broken/.test(error.message),
  );
});

Deno.test("arena refuses what exceeds a binding and reuses what was released", () =>
  withGpu((gpu) => {
    assert.throws(() => gpu.arena.allocate("huge", [2 ** 20, 2 ** 12]), GpuLimitError);
    const a = gpu.arena.allocate("a", [1000]);
    const { buffer } = a;
    gpu.arena.release(a);
    assert.throws(() => a.buffer, ReferenceError);
    const b = gpu.arena.allocate("b", [1000]);
    assert.equal(b.buffer, buffer);
    assert.throws(() => gpu.write(b, new Float32Array(1001)), ShapeError);
    gpu.arena.release(b);
    return Promise.resolve();
  }));

const swap = defineKernel({
  label: "test/halves#swap",
  source: /* wgsl */ `
struct Params { count: u32 }
@group(1) @binding(0) var<uniform> params: Params;
@compute @workgroup_size(64)
fn swap(@builtin(global_invocation_id) id: vec3u) {
  let i = 2u * id.x;
  if (i < params.count) {
    let packed = pack_y(load_x_high(i), load_x_high(i + 1u));
    keep_y(id.x, packed);
    store_y(params.count / 2u + id.x, load_x_low(i), load_x_low(i + 1u));
  }
}`,
  entryPoint: "swap",
  bindings: { x: "halves", y: "store_pairs" },
  params: { count: "u32" },
});

for (
  const paths of [
    { texelReads: true },
    { texelReads: true, wideStores: false },
    { texelReads: false },
  ]
) {
  Deno.test(`halves of a tensor that was just written, stored in pairs (${JSON.stringify(paths)})`, () =>
    withGpu(async (gpu, keep) => {
      const half = 4096, values = randomValues(8 * half, 5);
      const source = keep(gpu.tensor("source", [2 * half, 4], values));
      const x = keep(poisoned(gpu, "x", [2 * half, 4]));
      const y = keep(poisoned(gpu, "y", [2 * half, 4]));
      using plan = new Plan(gpu, "test");
      plan.run(scale, { x: source, y: x }, { count: 2 * half, factor: 1 }, 2 * half);
      plan.run(swap, { x, y }, { count: half }, half / 2);
      const expected = [...values.subarray(4 * half), ...values.subarray(0, 4 * half)];
      for (let replay = 0; replay < 2; replay++) {
        plan.submit();
        assert.deepEqual([...await gpu.read(y)], expected);
      }
      const small = keep(gpu.tensor("small", [2 * half - 1, 4]));
      const bind = () => plan.run(swap, { x: small, y }, { count: half }, half / 2);
      assert.throws(bind, ShapeError);
    }, paths));
}
