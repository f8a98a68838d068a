import assert from "node:assert/strict";
import { inspectScan } from "../../src/inspection/inspect.ts";
import { inspectionPictures } from "../../src/inspection/pictures.ts";
import { inspectionText } from "../../src/inspection/text.ts";
import { figuresOf } from "../../src/report/data_section.ts";
import { reportPage } from "../../src/report/page.ts";
import { isRun, readContents, type RunFolder } from "../../src/report/run_contents.ts";
import { factsOf } from "../../src/report/sections.ts";
import { simulatedScan } from "../inspection/simulated.ts";
import { FakeNpz } from "../scan/fake_npz.ts";
import { trainingRun } from "./sample_runs.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A folder as `inspect` leaves it, of a scan without a photon count. */
async function inspected(): Promise<RunFolder> {
  const { _metadata, ...arrays } = simulatedScan({ count: 9 });
  const { summary, views } = await inspectScan(new FakeNpz(arrays), { name: "a <scan>.npz" });
  return {
    name: "inspection_outputs",
    files: new Map<string, Uint8Array>([
      ["inspection.json", bytes(JSON.stringify(summary))],
      ["inspection.txt", bytes(inspectionText(summary) + "\n")],
      ...Object.entries(inspectionPictures(views)),
    ]),
  };
}

Deno.test("a report shows figures, findings and pictures of the data", async () => {
  const data = await readContents(await inspected());
  assert.ok(isRun(data));
  assert.equal(factsOf(data).get("command"), "inspect");
  assert.equal(factsOf(data).get("data"), "a <scan>.npz");
  const page = reportPage([data, await readContents(await trainingRun("run"))]);
  assert.match(page, /<h2>Data<\/h2><h3>a &lt;scan&gt;\.npz<\/h3>/);
  assert.match(page, /<li><b>warning<\/b> _metadata: the photon count of a pattern is not stored/);
  assert.match(page, /<td>patterns<\/td><td[^>]*>9 of 64 x 64<\/td>/);
  for (const name of ["pattern", "positions", "probe", "quick_look"]) {
    assert.equal(page.split(`inspection_outputs: ${name}.png</figcaption>`).length, 2, name);
  }
  const plain = reportPage([await readContents(await trainingRun("run"))]);
  assert.doesNotMatch(plain, /<h2>Data<\/h2>/);
});

Deno.test("figures are read from the text of an inspection, whatever else it holds", () => {
  const text =
    "scan\n\nArrays\n  a  (3)\n\nFigures\n  one   1\n  two words  2 px, 3\n\nFindings\n  x  y\n";
  assert.deepEqual(figuresOf(text), [["one", "1"], ["two words", "2 px, 3"]]);
  assert.deepEqual(figuresOf("nothing"), []);
});
