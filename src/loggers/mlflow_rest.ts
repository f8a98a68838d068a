/**
 * Runs recorded by an MLflow tracking service over HTTP.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";
import { encodePng } from "../io/png.ts";
import { LoggingError } from "../errors.ts";
import type { Clock, LogParameters, LogSink, RunLogger, RunMetadata, RunStatus } from "./logger.ts";
import {
  MLFLOW_FILE,
  mlflowKey,
  mlflowParameters,
  mlflowPicture,
  mlflowStatus,
  mlflowTags,
  parseIdentity,
} from "./mlflow.ts";

/** Parameters, or tags, the service takes at once. */
const BATCH = 100;
/** Time after which an answer is no longer waited for, ms. */
const TIMEOUT = 20_000;

/** How a {@linkcode MlflowRestLogger} reaches its service. */
export interface MlflowRestOptions {
  /** Address of the service, with no slash at the end. */
  readonly address: string;
  /** Value of the Authorization header, if the service wants one. */
  readonly authorization?: string | undefined;
  /** The run's folder: artefacts come from it, and the identity is kept in it. */
  readonly run: LogSink;
  /** Name of the person. */
  readonly user: string;
  /** Time. */
  readonly clock: Clock;
  /** Receives one line for what the service does not take. */
  readonly warn: (line: string) => void;
}

/**
 * Records a run by a tracking service.
 *
 * A service that cannot be reached at the start is an error; one that fails later is a warning, as a
 * long training must not be lost to it.
 */
export class MlflowRestLogger implements RunLogger {
  /** Name it is chosen by. */
  readonly name = "mlflow";
  /** Pictures are kept. */
  readonly keepsImages = true;
  #options: MlflowRestOptions;
  #run = "";
  #artifacts = "";
  #warned = new Set<string>();

  /** Prepares; nothing is sent. */
  constructor(options: MlflowRestOptions) {
    this.#options = options;
  }

  /**
   * Creates experiment and run, or goes on with the run this folder belongs to.
   *
   * @throws {LoggingError} if the service cannot be reached or refuses.
   */
  async start(run: RunMetadata, parameters: LogParameters): Promise<void> {
    const { address, clock, user } = this.#options;
    const known = run.resumedAfter === undefined
      ? undefined
      : parseIdentity(await this.#options.run.read(MLFLOW_FILE), address);
    const experiment = known?.experiment_id ?? await this.#experiment(run.experiment);
    const tags = mlflowTags(run, user);
    const answer = known === undefined
      ? await this.#post("runs/create", {
        experiment_id: experiment,
        user_id: user,
        run_name: run.name,
        start_time: clock(),
        tags,
      })
      : await this.#get("runs/get", { run_id: known.run_id });
    const info = part(part(answer, "run"), "info");
    this.#run = String(info.run_id ?? info.run_uuid ?? known?.run_id ?? "");
    this.#artifacts = String(info.artifact_uri ?? "");
    if (this.#run === "") throw this.#failure("its answer names no run");
    if (known !== undefined) {
      await this.#post("runs/update", { run_id: this.#run, status: "RUNNING" });
    } else {
      const params = mlflowParameters(parameters);
      for (let i = 0; i < params.length; i += BATCH) {
        const batch = { run_id: this.#run, params: params.slice(i, i + BATCH) };
        await this.#post("runs/log-batch", batch);
      }
    }
    const identity = { tracking_uri: address, experiment_id: experiment, run_id: this.#run };
    await this.#options.run.write(MLFLOW_FILE, JSON.stringify(identity) + "\n");
  }

  /** Sends the values of a step in one message. */
  scalars(step: number, values: Readonly<Record<string, number | undefined>>): Promise<void> {
    const timestamp = this.#options.clock();
    const metrics = Object.entries(values)
      .filter(([, value]) => value !== undefined && Number.isFinite(value))
      .map(([name, value]) => ({ key: mlflowKey(name), value, timestamp, step }));
    return this.#soft(async () => {
      await this.#post("runs/log-batch", { run_id: this.#run, metrics });
    });
  }

