/**
 * Choosing a backend by name.
 *
 * @module
 */
import { BackendUnavailableError, ConfigError, GpuUnavailableError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";

/** The backend of this program. */
export type BackendId = "webgpu";

/** Names that can be chosen. */
export const BACKENDS: readonly BackendId[] = ["webgpu"];

/** Backends of the original system. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  pytorch: "PyTorch",
  tensorflow: "TensorFlow",
};

/**
 * Accepts `webgpu`.
 *
 * @throws {BackendUnavailableError} for a backend of the original system, which is not part of this one.
 * @throws {ConfigError} for any other name.
 */
export function checkBackend(backend: string): asserts backend is BackendId {
  if (BACKENDS.includes(backend as BackendId)) return;
  const name = ELSEWHERE[backend];
  if (name === undefined) {
    throw new ConfigError(`backend is "${backend}": ${BACKENDS.join(" or ")} is needed`);
  }
  throw new BackendUnavailableError(
    `${name} backend selected, but it is not part of this program: use backend webgpu, or install ` +
      "the original system (its PyTorch models can be converted with ptychogpu import-torch)",
  );
}

/**
 * Opens the device of a backend.
 *
 * @throws {BackendUnavailableError} if no adapter opens, with what to install.
 */
export async function openBackend(backend: string, open: () => Promise<Gpu>): Promise<Gpu> {
  checkBackend(backend);
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) throw error;
    throw new BackendUnavailableError(
      `WebGPU backend selected, but no adapter opens: ${error.message}`,
    );
  }
}
