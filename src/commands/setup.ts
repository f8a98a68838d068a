/**
 * `setup`: makes sure that a WebGPU adapter opens.
 *
 * @module
 */
import { type CommonOptions, openGpu, Terminal } from "./host.ts";

const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

/** Opens an adapter; installs Mesa's software driver if none opens and that is possible. */
export async function runSetup(options: CommonOptions): Promise<number> {
  const terminal = new Terminal(options);
  const found = await adapterName(options, terminal);
  if (found !== undefined) {
    terminal.say(`setup: WebGPU works on ${found}, nothing to install`);
    return 0;
  }
  if (!canInstall()) {
    console.error(`error: no WebGPU adapter opens. ${remedy()}`);
    return 1;
  }
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
    return 0;
  }
  console.error(`error: no WebGPU adapter opens after the installation. ${remedy()}`);
  return 1;
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
