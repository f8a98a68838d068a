import assert from "node:assert/strict";
import { decode } from "fast-png";
import { join } from "node:path";
import { PALETTE } from "../../src/report/plot.ts";
import { reportPage } from "../../src/report/page.ts";
import { readContents } from "../../src/report/run_contents.ts";
import { chromium } from "../support/chromium.ts";
import { engineRun, evaluationRun, trainingRun } from "./sample_runs.ts";

Deno.test("a browser shows the pictures and curves of a report", async () => {
  const browser = await chromium("report not looked at");
  if (browser === undefined) return;
  const dir = await Deno.makeTempDir();
  try {
    const runs = await Promise.all(
      [trainingRun("run"), engineRun("engine"), evaluationRun("judged")].map(async (folder) =>
        readContents(await folder)
      ),
    );
    const file = join(dir, "report.html"), picture = join(dir, "shot.png");
    await Deno.writeTextFile(file, reportPage(runs));
    const open = async (...flags: string[]): Promise<string> => {
      const { stdout, stderr } = await new Deno.Command(browser, {
        args: [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--hide-scrollbars",
          `--user-data-dir=${join(dir, "profile")}`,
          ...flags,
          `file://${file}`,
        ],
      }).output();
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    };
    // Both in one call: the browser starts once.
    const dom = await open(`--screenshot=${picture}`, "--window-size=1240,2400", "--dump-dom");
    const shot = decode(await Deno.readFile(picture));
    assert.deepEqual([shot.width, shot.height], [1240, 2400]);
    const all = dom.includes("</html>") ? dom : await open("--dump-dom");
    assert.equal(all.match(/<image href="data:image\/png/g)?.length, 6);
    assert.ok((all.match(/<path d="M[^"]+L?[^"]*" fill="none"/g)?.length ?? 0) >= 8);
    assert.ok(!/Content Security Policy/.test(all), "something was refused");

    // What the eye sees: pixels of the curves and of the pictures, not only their elements.
    const seen = new Map<string, number>();
    for (let i = 0; i < shot.data.length; i += shot.channels) {
      const color = [0, 1, 2].map((k) => shot.data[i + k].toString(16).padStart(2, "0")).join("");
      seen.set(color, (seen.get(color) ?? 0) + 1);
    }
    const pixels = (color: string): number => seen.get(color.replace("#", "")) ?? 0;
    for (const color of PALETTE.slice(0, 2)) assert.ok(pixels(color) > 100, `curve ${color}`);
    assert.ok(pixels("#282828") > 2000, "dark grey around the covered area");
    const bright = [...seen.keys()].filter((color) => {
      const [r, g, b] = [0, 2, 4].map((at) => parseInt(color.slice(at, at + 2), 16));
      return Math.max(r, g, b) - Math.min(r, g, b) > 60;
    });
    assert.ok(bright.length > 200, `${bright.length} colours of phase pictures`);
    assert.ok(pixels("#ffffff") > shot.data.length / shot.channels / 3, "a light page");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("report writes one file, names doubtful folders, and keeps the exit codes", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const folder = join(dir, "run");
    await Deno.mkdir(folder);
    for (const [name, bytes] of (await trainingRun("run")).files) {
      await Deno.writeFile(join(folder, name), bytes);
    }
    await Deno.mkdir(join(dir, "empty"));
    const report = async (
      ...args: string[]
    ): Promise<{ code: number; out: string; err: string }> => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          new URL("../../cli.ts", import.meta.url).pathname,
          ...args,
        ],
        env: { NO_COLOR: "1" },
        cwd: dir,
      }).output();
      const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      return { code, out: text(stdout), err: text(stderr) };
    };
    const made = await report("report", "run", "--json");
    assert.equal(made.code, 0, made.err);
    const { output, runs, bytes } = JSON.parse(made.out);
    assert.deepEqual([output, runs], ["report.html", ["run"]]);
    assert.equal((await Deno.stat(join(dir, "report.html"))).size, bytes);
    const empty = await report("report", "empty", "--output", "other.html");
    assert.equal(empty.code, 1);
    assert.match(empty.err, /^error: Cannot report on empty as it holds no result/m);
    assert.equal((await report("report")).code, 2);
    const names: string[] = [];
    for await (const entry of Deno.readDir(dir)) names.push(entry.name);
    assert.deepEqual(names.sort(), ["empty", "report.html", "run"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
