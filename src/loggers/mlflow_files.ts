/**
 * Runs in the folder layout of MLflow's file store, `mlruns/EXPERIMENT/RUN/`.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";
import { encodePng } from "../io/png.ts";
import type { Clock, LogParameters, LogSink, RunLogger, RunMetadata, RunStatus } from "./logger.ts";
import {
  MLFLOW_FILE,
  mlflowKey,
  mlflowParameters,
  mlflowPicture,
  mlflowStatus,
  mlflowTags,
  newRunId,
  parseIdentity,
} from "./mlflow.ts";

/** Numbers of the file store for its states. */
const STATUS = { RUNNING: 1, FINISHED: 3, FAILED: 4, KILLED: 5 } as const;

/** Where a {@linkcode MlflowFileLogger} reads and writes. */
export interface MlflowFileOptions {
  /** The run's folder: artefacts come from it, and the identity is kept in it. */
  readonly run: LogSink;
  /** The `mlruns` folder. */
  readonly store: LogSink;
  /** Name of the person. */
  readonly user: string;
  /** Time. */
  readonly clock: Clock;
}

/** Records a run in files that `mlflow ui --backend-store-uri` reads. */
export class MlflowFileLogger implements RunLogger {
  /** Name it is chosen by. */
  readonly name = "mlflow";
  /** Pictures are kept. */
  readonly keepsImages = true;
  #options: MlflowFileOptions;
  #folder = "";
  #meta: Record<string, string | number | null | readonly string[]> = {};

  /** Prepares; nothing is written. */
  constructor(options: MlflowFileOptions) {
    this.#options = options;
  }

  /** Creates experiment and run, or goes on with the run this folder belongs to. */
  async start(run: RunMetadata, parameters: LogParameters): Promise<void> {
    const { store, clock, user } = this.#options;
    const known = run.resumedAfter === undefined
      ? undefined
      : parseIdentity(await this.#options.run.read(MLFLOW_FILE), store.url);
    const experiment = known?.experiment_id ?? await this.#experiment(run.experiment);
    const id = known?.run_id ?? newRunId();
    this.#folder = `${experiment}/${id}`;
    this.#meta = {
      artifact_uri: `${store.url}/${this.#folder}/artifacts`,
      end_time: null,
      entry_point_name: "",
      experiment_id: experiment,
      lifecycle_stage: "active",
      run_id: id,
      run_name: run.name,
      run_uuid: id,
      source_name: "",
      source_type: 4,
      source_version: "",
      start_time: clock(),
      status: STATUS.RUNNING,
      tags: [],
      user_id: user,
    };
    if (known !== undefined) await this.#forget(run.resumedAfter ?? 0);
    await this.#writeMeta();
    for (const { key, value } of mlflowTags(run, user)) await this.#put(`tags/${key}`, value);
    for (const { key, value } of mlflowParameters(parameters)) {
      await this.#put(`params/${key}`, value);
    }
    const identity = { tracking_uri: store.url, experiment_id: experiment, run_id: id };
    await this.#options.run.write(MLFLOW_FILE, JSON.stringify(identity) + "\n");
  }

  /** Adds a line `time value step` to the file of each metric. */
  async scalars(
    step: number,
    values: Readonly<Record<string, number | undefined>>,
  ): Promise<void> {
    const time = this.#options.clock();
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const path = `${this.#folder}/metrics/${mlflowKey(name)}`;
      await this.#options.store.append(path, `${time} ${value} ${step}\n`);
    }
  }

  /** A PNG picture among the artefacts. */
  image(name: string, step: number, rgb: Picture): Promise<void> {
    const png = encodePng(rgb.data, rgb.width, rgb.height);
    return this.#put(`artifacts/${mlflowPicture(name, step)}`, png);
  }

  /** Copies a file of the run's folder among the artefacts. */
  async artifact(path: string): Promise<void> {
    const content = await this.#options.run.read(path);
    if (content !== undefined) await this.#put(`artifacts/${path}`, content);
  }

  /** Closes the run. */
  async finish(status: RunStatus): Promise<void> {
    this.#meta = {
      ...this.#meta,
      end_time: this.#options.clock(),
      status: STATUS[mlflowStatus(status)],
    };
    await this.#writeMeta();
  }

  /** Identity of the experiment of that name; it is created if there is none. */
  async #experiment(name: string): Promise<string> {
    const { store, clock } = this.#options;
    const numbers: number[] = [];
    for (const folder of await store.list("")) {
      if (!/^\d+$/.test(folder)) continue;
      numbers.push(Number(folder));
      const meta = await store.read(`${folder}/meta.yaml`);
      if (meta === undefined) continue;
      const text = new TextDecoder().decode(meta);
      const found = /^name:\s*(.*?)\s*$/m.exec(text)?.[1];
      const active = !/^lifecycle_stage:\s*["']?deleted/m.test(text);
      if (active && unquoted(found ?? "") === name) return folder;
    }
    // Experiment 0 is the nameless default one of the original.
    const id = String(Math.max(0, ...numbers) + 1), now = clock();
    const meta = {
      artifact_location: `${store.url}/${id}`,
      creation_time: now,
      experiment_id: id,
      last_update_time: now,
      lifecycle_stage: "active",
      name,
    };
    await store.write(`${id}/meta.yaml`, yaml(meta));
    return id;
  }

  /** Drops what an interrupted run recorded after the step from which it goes on. */
  async #forget(last: number): Promise<void> {
    const { store } = this.#options;
    const folder = `${this.#folder}/metrics`;
    for (const name of await store.list(folder)) {
      const old = await store.read(`${folder}/${name}`);
      if (old === undefined) continue;
      const lines = new TextDecoder().decode(old).split("\n")
        .filter((line) => line !== "" && Number(line.split(" ")[2]) <= last);
      await store.write(`${folder}/${name}`, lines.map((line) => line + "\n").join(""));
    }
  }

  #writeMeta(): Promise<void> {
    return this.#put("meta.yaml", yaml(this.#meta));
  }

  #put(path: string, content: Uint8Array | string): Promise<void> {
    return this.#options.store.write(`${this.#folder}/${path}`, content);
  }
}

/** A flat mapping. Text in JSON's quotes is YAML too. */
function yaml(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(
    "",
  );
}

function unquoted(text: string): string {
  if (text.startsWith('"')) {
    try {
      return String(JSON.parse(text));
    } catch {
      return text;
    }
  }
  return /^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}
