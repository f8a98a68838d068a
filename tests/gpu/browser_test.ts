import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveRun } from "../../src/config/presets.ts";
import { createEngine } from "../../src/engines/create.ts";
import { defaultSettings } from "../../src/engines/settings.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState } from "../../src/engines/state.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { simulateProblem } from "../reference/engine_problem.ts";
import { chromium } from "../support/chromium.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

/** Compiles what an engine needs. */
async function compileEngine(
  gpu: Gpu,
  name: "epie" | "rpie" | "lsqml" | "adam" | "dm",
  size: number,
  subpixel: boolean,
): Promise<void> {
  const { modes, canvas: [rows, columns], positions, object, probe, diffraction, mask } =
    simulateProblem({ size, grid: [3, 1], subpixel });
  using state = new EngineState(
    gpu,
    { patterns: 3, size, modes, rows, columns },
    { rows, columns, originY: 0, originX: 0 },
    {
      object: Float32Array.from(object),
      probe: Float32Array.from(probe),
      measured: toSpectrumOrder(Float32Array.from(diffraction), size, Uint8Array.from(mask)),
      positions,
    },
  );
  const settings = { ...defaultSettings(name), probeStartSweep: 0 };
  using engine = createEngine(state, settings.batch > 1 ? { ...settings, batch: 2 } : settings);
  await engine.compile();
}

/** Texts of the shaders of engines and of a training step, by name. */
async function shaders(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const texelReads of [true, false]) {
    await withGpu(async (gpu) => {
      const { device } = gpu, create = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) => {
        texts.set(descriptor.code, descriptor.label ?? "");
        return create(descriptor);
      };
      for (const subpixel of [true, false]) {
        for (const size of [16, 64, 128]) {
          for (const name of ["epie", "rpie", "lsqml"] as const) {
            await compileEngine(gpu, name, size, subpixel);
          }
        }
        for (const name of ["adam", "dm"] as const) await compileEngine(gpu, name, 16, subpixel);
      }
      const config = resolveRun({ n_filters_scale: 0.1, nepochs: 1, batch_size: 4 });
      using trainer = await Trainer.create(gpu, tinyScan(), config);
      for await (const _event of trainer.run()) { /* to its end */ }
    }, { texelReads, wideStores: false, shuffles: false });
  }
  return new Map([...texts].map(([text, label], i) => [`${label} ${i}`, text]));
}

/** A page that compiles shaders and posts what was wrong with them, or why it could not. */
function page(texts: ReadonlyMap<string, string>): string {
  const json = JSON.stringify([...texts]).replaceAll("<", "\\u003c");
  return `<script type="module">
const wrong = [];
let adapter;
try {
  adapter = await navigator.gpu?.requestAdapter();
  if (adapter) {
    const device = await adapter.requestDevice();
    for (const [label, code] of ${json}) {
      const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
      for (const { type, lineNum, message } of messages) {
        if (type === "error") wrong.push(label + ", line " + lineNum + ": " + message);
      }
    }
  }
} catch (error) {
  wrong.push(String(error));
}
await fetch("/", { method: "POST", body: JSON.stringify({ adapter: !!adapter, wrong }) });
</script>`;
}

Deno.test("a browser compiles the shaders of engines and of a training step", async () => {
  const browser = await chromium("no browser compiled our shaders");
  if (browser === undefined) return;
  const texts = await shaders();
  assert.ok(texts.size > 60, `${texts.size} shaders`);
  // One that must be refused: the page tells errors from success.
  texts.set("broken", "fn f() -> f32 { return vec2u(1u) < vec2u(2u) & vec2<bool>(true); }");
  const told = Promise.withResolvers<string>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (r) => {
    if (r.method === "POST") told.resolve(await r.text());
    return new Response(page(texts), { headers: { "content-type": "text/html" } });
  });
  const dir = await Deno.makeTempDir();
  const child = new Deno.Command(browser, {
    args: [
      "--headless",
      "--no-sandbox",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--enable-unsafe-webgpu",
      "--enable-features=Vulkan",
      "--use-webgpu-adapter=swiftshader",
      `--user-data-dir=${join(dir, "profile")}`,
      `http://127.0.0.1:${server.addr.port}/`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const late = setTimeout(() => told.reject(new Error("no answer within two minutes")), 120_000);
  try {
    const { adapter, wrong } = JSON.parse(await told.promise) as {
      adapter: boolean;
      wrong: string[];
    };
    if (!adapter) {
      console.warn("SKIPPED: this Chromium has no WebGPU adapter: no browser compiled our shaders");
      return;
    }
    assert.match(wrong.pop() ?? "", /^broken, line 1: /);
    assert.deepEqual(wrong, []);
  } finally {
    clearTimeout(late);
    child.kill();
    await child.status;
    await server.shutdown();
    await Deno.remove(dir, { recursive: true }).catch(() => {});
  }
});
