/**
 * Mixed-state probes: modes that are orthogonal and sorted by power.
 *
 * Any unitary mixture of incoherent modes predicts the same intensities, so the modes an engine
 * finds are not unique. The one reported is the mixture whose modes are orthogonal:
 * with X the modes as rows and C = X X^H = V L V^H, the new modes are V^H X, of powers L.
 *
 * @module
 */
import source from "../../shaders/engines/modes.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { eigenHermitian } from "./hermitian.ts";

const table = {
  source,
  snippets: [index],
  params: { count: "u32", modes: "u32", pixels: "u32" },
} as const;
const gram = defineKernel({
  ...table,
  label: "engines/modes#gram",
  entryPoint: "gram",
  bindings: { probe: "read", products: "read_write" },
});
const rotate = defineKernel({
  ...table,
  label: "engines/modes#rotate",
  entryPoint: "rotate",
  bindings: { probe: "read", mixing: "read", result: "read_write" },
});

/** Makes the modes of a probe orthogonal, in place. Plans are recorded once. */
export class ModeMixer implements Disposable {
  #gpu: Gpu;
  #probe: Tensor;
  #products: Tensor;
  #mixing: Tensor;
  #mixed: Tensor;
  #gramPlan: Plan;
  #rotatePlan: Plan;

  /**
   * Allocates the work space.
   *
   * @param probe (K, N, N, 2) f32, stays its owner's.
   */
  constructor(gpu: Gpu, probe: Tensor) {
    const [modes, size] = probe.shape;
    const pixels = size * size, count = modes * pixels;
    const params = { count, modes, pixels };
    this.#gpu = gpu;
    this.#probe = probe;
    this.#products = gpu.tensor("mode products", [modes, modes, 2]);
    this.#mixing = gpu.tensor("mode mixing", [modes, modes, 2]);
    this.#mixed = gpu.tensor("mixed modes", probe.shape);
    const [products, mixing, result] = [this.#products, this.#mixing, this.#mixed];
    this.#gramPlan = new Plan(gpu, "mode products");
    this.#gramPlan.run(gram, { probe, products }, params, [modes * modes, 1, 1]);
    this.#gramPlan.encode(gpu.device.createCommandEncoder(), 0, 0);
    this.#rotatePlan = new Plan(gpu, "mode mixing");
    this.#rotatePlan.run(rotate, { probe, mixing, result }, params, count);
    this.#rotatePlan.copy(result, probe, probe.length);
    this.#rotatePlan.encode(gpu.device.createCommandEncoder(), 0, 0);
  }

  /**
   * Powers of the modes as they are, without changing them.
   *
   * @returns (K) sum |P_k|^2, in the units of the probe squared.
   */
  async powers(): Promise<Float64Array> {
    const modes = this.#probe.shape[0];
    const products = await this.#measure();
    return Float64Array.from({ length: modes }, (_, k) => products[2 * (k * modes + k)]);
  }

  /**
   * Replaces the modes by orthogonal ones, strongest first. The sum over modes of |P_k|^2 is kept at
   * every pixel; a single mode is left alone.
   *
   * @returns (K) powers of the new modes, falling.
   */
  async orthogonalise(): Promise<Float64Array> {
    const modes = this.#probe.shape[0];
    const products = await this.#measure();
    if (modes === 1) return Float64Array.of(products[0]);
    const { values, vectors } = eigenHermitian(products, modes);
    const mixing = conjugateRows(vectors, modes);
    this.#gpu.write(this.#mixing, mixing);
    this.#rotatePlan.submit();
    return values.map((value) => Math.max(0, value));
  }

  /** Frees plans and work space. */
  dispose(): void {
    this.#rotatePlan.dispose();
    this.#gramPlan.dispose();
    for (const tensor of [this.#products, this.#mixing, this.#mixed]) {
      this.#gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode ModeMixer.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #measure(): Promise<Float32Array> {
    this.#gramPlan.submit();
    return await this.#gpu.read(this.#products);
  }
}

/** Rows of V^H from eigenvectors; the phase of each makes its largest entry real and positive. */
function conjugateRows(vectors: Float64Array, modes: number): Float32Array {
  const mixing = new Float32Array(2 * modes * modes);
  for (let k = 0; k < modes; k++) {
    let re = 1, im = 0, best = 0;
    for (let l = 0; l < modes; l++) {
      const at = 2 * (k * modes + l), size = Math.hypot(vectors[at], vectors[at + 1]);
      if (size > best + 1e-9) {
        best = size;
        [re, im] = [vectors[at] / size, vectors[at + 1] / size];
      }
    }
    for (let l = 0; l < modes; l++) {
      const at = 2 * (k * modes + l);
      mixing[at] = vectors[at] * re + vectors[at + 1] * im;
      mixing[at + 1] = vectors[at] * im - vectors[at + 1] * re;
    }
  }
  return mixing;
}

/**
 * Orthogonal modes of a probe that was read back, strongest first: for results.
 *
 * @param probe (K, N, N) interleaved complex.
 * @param modes K.
 * @returns a new probe of the same intensity, and the power of each mode.
 */
export function sortModes(
  probe: Float32Array,
  modes: number,
): { readonly probe: Float32Array; readonly powers: Float64Array } {
  const count = probe.length / modes;
  const products = new Float64Array(2 * modes * modes);
  for (let k = 0; k < modes; k++) {
    for (let l = 0; l < modes; l++) {
      let re = 0, im = 0;
      for (let i = 0; i < count; i += 2) {
        const a = probe[k * count + i], b = probe[k * count + i + 1];
        const c = probe[l * count + i], d = probe[l * count + i + 1];
        re += a * c + b * d;
        im += b * c - a * d;
      }
      products[2 * (k * modes + l)] = re;
      products[2 * (k * modes + l) + 1] = im;
    }
  }
  if (modes === 1) return { probe: probe.slice(), powers: Float64Array.of(products[0]) };
  const { values, vectors } = eigenHermitian(products, modes);
  const mixing = conjugateRows(vectors, modes), out = new Float32Array(probe.length);
  for (let k = 0; k < modes; k++) {
    for (let l = 0; l < modes; l++) {
      const [c, s] = mixing.subarray(2 * (k * modes + l));
      for (let i = 0; i < count; i += 2) {
        const re = probe[l * count + i], im = probe[l * count + i + 1];
        out[k * count + i] += c * re - s * im;
        out[k * count + i + 1] += c * im + s * re;
      }
    }
  }
  return { probe: out, powers: values.map((value) => Math.max(0, value)) };
}
