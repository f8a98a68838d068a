/**
 * Error classes a caller may want to tell apart. Everything else is a built-in error.
 *
 * Messages are one line: what was tried, what was found, what to do about it.
 *
 * @module
 */

/** Two shapes that have to agree do not. */
export class ShapeError extends TypeError {
  /** Name of the class. */
  override name = "ShapeError";
}

/** A tensor was used after it was released. */
export class TensorReleasedError extends ReferenceError {
  /** Name of the class. */
  override name = "TensorReleasedError";
}

/** No WebGPU adapter of the wanted kind could be opened. */
export class GpuUnavailableError extends Error {
  /** Name of the class. */
  override name = "GpuUnavailableError";
}

/** A backend was chosen that is not part of this program, or whose device does not open. */
export class BackendUnavailableError extends Error {
  /** Name of the class. */
  override name = "BackendUnavailableError";
}

/** The work needs more of a device limit than the adapter has. */
export class GpuLimitError extends RangeError {
  /** Name of the class. */
  override name = "GpuLimitError";
  /** Name of the WebGPU limit. */
  readonly limit: string;
  /** What the work needs. */
  readonly required: number;
  /** What the adapter offers. */
  readonly available: number;

  /** Creates the error for one limit. */
  constructor(message: string, limit: string, required: number, available: number) {
    super(message);
    this.limit = limit;
    this.required = required;
    this.available = available;
  }
}

/** The device ran out of memory. */
export class GpuMemoryError extends RangeError {
  /** Name of the class. */
  override name = "GpuMemoryError";
}

/** A shader was refused by the compiler. */
export class ShaderCompileError extends Error {
  /** Name of the class. */
  override name = "ShaderCompileError";
}

/** A GPU command was refused by validation: a defect of this program, not of the input. */
export class GpuValidationError extends Error {
  /** Name of the class. */
  override name = "GpuValidationError";
}

/** The device went away (driver reset, watchdog, unplugged). */
export class DeviceLostError extends Error {
  /** Name of the class. */
  override name = "DeviceLostError";
}

/** A file is not a readable NPZ, NPY or safetensors file. */
export class FileFormatError extends SyntaxError {
  /** Name of the class. */
  override name = "FileFormatError";
}

/** A file is readable but is not a valid scan. */
export class DatasetError extends RangeError {
  /** Name of the class. */
  override name = "DatasetError";
}

/** A configuration value is unknown, ill-typed or out of range. */
export class ConfigError extends SyntaxError {
  /** Name of the class. */
  override name = "ConfigError";
}

/** A tracking service could not be reached, or refused what was to be recorded. */
export class LoggingError extends Error {
  /** Name of the class. */
  override name = "LoggingError";
}

/** Training produced a loss that is not finite. */
export class DivergedError extends Error {
  /** Name of the class. */
  override name = "DivergedError";
  /** Step at which it happened, counted from 0. */
  readonly step: number;

  /** Creates the error for one step. */
  constructor(message: string, step: number) {
    super(message);
    this.step = step;
  }
}
