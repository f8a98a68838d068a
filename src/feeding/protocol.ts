/**
 * What the main thread and its reading workers say to each other.
 *
 * @module
 */
import type { ReadScanOptions } from "../scan/dataset.ts";

/** How a worker reads its file: options that can be sent. */
export type SentReadOptions = Pick<
  ReadScanOptions,
  "diffractionKind" | "cropTo" | "bin" | "memoryLimit" | "window"
>;

/** First message: which file, and which of its patterns will be asked for. */
export interface OpenMessage {
  /** Tells messages apart. */
  readonly kind: "open";
  /** Whatever the worker's host can open, such as a path. */
  readonly source: unknown;
  /** How it is read. */
  readonly options: SentReadOptions;
}

/** Asks for patterns. */
export interface ReadMessage {
  /** Tells messages apart. */
  readonly kind: "read";
  /** Number that the answer repeats. */
  readonly id: number;
  /** Pattern numbers. */
  readonly indices: readonly number[];
  /** Factor on every amplitude. */
  readonly factor: number;
}

/** Patterns asked for: (n, N, N) amplitudes. */
export interface PatternsMessage {
  /** Tells messages apart. */
  readonly kind: "patterns";
  /** Number of the question. */
  readonly id: number;
  /** The amplitudes; handed over, not copied. */
  readonly values: Float32Array;
}

/** A question could not be answered. */
export interface FailureMessage {
  /** Tells messages apart. */
  readonly kind: "failure";
  /** Number of the question. */
  readonly id: number;
  /** Name of the error's class. */
  readonly name: string;
  /** One line. */
  readonly message: string;
}

/** Doubtful data. */
export interface DoubtMessage {
  /** Tells messages apart. */
  readonly kind: "doubt";
  /** One line. */
  readonly message: string;
}

/** What a worker receives. */
export type ToWorker = OpenMessage | ReadMessage;

/** What a worker sends. */
export type FromWorker = PatternsMessage | FailureMessage | DoubtMessage;
