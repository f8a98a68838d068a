/**
 * What the shapes of its weights say about a network.
 *
 * @module
 */
import type { ModelConfig } from "../config/model.ts";
import { FileFormatError } from "../errors.ts";

/** Architecture that follows from shapes. */
export interface NetworkShape {
  /** Patterns of a group that the network sees together. */
  readonly channels: number;
  /** Fields that are certain; for more than one channel also `gridsize` and `object_big`. */
  readonly model:
    & Pick<ModelConfig, "N" | "n_filters_scale" | "cbam_encoder" | "cbam_bottleneck" | "decoder">
    & Partial<Pick<ModelConfig, "gridsize" | "object_big" | "probe_big">>;
}

/** Prefix of the network's parameters. */
export const NETWORK_PREFIX = "model.autoencoder.";
/** Side of a pattern by the number of encoder blocks. */
const SIDES: Readonly<Record<number, number>> = { 3: 64, 4: 128, 5: 256 };
/** Filters of the last encoder block at n_filters_scale 1, whatever the side. */
const DEEPEST = 128;

/**
 * Reads the architecture off names and shapes.
 *
 * @param tensors Anything with a shape, by full name.
 * @throws {FileFormatError} if they are not those of this network.
 */
export function networkShape(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  file: string,
): NetworkShape {
  const shapeOf = (name: string): readonly number[] | undefined =>
    tensors.get(NETWORK_PREFIX + name)?.shape;
  const has = (part: string): boolean => {
    for (const name of tensors.keys()) if (name.startsWith(NETWORK_PREFIX + part)) return true;
    return false;
  };
  let blocks = 0;
  while (has(`encoder.blocks.${blocks}.`)) blocks++;
  const N = SIDES[blocks];
  const first = shapeOf("encoder.blocks.0.conv1.weight");
  const deepest = shapeOf(`encoder.blocks.${blocks - 1}.conv1.weight`);
  if (N === undefined || first?.length !== 4 || deepest?.length !== 4) {
    const some = [...tensors.keys()].slice(0, 3).join(", ");
    throw new FileFormatError(
      `Cannot import ${file} as it holds no convolutional encoder of 3 to 5 blocks ` +
        `(its parameters are ${some || "none"}): give a checkpoint of the cnn architecture`,
    );
  }
  const channels = first[1], gridsize = Math.round(Math.sqrt(channels));
  if (gridsize ** 2 !== channels || channels === 0) {
    throw new FileFormatError(
      `Cannot import ${file} as its network takes ${channels} patterns at once: a square number ` +
        "(gridsize squared) is needed",
    );
  }
  const full = !has("decoder_amp.amp.conv1.");
  return {
    channels,
    model: {
      N,
      n_filters_scale: deepest[0] / DEEPEST,
      cbam_encoder: has("encoder.blocks.0.attention."),
      cbam_bottleneck: has("bottleneck_attention."),
      decoder: full ? "full" : "split",
      ...(full ? {} : { probe_big: has("decoder_amp.amp.conv_up_block.") }),
      ...(channels > 1 ? { gridsize, object_big: true } : {}),
    },
  };
}
