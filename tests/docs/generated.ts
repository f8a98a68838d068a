import {
  renderCli,
  renderCliSpec,
  renderFlags,
  renderInventory,
  renderKnobs,
  renderMatrix,
  renderMatrixJson,
} from "./tables.ts";
import { renderTypes } from "./types.ts";
import { helpTexts } from "./help.ts";

/** Every generated file: path from the root, and its formatted text. */
export async function generated(): Promise<Map<string, string>> {
  const files: readonly (readonly [string, string])[] = [
    ["src/config/types.ts", renderTypes()],
    ["docs/cli.md", renderCli(helpTexts())],
    ["specs/cli.md", renderCliSpec()],
    ["docs/cli_inventory.md", renderInventory()],
    ["docs/execution_knobs.md", renderKnobs()],
    ["docs/override_matrix.md", renderMatrix()],
    ["docs/override_matrix.json", renderMatrixJson()],
    ["docs/cli_flags.txt", renderFlags()],
  ];
  return new Map(
    await Promise.all(
      files.map(async ([path, text]) => [path, await formatted(path, text)] as const),
    ),
  );
}

/** Text as `deno fmt` leaves it. */
async function formatted(path: string, text: string): Promise<string> {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  if (extension === "txt") return text;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", extension, "--line-width", "100", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error(`Cannot format ${path}`);
  return new TextDecoder().decode(stdout);
}
