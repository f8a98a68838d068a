/**
 * Learning-rate curves.
 *
 * @module
 */
import type { TrainingConfig } from "../config/training.ts";

/** Numbers that fix a plateau rule's future. */
export interface PlateauState {
  /** Rate in force. */
  readonly rate: number;
  /** Best loss so far; undefined before the first. */
  readonly best: number | undefined;
  /** Epochs since. */
  readonly stale: number;
}

/** Settings of {@linkcode plateauStep}. */
export interface PlateauOptions {
  /** Multiplies the rate. */
  readonly factor: number;
  /** Epochs without improvement that are borne. */
  readonly patience: number;
  /** Smallest rate. */
  readonly minimum: number;
  /** Share by which a loss must fall below the best to count as better; default 0. */
  readonly threshold?: number;
}

/** Rate of epoch `position` (whole part) under decay by `gamma` an epoch. */
export function exponentialRate(base: number, gamma: number, position: number): number {
  return base * gamma ** Math.floor(position);
}

/**
 * Rate at `position` epochs (fractions count): a straight line from `startFactor * base` to `base`
 * over `warmupEpochs`, then half a cosine down to `minimumRatio * base` at `epochs`.
 */
export function warmupCosineRate(
  base: number,
  options: { epochs: number; warmupEpochs: number; startFactor: number; minimumRatio: number },
  position: number,
): number {
  const { epochs, warmupEpochs, startFactor, minimumRatio } = options;
  if (position < warmupEpochs) {
    return base * (startFactor + (1 - startFactor) * position / warmupEpochs);
  }
  const length = epochs - warmupEpochs;
  const done = length > 0 ? Math.min(1, (position - warmupEpochs) / length) : 0;
  return base * (minimumRatio + (1 - minimumRatio) * (1 + Math.cos(Math.PI * done)) / 2);
}

/**
 * State after an epoch of the given loss: the rate is multiplied by `factor`, down to `minimum`,
 * once more than `patience` epochs in a row brought no loss lower by the share `threshold`. A loss that is NaN counts as no improvement.
 */
export function plateauStep(
  state: PlateauState,
  options: PlateauOptions,
  loss: number,
): PlateauState {
  if (
    !Number.isNaN(loss) &&
    (state.best === undefined ||
      loss < state.best - (options.threshold ?? 0) * Math.abs(state.best))
  ) {
    return { rate: state.rate, best: loss, stale: 0 };
  }
  if (state.stale + 1 <= options.patience) return { ...state, stale: state.stale + 1 };
  const rate = Math.min(state.rate, Math.max(options.minimum, state.rate * options.factor));
  return { ...state, rate, stale: 0 };
}

/** A learning-rate curve with its memory. */
export interface Schedule {
  /** Rate at `position` epochs from the start; fractions count in warm-up and cosine. */
  rate(position: number): number;
  /** Tells the loss of an epoch that ended (validation if there is one). */
  endEpoch(loss: number): void;
  /** Everything `restore` needs, as finite numbers. */
  state(): Readonly<Record<string, number>>;
  /** Goes on from a saved state. */
  restore(state: Readonly<Record<string, number>>): void;
}

/** Fields of the training configuration that fix a curve. */
export type ScheduleOptions =
  & Pick<
    TrainingConfig,
    | "scheduler"
    | "learning_rate"
    | "nepochs"
    | "lr_gamma"
    | "lr_warmup_epochs"
    | "lr_min_ratio"
    | "plateau_factor"
    | "plateau_patience"
    | "plateau_min_lr"
  >
  & Partial<Pick<TrainingConfig, "plateau_threshold">>;

/** First rate of a warm-up over the rate it ends at. */
const WARMUP_START = 0.1;

/** Makes the curve a training configuration asks for. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const base = options.learning_rate;
  if (options.scheduler === "plateau") return new PlateauSchedule(options);
  const rates: Record<"constant" | "exponential" | "warmup_cosine", (p: number) => number> = {
    constant: () => base,
    exponential: (p) => exponentialRate(base, options.lr_gamma, p),
    warmup_cosine: (p) =>
      warmupCosineRate(base, {
        epochs: options.nepochs,
        warmupEpochs: options.lr_warmup_epochs,
        startFactor: WARMUP_START,
        minimumRatio: options.lr_min_ratio,
      }, p),
  };
  const rate = rates[options.scheduler];
  return { rate, endEpoch: () => {}, state: () => ({}), restore: () => {} };
}

class PlateauSchedule implements Schedule {
  #options: PlateauOptions;
  #state: PlateauState;

  constructor(options: ScheduleOptions) {
    this.#options = {
      factor: options.plateau_factor,
      patience: options.plateau_patience,
      minimum: options.plateau_min_lr,
      threshold: options.plateau_threshold ?? 0,
    };
    this.#state = { rate: options.learning_rate, best: undefined, stale: 0 };
  }

  rate(_position: number): number {
    return this.#state.rate;
  }

  endEpoch(loss: number): void {
    this.#state = plateauStep(this.#state, this.#options, loss);
  }

  state(): Readonly<Record<string, number>> {
    const { rate, best, stale } = this.#state;
    return { rate, stale, ...(best === undefined ? {} : { best }) };
  }

  restore(state: Readonly<Record<string, number>>): void {
    this.#state = {
      rate: state.rate ?? this.#state.rate,
      best: state.best,
      stale: state.stale ?? 0,
    };
  }
}
