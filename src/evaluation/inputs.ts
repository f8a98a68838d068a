/**
 * From files to placed images: which of them lies where.
 *
 * @module
 */
import { toFloat32 } from "../array.ts";
import { DatasetError, ShapeError } from "../errors.ts";
import { complexGrid } from "../image/complex_grid.ts";
import type { GridPoint, ReconstructionFile } from "../workflows/reconstruction_file.ts";
import { placeByLikeness, SURE } from "./orientation.ts";
import type { Placed } from "./place.ts";

/** Images with places, and how unknown places were settled. */
export interface PlacedInputs {
  /** The reconstructions. */
  readonly images: readonly Placed[];
  /** The known object, if one was given. */
  readonly truth?: Placed;
  /** One line for each place that no file states. */
  readonly notes: readonly string[];
}

/**
 * Gives every image its place on the object grid.
 *
 * A reconstruction lies where its file says. One that does not say lies on another image of the same
 * size, or where it is most like the truth or the first image; a known object that does not say lies
 * at the corner of the object grid.
 *
 * @param names Names of the reconstructions, for messages and tables.
 * @throws {ShapeError} if a place stays unknown. @throws {DatasetError} if an object is all zero.
 */
export function placeInputs(
  files: readonly ReconstructionFile[],
  names: readonly string[],
  truth?: ReconstructionFile,
): PlacedInputs {
  const notes: string[] = [];
  [...files, ...(truth === undefined ? [] : [truth])].forEach(refuseDark);
  const sameSize = (a: ReconstructionFile, b: ReconstructionFile): boolean =>
    String(a.object.shape) === String(b.object.shape);
  const known = files.findIndex((file) => file.origin !== undefined);
  let truthOrigin = truth?.origin;
  if (truth !== undefined && truthOrigin === undefined) {
    const twin = files.findIndex((file) => file.origin !== undefined && sameSize(file, truth));
    truthOrigin = twin >= 0 ? files[twin].origin! : { y: 0, x: 0 };
    notes.push(
      twin >= 0
        ? `the truth does not say where it lies: taken to lie on ${names[twin]}, which has its size`
        : "the truth does not say where it lies: taken to start at pixel (0, 0) of the object grid",
    );
  }
  const images = files.map((file, k): Placed => {
    const origin = file.origin ?? borrowed(file, k);
    return { name: names[k], image: complexGrid(file.object), origin };
  });
  return {
    images,
    ...(truth === undefined || truthOrigin === undefined
      ? {}
      : { truth: { name: "truth", image: complexGrid(truth.object), origin: truthOrigin } }),
    notes,
  };

  function borrowed(file: ReconstructionFile, k: number): GridPoint {
    if (truth !== undefined && truthOrigin !== undefined && sameSize(file, truth)) {
      notes.push(
        `${names[k]} does not say where it lies: taken to lie on the truth, which has its size`,
      );
      return truthOrigin;
    }
    const partner = known >= 0 ? known : 0;
    if (truth === undefined && (k === partner || sameSize(file, files[partner]))) {
      if (k !== partner) {
        notes.push(
          `${names[k]} does not say where it lies: taken to lie on ${
            names[partner]
          }, which has its size`,
        );
      }
      return files[partner].origin ?? { y: 0, x: 0 };
    }
    const other = truth ?? files[partner],
      name = truth === undefined ? names[partner] : "the truth";
    const from = (truth === undefined ? files[partner].origin : truthOrigin) ?? { y: 0, x: 0 };
    const place = placeByLikeness(complexGrid(other.object), complexGrid(file.object));
    if (place.likeness >= SURE) {
      notes.push(
        `${
          names[k]
        } does not say where it lies: put on column ${place.x}, row ${place.y} of ${name}, ` +
          `where it is most like it (${place.likeness.toFixed(2)})`,
      );
      return { y: from.y + place.y, x: from.x + place.x };
    }
    throw new ShapeError(
      `Cannot compare ${names[k]} (${file.object.shape.join(" x ")}) with ` +
        `${name} (${other.object.shape.join(" x ")}) as their sizes differ, ${
          names[k]
        } does not say where it lies and is like it nowhere ` +
        `(${
          place.likeness.toFixed(2)
        }): store canvas_origin_xy, the object-grid column and row of its pixel (0, 0)`,
    );
  }
}

function refuseDark(file: ReconstructionFile): void {
  if (toFloat32(file.object).some((v) => v !== 0)) return;
  throw new DatasetError(
    `Cannot judge the object of ${file.name} as it is zero everywhere: repeat the reconstruction`,
  );
}

/**
 * Short names for paths: the folder or file name, with as many parent folders as make them different;
 * equal paths get a number.
 */
export function shortNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => {
    const steps = path.split(/[/\\]+/).filter((step) => step !== "" && step !== ".");
    const last = steps[steps.length - 1] ?? path;
    // A reconstruction is called after its folder, as its own name says nothing.
    if (/^reconstruction\.npz$/i.test(last) && steps.length > 1) steps.pop();
    else if (steps.length > 0) steps[steps.length - 1] = last.replace(/\.npz$/i, "");
    return steps.length === 0 ? ["run"] : steps;
  });
  const name = (k: number, depth: number): string => parts[k].slice(-depth).join("/");
  const names = parts.map((steps, k) => {
    for (let depth = 1; depth <= steps.length; depth++) {
      const own = name(k, depth);
      if (parts.every((_, j) => j === k || name(j, depth) !== own)) return own;
    }
    return name(k, steps.length);
  });
  return names.map((own, k) => {
    const earlier = names.slice(0, k).filter((other) => other === own).length;
    return earlier === 0 ? own : `${own} (${earlier + 1})`;
  });
}
