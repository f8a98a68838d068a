import assert from "node:assert/strict";
import { initializeParameters } from "../../src/network/initialization.ts";
import { ParameterLayout } from "../../src/ops/parameters.ts";

function layout(extra = false): ParameterLayout {
  const made = new ParameterLayout();
  if (extra) made.add("other.weight", [8, 4, 3, 3], true);
  made.add("conv.weight", [64, 32, 3, 3], true);
  made.add("conv.bias", [64]);
  made.add("mlp.weight", [256, 16]);
  made.add("mlp.bias", [256]);
  made.add("none.weight", [8, 0]);
  made.add("none.bias", [8]);
  made.add("scale", [1]);
  return made;
}

/** Mean and spread of U(+-limit), and that the limit is reached but not passed. */
function assertUniform(name: string, values: Float32Array, limit: number): void {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const square = values.reduce((a, b) => a + b * b, 0) / n;
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  assert.ok(largest <= limit && largest > limit * (1 - 12 / n), `${name}: largest ${largest}`);
  assert.ok(Math.abs(mean) < 5 * limit / Math.sqrt(3 * n), `${name}: mean ${mean}`);
  assert.ok(Math.abs(square * 3 / limit ** 2 - 1) < 5 * 0.9 / Math.sqrt(n), `${name}: ${square}`);
}

Deno.test("glorot weights are uniform in the right range and biases are zero", () => {
  const values = initializeParameters(layout(), "glorot", 1);
  const get = (name: string): Float32Array => values.get(name)!.data as Float32Array;
  assertUniform("conv", get("conv.weight"), Math.sqrt(6 / (9 * 96)));
  assertUniform("mlp", get("mlp.weight"), Math.sqrt(6 / 272));
  for (const name of ["conv.bias", "mlp.bias", "none.bias"]) {
    assert.ok(get(name).every((v) => v === 0));
  }
  assert.equal(values.has("scale"), false);
  assert.deepEqual(values.get("none.weight")!.shape, [8, 0]);
});

Deno.test("pytorch weights and biases are uniform in 1 / sqrt(inputs)", () => {
  const values = initializeParameters(layout(), "pytorch", 1);
  const get = (name: string): Float32Array => values.get(name)!.data as Float32Array;
  assertUniform("conv", get("conv.weight"), 1 / Math.sqrt(288));
  assertUniform("conv bias", get("conv.bias"), 1 / Math.sqrt(288));
  assertUniform("mlp bias", get("mlp.bias"), 0.25);
  assert.ok(get("none.bias").every((v) => v === 0));
});

Deno.test("first values depend on seed and name only", () => {
  const a = initializeParameters(layout(), "pytorch", 1);
  const b = initializeParameters(layout(true), "pytorch", 1);
  const c = initializeParameters(layout(), "pytorch", 2);
  assert.deepEqual(a.get("conv.weight"), b.get("conv.weight"));
  assert.notDeepEqual(a.get("conv.weight"), c.get("conv.weight"));
  assert.notDeepEqual(
    a.get("conv.bias")!.data,
    (a.get("mlp.bias")!.data as Float32Array).slice(0, 64),
  );
});
