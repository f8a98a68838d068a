/**
 * What a training may be given beside data and configuration.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint, ScalingStatistics } from "./checkpoint.ts";
import type { Precision } from "./precision.ts";

/** What a run may be given beside data and configuration. */
export interface TrainOptions {
  /** Continue from here. */
  readonly resume?: Checkpoint;
  /** First weights, instead of random ones. */
  readonly weights?: ReadonlyMap<string, NdArray>;
  /** Order of the groups in each epoch, instead of a seeded shuffle: (epochs)(groups). */
  readonly order?: readonly (readonly number[])[];
  /** Scales, instead of those derived from the data. */
  readonly scaling?: ScalingStatistics;
  /** Separate validation data. */
  readonly validation?: ScanDataset;
  /** Batches prepared ahead of the one that is trained on; default 0. */
  readonly prefetch?: number;
  /** Arithmetic of the convolutions; default `32-true`. */
  readonly precision?: Precision | undefined;
  /** Steps between two step events; default a sixteenth of an epoch. */
  readonly logInterval?: number;
  /** Stops the run at the next step; the trainer can then be checkpointed. */
  readonly signal?: AbortSignal;
}
