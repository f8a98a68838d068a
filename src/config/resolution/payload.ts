/**
 * Payloads: everything a command needs, resolved once and frozen.
 *
 * @module
 */
import { ConfigError, FileFormatError } from "../../errors.ts";
import { runOf } from "../presets.ts";
import type { FieldEntry } from "../registry/types.ts";
import { deepFreeze, type Preset, type ResolvedRun } from "../resolved.ts";
import type {
  DataReading,
  ExecutionConfig,
  InferenceConfig,
  InferenceFiles,
  TrainingFiles,
} from "../types.ts";
import { type AuditEntry, derive, type Layer, type Layered, sourceOf } from "./audit.ts";
import { readDataFacts } from "./data_facts.ts";
import { deriveFields } from "./derived.ts";
import { profileValues } from "./profiles.ts";
import {
  type ConfigHost,
  ownersPart,
  readStatement,
  requiredFile,
  resolveLayers,
  type Stated,
  type Statement,
  tellIdle,
} from "./statement.ts";

/** Names of a model file in the folder of a training run, in the order they are looked for. */
export const MODEL_FILES: readonly string[] = ["wts.h5.zip", "model.safetensors"];

const MADE: unique symbol = Symbol("payload");

/** A resolved training: made by {@linkcode createTrainingPayload} only, deeply frozen. */
export class TrainingPayload {
  /** Network, physics and training. */
  readonly run: ResolvedRun;
  /** Files. */
  readonly files: TrainingFiles;
  /** How the data is read. */
  readonly data: DataReading;
  /** Machine, loop and records; never part of the model. */
  readonly execution: ExecutionConfig;
  /** Source of every value. */
  readonly audit: readonly AuditEntry[];
  #resolved = true;

  /** Not for callers: use `createTrainingPayload`. */
  constructor(
    parts: Pick<TrainingPayload, "run" | "files" | "data" | "execution" | "audit">,
    key: symbol,
  ) {
    if (key !== MADE) {
      throw new ConfigError("Cannot make a payload by hand: use createTrainingPayload");
    }
    this.run = parts.run;
    this.files = parts.files;
    this.data = parts.data;
    this.execution = parts.execution;
    this.audit = parts.audit;
    deepFreeze(this);
  }

  /** Refuses anything else. @throws {ConfigError} if it is not a resolved payload. */
  static assert(value: unknown): asserts value is TrainingPayload {
    if (typeof value === "object" && value !== null && #resolved in value) return;
    throw new ConfigError(
      "Cannot train with an unresolved configuration: pass what createTrainingPayload gives",
    );
  }
}

/** A resolved reconstruction: made by {@linkcode createInferencePayload} only, deeply frozen. */
export class InferencePayload {
  /** How the object is reassembled. */
  readonly inference: InferenceConfig;
  /** Files. */
  readonly files: InferenceFiles;
  /** The model file. */
  readonly modelFile: string;
  /** How the data is read. */
  readonly data: DataReading;
  /** Machine and records. */
  readonly execution: ExecutionConfig;
  /** Source of every value. */
  readonly audit: readonly AuditEntry[];
  #resolved = true;

  /** Not for callers: use `createInferencePayload`. */
  constructor(
    parts: Pick<
      InferencePayload,
      "inference" | "files" | "modelFile" | "data" | "execution" | "audit"
    >,
    key: symbol,
  ) {
    if (key !== MADE) {
      throw new ConfigError("Cannot make a payload by hand: use createInferencePayload");
    }
    this.inference = parts.inference;
    this.files = parts.files;
    this.modelFile = parts.modelFile;
    this.data = parts.data;
    this.execution = parts.execution;
    this.audit = parts.audit;
    deepFreeze(this);
  }

