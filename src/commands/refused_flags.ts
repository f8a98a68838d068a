/**
 * Flags of the original system that have no equivalent here, each with the reason and the remedy.
 *
 * @module
 */

const ACCOUNTING =
  "every epoch already records energy_ratio and amplitude_std in the metrics: read metrics.csv";

/** Refused flags by command, without the hyphens in front. */
export const REFUSED_FLAGS: Readonly<Record<"train" | "infer", Readonly<Record<string, string>>>> =
  {
    train: {
      "log-patch-stats": ACCOUNTING,
      "patch-stats-limit": ACCOUNTING,
      "do-stitching": "training does not stitch: run infer on the output folder",
      "run-id": "there is no tracking server: give --output-dir and --resume",
    },
    infer: {
      "log-patch-stats": ACCOUNTING,
      "patch-stats-limit": ACCOUNTING,
      debug: "there is one switch for details: add --verbose",
      "debug-dump": "intermediate patches are not kept: read coverage in reconstruction.npz",
      "run-id": "there is no tracking server: give the run folder with --model-path",
      "infer-dir": "a file is named, not a folder: give --test-data FILE",
      "file-index": "a file is named, not its number: give --test-data FILE",
      gridsize: "network and physics are those of the model: leave it out",
      N: "network and physics are those of the model: leave it out",
      "probe-mask": "the model keeps the probe it was trained with: train with it",
      "no-probe-mask": "the model keeps the probe it was trained with: train without it",
      "probe-mask-sigma": "the model keeps the probe it was trained with: train with it",
      "probe-mask-diameter": "the model keeps the probe it was trained with: train with it",
      backend: "this program computes with WebGPU alone: leave it out",
    },
  };
