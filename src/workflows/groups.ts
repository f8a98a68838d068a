/**
 * The samples of training: groups of scan positions with their offsets.
 *
 * @module
 */
import type { RunConfig } from "../config/presets.ts";
import { splitSamples } from "../grouping/batches.ts";
import { compactGroups } from "../grouping/compact.ts";
import { groupOffsets, type Groups, makeGroups, pick, subsample } from "../grouping/groups.ts";
import { Random } from "../random.ts";
import type { ScanDataset } from "../scan/dataset.ts";

/** Groups ready to be fed. */
export interface GroupTable {
  /** Number of groups. */
  readonly count: number;
  /** C: patterns in a group. */
  readonly channels: number;
  /** (count, C) scan indices. */
  readonly indices: Uint32Array;
  /** (count, C, 2) pairs (x, y): group centre minus position, px. */
  readonly offsets: Float32Array;
}

/** The groups of a data set, made as the configuration says. */
export function tabulate(
  dataset: ScanDataset,
  config: RunConfig,
  warn: (line: string) => void = () => {},
): GroupTable {
  const { training, model } = config, keep = training.n_subsample;
  if (keep !== null && keep > dataset.count) {
    warn(`n_subsample is ${keep} but there are only ${dataset.count} patterns: all are used`);
  }
  const eligible = subsample(
    dataset.count,
    keep,
    training.seed,
    training.sequential_sampling,
  );
  const groups = makeGroups(dataset.positions, {
    groupSize: model.gridsize ** 2,
    groups: training.n_groups,
    neighborCount: training.neighbor_count,
    seed: training.seed,
    sequential: training.sequential_sampling,
    enableOversampling: training.enable_oversampling,
    neighborPoolSize: training.neighbor_pool_size,
    eligible,
    warn,
  });
  return table(dataset.positions, groups);
}

/**
 * Groups to train on and groups held out for validation.
 *
 * @param apart True if other data validate the run.
 * @param warn Receives a line if groups are held out in vain: a validation takes whole batches.
 */
export function splitGroups(
  groups: GroupTable,
  { training: { validation_fraction, seed, batch_size } }: RunConfig,
  apart: boolean,
  warn: (line: string) => void,
): { readonly training: Uint32Array; readonly held: Uint32Array } {
  const { training, validation: held } = splitSamples(groups.count, validation_fraction, seed);
  const batch = Math.min(batch_size, training.length);
  if (validation_fraction > 0 && apart) {
    warn(
      `${held.length} groups are held out in vain: test_data_file validates, leave the fraction 0`,
    );
  } else if (validation_fraction > 0 && held.length < batch) {
    warn(
      `${held.length} groups are held out in vain: a validation needs a batch of ${batch}, raise ` +
        "validation_fraction or lower batch_size",
    );
  }
  return { training, held };
}

/** Some groups of a table, in the given order. */
export function selectGroups(from: GroupTable, order: ArrayLike<number>): GroupTable {
  const { channels } = from;
  const indices = new Uint32Array(order.length * channels);
  const offsets = new Float32Array(order.length * channels * 2);
  for (let i = 0; i < order.length; i++) {
    const g = order[i];
    indices.set(from.indices.subarray(g * channels, (g + 1) * channels), i * channels);
    offsets.set(from.offsets.subarray(g * channels * 2, (g + 1) * channels * 2), i * channels * 2);
  }
  return { count: order.length, channels, indices, offsets };
}

/**
 * Single patterns in an order in which each run of `size` patterns is a spatially compact group;
 * offsets are relative to the centre of that group.
 *
 * @param single table of groups of one pattern; `eligible` lists those of it that may be used.
 */
export function compactTable(
  dataset: ScanDataset,
  single: GroupTable,
  eligible: Uint32Array,
  size: number,
  random: Random,
): GroupTable {
  const scan = Uint32Array.from(eligible, (g) => single.indices[g]);
  const positions = pick(dataset.positions, scan);
  const local = compactGroups(positions, size, random);
  const count = local.length / size;
  const order = random.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  const members = new Uint32Array(local.length);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < size; c++) members[i * size + c] = scan[local[order[i] * size + c]];
  }
  const groups: Groups = { size, count, members, seeds: members.slice(0, count) };
  const { indices, offsets } = table(dataset.positions, groups);
  return { count: local.length, channels: 1, indices, offsets };
}

/** Largest modulus of an offset along an axis, px. */
export function largestOffset(groups: GroupTable): number {
  let largest = 0;
  for (const value of groups.offsets) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Largest offset inside any compact group of the whole run, px. */
export function compactReach(
  dataset: ScanDataset,
  groups: GroupTable,
  eligible: Uint32Array,
  config: RunConfig,
): number {
  const { overlap_group_size: size, seed, nepochs } = config.training;
  let reach = 0;
  for (let epoch = 0; size > 0 && epoch < nepochs; epoch++) {
    const random = new Random(seed, 1000 + epoch);
    const table = compactTable(dataset, groups, eligible, size, random);
    reach = Math.max(reach, largestOffset(table));
  }
  return reach;
}

function table(positions: Float64Array, groups: Groups): GroupTable {
  const yx = groupOffsets(groups, positions);
  const offsets = new Float32Array(yx.length);
  for (let i = 0; i < yx.length; i += 2) {
    offsets[i] = yx[i + 1];
    offsets[i + 1] = yx[i];
  }
  return { count: groups.count, channels: groups.size, indices: groups.members, offsets };
}
