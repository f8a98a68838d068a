/**
 * A network trained in PyTorch as a model of this program: names, architecture, settings.
 *
 * @module
 */
import { countOf, type NdArray } from "../array.ts";
import { activationOf, gridsizeOf, modelTypeOf } from "../config/bridge/torch.ts";
import { resolveRun, type RunOverrides } from "../config/presets.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import type { ByteSource } from "../io/source.ts";
import { declareModel } from "../workflows/pinn.ts";
import { type NetworkShape, networkShape } from "./network_shape.ts";
import { findStateDict } from "./state_dict.ts";
import type { TorchTensor } from "./torch_tensor.ts";

/** A network read from a file of PyTorch. */
export interface TorchModel {
  /** Configuration; only what defines the network and its physics comes from the file. */
  readonly config: ResolvedRun;
  /** Weights under our names, in the original shapes. */
  readonly weights: ReadonlyMap<string, NdArray>;
  /** What was deduced, assumed or left out; one line each. */
  readonly notes: readonly string[];
}

/** Parameters of the original that nothing here needs, with the value at which they do nothing. */
const WITHOUT_EFFECT: readonly RegExp[] = [
  /^model\.forward_model\.(alpha|beta)$/,
  /^model\.forward_model\.rect_scaler\.(s1|s2)$/,
  /^model\.(scaler|forward_model\.\w+)\.log_scale$/,
  // Made by the original where a decoder shall have attention, and never called.
  /^model\.autoencoder\.decoder_(amp|phase)\.attention_blocks\./,
];

/** Names listed in a message before the rest is counted. */
const LISTED = 6;

/**
 * Reads a network from a file of `torch.save`: a state dict, a Lightning checkpoint, or an archive
 * of the original system.
 *
 * The architecture follows from the shapes, the rest from the hyper-parameters of the file; fields
 * in `stated` win over the latter and must agree with the former.
 *
 * @throws {FileFormatError} for a file that cannot be read, and for missing or unexpected parameters,
 * which it lists.
 * @throws {ConfigError} for a field that is neither in the file nor stated, or contradicts the shapes.
 */
export async function importTorchModel(
  source: ByteSource,
  stated: RunOverrides = {},
): Promise<TorchModel> {
  const found = await findStateDict(source);
  const notes: string[] = [...found.notes];
  const shape = networkShape(found.tensors, source.name);
  agree(stated, shape);
  const settings = { ...settingsOf(found.hyper, notes), ...stated };
  if (settings.amp_activation === undefined && settings.cnn_output_mode !== "real_imag") {
    throw new ConfigError(
      `Cannot import ${source.name} as it does not say what its amplitude head is: state ` +
        "amp_activation (the original default is sigmoid through its commands, silu otherwise)",
    );
  }
  const { N, ...architecture } = shape.model;
  const config = resolveRun({
    ...settings,
    ...architecture,
    // A network of one channel says nothing about the size of groups.
    ...(shape.channels === 1
      ? { gridsize: settings.gridsize ?? 1, object_big: settings.object_big ?? false }
      : {}),
    ...(shape.channels > 1 ? { neighbor_count: Math.max(shape.channels, 4) } : {}),
    input_transform: "none",
    intensity_scale_trainable: false,
    probe_trainable: false,
  }, "reference").fitted({ N });
  const weights = await collect(found.tensors, config, source.name, found.read, notes);
  notes.push(
    `N ${N}, gridsize ${config.model.gridsize}, n_filters_scale ${config.model.n_filters_scale}, ` +
      `${config.model.decoder} decoder, amplitude head ${config.model.amp_activation}`,
  );
  return { config, weights, notes };
}

/** Refuses stated fields that contradict the shapes. */
function agree(stated: RunOverrides, shape: NetworkShape): void {
  for (const [name, value] of Object.entries(shape.model)) {
    const typed = stated[name as keyof RunOverrides];
    if (typed !== undefined && typed !== value) {
      throw new ConfigError(
        `${name} is ${typed} but the shapes of the weights say ${value}: leave it out`,
      );
    }
  }
}

