/**
 * Reconstructors of the WebGPU backend.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { ARCHIVE_FILE, encodeArchive, openArchive } from "../archive/archive.ts";
import type { Manifest } from "../archive/manifest.ts";
import { completeModel, type SavedModel, savedModel } from "../archive/saved_model.ts";
import { legacyParams } from "../config/bridge/legacy.ts";
import { createTrainingPayload } from "../config/resolution/payload.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { ByteSource } from "../io/source.ts";
import { writeNpz } from "../io/npz.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { TrainEvent } from "../workflows/events.ts";
import { amplitudeAndPhase, infer } from "../workflows/infer.ts";
import { openScan } from "../workflows/open_scan.ts";
import { Trainer } from "../workflows/train.ts";
import type { BackendId } from "./backend.ts";
import { groupData, type GroupedData } from "./grouped_data.ts";
import type { LifecycleHost } from "./host.ts";
import { inferOptions } from "./infer_options.ts";
import { type PredictInput, predictPatches } from "./predict.ts";
import {
  type IngestedData,
  ingestRawData,
  ingestScan,
  type RawData,
  trainingArrays,
} from "./raw_data.ts";
import type {
  Configured,
  FileFilters,
  LegacyState,
  Reconstructor,
  ReconstructorName,
  ReconstructOutput,
  TrainOutput,
} from "./reconstructor.ts";
import type { ReconstructorSettings, SettingsPart } from "./settings.ts";

/** Files of a training folder. */
const TRAIN_FILE = "train_data.npz", TEST_FILE = "test_data.npz";

/** Everything a reconstructor is made of. */
export interface ReconstructorParts {
  /** The device. */
  readonly gpu: Gpu;
  /** Files. */
  readonly host: LifecycleHost;
  /** Settings. */
  readonly settings: ReconstructorSettings;
}

/** A reconstructor that computes with WebGPU. It keeps no state outside itself. */
export class WebGpuReconstructor implements Reconstructor {
  /** Name. */
  readonly name: ReconstructorName;
  /** Backend that computes. */
  readonly backend: BackendId = "webgpu";
  /** Name of a model file. */
  readonly modelFileName = ARCHIVE_FILE;
  /** Filters of file dialogs. */
  readonly fileFilters: FileFilters = {
    model: "Trained models (*.zip)",
    trainingData: "NumPy archives (*.npz)",
  };
  /** Settings. */
  readonly settings: ReconstructorSettings;
  #gpu: Gpu;
  #host: LifecycleHost;
  #data: IngestedData | undefined;
  #model: SavedModel | undefined;

  /** Makes one; `createReconstructors` makes both with one registry of settings. */
  constructor(name: ReconstructorName, parts: ReconstructorParts) {
    this.name = name;
    this.settings = parts.settings;
    this.#gpu = parts.gpu;
    this.#host = parts.host;
  }

