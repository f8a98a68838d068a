/**
 * Pictures as PNG files.
 *
 * @module
 */
import { encode } from "fast-png";
import { ShapeError } from "../errors.ts";

/**
 * Encodes an 8-bit picture.
 *
 * @param pixels (height, width) grey or (height, width, 3) red, green, blue.
 * @throws {ShapeError} if the number of values fits neither.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const channels = pixels.length / (width * height);
  if (channels !== 1 && channels !== 3) {
    throw new ShapeError(
      `Cannot encode ${pixels.length} values as a picture of ${width} x ${height}: ` +
        "1 or 3 values a pixel are needed",
    );
  }
  return encode({ data: pixels, width, height, channels, depth: 8 });
}