/** Settings that shapes do not show, from hyper-parameters wherever they are nested. */
function settingsOf(hyper: ReadonlyMap<string, unknown>, notes: string[]): RunOverrides {
  const out: Record<string, unknown> = {};
  const take = (name: string, to: string, convert: (value: unknown) => unknown): void => {
    const value = hyper.get(name);
    if (value === undefined || value === null) return;
    try {
      out[to] = convert(value);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      notes.push(`hyper-parameter ignored: ${error.message}`);
    }
  };
  const choice = (...choices: string[]) => (value: unknown): unknown => {
    if (choices.includes(String(value))) return value;
    throw new ConfigError(`it is ${JSON.stringify(value)}, none of ${choices.join(", ")}`);
  };
  const same = (value: unknown): unknown => value;
  take("amp_activation", "amp_activation", (v) => {
    const name = activationOf(v);
    return name === "swish" ? "silu" : name;
  });
  take("mode", "model_type", modelTypeOf);
  take("model_type", "model_type", choice("pinn", "supervised"));
  take("grid_size", "gridsize", gridsizeOf);
  take("gridsize", "gridsize", same);
  take("cnn_output_mode", "cnn_output_mode", choice("amp_phase", "real_imag"));
  take("physics_forward_mode", "physics_forward_mode", choice("amplitude", "rectangular_scaled"));
  take(
    "training_patch_weighting",
    "training_patch_weighting",
    choice("central_mask", "probe", "uniform"),
  );
  take("object_big", "object_big", Boolean);
  take("object.big", "object_big", Boolean);
  take("probe_scale", "probe_scale", Number);
  take("max_neighbor_distance", "max_neighbor_distance", Number);
  return out as RunOverrides;
}

/** Reads every parameter of the network, no more and no less. */
async function collect(
  tensors: ReadonlyMap<string, TorchTensor>,
  config: ResolvedRun,
  file: string,
  read: (tensor: TorchTensor) => Promise<NdArray>,
  notes: string[],
): Promise<Map<string, NdArray>> {
  const { layout } = declareModel(config, 1).layers;
  const wanted = new Map(layout.parameters.map((p) => [p.name, p]));
  const missing = [...wanted.keys()].filter((name) => !tensors.has(name));
  const spare = [...tensors.keys()].filter((name) => !wanted.has(name));
  const unexpected = spare.filter((name) => !WITHOUT_EFFECT.some((known) => known.test(name)));
  const misshapen = [...wanted].flatMap(([name, p]) => {
    const have = tensors.get(name)?.shape;
    return have === undefined || sameShape(have, p.shape)
      ? []
      : [`${name} (${have.join(", ")}) instead of (${p.shape.join(", ")})`];
  });
  const faults = [
    ["missing", missing],
    ["unexpected", unexpected],
    ["of another shape", misshapen],
  ] as const;
  const said = faults.filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${listed(names)}`);
  if (said.length > 0) {
    throw new FileFormatError(
      `Cannot import ${file} as its parameters do not make this network (${said.join("; ")}): ` +
        "only the convolutional network without batch normalisation can be imported",
    );
  }
  const weights = new Map<string, NdArray>();
  for (const [name, { shape }] of wanted) {
    const value = await read(tensors.get(name)!);
    if (value.dtype === "c64" || value.dtype === "c128") {
      throw new FileFormatError(
        `Cannot import ${file} as ${name} is complex: real weights are needed`,
      );
    }
    const data = Float32Array.from(value.data as Float32Array, Number);
    if (!data.every(Number.isFinite)) {
      throw new FileFormatError(
        `Cannot import ${file} as ${name} holds values that are not finite: train it again`,
      );
    }
    weights.set(name, { shape, dtype: "f32", data });
  }
  const left = spare.filter((name) => !unexpected.includes(name));
  if (left.length > 0) notes.push(`not needed here: ${listed(left)}`);
  return weights;
}

function sameShape(have: readonly number[], want: readonly number[]): boolean {
  const scalar = countOf(have) === 1 && countOf(want) === 1;
  return scalar || (have.length === want.length && have.every((n, i) => n === want[i]));
}

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return names.slice(0, LISTED).join(", ") + more;
}
