/**
 * An image of the user as an object.
 *
 * @module
 */
import type { ComplexImage } from "../scan/resize.ts";
import { stretch, withPhase } from "./structure.ts";

/** An image read from a file. */
export interface SourceImage {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** (height, width) real values, or interleaved complex ones, twice as many. */
  readonly data: Float64Array;
}

/**
 * Makes an object of an image. A complex image is used as it is. A real one, stretched to Y of 0..1,
 * gets the amplitude 0.2 + 0.8 Y and the phase of lines.
 *
 * @param height Rows, px; null keeps those of the image.
 * @param width Columns, px.
 */
export function imageObject(
  image: SourceImage,
  height: number | null,
  width: number | null,
): ComplexImage {
  const fitted = resample(image, height ?? image.height, width ?? image.width);
  if (fitted.data.length === 2 * fitted.height * fitted.width) {
    return { height: fitted.height, width: fitted.width, data: Float32Array.from(fitted.data) };
  }
  const values = stretch(fitted.data);
  return withPhase(values, fitted.height, fitted.width, (value) => 0.2 + 0.8 * value);
}

/** Resamples an image: means over the pixels when it shrinks, bilinear when it grows. */
export function resample(image: SourceImage, height: number, width: number): SourceImage {
  if (image.height === height && image.width === width) return image;
  const parts = image.data.length / (image.height * image.width);
  const across = weights(image.width, width), down = weights(image.height, height);
  const rows = new Float64Array(image.height * width * parts);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [from, weight] of across[x]) {
        for (let p = 0; p < parts; p++) {
          rows[(y * width + x) * parts + p] += weight *
            image.data[(y * image.width + from) * parts + p];
        }
      }
    }
  }
  const data = new Float64Array(height * width * parts), line = width * parts;
  for (let y = 0; y < height; y++) {
    for (const [from, weight] of down[y]) {
      for (let i = 0; i < line; i++) data[y * line + i] += weight * rows[from * line + i];
    }
  }
  return { height, width, data };
}

/** For each new pixel the old ones it is made of. */
function weights(from: number, to: number): [number, number][][] {
  const ratio = from / to, half = Math.max(1, ratio);
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * ratio - 0.5, out: [number, number][] = [];
    let sum = 0;
    for (let j = Math.ceil(center - half); j <= center + half; j++) {
      const weight = 1 - Math.abs(j - center) / half;
      if (weight <= 0) continue;
      out.push([Math.min(from - 1, Math.max(0, j)), weight]);
      sum += weight;
    }
    return out.map(([j, weight]): [number, number] => [j, weight / sum]);
  });
}
