/**
 * Order of samples: the split into training and validation, and the batches of each epoch.
 *
 * Every order is a function of the seed and the epoch alone, so a run can be resumed anywhere.
 *
 * @module
 */
import { Random } from "../random.ts";

const SPLIT_STREAM = 0x5b117, EPOCH_STREAM = 0x40000000;

/** Samples for training and for validation, each ascending. */
export interface Split {
  /** Sample numbers trained on. */
  readonly training: Uint32Array;
  /** Sample numbers held out. */
  readonly validation: Uint32Array;
}

/**
 * Holds out a share of the samples at random.
 *
 * @param count Number of samples.
 * @param fraction Share held out, 0 to below 1; at least one sample when above 0.
 * @param seed Seed of the choice.
 * @throws {RangeError} if nothing would be left to train on.
 */
export function splitSamples(count: number, fraction: number, seed: number): Split {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new RangeError(
      `Cannot hold out a share of ${fraction}: set validation_fraction to 0 or more and below 1`,
    );
  }
  const held = fraction === 0 ? 0 : Math.max(1, Math.round(fraction * count));
  if (held >= count) {
    throw new RangeError(
      `Cannot hold out ${held} of ${count} samples as none would be left: lower validation_fraction`,
    );
  }
  const order = new Random(seed, SPLIT_STREAM).shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
  );
  return { validation: order.slice(0, held).sort(), training: order.slice(held).sort() };
}

/** How samples are dealt into batches. */
export interface BatchOptions {
  /** Samples in a batch. */
  readonly batchSize: number;
  /** Seed of the order. */
  readonly seed: number;
  /** Epoch, from 0: each has its own order. */
  readonly epoch: number;
  /** False keeps the given order. */
  readonly shuffle?: boolean;
  /** What happens to a last batch that is not full; kept by default. */
  readonly last?: "keep" | "drop";
}

/**
 * Deals samples into the batches of an epoch.
 *
 * @param samples Sample numbers.
 * @returns Batches of `batchSize` numbers; the last one may be shorter when it is kept.
 * @throws {RangeError} if the batch size is below 1, or no full batch is left when dropping.
 */
export function dealBatches(samples: Uint32Array, options: BatchOptions): Uint32Array[] {
  const { batchSize, seed, epoch } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `Cannot deal batches of ${batchSize} samples: set batch_size to 1 or more`,
    );
  }
  const order = samples.slice();
  if (options.shuffle !== false) new Random(seed, EPOCH_STREAM + epoch).shuffle(order);
  const end = options.last === "drop" ? order.length - order.length % batchSize : order.length;
  if (end === 0) {
    throw new RangeError(
      `Cannot fill a batch of ${batchSize} with ${order.length} samples: lower batch_size`,
    );
  }
  const batches: Uint32Array[] = [];
  for (let start = 0; start < end; start += batchSize) {
    batches.push(order.slice(start, Math.min(start + batchSize, end)));
  }
  return batches;
}
