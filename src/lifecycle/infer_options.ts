/**
 * Settings of the inference engine from a resolved configuration.
 *
 * @module
 */
import type { InferenceConfig } from "../config/types.ts";
import type { InferOptions } from "../workflows/infer.ts";

/** Options of `infer`; `batchSize` is the number of groups in a batch. */
export function inferOptions(inference: InferenceConfig, batchSize: number): InferOptions {
  const { n_groups, n_subsample, middle_trim } = inference;
  return {
    batchSize,
    patchWeighting: inference.patch_weighting,
    varpro: inference.varpro_scaling,
    seed: inference.seed,
    ...(n_groups === null ? {} : { groups: n_groups }),
    ...(n_subsample === null ? {} : { subsample: n_subsample }),
    ...(middle_trim === null ? {} : { middleTrim: middle_trim }),
  };
}
