/**
 * Vocabulary of MLflow that its folder layout and its service share.
 *
 * @module
 */
import { type LogParameters, parameterText, type RunMetadata, type RunStatus } from "./logger.ts";

/** A name and its text, as tags and parameters are. */
export interface NamedText {
  /** Name. */
  readonly key: string;
  /** Text. */
  readonly value: string;
}

/** File that remembers the run's identity in the run's folder, so that a resumed run goes on with it. */
export const MLFLOW_FILE = "mlflow_run.json";

/** Longest text of a parameter the service takes. */
const LONGEST_PARAMETER = 6000;

/** The run's status in words of the service. */
export function mlflowStatus(status: RunStatus): "FINISHED" | "FAILED" | "KILLED" {
  return status === "finished" ? "FINISHED" : status === "failed" ? "FAILED" : "KILLED";
}

/** Characters a name may not have become underscores; a leading or doubled slash goes. */
export function mlflowKey(name: string): string {
  return name.replace(/[^\w\-. /]/g, "_").split("/").filter((part) => !/^\.*$/.test(part)).join(
    "/",
  );
}

/** Parameters as names and texts. */
export function mlflowParameters(parameters: LogParameters): NamedText[] {
  return Object.entries(parameters).map(([name, value]) => ({
    key: mlflowKey(name),
    value: parameterText(value).slice(0, LONGEST_PARAMETER),
  }));
}

/** Tags of a run: ours, and those the user interface shows. */
export function mlflowTags(run: RunMetadata, user: string): NamedText[] {
  const tags: Record<string, string> = {
    "mlflow.runName": run.name,
    "mlflow.user": user,
    "mlflow.source.name": "ptychogpu",
    "mlflow.source.type": "LOCAL",
    ...run.tags,
  };
  return Object.entries(tags).map(([key, value]) => ({ key: mlflowKey(key), value }));
}

/** Place of a picture among the artefacts: one folder a step. */
export function mlflowPicture(name: string, step: number): string {
  return `epoch_${String(step).padStart(4, "0")}/${mlflowKey(name)}.png`;
}

/** A new identity: 32 hexadecimal digits. */
export function newRunId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** What {@linkcode MLFLOW_FILE} holds. */
export interface MlflowIdentity {
  /** Place of the run: a service or a folder. */
  readonly tracking_uri: string;
  /** Identity of its experiment. */
  readonly experiment_id: string;
  /** Identity of the run. */
  readonly run_id: string;
}

/** Reads an identity. @returns undefined if it is none, or belongs to another place. */
export function parseIdentity(
  bytes: Uint8Array | undefined,
  trackingUri: string,
): MlflowIdentity | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<MlflowIdentity>;
    const whole = typeof value.run_id === "string" && typeof value.experiment_id === "string";
    return whole && value.tracking_uri === trackingUri ? value as MlflowIdentity : undefined;
  } catch {
    return undefined;
  }
}
