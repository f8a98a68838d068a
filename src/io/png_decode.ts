/**
 * Reading pictures.
 *
 * @module
 */
import { decode } from "fast-png";
import { FileFormatError } from "../errors.ts";

/** Brightness of a picture. */
export interface GreyPicture {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** (height, width) brightness from 0 to 1; colours are weighted as the eye does, transparency is black. */
  readonly data: Float64Array;
}

/**
 * Decodes a PNG of any kind to brightness.
 *
 * @param name Name used in messages.
 * @throws {FileFormatError} if it is no PNG or damaged.
 */
export function decodePng(name: string, bytes: Uint8Array): GreyPicture {
  let picture;
  try {
    picture = decode(bytes);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new FileFormatError(`Cannot read ${name} as a PNG picture: ${why}`);
  }
  const { width, height, depth, palette } = picture, top = 2 ** depth - 1;
  const pixels = width * height, data = new Float64Array(pixels);
  const value = (i: number): number => {
    if (depth >= 8) return picture.data[i];
    // Rows of small samples start at whole bytes, the first sample in the high bits.
    const row = Math.floor(i / width), column = i % width, line = Math.ceil(width * depth / 8);
    const bit = column * depth;
    return (picture.data[row * line + (bit >> 3)] >> (8 - depth - (bit & 7))) & top;
  };
  const luminance = (r: number, g: number, b: number): number =>
    0.2126 * r + 0.7152 * g + 0.0722 * b;
  for (let i = 0; i < pixels; i++) {
    if (palette !== undefined) {
      const [r, g, b, alpha = 255] = palette[value(i)];
      data[i] = luminance(r, g, b) * alpha / 255 ** 2;
      continue;
    }
    const channels = picture.channels, from = i * channels;
    const colours = channels >= 3
      ? luminance(picture.data[from], picture.data[from + 1], picture.data[from + 2])
      : channels === 2
      ? picture.data[from]
      : value(i);
    const alpha = channels % 2 === 0 ? picture.data[from + channels - 1] / top : 1;
    data[i] = colours / top * alpha;
  }
  return { height, width, data };
}
