/**
 * `setup`: makes sure that a WebGPU adapter opens.
 *
 * @module
 */
import type { Command } from "commander";
import { GpuUnavailableError } from "../errors.ts";
import { type CommonOptions, openGpu, Terminal } from "./host.ts";

const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

/** Adds the command. */
export function registerSetup(program: Command): void {
  program.command("setup")
    .description("Make sure that WebGPU works; installs a software driver where that is possible.")
    .option("--quiet", "print only errors")
    .action((options) => setUp({ quiet: options.quiet === true }));
}

/**
 * Opens an adapter; installs Mesa's software driver if none opens and that is possible.
 *
 * @throws {GpuUnavailableError} if no adapter opens in the end, with what to do by hand.
 */
export async function setUp(options: CommonOptions): Promise<void> {
  const terminal = new Terminal(options);
  const found = await adapterName(options, terminal);
  if (found !== undefined) {
    terminal.say(`setup: WebGPU works on ${found}, nothing to install`);
    return;
  }
  if (!canInstall()) throw new GpuUnavailableError(`No WebGPU adapter opens. ${remedy()}`);
  terminal.say(`setup: no WebGPU adapter opens, installing ${PACKAGES.join(" ")} with apt-get`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await apt(["update", "-q"], env);
  const installed = await apt(
    ["install", "-y", "-q", "--no-install-recommends", ...PACKAGES],
    env,
  );
  // A process that has loaded the driver loader keeps its list of drivers: look again in a new one.
  if (installed && await opensInNewProcess()) {
    terminal.say("setup: WebGPU works now");
    return;
  }
  throw new GpuUnavailableError(`No WebGPU adapter opens after the installation. ${remedy()}`);
}

async function adapterName(
  options: CommonOptions,
  terminal: Terminal,
): Promise<string | undefined> {
  try {
    using gpu = await openGpu({ ...options, accelerator: "auto" }, new Terminal({ quiet: true }));
    return `${gpu.adapter.name}${gpu.adapter.software ? " (software)" : ""}`;
  } catch (error) {
    terminal.say(`setup: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

function canInstall(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  try {
    return new Deno.Command("apt-get", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

async function apt(args: string[], env: Record<string, string>): Promise<boolean> {
  const command = new Deno.Command("apt-get", { args, env, stdout: "null", stderr: "inherit" });
  return (await command.output()).success;
}

async function opensInNewProcess(): Promise<boolean> {
  const code = "if ((await navigator.gpu.requestAdapter()) === null) Deno.exit(1)";
  const env = { XDG_RUNTIME_DIR: "/tmp" };
  const command = new Deno.Command(Deno.execPath(), { args: ["eval", code], env });
  return (await command.output()).success;
}

/** What to do by hand on this platform. */
function remedy(): string {
  if (Deno.build.os === "linux") {
    return `Install a Vulkan driver, for example: sudo apt-get install ${PACKAGES.join(" ")}`;
  }
  if (Deno.build.os === "darwin") {
    return "macOS 13 or later with Metal is needed: update the system";
  }
  return "Install the current driver of your graphics card (Direct3D 12 or Vulkan)";
}
