/**
 * The archive of a trained model, `wts.h5.zip`: two roles, a manifest, open formats inside.
 *
 * The same model gives the same bytes. Everything is checked on opening, so a model either is the
 * one that was saved or is refused. `specs/model_archive.md` describes the members.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { canonicalConfig } from "../config/bridge/canonical.ts";
import { legacyParams } from "../config/bridge/legacy.ts";
import { restoreRun } from "../config/presets.ts";
import { assertResolved, type ResolvedRun } from "../config/resolved.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import type { ByteSource } from "../io/source.ts";
import { writeZip } from "../io/zip_writer.ts";
import { readArchiveMembers } from "./archive_members.ts";
import { sha256 } from "./hash.ts";
import { makeManifest, type Manifest, ROLES } from "./manifest.ts";
import { isInferenceWeight, type SavedModel } from "./saved_model.ts";
import { checkWeights } from "./strict_weights.ts";

/** A model read from an archive. */
export interface Archive extends SavedModel {
  /** What the archive says about itself. */
  readonly manifest: Manifest;
}

/** Name of an archive in an output folder. */
export const ARCHIVE_FILE = "wts.h5.zip";

const CONFIG = "config.json", SCALING = "scaling.json", STATISTICS = "statistics.safetensors";
const [AUTOENCODER, TO_OBJECT] = ROLES;
const PROBE = "probe";

/**
 * Packs a model. Equal models give equal bytes.
 *
 * @throws {ConfigError} for a configuration that was not resolved.
 * @throws {FileFormatError} if the weights are not those of the configuration.
 */
export async function encodeArchive(model: SavedModel): Promise<Uint8Array> {
  assertResolved(model.config, "save a model");
  checkWeights(model, "the model");
  const toObject = new Map<string, NdArray>(), rest = new Map<string, NdArray>();
  for (const [name, value] of model.weights) {
    (isInferenceWeight(name) ? toObject : rest).set(name, value);
  }
  if (model.probe !== undefined) {
    const { shape, data } = model.probe;
    rest.set(PROBE, { shape: [...shape, 2], dtype: "f32", data });
  }
  const params = json({
    ...legacyParams(model.config),
    intensity_scale: model.scaling?.physics_scale ?? null,
    _version: "1.0-webgpu",
  });
  const members = new Map<string, Uint8Array>([
    [`${AUTOENCODER}/params.json`, params],
    [`${AUTOENCODER}/weights.safetensors`, encodeSafetensors(rest)],
    [CONFIG, json(canonicalConfig(model.config))],
    [`${TO_OBJECT}/params.json`, params],
    [`${TO_OBJECT}/weights.safetensors`, encodeSafetensors(toObject)],
    [
      SCALING,
      json({ statistics: model.scaling ?? null, input_factor: model.inputFactor ?? null }),
    ],
  ]);
  if (model.inputStatistics !== undefined) {
    const statistics = new Map([["input_statistics", model.inputStatistics]]);
    members.set(STATISTICS, encodeSafetensors(statistics));
  }
  const manifest = await makeManifest(members);
  return await writeZip([
    { name: "manifest.json", content: json(manifest) },
    ...[...members].map(([name, content]) => ({ name, content })),
  ]);
}

/**
 * Opens an archive; nothing but its bytes is needed.
 *
 * @throws {FileFormatError} if it was written by another backend or schema, is damaged or changed, or
 * holds other weights than its configuration needs.
 */
export async function openArchive(source: ByteSource): Promise<Archive> {
  const { manifest, members } = await readArchiveMembers(source);
  const refuse = (why: string): FileFormatError =>
    new FileFormatError(`Cannot open ${source.name} as ${why}: save the model again`);
  const member = (name: string): Uint8Array => {
    const content = members.get(name);
    if (content === undefined) throw refuse(`${name} is missing`);
    return content;
  };
  const parse = (name: string): Record<string, unknown> => {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(member(name)));
    } catch (error) {
      if (error instanceof FileFormatError) throw error;
      throw refuse(`${name} is no JSON`);
    }
    if (typeof value !== "object" || value === null) throw refuse(`${name} holds no fields`);
    return value as Record<string, unknown>;
  };
  const config = configOf(parse(CONFIG), refuse);
  for (const role of ROLES) {
    const params = parse(`${role}/params.json`);
    for (const key of ["N", "gridsize"] as const) {
      if (params[key] !== config.model[key]) {
        throw refuse(`${role} has ${key} ${params[key]}, its configuration ${config.model[key]}`);
      }
    }
  }
  const read = (name: string) => decodeSafetensors(member(name), `${source.name}/${name}`).tensors;
  const rest = read(`${AUTOENCODER}/weights.safetensors`);
  const stored = rest.get(PROBE);
  rest.delete(PROBE);
  const { statistics, input_factor } = parse(SCALING);
  const model: Archive = {
    manifest,
    config,
    weights: new Map([...read(`${TO_OBJECT}/weights.safetensors`), ...rest]),
    probe: stored && { shape: stored.shape.slice(0, -1), dtype: "c64", data: stored.data },
    scaling: scalingOf(statistics, refuse),
    inputFactor: typeof input_factor === "number" ? input_factor : undefined,
    inputStatistics: members.has(STATISTICS) ? read(STATISTICS).get("input_statistics") : undefined,
  };
  checkWeights(model, source.name);
  return model;
}

/** SHA-256 of the weights of a model alone, in hexadecimal; equal for equal training runs. */
export function weightsHash(model: Pick<SavedModel, "weights">): Promise<string> {
  return sha256(encodeSafetensors(model.weights));
}

function configOf(value: unknown, refuse: (why: string) => FileFormatError): ResolvedRun {
  try {
    return restoreRun(value);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw refuse(`its ${CONFIG} is none of this version (${error.message})`);
  }
}

function scalingOf(
  value: unknown,
  refuse: (why: string) => FileFormatError,
): SavedModel["scaling"] {
  if (value === null || value === undefined) return undefined;
  const numbers = value as Record<string, unknown>;
  const take = (name: string): number => {
    const n = numbers[name];
    if (typeof n !== "number" || !(n > 0)) throw refuse(`its scale ${name} is ${n}`);
    return n;
  };
  return {
    input_factor: take("input_factor"),
    physics_scale: take("physics_scale"),
    nphotons: take("nphotons"),
    probe_factor: take("probe_factor"),
  };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, undefined, 2) + "\n");
}
