/**
 * The life of a reconstructor in another program: configure, ingest, group, train, reconstruct, save.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import type { Manifest } from "../archive/manifest.ts";
import type { FieldValue } from "../config/registry/types.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import type { ExecutionConfig, InferenceConfig } from "../config/types.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import type { TrainEvent } from "../workflows/events.ts";
import type { Reconstruction } from "../workflows/infer.ts";
import type { BackendId } from "./backend.ts";
import type { GroupedData } from "./grouped_data.ts";
import type { PredictInput } from "./predict.ts";
import type { RawData } from "./raw_data.ts";
import type { ReconstructorSettings, SettingsPart } from "./settings.ts";

/** `PINN` learns from the physics, `Supervised` from labels. */
export type ReconstructorName = "PINN" | "Supervised";

/** The flat dictionary of the original system, with the scale a model was trained with. */
export type LegacyState = Readonly<Record<string, FieldValue>>;

/** Settings in force. */
export interface Configured {
  /** Model and training. */
  readonly run: ResolvedRun;
  /** Reassembly. */
  readonly inference: InferenceConfig;
  /** Machine and loop; never part of a model. */
  readonly execution: ExecutionConfig;
  /** The same as the flat dictionary. */
  readonly legacy: LegacyState;
}

/** What training leaves. */
export interface TrainOutput {
  /** Backend that trained. */
  readonly backend: BackendId;
  /** Losses, one an epoch; `val_loss` is null without validation data. */
  readonly history: {
    readonly train_loss: readonly number[];
    readonly val_loss: readonly number[] | null;
  };
  /** Factor from normalised amplitude to the square root of counts. */
  readonly intensity_scale: number;
  /** Configuration that was trained with. */
  readonly config: ResolvedRun;
  /** The same as the flat dictionary. */
  readonly legacy: LegacyState;
  /** The trained model with its optimiser. */
  readonly checkpoint: Checkpoint;
  /** What went wrong without stopping the run. */
  readonly warnings: readonly string[];
}

/** A reconstructed object. */
export interface ReconstructOutput {
  /** Backend that reconstructed. */
  readonly backend: BackendId;
  /** (H, W) complex. */
  readonly object: NdArray;
  /** (H, W) modulus. */
  readonly amplitude: NdArray;
  /** (H, W) angle, rad. */
  readonly phase: NdArray;
  /** Place on the object grid, coverage, probe. */
  readonly details: Reconstruction;
}

/** Names a program shows in its file dialogs. */
export interface FileFilters {
  /** Of models. */
  readonly model: string;
  /** Of training data. */
  readonly trainingData: string;
}

/** One way to reconstruct. */
export interface Reconstructor {
  /** Name. */
  readonly name: ReconstructorName;
  /** Backend that computes. */
  readonly backend: BackendId;
  /** Name of a model file. */
  readonly modelFileName: "wts.h5.zip";
  /** Filters of file dialogs. */
  readonly fileFilters: FileFilters;
  /** Settings, shared with the other reconstructors made together; live. */
  readonly settings: ReconstructorSettings;
  /** The dictionary as it is now; `intensity_scale` is null before there is a model. */
  readonly legacy: LegacyState;

  /**
   * Changes settings and resolves all of them. A change that is refused changes nothing.
   *
   * @throws {ConfigError} for unknown names, unfit values and contradictions.
   */
  configure(changes?: Readonly<Record<string, unknown>>, part?: SettingsPart): Configured;

  /** Takes data. @throws {DatasetError} if parts do not fit. */
  ingest(data: RawData | ScanDataset): ScanDataset;

  /** Groups of the ingested data as the settings say. */
  group(): Promise<GroupedData>;

  /**
   * Trains on `train_data.npz` of a folder, validating on its `test_data.npz` where there is one.
   *
   * @param onEvent Receives progress.
   * @throws {FileFormatError} if there is no such file.
   * @throws {DatasetError} for unfit data, also labels that are missing.
   */
  train(folder: string, onEvent?: (event: TrainEvent) => void): Promise<TrainOutput>;

  /** Object patches of groups, (B, C, N, N) c64. @throws {ShapeError} for unfit inputs. */
  predict(input: PredictInput): Promise<NdArray>;

  /** Reconstructs the ingested data and stitches it by position to one object. */
  reconstruct(): Promise<ReconstructOutput>;

  /** Writes the model: to a file that ends in .zip, or as `wts.h5.zip` into a folder. */
  saveModel(path: string): Promise<string>;

  /**
   * Reads a model; its configuration replaces the one in force.
   *
   * @throws {FileFormatError} if there is none, or it belongs to another backend or schema.
   */
  openModel(path: string): Promise<Manifest>;

  /** Writes the ingested data as NPZ for training. */
  exportTrainingData(path: string): Promise<void>;
}
