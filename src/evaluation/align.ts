/**
 * Bringing a reconstruction onto a reference: sub-pixel shift, phase, amplitude.
 *
 * @module
 */
import type { ComplexGrid } from "../image/fourier.ts";
import { applyRamp, findPhase, findRamp, type PhaseRamp } from "../image/ramp.ts";
import { findShift, type Shift } from "../image/registration.ts";
import { shiftStep } from "../image/refine.ts";
import { cutAt, type Interpolation, type Rectangle } from "../image/resample.ts";
import { taper } from "../image/taper.ts";
import { type Area, intersect, type Placed, SMALLEST } from "./place.ts";

/** Which phase freedom is taken out. */
export type PhaseRule = "ramp" | "constant" | "none";

/** How images are aligned. */
export interface AlignOptions {
  /** Find and undo a shift; default true. */
  readonly register?: boolean;
  /** `ramp` (default): offset and linear ramp; `constant`: one offset; `none`. */
  readonly phase?: PhaseRule;
  /** How the reference is sampled between its pixels; default `bilinear`. */
  readonly interpolation?: Interpolation;
  /** Steps of the registration per pixel; default 50. */
  readonly upsample?: number;
}

/** What was done to one image. */
export interface Alignment {
  /** Shift applied to the image, px of the reference; (0, 0) if none was found that helps. */
  readonly shift: Shift;
  /**
   * How its start was found, before the joint fit of shift and ramp; `none` if nothing made the
   * agreement better.
   */
  readonly registration: "phase-correlation" | "cross-correlation" | "least-squares" | "none";
  /** Phase added to the image. */
  readonly phase: PhaseRamp;
  /** Which phase freedom was taken out. */
  readonly phaseRule: PhaseRule;
  /** Factor of the amplitude: mean of the reference / mean of the image. */
  readonly amplitudeFactor: number;
  /** |sum R conj(I)| / sqrt(sum |R|^2 sum |I|^2) before and after: 1 is perfect. */
  readonly agreement: { readonly before: number; readonly after: number };
}

/** A reference and images on its pixels. */
export interface AlignedSet {
  /** Rectangle that is left, in pixels of the first image. */
  readonly rectangle: Rectangle;
  /** The reference in it. */
  readonly reference: ComplexGrid;
  /** How it was sampled between its pixels. */
  readonly interpolation: Interpolation;
  /** Constant phase added to the reference so that it wraps less, rad; 0 if that does not help. */
  readonly referencePhase: number;
  /** The aligned images. */
  readonly images: readonly ComplexGrid[];
  /** What was done to each of them. */
  readonly alignments: readonly Alignment[];
}

const ROUNDS = 5, REFINEMENTS = 8, BORDER = 3;

/**
 * Aligns images to a reference.
 *
 * All lie on the pixels of `grid` (the first image of the area). The reference is sampled there, and is
 * not moved; each image is moved, turned and scaled. What a shift brings in from outside an image is
 * cut away for all.
 */
