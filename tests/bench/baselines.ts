/** PyTorch and SciPy on the same machine, asked in turns with our own runs. */
import type { Bench } from "./measure.ts";
import { LineServer } from "./line_server.ts";

/** What python3 has to compare with. */
export interface Baselines extends AsyncDisposable {
  /** Version of PyTorch, if it is there. */
  readonly torch: string | undefined;
  /** Where PyTorch computes. */
  readonly device: string;
  /** Version of SciPy, if it is there. */
  readonly scipy: string | undefined;
  /** Milliseconds of each repeat. */
  time(request: Record<string, unknown>): Promise<number[]>;
}

/** Starts the first python3 that has PyTorch or SciPy; says loudly what is missing. */
export async function openBaselines(bench: Bench, software: boolean): Promise<Baselines> {
  const script = new URL("./yardstick.py", import.meta.url).pathname;
  const threads = String(navigator.hardwareConcurrency);
  let server: LineServer | undefined, torch: string | undefined, scipy: string | undefined;
  let device = "none";
  for (const python of ["python3", "/usr/bin/python3"]) {
    const started = await LineServer.start(python, [script, threads, software ? "cpu" : "gpu"]);
    if (started === undefined) continue;
    const { hello } = started;
    if (server !== undefined && hello.torch === null) {
      await started.server.stop();
      continue;
    }
    await server?.stop();
    server = started.server;
    torch = typeof hello.torch === "string" ? hello.torch : undefined;
    scipy = typeof hello.scipy === "string" ? hello.scipy : undefined;
    device = String(hello.device);
    if (torch !== undefined && scipy !== undefined) break;
  }
  if (torch === undefined) {
    bench.note("NOT COMPARED: python3 has no PyTorch (apt-get install python3-torch)");
  }
  if (scipy === undefined) {
    bench.note("NOT COMPARED: python3 has no SciPy (apt-get install python3-scipy)");
  }
  if (torch !== undefined || scipy !== undefined) {
    bench.note(
      `beside    PyTorch ${torch ?? "-"} on ${device}, SciPy ${scipy ?? "-"}, ${threads} threads`,
    );
  }
  return {
    torch,
    device,
    scipy,
    time: async (request) => (await server!.ask(request)).ms as number[],
    [Symbol.asyncDispose]: async () => await server?.stop(),
  };
}
