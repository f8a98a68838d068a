import assert from "node:assert/strict";
import { join } from "node:path";
import { writeNpz } from "../../src/io/npz.ts";
import { parseNumbers } from "../../src/report/csv.ts";
import { STUDY_COLUMNS, studyCsv, type StudyRow, studySpread } from "../../src/report/study.ts";
import { studyPlots } from "../../src/report/study_plots.ts";
import { simulatedScan } from "../inspection/simulated.ts";

function row(size: number, seed: number, ssim: number): StudyRow {
  return {
    size,
    seed,
    loss: 5,
    mae_ratio_amplitude: 0.5,
    mae_ratio_phase: 0.4,
    ssim_amplitude: ssim,
    ssim_phase: ssim,
    frc50_amplitude: 0.3,
    frc50_phase: NaN,
    seconds: 2,
  };
}

const rows = [
  row(512, 1, 0.9),
  row(64, 1, 0.2),
  row(64, 2, 0.4),
  row(64, 3, 0.9),
  row(512, 2, 0.8),
];

Deno.test("the spread of a study is lowest, median and highest of every size", () => {
  assert.deepEqual(studySpread(rows, "ssim_phase"), [
    { size: 64, runs: 3, low: 0.2, median: 0.4, high: 0.9 },
    { size: 512, runs: 2, low: 0.8, median: (0.8 + 0.9) / 2, high: 0.9 },
  ]);
  assert.deepEqual(studySpread(rows, "frc50_phase"), []);
});

Deno.test("a study comes back from its CSV, and plots median and band", () => {
  const table = parseNumbers(studyCsv(rows));
  assert.deepEqual(table?.names, [...STUDY_COLUMNS]);
  assert.deepEqual([...table!.columns.ssim_amplitude], [0.9, 0.2, 0.4, 0.9, 0.8]);
  const plots = studyPlots(rows, { amplitude: 0.1, phase: 0.7 });
  assert.deepEqual(Object.keys(plots), ["mae_ratio.svg", "ssim.svg", "frc50.svg"]);
  assert.ok(plots["ssim.svg"].includes(">flat: phase</text>"));
  assert.equal(plots["ssim.svg"].match(/opacity="0.18"/g)?.length, 2);
  assert.ok(!/NaN/.test(Object.values(plots).join("")));
});

Deno.test("study trains every size and seed, judges on the test file, and resumes", async () => {
  const dir = await Deno.makeTempDir();
  const study = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        new URL("../../cli.ts", import.meta.url).pathname,
        "study",
        "--train-data-file=train.npz",
        ...args,
      ],
      env: { NO_COLOR: "1" },
      cwd: dir,
    }).output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  };
  try {
    await Deno.writeFile(join(dir, "train.npz"), await writeNpz(simulatedScan()));
    const test = simulatedScan({ seed: 5 });
    await Deno.writeFile(join(dir, "test.npz"), await writeNpz(test));
    const { objectGuess: _, ...blind } = test;
    await Deno.writeFile(join(dir, "blind.npz"), await writeNpz(blind));
    const small = ["--nepochs=1", "--n-filters-scale=0.1", "--quiet", "--json"];
    const first = await study("--test-data-file=test.npz", "--sizes=4,8", "--seeds=1", ...small);
    assert.equal(first.code, 0, first.err);
    const made = JSON.parse(first.out);
    assert.deepEqual(made.rows.map((r: StudyRow) => [r.size, r.seed]), [[4, 1], [8, 1]]);
    assert.ok(made.rows.every((r: StudyRow) => r.mae_ratio_phase > 0 && r.ssim_phase < 1));
    assert.notEqual(made.rows[0].loss, made.rows[1].loss);
    const again = await study(
      "--test-data-file=test.npz",
      "--sizes=4,8",
      "--seeds=1,2",
      "--resume",
      ...small,
    );
    const all = JSON.parse(again.out).rows;
    assert.equal(all.length, 4);
    assert.deepEqual(all.filter((r: StudyRow) => r.seed === 1), made.rows, "kept as they were");
    assert.notEqual(all[0].loss, all[1].loss, "another seed is another run");
    const files: string[] = [];
    for await (const entry of Deno.readDir(join(dir, "study_outputs"))) files.push(entry.name);
    for (const name of ["study.csv", "study.json", "ssim.svg", "size_8_seed_2"]) {
      assert.ok(files.includes(name), name);
    }
    const unknown = await study("--test-data-file=blind.npz", "--sizes=4", "--seeds=1", ...small);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /holds no known object/);
    const large = await study("--test-data-file=test.npz", "--sizes=99", ...small);
    assert.equal(large.code, 2);
    assert.match(large.err, /has 16 patterns only/);
    assert.equal((await study(...small)).code, 2);
    const seed = await study("--test-data-file=test.npz", "--seed=3", ...small);
    assert.equal(seed.code, 2);
    assert.match(seed.err, /give --seeds/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
