/**
 * Settings of the inference engine from a resolved configuration.
 *
 * @module
 */
import type { ExecutionConfig, InferenceConfig } from "../config/types.ts";
import type { InferOptions } from "../workflows/infer.ts";

/** Options of `infer`; `inference_batch_size` is the number of groups in a batch. */
export function inferOptions(
  inference: InferenceConfig,
  execution: Pick<ExecutionConfig, "inference_batch_size" | "precision">,
): InferOptions {
  const { n_groups, n_subsample, middle_trim, neighbor_count, neighbor_pool_size } = inference;
  return {
    batchSize: execution.inference_batch_size,
    precision: execution.precision,
    patchWeighting: inference.patch_weighting,
    varpro: inference.varpro_scaling,
    seed: inference.seed,
    oversampling: inference.enable_oversampling,
    ...(neighbor_count === null ? {} : { neighborCount: neighbor_count }),
    ...(neighbor_pool_size === null ? {} : { neighborPoolSize: neighbor_pool_size }),
    ...(n_groups === null ? {} : { groups: n_groups }),
    ...(n_subsample === null ? {} : { subsample: n_subsample }),
    ...(middle_trim === null ? {} : { middleTrim: middle_trim }),
  };
}
