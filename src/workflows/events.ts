/**
 * What a training run tells whoever listens.
 *
 * @module
 */

/** Some steps are done. */
export interface StepEvent {
  /** Tells the kinds of event apart. */
  readonly kind: "step";
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Steps of the epoch that are done. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Mean loss since the last event. */
  readonly loss: number;
  /** Rate of the last update. */
  readonly learningRate: number;
  /** Patterns trained per second since the last event. */
  readonly patternsPerSecond: number;
  /** Estimated seconds to the end of the run. */
  readonly secondsLeft: number;
}

/** An epoch is done. */
export interface EpochEvent {
  /** Tells the kinds of event apart. */
  readonly kind: "epoch";
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Mean training loss. */
  readonly trainLoss: number;
  /** Mean validation loss; undefined without validation data. */
  readonly validationLoss: number | undefined;
  /** Rate of the last update. */
  readonly learningRate: number;
  /** Predicted over measured energy, from the last batches. */
  readonly energyRatio: number;
  /** Standard deviation of the predicted amplitude over a batch of patches. */
  readonly amplitudeStd: number;
  /** Time of the epoch. */
  readonly seconds: number;
  /** True if this is the best loss so far. */
  readonly best: boolean;
}

/** Shaders are being compiled by the driver. */
export interface CompileEvent {
  /** Tells the kinds of event apart. */
  readonly kind: "compile";
  /** Kernels done. */
  readonly done: number;
  /** Kernels in all. */
  readonly all: number;
  /** The next kernel. */
  readonly label: string;
}

/** Something the user should know. */
export interface WarningEvent {
  /** Tells the kinds of event apart. */
  readonly kind: "warning";
  /** One line. */
  readonly message: string;
}

/** Anything a run tells. */
export type TrainEvent = StepEvent | EpochEvent | CompileEvent | WarningEvent;

/**
 * What looks wrong with a trained network: a flat object, or the wrong energy.
 *
 * @returns one line, or undefined if it looks healthy.
 */
export function healthWarning(energyRatio: number, amplitudeStd: number): string | undefined {
  if (!(energyRatio >= 0.75 && energyRatio <= 1.25)) {
    return `the predicted patterns hold ${energyRatio.toFixed(2)} of the measured energy: ` +
      "check the probe and its scale, or train longer";
  }
  if (!(amplitudeStd > 0.01)) {
    return `the predicted amplitude is flat (standard deviation ${
      amplitudeStd.toExponential(1)
    }): ` +
      "try another seed or a smaller learning rate; a pure phase object may look like this";
  }
  return undefined;
}
