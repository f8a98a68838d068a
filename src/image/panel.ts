/**
 * Figures: several pictures with titles and colour bars on one white sheet.
 *
 * @module
 */
import { type ColorMap, colorOf, enlarge, paint, type Picture, type ValueRange } from "./colors.ts";
import type { Grid } from "./grid.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./label.ts";

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
}

const MARGIN = 12, BAR_WIDTH = 10, BAR_SPACE = 64, TITLE_SPACE = 14;

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
      drawBar(sheet, item, left + picture.width + 4, top + TITLE_SPACE, picture.height);
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
  const { low, high } = item.range;
  drawText(sheet, number(high), left + BAR_WIDTH + 3, top);
  drawText(sheet, number(low), left + BAR_WIDTH + 3, top + height - TEXT_HEIGHT);
  if (item.unit !== undefined) {
    const middle = top + Math.floor((height - TEXT_HEIGHT) / 2);
    drawText(sheet, item.unit, left + BAR_WIDTH + 3, middle);
  }
}

/** A number in at most eight signs. */
function number(value: number): string {
  const text = value.toPrecision(3);
  return textWidth(text) > BAR_SPACE - BAR_WIDTH - 6 ? value.toExponential(0) : text;
}
