/**
 * The gradient of a likelihood with respect to object and probe, through the physics the network
 * is trained with: illumination, diffraction, Poisson loss. Gaussian losses are added here.
 *
 * @module
 */
import observeSource from "../../shaders/engines/observe.wgsl" with { type: "text" };
import patchSource from "../../shaders/engines/patches.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { poissonLoss } from "../loss/poisson.ts";
import { Graph } from "../ops/graph.ts";
import { diffract } from "../physics/diffract.ts";
import { illuminate } from "../physics/illuminate.ts";
import type { TileLayout } from "./batches.ts";
import { recordExtract, recordPlace } from "./bilinear.ts";
import { recordCollect } from "./probe_gather.ts";
import type { NoiseModel } from "./settings.ts";
import { recordShift, recordSpectrum, recordUnshift } from "./shift.ts";
import { spectrumOrder } from "./spectrum.ts";
import type { EngineState } from "./state.ts";

const patchTable = {
  source: patchSource,
  snippets: [index],
  params: {
    size: "u32",
    columns: "u32",
    rows: "u32",
    first: "u32",
    count: "u32",
    tiles: "u32",
    bins: "u32",
  },
  bindings: { visits: "read", bins: "read", source: "read", result: "read_write" },
} as const;
const extract = defineKernel({
  ...patchTable,
  label: "engines/patches#extract",
  entryPoint: "extract",
});
const place = defineKernel({
  ...patchTable,
  label: "engines/patches#place",
  entryPoint: "place",
  workgroup: 256,
});
const observeTable = {
  source: observeSource,
  snippets: [index],
  params: { size: "u32", first: "u32", squared: "u32", count: "u32", factor: "f32" },
} as const;
const observe = defineKernel({
  ...observeTable,
  label: "engines/observe#observe",
  entryPoint: "observe",
  bindings: {
    visits: "read",
    places: "read",
    measured: "read",
    predicted: "read",
    observed: "read_write",
    stats: "read_write",
  },
});
const difference = defineKernel({
  ...observeTable,
  label: "engines/observe#difference",
  entryPoint: "difference",
  bindings: { known: "read", expected: "read", gradient: "read_write" },
});

/** A batch of visits. */
export interface LikelihoodBatch {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** Tile lists. */
  readonly bins: Tensor;
  /** Their layout; the list starts at word 0. */
  readonly layout: TileLayout;
  /** Visits. */
  readonly count: number;
  /** (visits, 4) f32. */
  readonly stats: Tensor;
}

/** Records forward and gradient of one batch; replay `graph.plan`. */
export class LikelihoodGradient implements Disposable {
  /** Recorded work: object and probe gradients of the visits of the batch. */
  readonly graph: Graph;
  /** (rows, columns, 2): dL/dRe + i dL/dIm, pixels no visit covers are 0. */
  readonly object: Tensor;
  /** (K, N, N, 2), if the probe is wanted. */
  readonly probe: Tensor | undefined;
  #gpu: Gpu;
  #owned: Tensor[] = [];

