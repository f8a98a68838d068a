/**
 * What the host gives a command: a device, and lines on the terminal.
 *
 * @module
 */
import { type Accelerator, Gpu } from "../gpu/device.ts";
import { prepareDriver, type Workload } from "./driver.ts";

/** Seriousness of a line. */
export type Level = "debug" | "info" | "warning" | "error" | "critical";

/** Levels from the least to the most serious. */
export const LEVELS: readonly Level[] = ["debug", "info", "warning", "error", "critical"];

/** Options every command has. */
export interface CommonOptions {
  /** Print one JSON object on stdout. */
  readonly json?: boolean;
  /** Print nothing but errors and the result. */
  readonly quiet?: boolean;
  /** Which adapter to take. */
  readonly accelerator?: Accelerator;
  /** Least serious lines shown; default `info`, with `quiet` `warning`. */
  readonly level?: Level;
  /** Show progress; default true. */
  readonly progress?: boolean;
}

/**
 * Lines a command prints: progress on stderr, the result on stdout. All lines also go to a log, once
 * it is opened.
 */
export class Terminal implements Disposable {
  #options: CommonOptions;
  #open = false;
  #last = 0;
  #interactive: boolean;
  #waiting: string[] = [];
  #log: Deno.FsFile | undefined;

  /** Prints according to the common options. */
  constructor(options: CommonOptions) {
    this.#options = options;
    this.#interactive = Deno.stderr.isTerminal();
    // In a log only long work reports its progress.
    if (!this.#interactive) this.#last = performance.now();
  }

  /**
   * Writes the lines so far, and all that follow, to a file; the folder must exist.
   *
   * @param resume Go on in the file of an earlier run, instead of replacing it.
   */
  openLog(path: string, resume = false): void {
    this.#log?.close();
    const end = resume ? { append: true } : { write: true, truncate: true };
    this.#log = Deno.openSync(path, { create: true, ...end });
    for (const line of this.#waiting.splice(0)) this.#write(line);
  }

  /** A line of detail: in the log, and on stderr with level `debug`. */
  debug(line: string): void {
    this.#line("debug", line);
  }

  /** One line on stderr, unless quiet. */
  say(line: string): void {
    this.#line("info", line);
  }

  /** A warning on stderr. */
  warn(line: string): void {
    this.#line("warning", line);
  }

  /** What made the command fail, in the log alone: the command line prints it. */
  failed(error: unknown): void {
    this.#record("error", error instanceof Error ? error.message : String(error));
  }

  /** A line that replaces the last one on a terminal; elsewhere at most one every ten seconds. */
  progress(line: string): void {
    if (this.#options.progress === false || !this.#shows("info")) return;
    const now = performance.now();
    if (this.#interactive) {
      if (now - this.#last < 100) return;
      const { columns } = Deno.consoleSize();
      Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line.slice(0, columns - 1)}`));
      this.#open = true;
    } else {
      if (now - this.#last < 10000) return;
      console.error(line);
    }
    this.#last = now;
  }

  /** The result: text for people, or the object as JSON. */
  result(text: string, value: unknown): void {
    this.#close();
    console.log(this.#options.json ? JSON.stringify(value) : text);
    this.#record("info", text);
  }

  /** Closes the log. */
  [Symbol.dispose](): void {
    this.#log?.close();
    this.#log = undefined;
  }

  #line(level: Level, line: string): void {
    this.#record(level, line);
    if (!this.#shows(level)) return;
    this.#close();
    console.error(level === "warning" ? `warning: ${line}` : line);
  }

  #shows(level: Level): boolean {
    const least = this.#options.level ?? (this.#options.quiet ? "warning" : "info");
    return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
  }

  #record(level: Level, line: string): void {
    const entry = `${new Date().toISOString()} - ${level.toUpperCase()} - ${line}\n`;
    if (this.#log === undefined) this.#waiting.push(entry);
    else this.#write(entry);
  }

  #write(entry: string): void {
    this.#log?.writeSync(new TextEncoder().encode(entry));
  }

  #close(): void {
    if (this.#open) Deno.stderr.writeSync(new TextEncoder().encode("\n"));
    this.#open = false;
  }
}

/**
 * Opens a device for a command, without the noise some drivers print about a missing folder.
 *
 * @param workload what the device will be busy with, if it is known.
 */
export function openGpu(
  options: CommonOptions,
  terminal: Terminal,
  workload?: Workload,
): Promise<Gpu> {
  if (workload !== undefined) prepareDriver(workload);
  if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) {
    Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
  }
  return Gpu.open({
    accelerator: options.accelerator ?? "auto",
    onWarning: (line) => terminal.warn(line),
  });
}

/** Seconds as people read them. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
