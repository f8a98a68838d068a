/**
 * What the host gives a command: a device, and lines on the terminal.
 *
 * @module
 */
import { type Accelerator, Gpu } from "../gpu/device.ts";

/** Options every command has. */
export interface CommonOptions {
  /** Print one JSON object on stdout. */
  readonly json?: boolean;
  /** Print nothing but errors and the result. */
  readonly quiet?: boolean;
  /** Which adapter to take. */
  readonly accelerator?: Accelerator;
}

/** Lines a command prints: progress on stderr, the result on stdout. */
export class Terminal {
  #options: CommonOptions;
  #open = false;
  #last = 0;
  #interactive: boolean;

  /** Prints according to the common options. */
  constructor(options: CommonOptions) {
    this.#options = options;
    this.#interactive = Deno.stderr.isTerminal();
  }

  /** One line on stderr, unless quiet. */
  say(line: string): void {
    if (this.#options.quiet) return;
    this.#close();
    console.error(line);
  }

  /** A warning on stderr, always. */
  warn(line: string): void {
    this.#close();
    console.error(`warning: ${line}`);
  }

  /** A line that replaces the last one on a terminal; elsewhere at most one every ten seconds. */
  progress(line: string): void {
    if (this.#options.quiet) return;
    const now = performance.now();
    if (this.#interactive) {
      if (now - this.#last < 100) return;
      const { columns } = Deno.consoleSize();
      Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line.slice(0, columns - 1)}`));
      this.#open = true;
    } else {
      if (this.#last !== 0 && now - this.#last < 10000) return;
      console.error(line);
    }
    this.#last = now;
  }

  /** The result: text for people, or the object as JSON. */
  result(text: string, value: unknown): void {
    this.#close();
    console.log(this.#options.json ? JSON.stringify(value) : text);
  }

  #close(): void {
    if (this.#open) Deno.stderr.writeSync(new TextEncoder().encode("\n"));
    this.#open = false;
  }
}

/** Opens a device for a command, without the noise some drivers print about a missing folder. */
export function openGpu(options: CommonOptions, terminal: Terminal): Promise<Gpu> {
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
