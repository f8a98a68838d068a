/**
 * The command line: a table of verbs, and the one place where errors become exit codes.
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { registerConfig } from "./src/commands/config.ts";
import { registerCompare } from "./src/commands/compare.ts";
import { registerDemo } from "./src/commands/demo.ts";
import { registerDevices } from "./src/commands/devices.ts";
import { registerEvaluate } from "./src/commands/evaluate.ts";
import { registerImportTorch } from "./src/commands/import_torch.ts";
import { registerInfer } from "./src/commands/infer.ts";
import { registerInspect } from "./src/commands/inspect.ts";
import { registerReport } from "./src/commands/report.ts";
import { registerReconstruct } from "./src/commands/reconstruct.ts";
import { registerSetup } from "./src/commands/setup.ts";
import { registerSimulate } from "./src/commands/simulate.ts";
import { respell } from "./src/commands/spelling.ts";
import { registerStudy } from "./src/commands/study.ts";
import { registerTrain } from "./src/commands/train.ts";
import { ConfigError } from "./src/errors.ts";
import { VERSION } from "./src/version.ts";

export { diskHost } from "./src/commands/disk_host.ts";

/** The program with all its commands. */
export function createProgram(): Command {
  const program = new Command("ptychogpu")
    .description("Ptychography on any GPU: train, infer and reassemble in WebGPU.")
    .version(VERSION)
    .showHelpAfterError("(add --help for all flags)")
    .exitOverride();
  for (
    const register of [
      registerTrain,
      registerInfer,
      registerReconstruct,
      registerImportTorch,
      registerInspect,
      registerEvaluate,
      registerCompare,
      registerReport,
      registerStudy,
      registerSimulate,
      registerDemo,
      registerConfig,
      registerDevices,
      registerSetup,
    ]
  ) {
    register(program);
  }
  for (const command of program.commands) command.exitOverride().allowExcessArguments(false);
  return program;
}

/** Long flags of the command that is named. */
function knownFlags(program: Command, args: readonly string[]): string[] {
  const named = args.find((arg) => !arg.startsWith("-"));
  const command = program.commands.find((c) => c.name() === named);
  return (command?.options ?? []).map((option) => option.long ?? "");
}

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    const { args: today, deprecations } = respell(args, knownFlags(program, args));
    for (const line of deprecations) console.error(`warning: ${line}`);
    await program.parseAsync(today, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`error: ${message.replace(/\s*\n\s*/g, " ")}`);
    if (Deno.env.get("PTYCHOGPU_DEBUG") !== undefined && error instanceof Error) {
      console.error(error.stack);
    }
    return error instanceof ConfigError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
