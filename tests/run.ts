/**
 * Runs every test in one process a folder and closes with a line `N passed, N failed`.
 *
 *   deno run -A tests/run.ts [FILTER...]   only files whose path contains one of the words
 *
 * `test_results/` holds `junit.xml` and `test.log` of the last run, also of one that failed.
 */
const root = new URL(".", import.meta.url);

async function testFiles(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) found.push(...await testFiles(url));
    else if (entry.name.endsWith("_test.ts")) found.push(url.pathname);
  }
  return found.sort();
}

const filters = Deno.args;
const files = (await testFiles(root)).filter((file) =>
  filters.length === 0 || filters.some((word) => file.slice(root.pathname.length).includes(word))
);
if (files.length === 0) {
  console.error(`error: no test file matches ${filters.join(", ")}`);
  Deno.exit(2);
}
const results = new URL("../test_results/", root).pathname;
await Deno.mkdir(results, { recursive: true });
using log = await Deno.create(`${results}test.log`);
const command = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-check", "--quiet", `--junit-path=${results}junit.xml`, ...files],
  env: { NO_COLOR: "1", XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? "/tmp" },
  stdout: "piped",
  stderr: "inherit",
});
const child = command.spawn();
let passed = 0, failed = 0, summary = false;
let rest = "";
for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
  const bytes = new TextEncoder().encode(chunk);
  await Deno.stdout.write(bytes);
  await log.write(bytes);
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  lines.forEach(count);
}
count(rest);
const status = await child.status;
if (!summary) failed = Math.max(failed, 1);
// A software Vulkan driver may crash while the process ends, after every test was counted.
const crashedAtExit = summary && status.signal !== null && failed === 0;
if (crashedAtExit) {
  console.warn(`NOTE: the driver crashed (${status.signal}) while the finished test process ended`);
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit((status.code === 0 || crashedAtExit) && failed === 0 && passed > 0 ? 0 : 1);

/** Reads the runner's own closing line. */
function count(line: string): void {
  const match = /^(?:ok|FAILED) \| (\d+) passed.* \| (\d+) failed/.exec(line);
  if (match === null) return;
  summary = true;
  passed += Number(match[1]);
  failed += Number(match[2]);
}
