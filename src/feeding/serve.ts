/**
 * The worker's side: reads, decodes and normalises the patterns it is asked for.
 *
 * @module
 */
import type { ScanDataset } from "../scan/dataset.ts";
import type { FromWorker, SentReadOptions, ToWorker } from "./protocol.ts";

/** The worker's own global scope, as far as it is used. */
export interface WorkerScope {
  /** Receives messages. */
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  /** Sends a message; the listed buffers are handed over. */
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

/** Opens a scan from whatever the main thread sent. */
export type ScanOpener = (
  source: unknown,
  options: SentReadOptions & { readonly warn: (line: string) => void },
) => Promise<ScanDataset>;

/** Answers questions one after the other, in the order they come. */
export function servePatterns(scope: WorkerScope, open: ScanOpener): void {
  let dataset: Promise<ScanDataset> | undefined;
  let last: Promise<void> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    if (data.kind === "open") {
      const warn = (message: string): void => scope.postMessage({ kind: "doubt", message }, []);
      dataset = open(data.source, { ...data.options, warn });
      // Decoding begins before anyone asks; a failure is told to whoever asks first.
      const first = data.options.window?.[0] ?? 0;
      last = dataset.then((scan) => scan.readDiffraction([first])).then(() => {}, () => {});
      return;
    }
    const { id, indices, factor } = data;
    last = last.then(async () => {
      try {
        if (dataset === undefined) throw new Error("Cannot read before a file is opened");
        const values = await (await dataset).readDiffraction(indices);
        if (factor !== 1) scale(values, factor);
        scope.postMessage({ kind: "patterns", id, values }, [values.buffer as ArrayBuffer]);
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        scope.postMessage({ kind: "failure", id, name, message }, []);
      }
    });
  };
}

/** Multiplies in place, as the main thread does, so that both give the same bits. */
export function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}