  /** Refuses anything else. @throws {ConfigError} if it is not a resolved payload. */
  static assert(value: unknown): asserts value is InferencePayload {
    if (typeof value === "object" && value !== null && #resolved in value) return;
    throw new ConfigError(
      "Cannot infer with an unresolved configuration: pass what createInferencePayload gives",
    );
  }
}

/**
 * Resolves a training: preset and profile, then everything stated, then the facts of the data file,
 * then fields that follow from others, then checks of fields against each other.
 *
 * @throws {ConfigError} for anything stated that is unknown, unfit, contradictory or impossible here.
 * @throws {FileFormatError} if the data file is missing or unreadable.
 * @throws {DatasetError} if its probe does not give N.
 */
export async function createTrainingPayload(
  statement: Statement,
  host: ConfigHost,
): Promise<TrainingPayload> {
  const stated = readStatement("train", statement, host.deprecate);
  const preset = (stated.values.preset ?? "recommended") as Preset;
  const profile = stated.values.profile ?? null;
  const found: Layer[] = profile === null
    ? []
    : [{ source: "profile", values: profileValues(String(profile), stated.values) }];
  const made = resolveLayers(stated, found, preset);
  const path = requiredFile(made, "train_data_file", "train-data-file");
  // What contradicts without any file is a mistake of usage: it is told before files are touched.
  deriveFields(made);
  runOf(made.values, preset);
  checkExecution(made);
  await requireFile(host, path);
  const test = made.values.test_data_file;
  if (typeof test === "string") await requireFile(host, test);
  const data = reading(stated, made);
  using source = await host.open(path);
  const facts = await readDataFacts(source, data);
  checkSide(stated, facts.N);
  found.push({ source: "data", values: { ...facts } });
  const whole = resolveLayers(stated, found, preset);
  deriveFields(whole);
  const seed = sourceOf(whole, "seed");
  if (whole.values.deterministic === false && (seed === "default" || seed === "profile")) {
    derive(whole, "seed", (host.drawSeed ?? drawSeed)(), "drawn");
  }
  tellIdle(stated, whole, host.deprecate);
  return new TrainingPayload({
    run: runOf(whole.values, preset).fitted({ N: facts.N }),
    files: ownersPart(stated, whole, (f) => f.owner === "training" && f.type === "text"),
    data,
    execution: execution(stated, whole),
    audit: whole.audit,
  }, MADE);
}

/**
 * Resolves a reconstruction. Network and physics are those of the model and cannot be stated.
 *
 * @throws {ConfigError} for anything stated that is unknown or unfit, and for a folder without a model.
 * @throws {FileFormatError} if a file is missing or unreadable.
 */
export async function createInferencePayload(
  statement: Statement,
  host: ConfigHost,
): Promise<InferencePayload> {
  const stated = readStatement("infer", statement, host.deprecate);
  const made = resolveLayers(stated, [], "recommended");
  const model = requiredFile(made, "model_path", "model-path", "FOLDER");
  const modelFile = await findModel(host, model);
  const path = requiredFile(made, "test_data_file", "test-data");
  await requireFile(host, path);
  const data = reading(stated, made);
  using source = await host.open(path);
  const { N } = await readDataFacts(source, data);
  const inference = ownersPart<InferenceConfig>(
    stated,
    made,
    (f) => f.owner === "inference" && f.engine,
  );
  if (inference.middle_trim !== null && inference.middle_trim > N) {
    throw new ConfigError(
      `middle_trim is ${inference.middle_trim}: at most the pattern side ${N} is possible`,
    );
  }
  const { phase_vmin: low, phase_vmax: high } = inference;
  if (low !== null && high !== null && low >= high) {
    throw new ConfigError(`phase_vmin is ${low}: a number below phase_vmax ${high} is needed`);
  }
  if (inference.neighbor_pool_size !== null && !inference.enable_oversampling) {
    throw new ConfigError("neighbor_pool_size is used when oversampling: add enable_oversampling");
  }
  checkExecution(made);
  tellIdle(stated, made, host.deprecate);
  return new InferencePayload({
    inference,
    files: ownersPart(stated, made, (f) => f.owner === "inference" && f.type === "text"),
    modelFile,
    data,
    execution: execution(stated, made),
    audit: made.audit,
  }, MADE);
}

async function requireFile(host: ConfigHost, path: string): Promise<void> {
  const kind = await host.kind(path);
  if (kind === "file") return;
  throw new FileFormatError(
    kind === undefined
      ? `Cannot read ${path}: there is no such file or folder`
      : `Cannot read ${path} as it is a folder: give an NPZ file`,
  );
}

async function findModel(host: ConfigHost, path: string): Promise<string> {
  const kind = await host.kind(path);
  if (kind === undefined) {
    throw new FileFormatError(`Cannot read model ${path}: there is no such file or folder`);
  }
  if (kind === "file") return path;
  for (const name of MODEL_FILES) {
    const file = `${path.replace(/[/\\]$/, "")}/${name}`;
    if (await host.kind(file) === "file") return file;
  }
  throw new ConfigError(
    `Cannot find a model in ${path} as it holds no ${MODEL_FILES.join(" or ")}: ` +
      "give the output folder of a training run",
  );
}

function reading(stated: Stated, made: Layered): DataReading {
  return ownersPart(stated, made, (f) => f.owner === "data" && f.engine);
}

/** Execution fields of the command; those of the other command keep their defaults. */
function execution(stated: Stated, made: Layered): ExecutionConfig {
  return ownersPart(stated, made, (f: FieldEntry) => f.owner === "execution" && f.engine);
}

function checkSide(stated: Stated, N: number): void {
  const typed = stated.values.N;
  if (typed !== undefined && typed !== N) {
    throw new ConfigError(
      `N is ${typed} but the patterns of the data are ${N} x ${N}: use crop_to or bin`,
    );
  }
}

/** Refuses execution fields that contradict each other, before any file is touched. */
function checkExecution({ values }: Layered): void {
  if (values.prefetch_factor !== null && values.num_workers === 0) {
    throw new ConfigError("prefetch_factor is what a worker prepares: add num_workers above 0");
  }
  const every = values.recon_log_every_n_epochs ?? null, logger = String(values.logger_backend);
  if (every !== null && !/tensorboard|mlflow/.test(logger)) {
    throw new ConfigError(
      `recon_log_every_n_epochs is ${every} but logger ${logger} keeps no pictures: add ` +
        "tensorboard or mlflow to logger",
    );
  }
  if (
    values.checkpoint_monitor_metric === "val_loss" && values.enable_checkpointing === true &&
    values.validation_fraction === 0 && values.test_data_file === null
  ) {
    throw new ConfigError(
      "checkpoint_monitor_metric is val_loss but nothing is held out: add validation_fraction or " +
        "test_data_file",
    );
  }
}

function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