export function alignImages(
  grid: Placed,
  reference: Placed,
  images: readonly Placed[],
  area: Area,
  options: AlignOptions = {},
): AlignedSet {
  const { register = true, interpolation: how = "bilinear" } = options;
  const cut = (placed: Placed, from: Rectangle, kind: Interpolation, shift: Shift): ComplexGrid =>
    cutAt(placed.image, inside(placed, grid, from, shift), kind);
  const still = { y: 0, x: 0 };
  const target = cut(reference, area.rectangle, how, still);
  const found = images.map((image) => {
    if (!register) return { shift: still, registration: "none" as const };
    const at = (shift: Shift): ComplexGrid => cut(image, area.rectangle, "fourier", shift);
    const coarse = registerImage(target, at, options);
    // What a shift has mirrored in at the edges must not take part in the fine fit.
    const shown = shownArea(image, grid, coarse.shift);
    const inner = intersect(area.rectangle, {
      top: shown.top + BORDER,
      left: shown.left + BORDER,
      height: shown.height - 2 * BORDER,
      width: shown.width - 2 * BORDER,
    });
    if (inner.height < SMALLEST || inner.width < SMALLEST) return coarse;
    return refineShift(
      cut(reference, inner, how, still),
      (shift) => cut(image, inner, "fourier", shift),
      coarse,
      options,
    );
  });
  let rectangle = area.rectangle;
  images.forEach((image, k) => {
    rectangle = intersect(rectangle, shownArea(image, grid, found[k].shift));
  });
  // A shift beyond the edge that leaves nothing is no registration.
  const lost = rectangle.height < SMALLEST || rectangle.width < SMALLEST;
  if (lost) rectangle = area.rectangle;
  const raw = cut(reference, rectangle, how, still);
  const referencePhase = options.phase === "none" ? 0 : calmingPhase(raw);
  const final = referencePhase === 0 ? raw : applyRamp(raw, { offset: referencePhase, y: 0, x: 0 });
  const results = images.map((image, k) => {
    const { shift, registration } = lost
      ? { shift: still, registration: "none" as const }
      : found[k];
    const unmoved = cut(image, rectangle, "fourier", still);
    const moved = cut(image, rectangle, "fourier", shift);
    const phase = phaseOf(final, moved, options.phase ?? "ramp");
    const turned = applyRamp(moved, phase);
    const factor = meanModulus(final) / meanModulus(turned);
    const alignment: Alignment = {
      shift,
      registration,
      phase,
      phaseRule: options.phase ?? "ramp",
      amplitudeFactor: Number.isFinite(factor) ? factor : 1,
      agreement: {
        before: agreement(final, unmoved),
        after: agreement(final, turned),
      },
    };
    return { image: scaled(turned, alignment.amplitudeFactor), alignment };
  });
  return {
    rectangle,
    reference: final,
    interpolation: how,
    referencePhase,
    images: results.map((r) => r.image),
    alignments: results.map((r) => r.alignment),
  };
}

/** A shift and how it was found. */
type Registered = Pick<Alignment, "shift" | "registration">;

/**
 * Registers in rounds: the image is cut again at the shift found so far, until nothing improves.
 */
function registerImage(
  target: ComplexGrid,
  at: (shift: Shift) => ComplexGrid,
  options: AlignOptions,
): Registered {
  const { upsample = 50 } = options;
  const turn = (image: ComplexGrid): ComplexGrid => turned(target, image, options);
  const edge = Math.max(4, Math.floor(Math.min(target.height, target.width) / 8));
  // Frames of one scan differ by pixels; a peak far out is chance.
  const limit = { y: Math.max(8, target.height / 8), x: Math.max(8, target.width / 8) };
  const reference = taper(core(target), edge);
  let shift: Shift = { y: 0, x: 0 };
  let registration: Alignment["registration"] = "none";
  let image = turn(at(shift)), best = agreement(target, image);
  for (let round = 0; round < ROUNDS; round++) {
    const moving = taper(core(image), edge), before = best;
    let step: Shift | undefined;
    for (const kind of ["phase-correlation", "cross-correlation"] as const) {
      const found = findShift(reference, moving, upsample, kind === "phase-correlation");
      const next = { y: shift.y + found.y, x: shift.x + found.x };
      if (Math.abs(next.y) > limit.y || Math.abs(next.x) > limit.x) continue;
      const candidate = turn(at(next)), value = agreement(target, candidate);
      // Nearest to perfect wins; staying where it is needs no reason.
      if (value > best + 1e-9) [best, step, image, registration] = [value, next, candidate, kind];
    }
    if (step === undefined) break;
    const moved = Math.hypot(step.y - shift.y, step.x - shift.x);
    shift = step;
    if (moved < 1 / upsample || best - before < 1e-7) break;
  }
  return { shift, registration };
}

/** The middle of a large image, its sides powers of two: enough to find a peak, and fast. */
function core(image: ComplexGrid): ComplexGrid {
  const side = (n: number): number => n <= 128 ? n : 2 ** Math.floor(Math.log2(n));
  const height = side(image.height), width = side(image.width);
  const top = (image.height - height) >> 1, left = (image.width - width) >> 1;
  return cutAt(image, { top, left, height, width }, "bilinear");
}

/** Improves a shift by a joint fit of shift and ramp, as long as the agreement grows. */
function refineShift(
  target: ComplexGrid,
  at: (shift: Shift) => ComplexGrid,
  coarse: Registered,
  options: AlignOptions,
): Registered {
  const { phase = "ramp" } = options;
  const turn = (image: ComplexGrid): ComplexGrid => turned(target, image, options);
  let { shift, registration } = coarse;
  let image = turn(at(shift)), best = agreement(target, image);
  for (let round = 0; round < REFINEMENTS; round++) {
    const step = shiftStep(target, matched(target, image), phase === "ramp");
    const length = Math.hypot(step.y, step.x);
    if (length < 1e-3 || length > 2) break;
    if (Math.hypot(shift.y + step.y - coarse.shift.y, shift.x + step.x - coarse.shift.x) > 2) break;
    const next = { y: shift.y + step.y, x: shift.x + step.x };
    const candidate = turn(at(next)), value = agreement(target, candidate);
    if (!(value > best + 1e-9)) break;
    [best, shift, image] = [value, next, candidate];
    if (registration === "none") registration = "least-squares";
  }
  return { shift, registration };
}

