/**
 * What every result says about how it was made.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import { VERSION } from "../version.ts";

/** Command, arguments, versions and adapter of a run; nothing that changes from run to run. */
export function runRecord(command: string, gpu: Gpu): Record<string, unknown> {
  return {
    program: "ptychogpu",
    version: VERSION,
    command,
    argv: Deno.args,
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    adapter: gpu.adapter,
  };
}
