/**
 * Figures: several pictures with titles and colour bars on one white sheet.
 *
 * @module
 */
import { type ColorMap, colorOf, enlarge, paint, type Picture, type ValueRange } from "./colors.ts";
import type { Grid } from "./grid.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./label.ts";
import { scaleBarOf } from "./scale_bar.ts";

/** One image of a figure. */
export interface PanelItem {
  /** Title above it. */
  readonly title: string;
  /** The values. */
  readonly grid: Grid;
  /** Values of the first and last colour. */
  readonly range: ValueRange;
  /** Colours. */
  readonly map: ColorMap;
  /** Pixels that count; the others are dark grey. */
  readonly mask?: ArrayLike<number>;
  /** Unit written beside the numbers of the colour bar. */
  readonly unit?: string;
  /** Draws a scale bar: in nm if the side of a pixel is known, else in pixels. */
  readonly scaleBar?: { readonly pixelNm?: number | undefined };
  /** Draw the colour bar; default true. */
  readonly bar?: boolean;
  /** (P, 2) places (y, x), px, that are marked with a dot. */
  readonly dots?: ArrayLike<number>;
}

const MARGIN = 12, BAR_WIDTH = 10, BAR_SPACE = 64, TITLE_SPACE = 14;
const WHITE = [255, 255, 255] as const, BLACK = [0, 0, 0] as const;
const DOT = [214, 39, 40] as const;

/** Lays images out in rows; small ones are enlarged by a whole factor. */
export function makeFigure(rows: readonly (readonly PanelItem[])[]): Picture {
  const tallest = Math.max(
    ...rows.flat().map((item) => Math.max(item.grid.height, item.grid.width)),
  );
  const factor = Math.max(1, Math.min(4, Math.floor(300 / tallest)));
  const painted = rows.map((row) =>
    row.map((item) => enlarge(paint(item.grid, item.range, item.map, item.mask), factor))
  );
  // A title may be wider than a small image with its colour bar.
  const cells = rows.map((row, r) =>
    row.map((item, c) => Math.max(painted[r][c].width + BAR_SPACE, textWidth(item.title)) + MARGIN)
  );
  const width = MARGIN + Math.max(...cells.map((row) => row.reduce((s, w) => s + w, 0)));
  const heights = painted.map((row) =>
    TITLE_SPACE + Math.max(...row.map((p) => p.height)) + MARGIN
  );
  const height = MARGIN + heights.reduce((s, h) => s + h, 0);
  const sheet: Picture = { width, height, data: new Uint8Array(3 * width * height).fill(255) };
  let top = MARGIN;
  rows.forEach((row, r) => {
    let left = MARGIN;
    row.forEach((item, c) => {
      const picture = painted[r][c];
      drawText(sheet, item.title, left, top);
      place(sheet, picture, left, top + TITLE_SPACE);
      if (item.dots !== undefined) {
        drawDots(sheet, item.dots, left, top + TITLE_SPACE, picture, factor);
      }
      if (item.scaleBar !== undefined) {
        drawScaleBar(sheet, item, left, top + TITLE_SPACE + picture.height, factor);
      }
      if (item.bar !== false) {
        drawBar(sheet, item, left + picture.width + 4, top + TITLE_SPACE, picture.height);
      }
      left += cells[r][c];
    });
    top += heights[r];
  });
  return sheet;
}

function place(sheet: Picture, picture: Picture, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
    sheet.data.set(row, 3 * ((top + y) * sheet.width + left));
  }
}

function drawBar(sheet: Picture, item: PanelItem, left: number, top: number, height: number): void {
  for (let y = 0; y < height; y++) {
    const color = colorOf(item.map, 1 - y / Math.max(1, height - 1)).map(Math.round);
    for (let x = 0; x < BAR_WIDTH; x++) {
      sheet.data.set(color, 3 * ((top + y) * sheet.width + left + x));
    }
  }
  const { low, high } = item.range, at = left + BAR_WIDTH + 3;
  // The full circle is written as what it is.
  const turn = low === -Math.PI && high === Math.PI;
  drawText(sheet, turn ? "+π" : number(high), at, top);
  drawText(sheet, turn ? "-π" : number(low), at, top + height - TEXT_HEIGHT + 2);
  const middle = top + Math.floor((height - TEXT_HEIGHT) / 2);
  if (item.unit !== undefined) drawText(sheet, item.unit, at, middle);
  else if (height > 5 * TEXT_HEIGHT) drawText(sheet, number((low + high) / 2), at, middle);
}

/** Dots of 3 x 3 px, cut at the edge of their picture. */
function drawDots(
  sheet: Picture,
  dots: ArrayLike<number>,
  left: number,
  top: number,
  { height, width }: Picture,
  factor: number,
): void {
  for (let i = 0; i + 1 < dots.length; i += 2) {
    const cy = Math.round((dots[i] + 0.5) * factor), cx = Math.round((dots[i + 1] + 0.5) * factor);
    for (let y = Math.max(0, cy - 1); y <= Math.min(height - 1, cy + 1); y++) {
      for (let x = Math.max(0, cx - 1); x <= Math.min(width - 1, cx + 1); x++) {
        sheet.data.set(DOT, 3 * ((top + y) * sheet.width + left + x));
      }
    }
  }
}

/** A white bar with a dark outline at the lower left corner, its length above it. */
function drawScaleBar(
  sheet: Picture,
  { grid, scaleBar }: PanelItem,
  left: number,
  bottom: number,
  factor: number,
): void {
  const { pixels, text } = scaleBarOf(grid.width, scaleBar?.pixelNm);
  const width = Math.round(pixels * factor), tall = TEXT_HEIGHT + 8;
  // A picture too small for the text has no bar.
  if (grid.height * factor < 3 * tall || grid.width * factor < textWidth(text) + 12) return;
  const x0 = left + 6, y0 = bottom - 9;
  for (let y = -1; y <= 3; y++) {
    for (let x = -1; x <= width; x++) {
      const edge = y < 0 || y > 2 || x < 0 || x >= width;
      sheet.data.set(edge ? BLACK : WHITE, 3 * ((y0 + y) * sheet.width + x0 + x));
    }
  }
  const at = Math.max(x0, x0 + Math.round((width - textWidth(text)) / 2));
  for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [1, 1], [-1, 1], [1, -1]]) {
    drawText(sheet, text, at + dx, y0 - TEXT_HEIGHT - 1 + dy, { color: BLACK });
  }
  drawText(sheet, text, at, y0 - TEXT_HEIGHT - 1, { color: WHITE });
}

/** A number of three digits in at most eight signs. */
function number(value: number): string {
  const text = String(Number(value.toPrecision(3)));
  return textWidth(text) > BAR_SPACE - BAR_WIDTH - 6 ? value.toExponential(0) : text;
}
