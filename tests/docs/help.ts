import type { Command } from "commander";
import { createProgram } from "../../cli.ts";

/** The help of the program and of every command, as printed on a terminal 100 columns wide. */
export function helpTexts(): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (command: Command, name: string): void => {
    found.set(name, helpOf(command));
    for (const part of command.commands) visit(part, `${name} ${part.name()}`);
  };
  visit(createProgram(), "ptychogpu");
  return found;
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => text += part,
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}
