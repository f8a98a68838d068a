/**
 * All reconstructors of a backend, and the calls that choose one by the name of its backend.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { legacyParams } from "../config/bridge/legacy.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { type BackendId, openBackend } from "./backend.ts";
import type { LifecycleHost } from "./host.ts";
import type { RawData } from "./raw_data.ts";
import type {
  LegacyState,
  Reconstructor,
  ReconstructorName,
  ReconstructOutput,
  TrainOutput,
} from "./reconstructor.ts";
import { ReconstructorSettings } from "./settings.ts";
import { type ReconstructorParts, WebGpuReconstructor } from "./webgpu_reconstructor.ts";

/** Names of reconstructors. */
export const RECONSTRUCTORS: readonly ReconstructorName[] = ["PINN", "Supervised"];

/** Both reconstructors, sharing one registry of settings. */
export function createReconstructors(
  parts: Omit<ReconstructorParts, "settings"> & { readonly settings?: ReconstructorSettings },
): Readonly<Record<ReconstructorName, Reconstructor>> {
  const settings = parts.settings ??
    new ReconstructorSettings((line) => parts.host.deprecate?.(line));
  return {
    PINN: new WebGpuReconstructor("PINN", { ...parts, settings }),
    Supervised: new WebGpuReconstructor("Supervised", { ...parts, settings }),
  };
}

/** A request to whichever backend is named. */
export interface BackendRequest {
  /** Name of the backend; default `webgpu`. */
  readonly backend?: string;
  /** Reconstructor; default `PINN`. */
  readonly reconstructor?: ReconstructorName;
  /** Fields of model, training and execution; execution fields left out have their defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Fields of the reconstruction. */
  readonly inference?: Readonly<Record<string, unknown>>;
  /** Opens the device; called only after the settings are resolved and the backend is known. */
  readonly openGpu: () => Promise<Gpu>;
  /** Files. */
  readonly host: LifecycleHost;
  /** Receives the dictionary of the original system, before the backend is looked at. */
  readonly onLegacy?: (legacy: LegacyState) => void;
}

/** Results of a run, with the backend that made them. */
export interface BackendResults extends Partial<TrainOutput> {
  /** Backend. */
  readonly backend: BackendId;
  /** The dictionary of the original system. */
  readonly legacy: LegacyState;
  /** The reconstruction, if one was asked for. */
  readonly reconstruction?: ReconstructOutput;
}

/** Trains on a folder. @throws {BackendUnavailableError} or ConfigError for another backend. */
export function trainModelWithBackend(
  folder: string,
  request: BackendRequest,
): Promise<TrainOutput> {
  return withBackend(request, (reconstructor) => reconstructor.train(folder));
}

/**
 * Trains on a folder, saves the model there and, if data are given, reconstructs them.
 *
 * @returns amplitude and phase (null if nothing was reconstructed) and everything else.
 */
export function runExampleWithBackend(
  folder: string,
  data: RawData | ScanDataset | null,
  request: BackendRequest,
): Promise<
  { amplitude: NdArray | null; phase: NdArray | null; results: BackendResults }
> {
  return withBackend(request, async (reconstructor) => {
    const trained = await reconstructor.train(folder);
    await reconstructor.saveModel(folder);
    if (data === null) return { amplitude: null, phase: null, results: trained };
    reconstructor.ingest(data);
    const reconstruction = await reconstructor.reconstruct();
    const { amplitude, phase } = reconstruction;
    return { amplitude, phase, results: { ...trained, reconstruction } };
  });
}

/** Opens a saved model; the reconstructor can be used as long as the device is open. */
export async function loadModelWithBackend(
  path: string,
  request: BackendRequest,
): Promise<{ reconstructor: Reconstructor; results: BackendResults; gpu: Gpu }> {
  const { reconstructor, gpu } = await choose(request);
  try {
    await reconstructor.openModel(path);
    const { backend, legacy } = reconstructor;
    return { reconstructor, gpu, results: { backend, legacy } };
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}

async function withBackend<T>(
  request: BackendRequest,
  run: (reconstructor: Reconstructor) => Promise<T>,
): Promise<T> {
  const { reconstructor, gpu } = await choose(request);
  try {
    return await run(reconstructor);
  } finally {
    gpu.dispose();
  }
}

/** Settings first, then the dictionary, then the backend: the order of the contract. */
async function choose(
  request: BackendRequest,
): Promise<{ reconstructor: Reconstructor; gpu: Gpu }> {
  const { host, reconstructor: name = "PINN", backend = "webgpu" } = request;
  if (!RECONSTRUCTORS.includes(name)) {
    throw new ConfigError(`reconstructor is "${name}": ${RECONSTRUCTORS.join(" or ")} is needed`);
  }
  const settings = new ReconstructorSettings((line) => host.deprecate?.(line));
  settings.update(request.settings ?? {});
  settings.update(request.inference ?? {}, "inference");
  const run = settings.run(name === "PINN" ? "pinn" : "supervised");
  request.onLegacy?.({ ...legacyParams(run), intensity_scale: null });
  const gpu = await openBackend(backend, request.openGpu);
  return { reconstructor: new WebGpuReconstructor(name, { settings, host, gpu }), gpu };
}
