/**
 * A plan: device work recorded once and replayed as often as wanted.
 *
 * All bind groups and uniforms are made while recording, so replaying allocates nothing.
 * Whoever records a plan owns the tensors in it; a plan owns only its uniforms.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Recording } from "./arena.ts";
import type { Gpu } from "./device.ts";
import {
  type Bindings,
  type Compiled,
  HALF_BYTES,
  isTexel,
  isWritten,
  type Kernel,
  type Params,
} from "./kernel.ts";
import type { Slot, Tensor } from "./tensor.ts";

/** Values of a kernel's parameters. */
export type ParamValues<P extends Params> = { readonly [name in keyof P]: number };
/** Tensors of a kernel's bindings. */
export type BoundTensors<B extends Bindings> = { readonly [name in keyof B]: Tensor };
/** Number of invocations (folded into a grid), or workgroups along x, y, z. */
export type Grid = number | readonly [number, number, number];

/** A recorded dispatch whose parameters may be changed between replays. */
export interface Dispatch<P extends Params> {
  /** Replaces some parameter values from the next replay on. */
  update(values: Partial<ParamValues<P>>): void;
}

interface DispatchStep {
  readonly kind: "dispatch";
  readonly label: string;
  readonly compiled: Compiled;
  readonly group: GPUBindGroup;
  readonly offset: number;
  readonly chunk: number;
  readonly grid: readonly [number, number, number];
}
interface CopyStep {
  readonly kind: "copy";
  readonly label: string;
  readonly encode: (encoder: GPUCommandEncoder) => void;
}
type Step = DispatchStep | CopyStep;

/** Time of one kernel over a replay. */
export interface KernelTime {
  /** Kernel label. */
  readonly label: string;
  /** Dispatches. */
  readonly calls: number;
  /** Sum over the dispatches. */
  readonly milliseconds: number;
}

const CHUNK_BYTES = 65536;
const SLOT_BYTES = 256;
const MAX_GROUPS = 65535;

/** Work recorded for replay. */
export class Plan implements Disposable {
  /** The device. */
  readonly gpu: Gpu;
  /** Name for messages. */
  readonly label: string;
  #steps: Step[] = [];
  #chunks: { buffer: GPUBuffer; group: GPUBindGroup; host: DataView; dirty: boolean }[] = [];
  #slots = 0;
  #mirrored = new Map<Slot, Tensor>();
  #recording: Recording;

  /** Starts an empty recording. */
  constructor(gpu: Gpu, label: string) {
    this.gpu = gpu;
    this.label = label;
    this.#recording = gpu.arena.startRecording();
  }

  /** Number of recorded steps. */
  get length(): number {
    return this.#steps.length;
  }