  /**
   * Records a batch. The scale of the loss is that of a mean over the pixels of a pattern, relative
   * to the mean intensity, so that one learning rate fits all data.
   *
   * @param withProbe False leaves the gradient of the probe away.
   */
  constructor(state: EngineState, batch: LikelihoodBatch, noise: NoiseModel, withProbe: boolean) {
    const { gpu, shape } = state, { size, modes, rows, columns, patterns } = shape;
    const { visits, bins, layout, count, stats } = batch;
    this.#gpu = gpu;
    const graph = this.graph = new Graph(gpu, `likelihood (${noise})`, true), { plan } = graph;
    const pixels = size * size;
    const places = new Uint32Array(size);
    spectrumOrder(size).forEach((frequency, at) => places[frequency] = at);
    const placeTable = this.#keep(gpu.tensor("places", [size], places));
    const patches = this.#keep(gpu.tensor("patches", [count, 1, size, size, 2]));
    const observed = this.#keep(gpu.tensor("observed", [count, 1, size, size]));
    this.object = this.#keep(gpu.tensor("object gradient", [rows, columns, 2]));
    const range = { size, modes, first: 0, count };
    const patchParams = {
      size,
      columns,
      rows,
      first: 0,
      count: count * pixels,
      tiles: layout.tiles,
      bins: 0,
    };
    const between = state.interpolated
      ? { visits, first: 0, count, bins, binStart: 0, layout }
      : undefined;
    if (between !== undefined) recordExtract(plan, state, between, patches);
    else {
      const tensors = { visits, bins, source: state.object, result: patches };
      plan.run(extract, tensors, patchParams, count * pixels);
    }
    let probe = state.probe, spectrum: Tensor | undefined;
    if (state.shifted) {
      spectrum = this.#keep(gpu.tensor("probe spectrum", state.probe.shape));
      probe = this.#keep(gpu.tensor("shifted probes", [count, 1, modes, size, size, 2]));
      plan.copy(state.probe, spectrum, spectrum.length);
      recordSpectrum(plan, spectrum, { visits, spectrum: probe }, size, modes, false);
      recordShift(plan, { visits, spectrum, waves: probe }, range);
    }
    const patchValue = graph.wrap(patches);
    const probeValue = graph.wrap(probe, { differentiable: withProbe });
    const waves = illuminate(graph, patchValue, probeValue, { batch: count, channels: 1, size });
    const quantity = noise === "intensity" ? "intensity" : "amplitude";
    const predicted = diffract(graph, waves, { quantity });
    const squared = noise === "intensity" ? 1 : 0;
    const mean = state.energy / patterns / pixels;
    // 1 / variance of the Gaussian, over the mean intensity or its square, and over the pixels.
    const factor = 2 / (count * pixels * (squared === 1 ? mean * mean : mean));
    const params = { size, first: 0, squared, count: count * pixels, factor };
    plan.run(
      observe,
      {
        visits,
        places: placeTable,
        measured: state.measured,
        predicted: predicted.tensor,
        observed,
        stats,
      },
      params,
      [count, 1, 1],
    );
    if (noise === "poisson") {
      const one = this.#keep(gpu.tensor("scale", [1], Float32Array.of(1)));
      const divisor = this.#keep(gpu.tensor("divisor", [1], Float32Array.of(pixels * mean)));
      poissonLoss(graph, predicted, observed, { scale: one, divisor });
    } else {
      graph.contribute(predicted, false, (target) => {
        const tensors = { known: predicted.tensor, expected: observed, gradient: target };
        plan.run(difference, tensors, params, count * pixels);
      });
    }
    graph.backward();
    plan.clear(this.object);
    const placed = patchValue.gradient!;
    if (between !== undefined) recordPlace(plan, state, between, placed, this.object);
    else {
      const tensors = { visits, bins, source: placed, result: this.object };
      plan.run(place, tensors, patchParams, [layout.tiles, 1, 1]);
    }
    if (!withProbe) return;
    if (spectrum === undefined) {
      this.probe = probeValue.gradient!;
      return;
    }
    // The gradient of each shifted probe is shifted back; the sum is made in the spectrum.
    const gradients = probeValue.gradient!;
    this.probe = this.#keep(gpu.tensor("probe gradient", state.probe.shape));
    recordUnshift(plan, { visits, spectrum, waves: gradients }, range, false);
    plan.clear(this.probe);
    recordCollect(plan, state, gradients, count, this.probe);
    const unused = { visits, spectrum: gradients };
    recordSpectrum(plan, this.probe, unused, size, modes, true);
  }

  /** Frees plan and tensors. */
  dispose(): void {
    this.graph.dispose();
    for (const tensor of this.#owned) this.#gpu.arena.release(tensor);
    this.#owned = [];
  }

  /** Same as {@linkcode LikelihoodGradient.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #keep(tensor: Tensor): Tensor {
    this.#owned.push(tensor);
    return tensor;
  }
}