/** An image with the phase freedom taken out that registration needs; an offset at least. */
function turned(target: ComplexGrid, image: ComplexGrid, options: AlignOptions): ComplexGrid {
  const { phase = "ramp" } = options;
  return applyRamp(image, phaseOf(target, image, phase === "none" ? "constant" : phase));
}

function phaseOf(reference: ComplexGrid, image: ComplexGrid, rule: PhaseRule): PhaseRamp {
  if (rule === "none") return { offset: 0, y: 0, x: 0 };
  return rule === "ramp" ? findRamp(reference, image) : findPhase(reference, image);
}

/** The part of an image that belongs to pixels of the grid, after the image was moved by a shift. */
function inside(placed: Placed, grid: Placed, area: Rectangle, shift: Shift): Rectangle {
  return {
    ...area,
    top: area.top + grid.origin.y - placed.origin.y - shift.y,
    left: area.left + grid.origin.x - placed.origin.x - shift.x,
  };
}

/** Pixels of the grid that a moved image shows. */
function shownArea(placed: Placed, grid: Placed, shift: Shift): Rectangle {
  const y = placed.origin.y - grid.origin.y + shift.y;
  const x = placed.origin.x - grid.origin.x + shift.x;
  const top = Math.ceil(y - 0.5), left = Math.ceil(x - 0.5);
  return {
    top,
    left,
    height: Math.floor(placed.image.height - 0.5 + y) + 1 - top,
    width: Math.floor(placed.image.width - 0.5 + x) + 1 - left,
  };
}

/** Normalised modulus of the inner product: 1 for images equal up to a complex factor. */
export function agreement(a: ComplexGrid, b: ComplexGrid): number {
  let re = 0, im = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.re.length; i++) {
    re += a.re[i] * b.re[i] + a.im[i] * b.im[i];
    im += a.im[i] * b.re[i] - a.re[i] * b.im[i];
    aa += a.re[i] ** 2 + a.im[i] ** 2;
    bb += b.re[i] ** 2 + b.im[i] ** 2;
  }
  return aa > 0 && bb > 0 ? Math.hypot(re, im) / Math.sqrt(aa * bb) : 0;
}

/**
 * The constant phase that puts the mean direction of an image at 0, if that leaves fewer jumps of a full
 * turn between neighbours; else 0.
 */
function calmingPhase(image: ComplexGrid): number {
  let re = 0, im = 0;
  for (let i = 0; i < image.re.length; i++) {
    re += image.re[i];
    im += image.im[i];
  }
  const offset = -Math.atan2(im, re);
  return phaseJumps(applyRamp(image, { offset, y: 0, x: 0 })) < phaseJumps(image) ? offset : 0;
}

/** Share of neighbouring pixels whose angles, as stored, differ by more than half a turn. */
export function phaseJumps({ height, width, re, im }: ComplexGrid): number {
  const angle = re.map((v, i) => Math.atan2(im[i], v));
  let jumps = 0;
  for (let i = 0; i < angle.length; i++) {
    if (i % width > 0 && Math.abs(angle[i] - angle[i - 1]) > Math.PI) jumps++;
    if (i >= width && Math.abs(angle[i] - angle[i - width]) > Math.PI) jumps++;
  }
  return jumps / Math.max(1, 2 * height * width - height - width);
}

/** An image with the mean modulus of the target. */
function matched(target: ComplexGrid, image: ComplexGrid): ComplexGrid {
  const factor = meanModulus(target) / meanModulus(image);
  return Number.isFinite(factor) ? scaled(image, factor) : image;
}

function meanModulus({ re, im }: ComplexGrid): number {
  let sum = 0;
  for (let i = 0; i < re.length; i++) sum += Math.hypot(re[i], im[i]);
  return sum / re.length;
}

function scaled(image: ComplexGrid, factor: number): ComplexGrid {
  return { ...image, re: image.re.map((v) => v * factor), im: image.im.map((v) => v * factor) };
}
