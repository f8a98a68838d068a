import assert from "node:assert/strict";
import { join } from "node:path";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

Deno.test("the demo runs the commands it prints and sums up what they found", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const out = join(dir, "demo");
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", cli, "demo", "--output-dir", out, "--n-positions", "64"],
        ...["--nepochs", "1", "--n-filters-scale", "0.1", "--seed", "3", "--json"],
      ],
      env: { NO_COLOR: "1" },
    });
    const { code, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    assert.equal(code, 0, text(stderr));
    const printed = text(stderr).split("\n").filter((line) => line.startsWith("$ ptychogpu "))
      .map((line) => line.split(" ")[2]);
    assert.deepEqual(printed, [
      ...["simulate", "train", "infer", "evaluate", "reconstruct", "evaluate"],
      ...["compare", "report"],
    ]);
    const summary = JSON.parse(text(stdout));
    assert.deepEqual(summary, JSON.parse(await Deno.readTextFile(join(out, "summary.json"))));
    assert.equal(summary.seed, 3);
    // One epoch of a tiny network is hardly better than a flat image; the engine is far better.
    for (const part of ["amplitude", "phase"]) {
      assert.ok(summary.mae_ratio[part] > 0.3 && summary.mae_ratio[part] < 3, part);
      assert.ok(summary.refined.mae_ratio[part] < 0.5 * summary.mae_ratio[part], part);
      assert.ok(Math.abs(summary.ssim_flat[part]) < 1);
    }
    for (
      const file of [
        ...["scan.npz", "reconstruction.npz", "amplitude.png", "phase.png", "report.html"],
        ...["summary.txt", "training/wts.h5.zip", "evaluation/metrics.json"],
        ...["refined/reconstruction.npz", "comparison/comparison.png"],
      ]
    ) {
      assert.ok((await Deno.stat(join(out, file))).size > 100, file);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
