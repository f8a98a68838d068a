/**
 * Are stored patterns amplitudes or intensities?
 *
 * @module
 */
import type { StackStatistics } from "./stack_statistics.ts";

/** What is known besides the patterns. */
export interface KindHints {
  /** Photons of the mean pattern according to the metadata. */
  readonly nphotons?: number | undefined;
  /** Sum of |probe|^2 over pixels and modes. */
  readonly probeEnergy?: number | undefined;
}

/** A verdict on the values of a stack. */
export interface ValueKind {
  /** `amplitude` is sqrt(counts), `intensity` counts. */
  readonly kind: "amplitude" | "intensity";
  /** True if the values themselves or the metadata prove it, false if it is only likely. */
  readonly certain: boolean;
  /** Why. */
  readonly why: string;
  /** True if values or their squares are whole numbers, so that photons can be counted. */
  readonly counted: boolean;
  /** Intensity of one count, where the values show it (1 for plain counts). */
  readonly quantum?: number;
}

/** Share of whole numbers that proves counts; a few pixels may have been interpolated. */
const WHOLE = 0.99;

/**
 * Are values, or their squares, whole multiples of the smallest one? Scaled counts are.
 *
 * @param values Some patterns.
 */
function multiples(values: Float32Array): { value: number; square: number; smallest: number } {
  let smallest = Infinity, largest = 0;
  for (const value of values) {
    if (value > 0 && value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  let told = 0, whole = 0, toldSquare = 0, wholeSquare = 0;
  const test = (x: number): boolean => Math.abs(x - Math.round(x)) < 0.02;
  for (const value of values) {
    const x = value / smallest;
    if (!(x > 1.01)) continue;
    if (x < 1e4) {
      told++;
      if (test(x)) whole++;
    }
    if (x < 100) {
      toldSquare++;
      if (test(x * x)) wholeSquare++;
    }
  }
  const share = (n: number, of: number): number => of < 100 ? 0 : n / of;
  return { value: share(whole, told), square: share(wholeSquare, toldSquare), smallest };
}

/** Judges the values of a stack. */
export function valueKind(statistics: StackStatistics, hints: KindHints): ValueKind {
  const { wholeShare, wholeSquareShare, max, pattern } = statistics;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  if (wholeShare > WHOLE && max >= 3) {
    return {
      kind: "intensity",
      certain: true,
      why: `${percent(wholeShare)} of the values are whole numbers, as counts are`,
      counted: true,
      quantum: 1,
    };
  }
  if (wholeSquareShare > WHOLE) {
    return {
      kind: "amplitude",
      certain: true,
      why: `the squares of ${
        percent(wholeSquareShare)
      } of the values are whole numbers, as counts are`,
      counted: true,
      quantum: 1,
    };
  }
  const scaled = multiples(statistics.kept);
  if (scaled.value > WHOLE || scaled.square > WHOLE) {
    const kind = scaled.value > WHOLE ? "intensity" : "amplitude";
    return {
      kind,
      certain: true,
      why:
        `${kind === "intensity" ? "the values are" : "their squares are"} whole multiples of the ` +
        "smallest, as scaled counts are",
      counted: false,
      quantum: kind === "intensity" ? scaled.smallest : scaled.smallest ** 2,
    };
  }
  const mean = (values: Float64Array): number => values.reduce((s, v) => s + v, 0) / values.length;
  const asAmplitude = mean(pattern.energy), asIntensity = mean(pattern.sum);
  const { nphotons, probeEnergy } = hints;
  if (nphotons !== undefined) {
    const near = (value: number): boolean => Math.abs(Math.log(value / nphotons)) < 0.25;
    if (near(asAmplitude) !== near(asIntensity)) {
      const kind = near(asAmplitude) ? "amplitude" : "intensity";
      const which = kind === "amplitude" ? "squares" : "values";
      const why =
        `the ${which} of the mean pattern sum to the ${nphotons.toPrecision(3)} photons ` +
        `of the metadata`;
      return { kind, certain: true, why, counted: false };
    }
  }
  if (probeEnergy !== undefined && probeEnergy > 0) {
    // An object absorbs: the light behind it is less than that of the probe, but not by much.
    const fits = (value: number): boolean => value > 0.2 * probeEnergy && value < 1.3 * probeEnergy;
    if (fits(asAmplitude) !== fits(asIntensity)) {
      const kind = fits(asAmplitude) ? "amplitude" : "intensity";
      const which = kind === "amplitude" ? "squares" : "values";
      const why = `the ${which} of the mean pattern sum to the light of the probe`;
      return { kind, certain: false, why, counted: false };
    }
  }
  return {
    kind: "amplitude",
    certain: false,
    why: "nothing in the values speaks against it",
    counted: false,
  };
}
