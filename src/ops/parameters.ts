/**
 * Trainable parameters: one flat tensor for all weights and one for all gradients.
 *
 * A flat layout lets one kernel update everything and one copy refresh everything. A 3 x 3
 * convolution of C input and K output channels is stored as [C][9][Kp], Kp = K rounded up to 4,
 * and everything starts at a multiple of 4 elements; padding is zero and stays zero.
 *
 * @module
 */
import { countOf, type NdArray, realArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** One named parameter and where it lives in the flat tensors. */
export interface Parameter {
  /** Name as in the original system, for example `encoder.blocks.0.conv1.weight`. */
  readonly name: string;
  /** Shape as in the original system: (K, C, 3, 3) for a convolution. */
  readonly shape: readonly number[];
  /** First element in the flat tensors, a multiple of 4. */
  readonly offset: number;
  /** Elements taken in the flat tensors, padding included. */
  readonly length: number;
  /** True for a (K, C, 3, 3) weight stored as [C][9][Kp]. */
  readonly packed: boolean;
}

/** Rounds up to a multiple of 4. */
export function roundUp4(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** Declares parameters; the flat tensors are made by {@linkcode ParameterStore}. */
export class ParameterLayout {
  #parameters: Parameter[] = [];
  #length = 0;

  /** All parameters, in order of declaration. */
  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Elements of the flat tensors. */
  get length(): number {
    return Math.max(4, this.#length);
  }

  /** Number of trainable numbers, padding not counted. */
  get count(): number {
    return this.#parameters.reduce((sum, p) => sum + countOf(p.shape), 0);
  }

  /** Declares a parameter. @throws {ShapeError} if the name is taken. */
  add(name: string, shape: readonly number[], packed = false): Parameter {
    if (this.#parameters.some((p) => p.name === name)) {
      throw new ShapeError(`Cannot declare parameter ${name} twice`);
    }
    const length = packed ? shape[1] * 9 * roundUp4(shape[0]) : roundUp4(countOf(shape));
    const parameter = { name, shape: [...shape], offset: this.#length, length, packed };
    this.#parameters.push(parameter);
    this.#length += length;
    return parameter;
  }

  /** The parameter of a name. @throws {ShapeError} if there is none. */
  find(name: string): Parameter {
    const found = this.#parameters.find((p) => p.name === name);
    if (found === undefined) throw new ShapeError(`There is no parameter named ${name}`);
    return found;
  }
}

/** The flat tensors of a layout. */
export class ParameterStore {
  /** Names, shapes and places. */
  readonly layout: ParameterLayout;
  /** All weights, (length) f32. */
  readonly weights: Tensor;
  /** Gradient of the loss with respect to all weights, (length) f32; only when training. */
  readonly gradients: Tensor | undefined;
  /**
   * Convolution weights repacked for the gradient with respect to the input: at the same offset,
   * [K][9 reversed][Cp] with Cp = C rounded up to 4; only when training.
   */
  readonly transposed: Tensor | undefined;
  /** Where each packed weight starts in `transposed`. */
  readonly transposedOffsets: ReadonlyMap<string, number>;
  #gpu: Gpu;

  /** Allocates the tensors, all zero. */
  constructor(gpu: Gpu, layout: ParameterLayout, training: boolean) {
    this.#gpu = gpu;
    this.layout = layout;
    this.weights = gpu.tensor("weights", [layout.length]);
    const offsets = new Map<string, number>();
    let length = 0;
    for (const p of layout.parameters) {
      if (!p.packed) continue;
      offsets.set(p.name, length);
      length += p.shape[0] * 9 * roundUp4(p.shape[1]);
    }
    this.transposedOffsets = offsets;
    if (training) {
      this.gradients = gpu.tensor("gradients", [layout.length]);
      this.transposed = gpu.tensor("transposed weights", [Math.max(4, length)]);
    }
  }

  /**
   * Uploads named values in the original shapes.
   *
   * @throws {ShapeError} if a parameter is missing or has another shape.
   */
  load(values: ReadonlyMap<string, NdArray>): void {
    const flat = new Float32Array(this.layout.length);
    for (const p of this.layout.parameters) {
      const value = values.get(p.name);
      if (value === undefined) {
        throw new ShapeError(`Cannot load the weights as parameter ${p.name} is missing`);
      }
      const same = value.shape.length === p.shape.length &&
        value.shape.every((n, i) => n === p.shape[i]);
      if (!same && countOf(value.shape) !== countOf(p.shape)) {
        throw new ShapeError(
          `Cannot load parameter ${p.name} as its shape is (${value.shape.join(", ")}): ` +
            `this network needs (${p.shape.join(", ")})`,
        );
      }
      packParameter(p, toFloat32(value), flat);
    }
    this.#gpu.write(this.weights, flat);
  }

  /** Reads all weights back under their names, in the original shapes. */
  async save(): Promise<Map<string, NdArray>> {
    return unpackAll(this.layout, await this.#gpu.read(this.weights));
  }

  /** Reads all gradients back under their names, in the original shapes. @throws {ShapeError} if not training. */
  async saveGradients(): Promise<Map<string, NdArray>> {
    if (this.gradients === undefined) throw new ShapeError("There are no gradients to read");
    return unpackAll(this.layout, await this.#gpu.read(this.gradients));
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const tensor of [this.weights, this.gradients, this.transposed]) {
      if (tensor !== undefined) this.#gpu.arena.release(tensor);
    }
  }
}

/** Writes a parameter given in its original shape to its place in a flat array. */
export function packParameter(p: Parameter, values: Float32Array, flat: Float32Array): void {
  if (!p.packed) {
    flat.set(values, p.offset);
    return;
  }
  const [K, C] = p.shape, Kp = roundUp4(K);
  for (let k = 0; k < K; k++) {
    for (let c = 0; c < C; c++) {
      for (let t = 0; t < 9; t++) {
        flat[p.offset + (c * 9 + t) * Kp + k] = values[(k * C + c) * 9 + t];
      }
    }
  }
}

/** Reads a parameter from a flat array, in its original shape. */
export function unpackParameter(p: Parameter, flat: Float32Array): Float32Array {
  if (!p.packed) return flat.slice(p.offset, p.offset + countOf(p.shape));
  const [K, C] = p.shape, Kp = roundUp4(K);
  const values = new Float32Array(K * C * 9);
  for (let k = 0; k < K; k++) {
    for (let c = 0; c < C; c++) {
      for (let t = 0; t < 9; t++) {
        values[(k * C + c) * 9 + t] = flat[p.offset + (c * 9 + t) * Kp + k];
      }
    }
  }
  return values;
}

function unpackAll(layout: ParameterLayout, flat: Float32Array): Map<string, NdArray> {
  return new Map(
    layout.parameters.map((p) => [p.name, realArray(p.shape, unpackParameter(p, flat))]),
  );
}
