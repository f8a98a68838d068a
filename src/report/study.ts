/**
 * Quality against the size of the training set, with its spread over seeds.
 *
 * @module
 */
/** Quality of one training: amplitude and phase. */
export interface StudyRow {
  /** Patterns trained on. */
  readonly size: number;
  /** Seed of the run. */
  readonly seed: number;
  /** Last training loss. */
  readonly loss: number;
  /** Mean absolute error over that of a flat image; below 1 is better than nothing. */
  readonly mae_ratio_amplitude: number;
  /** The same for the phase. */
  readonly mae_ratio_phase: number;
  /** Structural similarity. */
  readonly ssim_amplitude: number;
  /** The same for the phase. */
  readonly ssim_phase: number;
  /** Spatial frequency, in shares of the Nyquist frequency, where the ring correlation falls below 0.5. */
  readonly frc50_amplitude: number;
  /** The same for the phase. */
  readonly frc50_phase: number;
  /** Seconds of training. */
  readonly seconds: number;
}

/** Columns in the order of the file. */
export const STUDY_COLUMNS = [
  "size",
  "seed",
  "loss",
  "mae_ratio_amplitude",
  "mae_ratio_phase",
  "ssim_amplitude",
  "ssim_phase",
  "frc50_amplitude",
  "frc50_phase",
  "seconds",
] as const satisfies readonly (keyof StudyRow)[];

/** Rows as CSV with a line of names. */
export function studyCsv(rows: readonly StudyRow[]): string {
  const lines = rows.map((row) => STUDY_COLUMNS.map((name) => row[name]).join(","));
  return [STUDY_COLUMNS.join(","), ...lines].join("\n") + "\n";
}

/** Spread of a quality over the seeds of one size. */
export interface StudySpread {
  /** Patterns trained on. */
  readonly size: number;
  /** Runs. */
  readonly runs: number;
  /** Smallest value. */
  readonly low: number;
  /** Median; of an even number of runs the mean of the middle two. */
  readonly median: number;
  /** Largest value. */
  readonly high: number;
}

/** Spread of one column for every size, ascending; values that are no numbers are left out. */
export function studySpread(rows: readonly StudyRow[], column: keyof StudyRow): StudySpread[] {
  const sizes = [...new Set(rows.map((row) => row.size))].sort((a, b) => a - b);
  return sizes.flatMap((size) => {
    const values = rows.filter((row) => row.size === size).map((row) => row[column])
      .filter(Number.isFinite).sort((a, b) => a - b);
    if (values.length === 0) return [];
    const middle = values.length >> 1;
    const median = values.length % 2 === 1
      ? values[middle]
      : (values[middle - 1] + values[middle]) / 2;
    return [{ size, runs: values.length, low: values[0], median, high: values[values.length - 1] }];
  });
}
