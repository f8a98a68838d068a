/**
 * Finds the state dict in a file of PyTorch, whatever it is wrapped in.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { type ByteSource, bytesSource } from "../io/source.ts";
import { readZipDirectory, type ZipMember } from "../io/zip.ts";
import { NETWORK_PREFIX } from "./network_shape.ts";
import { type PickleValue, unpickle } from "./pickle.ts";
import { PLAIN_BUILDERS } from "./plain_values.ts";
import { openTorchFile, readMember, torchPickle } from "./torch_file.ts";
import { TorchTensor } from "./torch_tensor.ts";

/** A state dict with what the file says beside it. */
export interface FoundStateDict {
  /** Tensors under the names of the original system. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Hyper-parameters by their own name, whatever they were nested in. */
  readonly hyper: ReadonlyMap<string, unknown>;
  /** What was found and skipped. */
  readonly notes: readonly string[];
  /** Reads a tensor. */
  read(tensor: TorchTensor): Promise<NdArray>;
}

/** The model of an original archive that maps diffraction to the object. */
const ORIGINAL_MODEL = "diffraction_to_obj/model.pth";
const ORIGINAL_PARAMS = "diffraction_to_obj/params.dill";
/** Largest model inside an archive, bytes. */
const MAX_MODEL = 2 ** 30;
const MAX_PARAMS = 16 * 2 ** 20;
/** Keys under which a state dict is kept in a larger dictionary. */
const WRAPPED = ["state_dict", "model_state_dict", "model"];
/** Deepest nesting of hyper-parameters. */
const MAX_DEPTH = 5;

type Dictionary = ReadonlyMap<PickleValue, PickleValue>;

/**
 * Opens a file and finds its state dict.
 *
 * @throws {FileFormatError} if there is none, or if the file may not be read.
 */
export async function findStateDict(source: ByteSource): Promise<FoundStateDict> {
  const hyper = new Map<string, unknown>(), notes: string[] = [];
  const inner = await originalModel(source, hyper, notes);
  const file = await openTorchFile(inner ?? source);
  if (!(file.root instanceof Map)) throw none(source.name);
  const key = WRAPPED.find((name) => (file.root as Dictionary).get(name) instanceof Map);
  const state = key === undefined ? file.root : file.root.get(key) as Dictionary;
  if (key !== undefined) {
    notes.push(`weights from ${key}`);
    for (const name of ["hyper_parameters", "hparams", "config"]) {
      flatten(file.root.get(name) ?? null, hyper, 0);
    }
  }
  const tensors = new Map<string, TorchTensor>(), others: string[] = [];
  for (const [name, value] of state) {
    if (typeof name === "string" && value instanceof TorchTensor) {
      const ours = originalName(name);
      if (tensors.has(ours)) {
        throw new FileFormatError(
          `Cannot import ${source.name} as two of its parameters are named ${ours}: ` +
            "save the state dict of one model",
        );
      }
      tensors.set(ours, value);
    } else others.push(String(name));
  }
  if (tensors.size === 0) throw none(source.name);
  if (others.length > 0) notes.push(`no tensors, left out: ${others.slice(0, 6).join(", ")}`);
  return { tensors, hyper, notes, read: (tensor) => file.read(tensor) };
}

/** The `model.pth` inside an archive of the original system; undefined for other files. */
async function originalModel(
  source: ByteSource,
  hyper: Map<string, unknown>,
  notes: string[],
): Promise<ByteSource | undefined> {
  const head = await source.read(0, 2);
  if (!(head[0] === 0x50 && head[1] === 0x4b)) return undefined;
  const members = await readZipDirectory(source);
  const named = (name: string): ZipMember | undefined => members.find((m) => m.name === name);
  if (torchPickle(members) !== undefined) return undefined;
  if (named("manifest.json") !== undefined) {
    throw new FileFormatError(
      `Cannot import ${source.name} as it is an archive of this program: use it as it is`,
    );
  }
  const model = named(ORIGINAL_MODEL);
  if (model === undefined) {
    if (members.some((m) => /\.(keras|h5)$/.test(m.name))) {
      throw new FileFormatError(
        `Cannot import ${source.name} as it was written by the tensorflow backend: only models ` +
          "of the pytorch backend can be imported",
      );
    }
    return undefined;
  }
  const params = named(ORIGINAL_PARAMS);
  if (params !== undefined) {
    try {
      flatten(
        unpickle(await readMember(source, params, MAX_PARAMS), {
          name: params.name,
          builders: PLAIN_BUILDERS,
        }),
        hyper,
        0,
      );
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      notes.push(`parameters of the archive are not used: ${error.message}`);
    }
  }
  notes.push(`weights from ${ORIGINAL_MODEL}`);
  return bytesSource(
    `${source.name}/${ORIGINAL_MODEL}`,
    await readMember(source, model, MAX_MODEL),
  );
}

/** Collects plain values by name; the first one met wins. */
function flatten(
  value: PickleValue,
  into: Map<string, unknown>,
  depth: number,
  seen: Set<PickleValue> = new Set(),
): void {
  // A dictionary may hold itself, or one many times over.
  if (!(value instanceof Map) || depth > MAX_DEPTH || seen.has(value)) return;
  seen.add(value);
  for (const [name, item] of value as Dictionary) {
    if (typeof name !== "string") continue;
    if (item instanceof Map) flatten(item, into, depth + 1, seen);
    else if (!into.has(name)) into.set(name, item);
  }
}

/** Name of a parameter in the original system, whatever wrapped the network when it was saved. */
function originalName(name: string): string {
  const bare = name.replace(/(^|\.)(_orig_mod|module)\./g, "$1")
    .replace(/(^|\.)bottleneck_cbam\./, "$1bottleneck_attention.");
  if (/^(encoder|decoder_amp|decoder_phase|bottleneck_attention)\./.test(bare)) {
    return NETWORK_PREFIX + bare;
  }
  return /^(autoencoder|forward_model|scaler)\./.test(bare) ? `model.${bare}` : bare;
}

function none(name: string): FileFormatError {
  return new FileFormatError(
    `Cannot import ${name} as it holds no state dict: save torch.save(model.state_dict(), FILE)`,
  );
}
