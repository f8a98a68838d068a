/**
 * Picture of scan positions: dots in the order of the scan, with a frame in pixels.
 *
 * @module
 */
import { colorOf, type Picture } from "../image/colors.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "../image/label.ts";

const SIDE = 420, LEFT = 52, TOP = 30, BELOW = 40, RIGHT = 96;

/**
 * Draws positions, first to last from dark violet to yellow.
 *
 * @param positions (P, 2) pairs (y, x), px; pairs that are not finite are left out.
 * @param diameter Diameter of the probe, px: drawn as a circle around the first position.
 */
export function positionsPicture(positions: Float64Array, diameter?: number): Picture {
  const count = positions.length / 2;
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    if (!Number.isFinite(positions[i])) continue;
    low[i % 2] = Math.min(low[i % 2], positions[i]);
    high[i % 2] = Math.max(high[i % 2], positions[i]);
  }
  const span = Math.max(high[0] - low[0], high[1] - low[1]) || 1;
  const scale = SIDE / (1.06 * span);
  const height = Math.max(60, Math.round((high[0] - low[0]) * scale + 0.06 * SIDE));
  const width = Math.max(60, Math.round((high[1] - low[1]) * scale + 0.06 * SIDE));
  const sheet: Picture = {
    height: TOP + height + BELOW,
    width: LEFT + width + RIGHT,
    data: new Uint8Array(3 * (TOP + height + BELOW) * (LEFT + width + RIGHT)).fill(255),
  };
  const row = (y: number): number => TOP + height / 2 + (y - (low[0] + high[0]) / 2) * scale;
  const column = (x: number): number => LEFT + width / 2 + (x - (low[1] + high[1]) / 2) * scale;
  drawText(sheet, `${count} positions`, LEFT, 10);
  frame(sheet, LEFT, TOP, width, height);
  const number = (value: number): string => String(Number(value.toPrecision(4)));
  for (const value of [low[1], high[1]]) {
    const text = number(value), at = column(value);
    line(sheet, at, TOP + height, at, TOP + height + 4);
    drawText(sheet, text, Math.round(at - textWidth(text) / 2), TOP + height + 8);
  }
  drawText(sheet, "x px", LEFT + (width >> 1) - 12, TOP + height + 22);
  for (const value of [low[0], high[0]]) {
    const text = number(value), at = row(value);
    line(sheet, LEFT - 4, at, LEFT, at);
    drawText(sheet, text, LEFT - 8 - textWidth(text), Math.round(at - TEXT_HEIGHT / 2));
  }
  drawText(sheet, "y px", 4, TOP + (height >> 1));
  const radius = count > 2000 ? 1 : count > 500 ? 1.6 : 2.6;
  for (let i = 0; i < count; i++) {
    const y = row(positions[2 * i]), x = column(positions[2 * i + 1]);
    if (!Number.isFinite(y + x)) continue;
    dot(sheet, y, x, radius, colorOf("perceptual", i / Math.max(1, count - 1)));
  }
  if (diameter !== undefined && diameter * scale < 2 * SIDE && Number.isFinite(positions[0])) {
    circle(sheet, row(positions[0]), column(positions[1]), diameter * scale / 2, {
      left: LEFT,
      top: TOP,
      right: LEFT + width,
      bottom: TOP + height,
    });
    drawText(sheet, "ring: probe", LEFT + width + 8, TOP + 36);
  }
  orderBar(sheet, LEFT + width + 8, TOP + 4);
  return sheet;
}

function orderBar(sheet: Picture, left: number, top: number): void {
  for (let x = 0; x < 60; x++) {
    for (let y = 0; y < 6; y++) {
      paintPixel(sheet, top + y, left + x, colorOf("perceptual", x / 59));
    }
  }
  drawText(sheet, "first-last", left, top + 12);
}

function paintPixel(
  sheet: Picture,
  y: number,
  x: number,
  color: readonly number[],
  share = 1,
): void {
  const v = Math.round(y), u = Math.round(x);
  if (v < 0 || u < 0 || v >= sheet.height || u >= sheet.width) return;
  const at = 3 * (v * sheet.width + u);
  for (let k = 0; k < 3; k++) {
    sheet.data[at + k] = Math.round(share * color[k] + (1 - share) * sheet.data[at + k]);
  }
}

const INK = [40, 44, 52];

function line(sheet: Picture, x0: number, y0: number, x1: number, y1: number): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
  for (let i = 0; i <= steps; i++) {
    paintPixel(sheet, y0 + (y1 - y0) * i / steps, x0 + (x1 - x0) * i / steps, INK);
  }
}

function frame(sheet: Picture, left: number, top: number, width: number, height: number): void {
  line(sheet, left, top, left + width, top);
  line(sheet, left, top + height, left + width, top + height);
  line(sheet, left, top, left, top + height);
  line(sheet, left + width, top, left + width, top + height);
}

/** A disk with a soft edge. */
function dot(sheet: Picture, y: number, x: number, radius: number, color: readonly number[]): void {
  const reach = Math.ceil(radius + 1);
  for (let v = Math.round(y) - reach; v <= Math.round(y) + reach; v++) {
    for (let u = Math.round(x) - reach; u <= Math.round(x) + reach; u++) {
      const inside = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(v - y, u - x)));
      if (inside > 0) paintPixel(sheet, v, u, color, inside);
    }
  }
}

function circle(
  sheet: Picture,
  y: number,
  x: number,
  radius: number,
  box: { left: number; top: number; right: number; bottom: number },
): void {
  const steps = Math.ceil(8 * radius) + 8;
  for (let i = 0; i < steps; i++) {
    const v = y + radius * Math.sin(2 * Math.PI * i / steps);
    const u = x + radius * Math.cos(2 * Math.PI * i / steps);
    if (u > box.left && u < box.right && v > box.top && v < box.bottom) {
      paintPixel(sheet, v, u, [200, 40, 40]);
    }
  }
}
