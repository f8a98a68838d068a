/** A helper program that answers one JSON line to each JSON line, so that runs can alternate. */

/** A running helper program. */
export class LineServer {
  #child: Deno.ChildProcess;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reader: ReadableStreamDefaultReader<string>;
  #pending = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts a program; undefined if it does not exist or its first line is not an answer. */
  static async start(
    command: string,
    args: readonly string[],
  ): Promise<{ server: LineServer; hello: Record<string, unknown> } | undefined> {
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(command, {
        args: [...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const server = new LineServer(child);
    const hello = await server.#line();
    if (hello === undefined) {
      await server.stop();
      return undefined;
    }
    return { server, hello };
  }

  /** Sends a request and waits for its answer. @throws {Error} if the program fails. */
  async ask(request: Record<string, unknown>): Promise<Record<string, unknown>> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const answer = await this.#line();
    if (answer === undefined) throw new Error("The helper program ended early");
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer;
  }

  /** Ends the program. */
  async stop(): Promise<void> {
    await this.#writer.close().catch(() => undefined);
    await this.#reader.cancel().catch(() => undefined);
    await this.#child.status;
  }

  async #line(): Promise<Record<string, unknown> | undefined> {
    while (true) {
      const end = this.#pending.indexOf("\n");
      if (end >= 0) {
        const line = this.#pending.slice(0, end);
        this.#pending = this.#pending.slice(end + 1);
        // Libraries may print on their own; answers are objects on one line.
        if (line.startsWith("{")) return JSON.parse(line);
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#pending += value;
    }
  }
}
