import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

/** Commands of the fenced shell blocks of a document, in order, without `deno task` or the program's name. */
export async function commandsOf(path: string): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL(path, root));
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
  return blocks.flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .flatMap((words) => {
      if (words[0] === "ptychogpu") return [words.slice(1)];
      return words[0] === "deno" && words[1] === "task" ? [words.slice(2)] : [];
    });
}

/** A command line with other values: those of flags that are there are replaced, the rest is added. */
export function withFlags(
  args: readonly string[],
  values: Readonly<Record<string, string>>,
): string[] {
  const out = [...args];
  for (const [flag, value] of Object.entries(values)) {
    const at = out.indexOf(flag);
    if (at >= 0) out[at + 1] = value;
    else out.push(flag, value);
  }
  return out;
}

/** Runs a command line of a document in a folder. */
export async function runIn(dir: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--config", new URL("deno.json", root).pathname],
      new URL("cli.ts", root).pathname,
      ...args,
    ],
    cwd: dir,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, `${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
