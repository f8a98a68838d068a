/** Every gate in order: format, lint, types, documentation, publishing, tests. Stops at the first failure. */
const gates: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint", "--quiet"],
  ["check", "--quiet", "mod.ts", "cli.ts", "tests/"],
  ["doc", "--lint", "--quiet", "mod.ts"],
  ["publish", "--dry-run", "--allow-dirty", "--quiet", "--no-check"],
  ["run", "-A", "tests/run.ts"],
];
for (const args of gates) {
  console.log(`ok: deno ${args.join(" ")}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (code !== 0) {
    console.error(`error: gate failed: deno ${args.join(" ")}`);
    Deno.exit(1);
  }
}
