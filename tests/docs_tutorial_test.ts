import assert from "node:assert/strict";
import { join } from "node:path";

const root = new URL("../", import.meta.url);

/** Sizes that make a command of a document fast; the flags must be in the document. */
const SMALL: Readonly<Record<string, string>> = {
  "--n-positions": "36",
  "--nepochs": "2",
  "--n-filters-scale": "0.1",
  "--sweeps": "3",
};

/** Commands in the `sh` blocks of a document, continued lines joined. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block.replaceAll("\\\n", " ").split("\n").map((line) => line.replace(/#.*/, "").trim())
      .filter((line) => line !== "")
  );
}

/** Arguments of a `deno task` line, with small sizes. */
function reduced(line: string): string[] {
  const words = line.split(/\s+/);
  assert.deepEqual(words.slice(0, 2), ["deno", "task"], line);
  const args = words.slice(2);
  for (const [flag, value] of Object.entries(SMALL)) {
    const at = args.indexOf(flag);
    if (at >= 0) args[at + 1] = value;
  }
  return args;
}

Deno.test("the commands of the tutorial run in a row and write what it names", async () => {
  const text = await Deno.readTextFile(new URL("docs/tutorial.md", root));
  const lines = commandsOf(text);
  const verbs = lines.map((line) => reduced(line)[0]);
  assert.deepEqual(verbs, [
    "simulate",
    "inspect",
    "train",
    "infer",
    "evaluate",
    "reconstruct",
    "compare",
    "report",
  ]);
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const verb of verbs) assert.equal(tasks[verb], `deno run -A cli.ts ${verb}`);
  for (const flag of Object.keys(SMALL)) assert.ok(text.includes(`${flag} `), `${flag} is gone`);
  const dir = await Deno.makeTempDir();
  try {
    for (const line of lines) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          new URL("cli.ts", root).pathname,
          ...reduced(line),
          "--quiet",
        ],
        cwd: dir,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, `${line}\n${new TextDecoder().decode(stderr)}`);
    }
    // Files the text names, with the folder the sentence is about.
    const named = [...text.matchAll(/`((?:scan|report|\w+_outputs)[\w/]*\/?(?:\.\w+)*)`/g)]
      .map((match) => match[1]);
    assert.ok(named.length >= 5, named.join(", "));
    for (const name of [...named, "training_outputs/wts.h5.zip", "inference_outputs/phase.png"]) {
      await Deno.stat(join(dir, name)).catch(() => assert.fail(`${name} was not written`));
    }
    const page = await Deno.readTextFile(join(dir, "report.html"));
    for (const chart of ["Loss", "Error", "Fourier ring correlation"]) {
      assert.ok(page.includes(`>${chart}</text>`), chart);
    }
    assert.ok((page.match(/<image href="data:image\/png/g)?.length ?? 0) >= 8);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the pictures of the tutorial are there", async () => {
  const text = await Deno.readTextFile(new URL("docs/tutorial.md", root));
  const pictures = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]);
  assert.ok(pictures.length >= 6);
  for (const picture of pictures) {
    const bytes = await Deno.readFile(new URL(picture, new URL("docs/", root)));
    assert.deepEqual([...bytes.subarray(1, 4)], [80, 78, 71], picture);
  }
});