  /** Uploads a PNG picture. */
  image(name: string, step: number, rgb: Picture): Promise<void> {
    const png = encodePng(rgb.data, rgb.width, rgb.height);
    return this.#upload(mlflowPicture(name, step), png);
  }

  /** Uploads a file of the run's folder. */
  async artifact(path: string): Promise<void> {
    const content = await this.#options.run.read(path);
    if (content !== undefined) await this.#upload(path, content);
  }

  /** Closes the run. */
  finish(status: RunStatus): Promise<void> {
    return this.#soft(async () => {
      await this.#post("runs/update", {
        run_id: this.#run,
        status: mlflowStatus(status),
        end_time: this.#options.clock(),
      });
    });
  }

  async #experiment(name: string): Promise<string> {
    const query = { experiment_name: name };
    const response = await this.#send("GET", api("experiments/get-by-name", query));
    if (response.ok) {
      const found = part(await this.#json(response), "experiment");
      return String(found.experiment_id);
    }
    const text = await response.text();
    if (response.status !== 404 && !text.includes("RESOURCE_DOES_NOT_EXIST")) {
      throw this.#failure(`it answers ${response.status} ${shortened(text)}`);
    }
    const made = await this.#post("experiments/create", { name });
    return String(made.experiment_id);
  }

  #upload(path: string, content: Uint8Array): Promise<void> {
    const scheme = /^(mlflow-artifacts|https?):/.exec(this.#artifacts)?.[1];
    if (scheme === undefined) {
      this.#warnOnce(
        `the MLflow service keeps files in ${
          this.#artifacts || "an unknown place"
        }, not by HTTP: ` +
          "pictures and files of this run stay in its folder; start it with --serve-artifacts",
      );
      return Promise.resolve();
    }
    const root = scheme === "mlflow-artifacts"
      ? "/api/2.0/mlflow-artifacts/artifacts/" +
        this.#artifacts.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/, "")
      : this.#artifacts;
    const url = `${root.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
    return this.#soft(async () => {
      const response = await this.#send("PUT", url, content);
      const text = await response.text();
      if (!response.ok) throw this.#failure(`it answers ${response.status} ${shortened(text)}`);
    });
  }

  /** After the start a failing service is a warning. */
  async #soft(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof LoggingError)) throw error;
      this.#warnOnce(`${error.message}; training goes on`);
    }
  }

  #warnOnce(line: string): void {
    if (!this.#warned.has(line)) this.#options.warn(line);
    this.#warned.add(line);
  }

  async #post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return this.#json(await this.#send("POST", api(path), JSON.stringify(body)));
  }

  async #get(path: string, query: Record<string, string>): Promise<Record<string, unknown>> {
    return this.#json(await this.#send("GET", api(path, query)));
  }

  async #json(response: Response): Promise<Record<string, unknown>> {
    const text = await response.text();
    if (!response.ok) throw this.#failure(`it answers ${response.status} ${shortened(text)}`);
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      throw this.#failure("its answer is not JSON");
    }
  }

  async #send(method: string, path: string, body?: string | Uint8Array): Promise<Response> {
    const { address, authorization } = this.#options;
    try {
      return await fetch(path.startsWith("/") ? address + path : path, {
        method,
        headers: {
          ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(body === undefined ? {} : { body: body as BodyInit }),
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch (error) {
      throw this.#failure(error instanceof Error ? shortened(error.message) : String(error));
    }
  }

  #failure(why: string): LoggingError {
    return new LoggingError(
      `Cannot record the run at ${this.#options.address} as ${why}: ` +
        "check MLFLOW_TRACKING_URI, or unset it to write mlruns in the output folder",
    );
  }
}

function api(path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `/api/2.0/mlflow/${path}${text === "" ? "" : `?${text}`}`;
}

function part(value: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const found = value[name];
  return typeof found === "object" && found !== null ? found as Record<string, unknown> : {};
}

function shortened(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 160);
}
