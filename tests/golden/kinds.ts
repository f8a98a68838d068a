import type { Gpu } from "../../src/gpu/device.ts";
import type { CheckResult } from "./check.ts";
import { groupingCase } from "./grouping.ts";
import { lossCase } from "./loss.ts";
import { metricsCase } from "./metrics.ts";
import { networkForwardCase } from "./network_forward.ts";
import { physicsForwardCase } from "./physics_forward.ts";
import { reassemblyCase } from "./reassembly.ts";
import type { Recorded } from "./recorded.ts";
import { rectangularCase } from "./rectangular.ts";
import { scalingCase } from "./scaling.ts";
import { trainingRunCase } from "./training_run.ts";
import { trainingStepCase } from "./training_step.ts";
import { translationCase } from "./translation.ts";

/** One entry of `cases.json`. */
export interface GoldenCase {
  /** Name for people. */
  readonly name: string;
  /** Which runner. */
  readonly kind: string;
  /** Files by role. */
  readonly files: Readonly<Record<string, string>>;
  /** Configuration of the case. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Tolerances of the case. */
  readonly tolerance: Readonly<Record<string, unknown>>;
  /** True if it takes minutes. */
  readonly slow?: boolean;
}

/** A case with what a runner needs. */
export interface GoldenContext extends GoldenCase {
  /** The device. */
  readonly gpu: Gpu;
  /** Reads all arrays of a file of the folder. */
  readonly read: (file: string) => Promise<Recorded>;
}

/** Compares one case. */
export type GoldenKind = (context: GoldenContext) => Promise<CheckResult[]>;

/** Runners by kind. */
export const KINDS: Readonly<Record<string, GoldenKind>> = {
  network_forward: networkForwardCase,
  physics_forward: physicsForwardCase,
  translation: translationCase,
  rectangular_physics: rectangularCase,
  loss: lossCase,
  training_step: trainingStepCase,
  scaling: scalingCase,
  grouping: groupingCase,
  metrics: metricsCase,
  reassembly: reassemblyCase,
  training_run: trainingRunCase,
};
