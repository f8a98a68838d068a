import type { LogSink } from "../../src/loggers/logger.ts";

/** A sink in memory, with its files in sight. */
export class MemorySink implements LogSink {
  readonly files = new Map<string, Uint8Array>();
  readonly url: string;
  /** Set to make every further write fail, as a full disk does. */
  failure: Error | undefined;

  constructor(url = "memory:") {
    this.url = url;
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.files.set(path, toBytes(content));
    return Promise.resolve();
  }

  append(path: string, content: Uint8Array | string): Promise<void> {
    const old = this.files.get(path) ?? new Uint8Array(0), more = toBytes(content);
    const joined = new Uint8Array(old.length + more.length);
    joined.set(old);
    joined.set(more, old.length);
    return this.write(path, joined);
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path));
  }

  list(path: string): Promise<readonly string[]> {
    const start = path === "" ? "" : `${path}/`;
    const inside = [...this.files.keys()].filter((name) => name.startsWith(start));
    return Promise.resolve([
      ...new Set(inside.map((name) => name.slice(start.length).split("/")[0])),
    ]);
  }

  /** Content of a file as text. */
  text(path: string): string {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no ${path} among ${[...this.files.keys()]}`);
    return new TextDecoder().decode(bytes);
  }
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
