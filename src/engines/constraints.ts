/**
 * What keeps probe and object from exchanging power, position and halo: constraints between sweeps.
 *
 * @module
 */
import source from "../../shaders/engines/constrain.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import { type Dispatch, Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { softDiskMask } from "../scan/probe.ts";
import type { EngineState } from "./state.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    rows: "u32",
    columns: "u32",
    rowsBy: "u32",
    columnsBy: "u32",
    factor: "f32",
  },
} as const;
const scale = defineKernel({
  ...table,
  label: "engines/constrain#scale",
  entryPoint: "scale",
  bindings: { mask: "read", image: "read_write" },
});
const support = defineKernel({
  ...table,
  label: "engines/constrain#support",
  entryPoint: "support",
  bindings: { mask: "read", image: "read_write" },
});
const roll = defineKernel({
  ...table,
  label: "engines/constrain#roll",
  entryPoint: "roll",
  bindings: { source: "read", moved: "read_write" },
});

/** Which constraints hold. */
export interface ConstraintOptions {
  /** Keep the power of the probe where it started; the object takes the inverse factor. */
  readonly power: boolean;
  /** Diameter of a disk outside which the probe is 0, as a share of N; undefined for none. */
  readonly support: number | undefined;
  /** Keep the centre of mass of the probe at the middle, by whole pixels; the object moves along. */
  readonly centre: boolean;
}

type ConstrainDispatch = Dispatch<typeof table.params>;
type Values = Parameters<ConstrainDispatch["update"]>[0];

/** The same operation on probe and object. */
interface Pair {
  readonly probe: ConstrainDispatch;
  readonly object: ConstrainDispatch;
}

/** Applies constraints to object and probe; call between sweeps. */
export class Constraints implements Disposable {
  #state: EngineState;
  #options: ConstraintOptions;
  #target: number | undefined;
  #mask: Tensor;
  #scratch: Tensor;
  #supportPlan: Plan;
  #scalePlan: Plan;
  #rollPlan: Plan;
  #scales: Pair;
  #rolls: Pair;

  /** Records what the options need. */
  constructor(state: EngineState, options: ConstraintOptions) {
    const { gpu, probe, object, shape } = state, { size, modes, rows, columns } = shape;
    this.#state = state;
    this.#options = options;
    const diameter = (options.support ?? 2) * size;
    const mask = options.support === undefined
      ? new Float32Array(size * size).fill(1)
      : softDiskMask(size, diameter, 1);
    this.#mask = gpu.tensor("probe support", [size, size], mask);
    this.#scratch = gpu.tensor("moved image", [Math.max(probe.length, object.length)]);
    const probeParams = {
      count: modes * size * size,
      rows: size,
      columns: size,
      rowsBy: 0,
      columnsBy: 0,
      factor: 1,
    };
    const objectParams = { ...probeParams, count: rows * columns, rows, columns };
    const pairs = <P extends { count: number }>(p: P): P => ({ ...p, count: p.count / 2 });
    this.#supportPlan = new Plan(gpu, "probe support");
    const masked = { mask: this.#mask, image: probe };
    this.#supportPlan.run(support, masked, pairs(probeParams), probeParams.count / 2);
    this.#scalePlan = new Plan(gpu, "probe power");
    this.#scales = {
      probe: this.#scalePlan.run(scale, masked, pairs(probeParams), probeParams.count / 2),
      object: this.#scalePlan.run(
        scale,
        { mask: this.#mask, image: object },
        pairs(objectParams),
        objectParams.count / 2,
      ),
    };
    this.#rollPlan = new Plan(gpu, "centring");
    const move = (image: Tensor, params: typeof probeParams): ConstrainDispatch => {
      const moved = this.#scratch;
      const dispatch = this.#rollPlan.run(roll, { source: image, moved }, params, params.count);
      this.#rollPlan.copy(moved, image, image.length);
      return dispatch;
    };
    this.#rolls = { probe: move(probe, probeParams), object: move(object, objectParams) };
  }

  /** Makes object and probe satisfy the constraints. */
  async apply(): Promise<void> {
    const { power, centre } = this.#options;
    if (this.#options.support !== undefined) this.#supportPlan.submit();
    if (!power && !centre) return;
    const { size, rows, columns } = this.#state.shape;
    const measured = measureProbe(await this.#state.gpu.read(this.#state.probe), size);
    if (power) {
      this.#target ??= measured.power;
      const factor = Math.sqrt(this.#target / measured.power);
      this.#set(this.#scales, { factor }, { factor: 1 / factor });
      this.#scalePlan.submit();
    }
    const by = [size / 2 - measured.y, size / 2 - measured.x].map(Math.round);
    if (centre && (by[0] !== 0 || by[1] !== 0)) {
      const wrap = (n: number, length: number): number => ((n % length) + length) % length;
      this.#set(
        this.#rolls,
        { rowsBy: wrap(by[0], size), columnsBy: wrap(by[1], size) },
        { rowsBy: wrap(by[0], rows), columnsBy: wrap(by[1], columns) },
      );
      this.#rollPlan.submit();
    }
  }

  /** Power the probe is kept at; undefined before the first use. */
  get target(): number | undefined {
    return this.#target;
  }

  /** Sets the power the probe is kept at, when a run goes on. */
  set target(power: number | undefined) {
    this.#target = power;
  }

  #set(
    dispatches: Pair,
    probe: Values,
    object: Values,
  ): void {
    dispatches.probe.update(probe);
    dispatches.object.update(object);
  }

  /** Frees plans and tensors. */
  dispose(): void {
    for (const plan of [this.#supportPlan, this.#scalePlan, this.#rollPlan]) plan.dispose();
    for (const tensor of [this.#mask, this.#scratch]) this.#state.gpu.arena.release(tensor);
  }

  /** Same as {@linkcode Constraints.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Power and centre of mass (y, x) of a probe of (K, N, N) interleaved complex, px. */
export function measureProbe(
  probe: Float32Array,
  size: number,
): { power: number; y: number; x: number } {
  let power = 0, y = 0, x = 0;
  for (let i = 0; i < probe.length / 2; i++) {
    const p = probe[2 * i] ** 2 + probe[2 * i + 1] ** 2, at = i % (size * size);
    power += p;
    y += p * Math.floor(at / size);
    x += p * (at % size);
  }
  return { power, y: y / power, x: x / power };
}
