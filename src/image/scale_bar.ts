/**
 * Length of the scale bar of a picture.
 *
 * @module
 */

/** A bar of a round length. */
export interface ScaleBar {
  /** Its length in pixels of the picture. */
  readonly pixels: number;
  /** Its length with a unit. */
  readonly text: string;
}

/**
 * The longest bar of 1, 2 or 5 times a power of ten that covers at most a third of a picture.
 *
 * @param width Pixels of the picture.
 * @param pixelNm Side of a pixel, nm; without it the bar counts pixels.
 */
export function scaleBarOf(width: number, pixelNm?: number): ScaleBar {
  const unit = pixelNm ?? 1, most = width * unit / 3;
  const decade = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((n) => n * decade).find((n) => n <= most) ?? decade;
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  const text = pixelNm === undefined
    ? `${number(length)} px`
    : length >= 1000
    ? `${number(length / 1000)} µm`
    : `${number(length)} nm`;
  return { pixels: length / unit, text };
}
