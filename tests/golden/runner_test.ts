import assert from "node:assert/strict";
import { join } from "node:path";
import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { translateReference } from "../reference/translate.ts";
import { randomValues } from "../support/close.ts";
import { Recorded, unexplained } from "./recorded.ts";
import { stepOptions } from "./step_options.ts";

const script = new URL("main.ts", import.meta.url).pathname;

async function golden(folder: string, ...flags: string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, folder, "--accelerator", "cpu", ...flags],
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, lines: text(stdout).trimEnd().split("\n"), stderr: text(stderr) };
}

/** Shifts of two 5 x 9 images, as the original records them. */
function translation(): Record<string, NdArray> {
  const values = randomValues(2 * 5 * 9 * 2, 3), offsets = new Float32Array([-1.25, 2, 0, 0.5]);
  const moved = translateReference(values, offsets, [2, 5, 9, 2]);
  return {
    imageA: complexArray([2, 5, 9], values),
    offsetA: realArray([2, 1, 2], offsets),
    outA: complexArray([2, 5, 9], Float32Array.from(moved)),
  };
}

Deno.test("a golden case passes only if everything in it is understood and compared", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const good = translation(), wrong = translation();
    (wrong.outA.data as Float32Array)[40] += 1e-3;
    const sets = { good, wrong, more: { ...good, exit_wave: good.imageA } };
    for (const [name, arrays] of Object.entries(sets)) {
      await Deno.writeFile(join(folder, `${name}.npz`), await writeNpz(arrays));
    }
    const one = (name: string, data: string, other: Record<string, unknown> = {}) => ({
      name,
      kind: "translation",
      files: { data: `${data}.npz` },
      config: {},
      tolerance: { max_abs: 1e-5 },
      ...other,
    });
    const cases = [
      one("as it should be", "good"),
      one("wrong number", "wrong"),
      one("unknown array", "more"),
      one("unknown option", "good", { config: { boundary: "periodic" } }),
      one("unknown file", "good", { files: { data: "good.npz", extra: "more.npz" } }),
      one("missing file", "none"),
      one("no tolerance", "good", { tolerance: {} }),
      one("unknown kind", "good", { kind: "teleport" }),
    ];
    const list = { format: "ptychogpu-golden/1", cases };
    await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(list));
    const { code, lines } = await golden(folder);
    assert.equal(code, 1);
    assert.equal(lines.at(-1), "1 passed, 7 failed", lines.join("\n"));
    const about = (word: string): string => lines.find((line) => line.includes(word)) ?? "";
    assert.match(about("as it should be"), /^pass/);
    assert.match(about("wrong number"), /^FAIL.*outA 1\.00e-3 of 0\.00001/);
    assert.match(about("exit_wave"), /is not compared/);
    assert.match(about("unknown option"), /does not know config\.boundary/);
    assert.match(about("unknown file"), /extra \(more\.npz\) is not compared/);
    assert.match(about("missing file"), /^FAIL.*none\.npz/);
    assert.match(about("no tolerance"), /tolerance\.max_abs is undefined/);
    assert.match(about("unknown kind"), /no runner for kind teleport/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the golden runner refuses flags it does not have", async () => {
  for (const flags of [["--accelerator", "toaster"], ["--sloow"]]) {
    const { code, stderr } = await golden("/nowhere", ...flags);
    assert.equal(code, 2);
    assert.match(stderr, /^error: (--accelerator is "toaster"|Unknown option '--sloow')/m);
  }
});

Deno.test("arrays nobody looked at are told, unless there is a reason", () => {
  const arrays = new Recorded("file");
  for (const key of ["a", "b", "experiment_id"]) {
    arrays.set(key, realArray([1], new Float32Array(1)));
  }
  arrays.get("a");
  assert.deepEqual(unexplained(arrays.unseen()), ["b"]);
  assert.throws(() => arrays.need("c"), /file has no array c/);
});

Deno.test("update rules of golden cases", () => {
  const adam = { name: "adam", learning_rate: 1e-3, betas: [0.8, 0.9], weight_decay: 2 };
  // Our gradients are the original's over rms: what is added to them follows.
  assert.deepEqual(stepOptions(adam, 0.5), {
    rate: 1e-3,
    epsilon: 2e-8,
    fields: {
      optimizer: "adam",
      learning_rate: 1e-3,
      adam_beta1: 0.8,
      adam_beta2: 0.9,
      weight_decay: 4,
    },
  });
  assert.equal(stepOptions({ name: "adamw", learning_rate: 1 }, 0.5).fields.weight_decay, 0.01);
  const sgd = stepOptions({ name: "sgd", learning_rate: 1, momentum: 0.9, nesterov: true }, 0.5);
  assert.equal(sgd.rate, 0.5);
  assert.equal(sgd.fields.momentum, 0.9);
  for (
    const [wrong, word] of [
      [{ name: "lion", learning_rate: 1 }, /optimizer\.name is "lion"/],
      [{ name: "adam" }, /optimizer\.learning_rate/],
      [{ ...adam, amsgrad: true }, /does not know optimizer\.amsgrad/],
      [{ ...adam, betas: [0.9] }, /two numbers/],
      [{ name: "sgd", learning_rate: 1, momentum: 0.9, nesterov: false }, /nesterov must be true/],
    ] as const
  ) assert.throws(() => stepOptions(wrong, 1), word);
});
