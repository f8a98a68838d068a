/** Golden kind `physics_forward`: from complex patches to amplitudes, every stage that a case holds. */
import { countOf, type NdArray, toFloat32 } from "../../src/array.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { Graph } from "../../src/ops/graph.ts";
import { effectiveProbe } from "../../src/physics/effective_probe.ts";
import { type ForwardInputs, forwardStages } from "../../src/physics/forward_model.ts";
import {
  groupCanvasSize,
  type PatchWeighting,
  patchWeights,
  recordMergeWeights,
} from "../../src/physics/merge_weights.ts";
import { softDiskMask } from "../../src/scan/probe.ts";
import { type CheckResult, compareAbsolute, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, oneOf, onlyFields } from "./recorded.ts";

interface MaskConfig {
  readonly enabled?: boolean;
  readonly diameter?: number | null;
  readonly sigma?: number;
}

const FIELDS = [
  "N",
  "gridsize",
  "object_big",
  "training_patch_weighting",
  "physics_forward_mode",
  "probe_modes_summed",
  "probe_mask",
];

/** Runs the forward model of a case and compares every stage present in its file. */
export async function physicsForwardCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu, config } = context;
  onlyFields(config, FIELDS, "config");
  onlyFields(config.probe_mask, ["enabled", "diameter", "sigma"], "config.probe_mask");
  oneOf(config.physics_forward_mode ?? "amplitude", ["amplitude"], "config.physics_forward_mode");
  const arrays = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "relative");
  const get = (name: string): NdArray => arrays.need(name);
  const scalar = (name: string): number => toFloat32(get(name))[0];
  const results: CheckResult[] = [];
  const compare = (name: string, actual: ArrayLike<number>): void => {
    const expected = arrays.get(name);
    if (expected !== undefined) {
      results.push(compareRelative(name, actual, toFloat32(expected), tolerance));
    }
  };

  const patches = get("patches");
  const [batch, channels, size] = patches.shape;
  oneOf(config.N ?? size, [size], "config.N");
  oneOf(config.gridsize, [Math.sqrt(channels)], "config.gridsize");
  const mask = config.probe_mask as MaskConfig | undefined;
  const probe = effectiveProbe(
    get("probe"),
    scalar("probe_scale"),
    mask?.enabled === true ? softDiskMask(size, mask.diameter ?? null, mask.sigma ?? 1) : undefined,
  );
  compare("effective_probe", toFloat32(probe));

  const owned: Tensor[] = [];
  const tensor = (label: string, shape: readonly number[], values?: Float32Array): Tensor => {
    const made = gpu.tensor(label, shape, values);
    owned.push(made);
    return made;
  };
  using graph = new Graph(gpu, "physics", false);
  const object = graph.wrap(tensor("patches", [...patches.shape, 2], toFloat32(patches)));
  const words = ["coherently", "incoherently"] as const;
  const summed = oneOf(config.probe_modes_summed, words, "config.probe_modes_summed");
  const modeSum = summed === "coherently" ? "coherent" : "incoherent";
  let inputs: ForwardInputs = {
    modeSum,
    probe: graph.wrap(tensor("probe", [...probe.shape, 2], toFloat32(probe))),
  };
  // What is uploaded is allocated before anything is recorded: recordings reuse what they release.
  const scales = get("output_scale");
  const outputScale = tensor("output scale", [countOf(scales.shape)], toFloat32(scales));
  let factor: Tensor | undefined;
  if (config.object_big === true) {
    const weighting = oneOf<PatchWeighting>(
      config.training_patch_weighting,
      ["central_mask", "probe", "uniform"],
      "config.training_patch_weighting",
    );
    if (weighting === "probe" && get("probe").shape.slice(0, 2).some((n) => n !== 1)) {
      throw new ConfigError("Weights by probe need one probe for all samples and channels");
    }
    const offsets = toFloat32(get("offsets_xy"));
    const canvas = groupCanvasSize(
      size,
      Number(config.gridsize),
      scalar("max_neighbor_distance"),
    );
    const padded = arrays.get("padded_size");
    if (padded !== undefined) {
      results.push(compareAbsolute("padded_size", [canvas], toFloat32(padded), 0));
    }
    const merge = {
      members: channels,
      offsets: tensor("offsets", [batch * channels, 2], offsets),
      canvas,
      weighting,
      weights: tensor(
        "weights",
        [size, size],
        patchWeights(weighting, size, toFloat32(get("probe"))),
      ),
    };
    inputs = { ...inputs, merge };
    const shape = { groups: batch, channels, size, canvas };
    const shifted = tensor("shifted", [batch, channels, canvas, canvas]);
    factor = tensor("factor", [batch, canvas, canvas]);
    const { offsets: at, weights } = merge;
    recordMergeWeights(graph.plan, at, weights, shifted, factor, shape, weighting);
  }
  const plain = forwardStages(graph, object, inputs, true);
  const scaled = forwardStages(graph, object, { ...inputs, outputScale }, true);
  graph.plan.submit();
  if (plain.merged !== undefined) compare("merged", await gpu.read(plain.merged.tensor));
  if (factor !== undefined) {
    compare("merged_mask", (await gpu.read(factor)).map((value) => value > 0 ? 1 : 0));
  }
  compare("extracted", await gpu.read(plain.extracted.tensor));
  compare("exit_wave", await gpu.read(plain.waves.tensor));
  compare("amplitude", await gpu.read(plain.predicted.tensor));
  compare("predicted_amplitude", await gpu.read(scaled.predicted.tensor));
  owned.forEach((made) => gpu.arena.release(made));
  return results;
}