  /** The dictionary as it is now. */
  get legacy(): LegacyState {
    const run = this.settings.run(this.#modelType);
    const N = this.#data?.dataset.N;
    return {
      ...legacyParams(N === undefined ? run : run.fitted({ N })),
      intensity_scale: this.#model?.scaling?.physics_scale ?? null,
    };
  }

  /** Changes settings and resolves all of them. */
  configure(
    changes: Readonly<Record<string, unknown>> = {},
    part: SettingsPart = "training",
  ): Configured {
    return this.settings.attempt(() => {
      this.settings.update(changes, part);
      return {
        run: this.settings.run(this.#modelType),
        inference: this.settings.inference().inference,
        execution: this.settings.execution(),
        legacy: this.legacy,
      };
    });
  }

  /** Takes data. */
  ingest(data: RawData | ScanDataset): ScanDataset {
    this.#data = "readDiffraction" in data ? ingestScan(data) : ingestRawData(data);
    return this.#data.dataset;
  }

  /** Groups of the ingested data. */
  group(): Promise<GroupedData> {
    const data = this.#ingested("group");
    const run = this.settings.run(this.#modelType).fitted({ N: data.dataset.N });
    return groupData(data, run);
  }

  /** Trains on the files of a folder. */
  async train(
    folder: string,
    onEvent: (event: TrainEvent) => void = () => {},
  ): Promise<TrainOutput> {
    const path = (name: string): string => `${folder.replace(/[/\\]$/, "")}/${name}`;
    const validates = await this.#host.kind(path(TEST_FILE)) === "file";
    const payload = await createTrainingPayload({
      overrides: {
        ...this.settings.stated("training"),
        model_type: this.#modelType,
        train_data_file: path(TRAIN_FILE),
        test_data_file: validates ? path(TEST_FILE) : null,
        output_dir: folder,
      },
    }, this.#host);
    const { run, files } = payload, warnings: string[] = [];
    if (!validates) warnings.push(`${path(TEST_FILE)} does not exist: nothing validates the run`);
    const open = async (source: ByteSource): Promise<ScanDataset> =>
      await openScan(source, {
        diffractionKind: payload.data.diffraction_kind,
        bin: payload.data.bin,
        subset: payload.data.subset,
        ...(payload.data.crop_to === null ? {} : { cropTo: payload.data.crop_to }),
        warn: (line) => warnings.push(line),
      });
    using source = await this.#host.open(path(TRAIN_FILE));
    using testSource = validates ? await this.#host.open(path(TEST_FILE)) : undefined;
    const dataset = await open(source);
    const validation = testSource === undefined ? undefined : await open(testSource);
    using trainer = await Trainer.create(this.#gpu, dataset, run, {
      precision: payload.execution.precision,
      ...(validation === undefined ? {} : { validation }),
    });
    const train_loss: number[] = [], val_loss: number[] = [];
    for await (const event of trainer.run()) {
      if (event.kind === "warning") warnings.push(event.message);
      if (event.kind === "epoch") {
        train_loss.push(event.trainLoss);
        if (event.validationLoss !== undefined) val_loss.push(event.validationLoss);
      }
      onEvent(event);
    }
    const checkpoint = await trainer.checkpoint();
    this.#model = savedModel(checkpoint);
    const intensity_scale = checkpoint.scaling.physics_scale;
    return {
      backend: this.backend,
      history: { train_loss, val_loss: val_loss.length === 0 ? null : val_loss },
      intensity_scale,
      config: checkpoint.config,
      legacy: { ...legacyParams(checkpoint.config, files), intensity_scale },
      checkpoint,
      warnings,
    };
  }

  /** Object patches of groups. */
  predict(input: PredictInput): Promise<NdArray> {
    return predictPatches(this.#gpu, this.#trained("predict"), input);
  }

  /** Reconstructs the ingested data. */
  async reconstruct(): Promise<ReconstructOutput> {
    const { dataset } = this.#ingested("reconstruct");
    const model = await completeModel(this.#trained("reconstruct"), dataset);
    const { N } = model.config.model;
    if (dataset.N !== N) {
      throw new ConfigError(
        `Cannot reconstruct patterns of ${dataset.N} x ${dataset.N} as the model was trained on ` +
          `${N} x ${N}: ingest patterns of that size`,
      );
    }
    const { inference, execution } = this.settings.inference();
    const details = await infer(this.#gpu, dataset, model, {
      ...inferOptions(inference, execution),
      onWarning: (line) => this.#host.deprecate?.(line),
    });
    return {
      backend: this.backend,
      object: details.object,
      ...amplitudeAndPhase(details.object),
      details,
    };
  }

  /** Writes the model; returns the path of the file. */
  async saveModel(path: string): Promise<string> {
    const file = this.#modelFile(path);
    await this.#host.write(file, await encodeArchive(this.#trained("save")));
    return file;
  }

  /** Reads a model; its configuration replaces the one in force. */
  async openModel(path: string): Promise<Manifest> {
    using source = await this.#host.open(this.#modelFile(path));
    const { manifest, ...model } = await openArchive(source);
    const { model_type } = model.config.model;
    if (model_type !== this.#modelType) {
      throw new ConfigError(
        `Cannot open ${source.name} with ${this.name} as its model_type is ${model_type}: ` +
          `use ${model_type === "pinn" ? "PINN" : "Supervised"}`,
      );
    }
    this.settings.replace(model.config);
    this.#model = model;
    return manifest;
  }

  /** Writes the ingested data as NPZ. */
  async exportTrainingData(path: string): Promise<void> {
    const arrays = await trainingArrays(this.#ingested("export"));
    await this.#host.write(path, await writeNpz(arrays));
  }

  get #modelType(): "pinn" | "supervised" {
    return this.name === "PINN" ? "pinn" : "supervised";
  }

  #modelFile(path: string): string {
    return path.endsWith(".zip") ? path : `${path.replace(/[/\\]$/, "")}/${ARCHIVE_FILE}`;
  }

  #ingested(doing: string): IngestedData {
    if (this.#data !== undefined) return this.#data;
    throw new ConfigError(`Cannot ${doing} as there are no data: call ingest first`);
  }

  #trained(doing: string): SavedModel {
    if (this.#model !== undefined) return this.#model;
    throw new ConfigError(`Cannot ${doing} as there is no model: call train or openModel first`);
  }
}
