/**
 * Judging reconstructions in one frame: placed, cut, aligned, scored.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import type { ReconstructionFile } from "../workflows/reconstruction_file.ts";
import { type AlignedSet, alignImages, type Alignment, type AlignOptions } from "./align.ts";
import { placeInputs } from "./inputs.ts";
import { betterOrientation } from "./orientation.ts";
import { type Area, type AreaKind, chooseArea } from "./place.ts";
import { type ComparedMaps, comparedMaps, type PairScores, scorePair } from "./scores.ts";

/** How reconstructions are judged. */
export interface JudgeOptions extends AlignOptions {
  /** Which rectangle is judged; default: what the files allow, `scan` first. */
  readonly area?: AreaKind;
  /** (P, 2) scan positions (y, x), if known from the data. */
  readonly positions?: ArrayLike<number>;
  /** Side of an object pixel, m; default what the files say. */
  readonly pixelSize?: number;
  /** The same from the scan, m: used if neither options nor files say it. */
  readonly scanPixelSize?: number;
}

/** One judged image. */
export interface Judged {
  /** Name. */
  readonly name: string;
  /** What was done to it. */
  readonly alignment: Alignment;
  /** Its scores against the reference. */
  readonly scores: PairScores;
  /** Its amplitude and phase as compared. */
  readonly maps: ComparedMaps;
}

/** Reconstructions in one frame, with scores against one reference. */
export interface Judgement {
  /** Name of the reference. */
  readonly reference: string;
  /** Amplitude and phase of the reference as compared. */
  readonly referenceMaps: ComparedMaps;
  /** The judged images. */
  readonly judged: readonly Judged[];
  /** Which rectangle was judged, in pixels of the first reconstruction. */
  readonly area: Area;
  /** Object-grid coordinates (y, x) of the first pixel of the rectangle. */
  readonly origin: { readonly y: number; readonly x: number };
  /** Side of an object pixel, m, if known. */
  readonly pixelSize?: number;
  /** Aligned images, for files. */
  readonly aligned: AlignedSet;
  /** How unknown places were settled, and which images seem to be turned. */
  readonly notes: readonly string[];
}

/**
 * Judges reconstructions against a known object, or against the first of them.
 *
 * All are brought onto the pixels of the first reconstruction.
 *
 * @param files At least one with a truth, at least two without.
 * @throws {ShapeError} if a place is unknown or the frames do not overlap.
 */
export function judge(
  files: readonly ReconstructionFile[],
  names: readonly string[],
  truth: ReconstructionFile | undefined,
  options: JudgeOptions = {},
): Judgement {
  const placed = placeInputs(files, names, truth);
  const grid = placed.images[0];
  const reference = placed.truth ?? grid;
  const others = placed.truth === undefined ? placed.images.slice(1) : placed.images;
  const all = placed.truth === undefined ? placed.images : [...placed.images, placed.truth];
  const positions = options.positions ?? files.find((f) => f.positions !== undefined)?.positions ??
    truth?.positions;
  const coverages: (NdArray | undefined)[] = files.map((file) => file.coverage);
  const area = chooseArea(all, {
    coverages,
    ...(positions === undefined ? {} : { positions }),
    ...(options.area === undefined ? {} : { kind: options.area }),
  });
  const aligned = alignImages(grid, reference, others, area, options);
  const raw = alignImages(grid, reference, others, area, {
    ...options,
    register: false,
    phase: "none",
  });
  const turns = others.flatMap((image, k) => {
    const turn = betterOrientation(raw.reference, raw.images[k]);
    return turn === undefined ? [] : [
      `${image.name} would be far more like ${reference.name} ${turn.name} ` +
      `(${turn.likeness.toFixed(2)}, now ${turn.now.toFixed(2)}): check its orientation and place`,
    ];
  });
  const pixelSize = options.pixelSize ??
    [...files, truth].find((f) => f?.pixelSize !== undefined)?.pixelSize ?? options.scanPixelSize;
  return {
    reference: reference.name,
    referenceMaps: comparedMaps(aligned.reference),
    judged: others.map((image, k) => ({
      name: image.name,
      alignment: aligned.alignments[k],
      scores: scorePair(aligned.reference, aligned.images[k], pixelSize),
      maps: comparedMaps(aligned.images[k]),
    })),
    area: { kind: area.kind, rectangle: aligned.rectangle },
    origin: {
      y: grid.origin.y + aligned.rectangle.top,
      x: grid.origin.x + aligned.rectangle.left,
    },
    ...(pixelSize === undefined ? {} : { pixelSize }),
    aligned,
    notes: [...placed.notes, ...turns],
  };
}
