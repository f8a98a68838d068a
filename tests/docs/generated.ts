import { renderTypes } from "./types.ts";

/** Every generated file: path from the root, and its formatted text. */
export async function generated(): Promise<Map<string, string>> {
  const files: readonly (readonly [string, string])[] = [
    ["src/config/types.ts", renderTypes()],
  ];
  const done = new Map<string, string>();
  for (const [path, text] of files) done.set(path, await formatted(path, text));
  return done;
}

/** Text as `deno fmt` leaves it. */
async function formatted(path: string, text: string): Promise<string> {
  const extension = path.slice(path.lastIndexOf(".") + 1);
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
