/**
 * Where images lie on the object grid, and which rectangle of it is judged.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { ComplexGrid } from "../image/fourier.ts";
import type { Rectangle } from "../image/resample.ts";
import type { GridPoint } from "../workflows/reconstruction_file.ts";

/** Smallest side that can be judged, px: two pixels are trimmed at each edge of a 7 x 7 window. */
export const SMALLEST = 11;

/** An image with its place on the object grid. */
export interface Placed {
  /** Name for messages and tables. */
  readonly name: string;
  /** The object. */
  readonly image: ComplexGrid;
  /** Object-grid coordinates of pixel (0, 0). */
  readonly origin: GridPoint;
}

/** What decided which rectangle is judged. */
export type AreaKind = "scan" | "covered" | "overlap";

/** Which rectangle is judged. */
export interface Area {
  /** What decided. */
  readonly kind: AreaKind;
  /** The rectangle, in pixels of the first image. */
  readonly rectangle: Rectangle;
}

/** What is known about where the object was measured. */
export interface AreaHints {
  /** (P, 2) scan positions (y, x) on the object grid. */
  readonly positions?: ArrayLike<number>;
  /** (H, W) weights of each image, 0 where nothing was measured; absent where unknown. */
  readonly coverages?: readonly (NdArray | undefined)[];
  /** Use this rule; default: the first of `scan`, `covered`, `overlap` for which data are there. */
  readonly kind?: AreaKind;
}

/**
 * The rectangle that is compared, in pixels of the first image, cut to what all images show.
 *
 * - `scan`: the bounding box of the scan positions, where probes overlap from all sides;
 * - `covered`: the largest rectangle without an unmeasured pixel;
 * - `overlap`: all that the images share.
 *
 * @throws {ShapeError} if fewer than 11 x 11 pixels are left, or the wanted rule lacks its data.
 */
export function chooseArea(images: readonly Placed[], hints: AreaHints): Area {
  const [first] = images, { positions, coverages } = hints;
  const masked = (coverages ?? []).some((c) => c !== undefined);
  const kind = hints.kind ??
    (positions !== undefined ? "scan" : masked ? "covered" : "overlap");
  let rectangle: Rectangle = {
    top: 0,
    left: 0,
    height: first.image.height,
    width: first.image.width,
  };
  if (kind === "scan") {
    if (positions === undefined) throw lacking(kind, "no file holds xcoords and ycoords");
    rectangle = intersect(rectangle, boundingBox(positions, first.origin));
  } else if (kind === "covered") {
    if (!masked) throw lacking(kind, "no file holds coverage");
    images.forEach((placed, k) => {
      const coverage = coverages?.[k];
      if (coverage === undefined) return;
      const inner = largestCovered(coverage);
      rectangle = intersect(rectangle, inFirst(inner, placed, first));
    });
  }
  for (const placed of images) {
    const { height, width } = placed.image;
    rectangle = intersect(rectangle, inFirst({ top: 0, left: 0, height, width }, placed, first));
  }
  const { height, width } = rectangle;
  if (!(height >= SMALLEST && width >= SMALLEST)) {
    const shared = height > 0 && width > 0 ? `${height} x ${width} pixels` : "no pixel";
    throw new ShapeError(
      `Cannot compare ${images.map((i) => i.name).join(" and ")} as their frames share ${shared} ` +
        `(${kind}): at least ${SMALLEST} x ${SMALLEST} is needed, check that they belong to one scan`,
    );
  }
  return { kind, rectangle };
}

function lacking(kind: AreaKind, why: string): ShapeError {
  return new ShapeError(`Cannot judge the area "${kind}" as ${why}: use --area overlap`);
}

/** Pixels of the first image whose object-grid place lies inside the box of the positions. */
function boundingBox(positions: ArrayLike<number>, origin: GridPoint): Rectangle {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 2] = Math.min(low[i % 2], positions[i]);
    high[i % 2] = Math.max(high[i % 2], positions[i]);
  }
  const top = Math.ceil(low[0] - origin.y), left = Math.ceil(low[1] - origin.x);
  return {
    top,
    left,
    height: Math.floor(high[0] - origin.y) + 1 - top,
    width: Math.floor(high[1] - origin.x) + 1 - left,
  };
}

/** A rectangle of one image as pixels of the first that lie inside it. */
function inFirst(inner: Rectangle, placed: Placed, first: Placed): Rectangle {
  const dy = placed.origin.y - first.origin.y, dx = placed.origin.x - first.origin.x;
  // Rounding of stored places must not cost a row.
  const up = (v: number): number => Math.ceil(v - 1e-6);
  const down = (v: number): number => Math.floor(v + 1e-6);
  const top = up(inner.top + dy), left = up(inner.left + dx);
  return {
    top,
    left,
    height: down(inner.top + inner.height - 1 + dy) + 1 - top,
    width: down(inner.left + inner.width - 1 + dx) + 1 - left,
  };
}

/** What two rectangles share; height or width 0 or less if nothing. */
export function intersect(a: Rectangle, b: Rectangle): Rectangle {
  const top = Math.max(a.top, b.top), left = Math.max(a.left, b.left);
  return {
    top,
    left,
    height: Math.min(a.top + a.height, b.top + b.height) - top,
    width: Math.min(a.left + a.width, b.left + b.width) - left,
  };
}

/** The largest rectangle of pixels with more than a tenth of the largest weight. */
export function largestCovered(coverage: NdArray): Rectangle {
  const [height, width] = coverage.shape, weights = toFloat32(coverage);
  let peak = 0;
  for (const value of weights) peak = Math.max(peak, value);
  let best: Rectangle = { top: 0, left: 0, height: 0, width: 0 };
  const depth = new Int32Array(width + 1);
  for (let y = 0; y < height; y++) {
    // Columns with rising depth; a lower one closes the rectangles that are deeper than it.
    const stack: { left: number; depth: number }[] = [];
    for (let x = 0; x <= width; x++) {
      if (x < width) depth[x] = weights[y * width + x] > 0.1 * peak ? depth[x] + 1 : 0;
      let left = x;
      while (stack.length > 0 && stack[stack.length - 1].depth >= depth[x]) {
        const open = stack.pop()!;
        left = open.left;
        if (open.depth * (x - left) > best.height * best.width) {
          best = { top: y - open.depth + 1, left, height: open.depth, width: x - left };
        }
      }
      stack.push({ left, depth: depth[x] });
    }
  }
  return best;
}
