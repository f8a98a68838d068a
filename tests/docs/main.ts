/**
 * Writes everything that is produced from the registry.
 *
 *   deno task docs           writes
 *   deno task docs --check   only says what is stale (exit code 1)
 */
import { generated } from "./generated.ts";

const root = new URL("../../", import.meta.url), check = Deno.args.includes("--check");
let stale = 0;
for (const [path, text] of await generated()) {
  const file = new URL(path, root);
  const old = await Deno.readTextFile(file).catch(() => "");
  if (old === text) continue;
  stale++;
  if (check) console.error(`stale: ${path}`);
  else {
    await Deno.writeTextFile(file, text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale > 0) Deno.exit(1);
