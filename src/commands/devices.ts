/**
 * `devices`: the adapters a run could compute on, and what each can do.
 *
 * @module
 */
import type { Command } from "commander";
import { type Accelerator, Gpu } from "../gpu/device.ts";
import { Terminal } from "./host.ts";

/** What one value of `--accelerator` gives on this machine. */
interface Found {
  /** Value of the flag. */
  readonly accelerator: Accelerator;
  /** Name of the adapter; null if there is none. */
  readonly adapter: string | null;
  /** True for a software adapter. */
  readonly software: boolean | null;
  /** Whether half precision can be used. */
  readonly shader_f16: boolean | null;
  /** Largest storage buffer, bytes. */
  readonly max_buffer_bytes: number | null;
  /** Why there is none. */
  readonly reason: string | null;
}

/** Adds the command. */
export function registerDevices(program: Command): void {
  program.command("devices")
    .description("List the adapters that --accelerator can choose.")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  ptychogpu devices --json")
    .action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const terminal = new Terminal({ json: options.json === true });
  const found: Found[] = [];
  for (const accelerator of ["auto", "gpu", "cpu"] as const) found.push(await look(accelerator));
  const lines = found.map((row) =>
    `${row.accelerator.padEnd(5)} ${
      row.adapter === null
        ? `none: ${row.reason}`
        : `${row.adapter}${row.software ? " (software)" : ""}, half precision ${
          row.shader_f16 === null ? "unknown" : row.shader_f16 ? "yes" : "no"
        }, buffers up to ${Math.floor((row.max_buffer_bytes ?? 0) / 2 ** 20)} MiB`
    }`
  );
  terminal.result(lines.join("\n"), { devices: found });
}

/** Whether the adapter of that name offers half precision; null if it cannot be asked. */
async function hasHalf(name: string): Promise<boolean | null> {
  for (const forceFallbackAdapter of [false, true]) {
    const adapter = await navigator.gpu?.requestAdapter({ forceFallbackAdapter });
    if (adapter?.info.description === name) return adapter.features.has("shader-f16");
  }
  return null;
}

async function look(accelerator: Accelerator): Promise<Found> {
  if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) {
    Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
  }
  try {
    using gpu = await Gpu.open({ accelerator, onWarning: () => {} });
    return {
      accelerator,
      adapter: gpu.adapter.name,
      software: gpu.adapter.software,
      shader_f16: await hasHalf(gpu.adapter.name),
      max_buffer_bytes: gpu.device.limits.maxStorageBufferBindingSize,
      reason: null,
    };
  } catch (error) {
    const none = { adapter: null, software: null, shader_f16: null, max_buffer_bytes: null };
    const text = error instanceof Error ? error.message : String(error);
    return { accelerator, ...none, reason: text.replace(/\s*\n\s*/g, " ") };
  }
}