  /**
   * Records one dispatch.
   *
   * @param tensors one tensor a binding; a tensor that is written may not be bound twice.
   * @param grid invocations, or workgroups along x, y, z.
   * @throws {ShapeError} if a tensor is missing or the grid is too large.
   */
  run<B extends Bindings, P extends Params>(
    kernel: Kernel<B, P>,
    tensors: BoundTensors<B>,
    params: ParamValues<P>,
    grid: Grid,
  ): Dispatch<P> {
    const { device, pipelines, arena, profile } = this.gpu;
    const compiled = pipelines.get(kernel as unknown as Kernel);
    const names = Object.keys(kernel.bindings);
    for (const name of names) {
      if (tensors[name] === undefined) {
        throw new ShapeError(`Cannot run ${kernel.label} as tensor ${name} is missing`);
      }
      if (isWritten(kernel.bindings[name])) tensors[name].checkWritable();
    }
    if (profile.texelReads) {
      for (const name of names) {
        if (isTexel(kernel.bindings[name])) this.#refreshMirror(tensors[name]);
      }
    }
    const group = device.createBindGroup({
      label: kernel.label,
      layout: compiled.layout,
      entries: names.flatMap((name, binding): GPUBindGroupEntry[] => {
        const { slot } = tensors[name], { buffer } = slot, access = kernel.bindings[name];
        if (isTexel(access) && profile.texelReads) {
          return [{ binding, resource: arena.mirror(slot).createView() }];
        }
        if (access !== "halves") return [{ binding, resource: { buffer } }];
        tensors[name].checkRange(0, 2 * HALF_BYTES / 4);
        const half = (offset: number) => ({ buffer, offset, size: HALF_BYTES });
        return [
          { binding, resource: half(0) },
          { binding: names.length + binding, resource: half(HALF_BYTES) },
        ];
      }),
    });
    for (const name of names) {
      if (isWritten(kernel.bindings[name])) this.#mirrored.delete(tensors[name].slot);
    }
    const { chunk, offset } = this.#paramSlot();
    const write = (values: Partial<ParamValues<P>>): void => {
      const { host } = this.#chunks[chunk];
      Object.entries(kernel.params).forEach(([name, type], i) => {
        const value = values[name as keyof P];
        if (value === undefined) return;
        if (type === "f32") host.setFloat32(offset + 4 * i, value, true);
        else if (type === "i32") host.setInt32(offset + 4 * i, value, true);
        else host.setUint32(offset + 4 * i, value, true);
      });
      this.#chunks[chunk].dirty = true;
    };
    write(params);
    this.#steps.push({
      kind: "dispatch",
      label: kernel.label,
      compiled,
      group,
      offset,
      chunk,
      grid: foldGrid(kernel.label, grid, kernel.workgroup ?? 64),
    });
    return { update: write };
  }

  /** Records a copy of `count` elements. */
  copy(from: Tensor, to: Tensor, count: number, fromOffset = 0, toOffset = 0): void {
    from.checkRange(fromOffset, count);
    to.checkRange(toOffset, count);
    to.checkWritable();
    const [source, target] = [from.buffer, to.buffer];
    this.#mirrored.delete(to.slot);
    this.#steps.push({
      kind: "copy",
      label: "copy",
      encode: (e) => e.copyBufferToBuffer(source, fromOffset * 4, target, toOffset * 4, count * 4),
    });
  }

  /** Records filling a tensor with zeros. */
  clear(tensor: Tensor): void {
    tensor.checkWritable();
    const { buffer } = tensor;
    this.#mirrored.delete(tensor.slot);
    this.#steps.push({ kind: "copy", label: "clear", encode: (e) => e.clearBuffer(buffer) });
  }

  /** Replays the plan into an encoder; `from` and `to` select steps. */
  encode(encoder: GPUCommandEncoder, from = 0, to: number = this.#steps.length): void {
    this.gpu.arena.sealRecording(this.#recording);
    this.#flush();
    let pass: GPUComputePassEncoder | undefined;
    for (let i = from; i < to; i++) {
      const step = this.#steps[i];
      if (step.kind === "copy") {
        pass?.end();
        pass = undefined;
        step.encode(encoder);
        continue;
      }
      pass ??= encoder.beginComputePass({ label: this.label });
      this.#encodeDispatch(pass, step);
    }
    pass?.end();
  }

  /** Replays the plan once and submits it. */
  submit(): void {
    const encoder = this.gpu.device.createCommandEncoder({ label: this.label });
    this.encode(encoder);
    this.gpu.submit(encoder);
  }

  /**
   * Replays the plan once, one shader at a time, so that drivers compile under a progress report.
   *
   * @param progress called with (kernels done, kernels in all, label of the next one).
   */
  async submitCompiling(
    progress?: (done: number, all: number, label: string) => void,
  ): Promise<void> {
    const seen = new Set<Compiled>();
    const starts: number[] = [];
    this.#steps.forEach((step, i) => {
      if (step.kind !== "dispatch" || seen.has(step.compiled)) return;
      seen.add(step.compiled);
      starts.push(i);
    });
    for (let k = 0; k < starts.length; k++) {
      const encoder = this.gpu.device.createCommandEncoder({ label: this.label });
      const from = k === 0 ? 0 : starts[k];
      const to = k + 1 < starts.length ? starts[k + 1] : this.#steps.length;
      progress?.(k, starts.length, this.#steps[starts[k]].label);
      this.encode(encoder, from, to);
      this.gpu.submit(encoder);
      await this.gpu.settle();
    }
    progress?.(starts.length, starts.length, "");
  }

  /** Replays the plan once with a timestamp around every dispatch. Needs `gpu.canTime`. */
  async time(): Promise<KernelTime[]> {
    this.gpu.arena.sealRecording(this.#recording);
    const { device } = this.gpu;
    const count = this.#steps.length;
    const perSet = 2048;
    const sums = new Map<string, { calls: number; milliseconds: number }>();
    for (let start = 0; start < count; start += perSet) {
      const end = Math.min(count, start + perSet), n = end - start;
      const querySet = device.createQuerySet({ type: "timestamp", count: 2 * n });
      const size = 16 * n;
      const resolved = device.createBuffer({
        label: "timestamps",
        size,
        usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
      });
      const staging = device.createBuffer({
        label: "timestamps",
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      const encoder = device.createCommandEncoder({ label: `${this.label} timed` });
      this.#flush();
      for (let i = start; i < end; i++) {
        const step = this.#steps[i];
        const beginningOfPassWriteIndex = 2 * (i - start);
        const pass = encoder.beginComputePass({
          timestampWrites: {
            querySet,
            beginningOfPassWriteIndex,
            endOfPassWriteIndex: beginningOfPassWriteIndex + 1,
          },
        });
        if (step.kind === "dispatch") this.#encodeDispatch(pass, step);
        pass.end();
        if (step.kind === "copy") step.encode(encoder);
      }
      encoder.resolveQuerySet(querySet, 0, 2 * n, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      this.gpu.submit(encoder);
      await staging.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(staging.getMappedRange().slice(0));
      for (let i = start; i < end; i++) {
        const { label } = this.#steps[i];
        const sum = sums.get(label) ?? { calls: 0, milliseconds: 0 };
        sum.calls++;
        sum.milliseconds += Number(times[2 * (i - start) + 1] - times[2 * (i - start)]) / 1e6;
        sums.set(label, sum);
      }
      querySet.destroy();
      resolved.destroy();
      staging.destroy();
    }
    this.gpu.check();
    return [...sums].map(([label, sum]) => ({ label, ...sum }));
  }

  /** Frees the uniforms; the tensors stay. */
  dispose(): void {
    this.gpu.arena.endRecording(this.#recording);
    for (const { buffer } of this.#chunks) buffer.destroy();
    this.#chunks = [];
    this.#steps = [];
  }

  /** Same as {@linkcode Plan.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #encodeDispatch(pass: GPUComputePassEncoder, step: DispatchStep): void {
    pass.setPipeline(step.compiled.pipeline);
    pass.setBindGroup(0, step.group);
    pass.setBindGroup(1, this.#chunks[step.chunk].group, [step.offset]);
    pass.dispatchWorkgroups(...step.grid);
  }

  #refreshMirror(tensor: Tensor): void {
    const { slot } = tensor;
    if (tensor.constant) return this.gpu.mirrorConstant(tensor);
    if (this.#mirrored.get(slot) === tensor) return;
    this.#mirrored.set(slot, tensor);
    const encode = this.gpu.arena.mirroring(tensor);
    this.#steps.push({ kind: "copy", label: "mirror", encode });
  }

  #paramSlot(): { chunk: number; offset: number } {
    const perChunk = CHUNK_BYTES / SLOT_BYTES;
    const chunk = Math.floor(this.#slots / perChunk);
    const offset = (this.#slots % perChunk) * SLOT_BYTES;
    this.#slots++;
    if (chunk === this.#chunks.length) {
      const buffer = this.gpu.device.createBuffer({
        label: `${this.label} params`,
        size: CHUNK_BYTES,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      });
      const group = this.gpu.device.createBindGroup({
        label: `${this.label} params`,
        layout: this.gpu.pipelines.paramLayout,
        entries: [{ binding: 0, resource: { buffer, size: SLOT_BYTES } }],
      });
      const host = new DataView(new ArrayBuffer(CHUNK_BYTES));
      this.#chunks.push({ buffer, group, host, dirty: true });
    }
    return { chunk, offset };
  }

  #flush(): void {
    for (const chunk of this.#chunks) {
      if (!chunk.dirty) continue;
      chunk.dirty = false;
      this.gpu.device.queue.writeBuffer(chunk.buffer, 0, chunk.host.buffer as ArrayBuffer);
    }
  }
}

function foldGrid(label: string, grid: Grid, workgroup: number): readonly [number, number, number] {
  if (typeof grid !== "number") {
    if (grid.some((n) => n > MAX_GROUPS || n < 1)) {
      throw new ShapeError(`Cannot run ${label} as its grid is ${grid.join(" x ")} workgroups`);
    }
    return grid;
  }
  const groups = Math.max(1, Math.ceil(grid / workgroup));
  if (groups <= MAX_GROUPS) return [groups, 1, 1];
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}
