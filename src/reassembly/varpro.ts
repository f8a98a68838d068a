/**
 * Collects on the device what the fit of object scale factors needs, pattern by pattern.
 *
 * Units: X1, X2, X3 and the measured intensity must be in the same units, on the full detector
 * frame, in the same pixel order. A recorded amplitude is therefore squared here
 * (`kind: "amplitude"`), after multiplication by the factor that takes it to the units of the
 * model. The fit of the original system's amplitude mode takes amplitudes for intensities; its
 * numbers are reproduced with `kind: "intensity"` on amplitudes, which no workflow does.
 *
 * Sums within a pattern are float32 trees, one row a pattern; patterns are added in float64. Intensities
 * must stay below 1e16 and the useful ones above 1e-16.
 *
 * @module
 */
import source from "../../shaders/reassembly/varpro_sums.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Dispatch, Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { NormalEquations } from "./varpro_solve.ts";

const varproSums = defineKernel({
  label: "reassembly/varpro_sums#varpro_sums",
  source,
  entryPoint: "varpro_sums",
  bindings: {
    x1: "read",
    x2: "read",
    x3: "read",
    measured: "read",
    good: "read",
    sums: "read_write",
  },
  params: { patterns: "u32", first: "u32", quads: "u32", squared: "u32", scale: "f32" },
});

/** Floats of one pattern's sums. */
const ROW = 12;

/** Tensors of a batch, each (..., N, N) f32 with the same number of patterns. */
export interface VarproBatch {
  /** Intensity of the real part alone: sum over modes of |F(P Re O)|^2. */
  readonly x1: Tensor;
  /** Intensity of the imaginary part alone: sum over modes of |F(i P Im O)|^2. */
  readonly x2: Tensor;
  /** Interference: sum over modes of 2 Re(F(P Re O) conj F(i P Im O)). */
  readonly x3: Tensor;
  /** What was measured. */
  readonly measured: Tensor;
  /** What `measured` holds; an amplitude is squared. */
  readonly kind: "amplitude" | "intensity";
  /** Factor applied to `measured` (before squaring) to take it to the units of X1; default 1. */
  readonly scale?: number;
}

/** Sums of a whole scan. Record once, then for each batch: `begin`, replay the plan. */
export class VarproAccumulator implements Disposable {
  #gpu: Gpu;
  #sums: Tensor;
  #good: Tensor;
  #pixels: number;
  #patterns: number;
  #dispatches: { dispatch: Dispatch<typeof varproSums.params>; patterns: number }[] = [];

  /**
   * Allocates the sums.
   *
   * @param patterns patterns of the whole scan.
   * @param frame side N of a pattern, even.
   * @param mask (N, N), 0 on pixels that do not count; default all count.
   * @throws {ShapeError} if the side is odd or the mask has another size.
   */
  constructor(gpu: Gpu, patterns: number, frame: number, mask?: Uint8Array) {
    if (frame % 2 !== 0) throw new ShapeError(`Cannot sum patterns of odd side ${frame}`);
    const pixels = frame * frame;
    if (mask !== undefined && mask.length !== pixels) {
      throw new ShapeError(`Cannot use a mask of ${mask.length} pixels for patterns of ${pixels}`);
    }
    this.#gpu = gpu;
    this.#pixels = pixels;
    this.#patterns = patterns;
    this.#sums = gpu.tensor("varpro sums", [patterns, ROW]);
    const good = Float32Array.from({ length: pixels }, (_, i) => mask?.[i] === 0 ? 0 : 1);
    this.#good = gpu.tensor("detector mask", [frame, frame], good);
  }

  /** Records the sums of a batch. @throws {ShapeError} if the tensors differ in size. */
  record(plan: Plan, batch: VarproBatch): void {
    const { x1, x2, x3, measured, kind, scale } = batch;
    const patterns = measured.length / this.#pixels;
    const fits = Number.isInteger(patterns) && patterns <= 65535;
    if (!fits || [x1, x2, x3].some((x) => x.length !== measured.length)) {
      throw new ShapeError(
        "Cannot sum a batch of patterns of shapes " +
          [x1, x2, x3, measured].map((t) => `(${t.shape.join(", ")})`).join(", ") +
          `: four times the same number of patterns of ${this.#pixels} pixels is needed`,
      );
    }
    const dispatch = plan.run(
      varproSums,
      { x1, x2, x3, measured, good: this.#good, sums: this.#sums },
      {
        patterns: Math.min(patterns, this.#patterns),
        first: 0,
        quads: this.#pixels / 4,
        squared: kind === "amplitude" ? 1 : 0,
        scale: scale ?? 1,
      },
      [patterns, 1, 1],
    );
    this.#dispatches.push({ dispatch, patterns });
  }

  /**
   * Says which patterns the next replay holds.
   *
   * @param first number of the first one within the scan.
   * @param count how many are valid; default the whole batch.
   * @param scale new factor of the measured values, if it changed.
   * @throws {ShapeError} if they are outside the scan.
   */
  begin(first: number, count?: number, scale?: number): void {
    for (const { dispatch, patterns } of this.#dispatches) {
      const valid = count ?? patterns;
      if (valid > patterns || first < 0 || first + valid > this.#patterns) {
        throw new ShapeError(
          `Cannot sum patterns ${first}..${first + valid}: the scan has ${this.#patterns}, ` +
            `a batch ${patterns}`,
        );
      }
      dispatch.update({ first, patterns: valid, ...(scale === undefined ? {} : { scale }) });
    }
  }

  /** Reads the sums of all patterns so far back and adds them up. */
  async normalEquations(): Promise<NormalEquations> {
    const rows = await this.#gpu.read(this.#sums);
    const total = new Float64Array(ROW);
    for (let i = 0; i < rows.length; i++) total[i % ROW] += rows[i];
    const [a11, a12, a13, a22, a23, a33, b1, b2, b3, mm] = total;
    return { a11, a12, a13, a22, a23, a33, b1, b2, b3, mm };
  }

  /** Forgets all patterns. */
  clear(): void {
    this.#gpu.clear(this.#sums);
  }

  /** Frees the tensors. */
  dispose(): void {
    this.#gpu.arena.release(this.#sums);
    this.#gpu.arena.release(this.#good);
    this.#dispatches = [];
  }

  /** Same as {@linkcode VarproAccumulator.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
