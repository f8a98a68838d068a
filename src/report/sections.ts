/**
 * Sections of a report.
 *
 * @module
 */
import { complexArray, type NdArray, toFloat32 } from "../array.ts";
import { durationText, escapeHtml, table, valueText } from "./html.ts";
import { objectFigures, viewObject } from "./object_view.ts";
import { type ScoreColumn, scoreColumns } from "./scores.ts";
import { pngFigure } from "./figure.ts";
import { asRecord, type RunContents, type RunRecord } from "./run_contents.ts";

/** Amplitude, phase and both of every run; one row a run. Empty if no run has an object. */
export function pictureSection(runs: readonly RunContents[], pixelSize?: number): string {
  const rows = runs.flatMap((run) => {
    if (run.object === undefined) return [];
    const size = pixelSize ?? run.pixelSize;
    const figures = objectFigures(viewObject(run.object, run.coverage), run.name, size);
    return [`<div class="row">${figures.join("")}</div>`];
  });
  return rows.length === 0 ? "" : section("Object", rows.join(""));
}

/** First mode of the probes, next to each other. */
export function probeSection(runs: readonly RunContents[], pixelSize?: number): string {
  const figures = runs.flatMap((run) => {
    if (run.probe === undefined || run.probe.shape.length < 2) return [];
    const first = firstMode(run.probe);
    const size = pixelSize ?? run.pixelSize;
    return [objectFigures(viewObject(first), `${run.name}: probe`, size)[2]];
  });
  return figures.length === 0
    ? ""
    : section("Probe", `<div class="row small">${figures.join("")}</div>`);
}

function firstMode(probe: NdArray): NdArray {
  const [height, width] = probe.shape.slice(-2);
  return complexArray([height, width], toFloat32(probe).slice(0, 2 * height * width));
}

/** Charts, two in a row. */
export function chartSection(charts: readonly string[]): string {
  const figures = charts.map((svg) => `<figure class="chart">${svg}</figure>`);
  return figures.length === 0
    ? ""
    : section("Curves", `<div class="row charts">${figures.join("")}</div>`);
}

/** Pictures the runs made themselves. */
export function fileSection(runs: readonly RunContents[]): string {
  const figures = runs.flatMap((run) =>
    [...run.pictures].map(([name, bytes]) => pngFigure(`${run.name}: ${name}`, bytes))
  );
  return figures.length === 0 ? "" : section("Pictures of the runs", figures.join(""));
}

/** One line a run: what it was, on what, how long, with what result. */
export function overviewSection(runs: readonly RunContents[]): string {
  const facts = runs.map(factsOf);
  const names = [...new Set(facts.flatMap((fact) => [...fact.keys()]))];
  // Times and versions last, whichever run brought them first.
  names.sort((a, b) => rank(a) - rank(b));
  // Runs side by side read down a column; a single one reads like a list.
  const rows = names.map((name) => [
    escapeHtml(name),
    ...facts.map((fact) => escapeHtml(fact.get(name) ?? "–")),
  ]);
  const head = runs.length === 1 ? [] : ["", ...runs.map((run) => escapeHtml(run.name))];
  return section("Overview", table(head, rows, runs.length === 1 ? "facts" : "side"));
}

const LAST = [/^time of/, /^adapter$/, /^version$/];

function rank(name: string): number {
  return LAST.findIndex((pattern) => pattern.test(name)) + 1;
}

/** What is known about a run, in the order it is shown. */
export function factsOf(run: RunContents): Map<string, string> {
  const out = new Map<string, string>();
  const main = run.records[0];
  const put = (name: string, value: unknown, unit = ""): void => {
    if (value !== undefined && value !== null) out.set(name, valueText(value) + unit);
  };
  put(
    "command",
    run.records.map((record) => record.command).filter(Boolean).join(" + ") || undefined,
  );
  put("command", run.inspection === undefined ? undefined : "inspect");
  put("data", dataFile(main) ?? run.inspection?.record.file);
  const patterns = run.records.map((r) => result(r)?.patterns).find((v) => v !== undefined);
  put("patterns", patterns ?? run.scores?.positions);
  const model = run.records.map((r) => asRecord(asRecord(r.config)?.model)).find(Boolean);
  if (model?.N !== undefined) put("pattern size", `${model.N} x ${model.N} px`);
  put("gridsize", model?.gridsize);
  const shape = run.object?.shape;
  if (shape !== undefined) put("object", `${shape.join(" x ")} px`);
  const training = run.records.map(result).find((r) => r?.epochs !== undefined);
  put("epochs", training?.epochs);
  put("parameters", training?.parameters);
  put("last loss", training?.loss);
  put("last validation loss", training?.validation_loss);
  put("predicted / measured energy", training?.energy_ratio);
  if (run.metrics !== undefined && training === undefined) put("epochs", run.metrics.length);
  const engine = asRecord(main?.settings)?.engine;
  put("engine", engine);
  const last = run.errors?.names.find((name) => /err|loss|residual/i.test(name));
  if (run.errors !== undefined && last !== undefined) {
    put("iterations", run.errors.length);
    put("last error", run.errors.columns[last].at(-1));
  }
  for (const record of run.records) {
    const seconds = result(record)?.seconds;
    if (typeof seconds === "number") put(`time of ${record.command}`, durationText(seconds));
  }
  const adapter = asRecord(main?.adapter) ?? asRecord(run.scores?.adapter);
  if (adapter !== undefined) {
    put("adapter", `${adapter.name}${adapter.software === true ? " (software)" : ""}`);
  }
  if (main?.version !== undefined) {
    const host = main.deno === undefined ? "" : `, Deno ${main.deno}, ${main.platform}`;
    put("version", `${main.program ?? "ptychogpu"} ${main.version}${host}`);
  }
  return out;
}

function result(record: RunRecord | undefined): Record<string, unknown> | undefined {
  return asRecord(record?.result);
}

/** File names behind the flags that name data. */
function dataFile(record: RunRecord | undefined): string | undefined {
  if (record === undefined) return undefined;
  const data = asRecord(record.data);
  if (typeof data?.name === "string") return data.name;
  if (typeof record.data === "string") return record.data;
  const argv = Array.isArray(record.argv) ? record.argv.map(String) : [];
  for (let i = 0; i < argv.length; i++) {
    const [flag, value] = argv[i].split("=", 2);
    if (/^--(train-data-file|test-data|data)$/.test(flag)) {
      return value ?? argv[i + 1];
    }
  }
  return undefined;
}

/** Scores of evaluations: a table a run, one row a score, one column a channel. */
export function scoreSection(runs: readonly RunContents[]): string {
  const tables = runs.flatMap((run) => {
    const columns = run.scores === undefined ? [] : scoreColumns(run.scores);
    if (columns.length === 0) return [];
    // What concerns the whole has a table of its own: it would be a column of gaps.
    const parts = [
      columns.filter(({ name }) => name !== ""),
      columns.filter(({ name }) => name === ""),
    ];
    const content = parts.filter((part) => part.length > 0).map(scoreTable).join("");
    const title = runs.length === 1 ? "" : `<h3>${escapeHtml(run.name)}</h3>`;
    return [`<div class="scroll">${title}${content}</div>`];
  });
  return tables.length === 0 ? "" : section("Scores", `<div class="pair">${tables.join("")}</div>`);
}

function scoreTable(columns: readonly ScoreColumn[]): string {
  const names = [...new Set(columns.flatMap((column) => [...column.values.keys()]))];
  const rows = names.map((name) => [
    escapeHtml(name),
    ...columns.map((column) => escapeHtml(column.values.get(name) ?? "")),
  ]);
  const head = columns[0].name === "" ? [] : ["", ...columns.map(({ name }) => escapeHtml(name))];
  return table(head, rows, "scores");
}

/** Configuration of every run with the source of each value. */
export function configSection(runs: readonly RunContents[]): string {
  const parts = runs.flatMap((run) =>
    run.records.flatMap((record) => {
      const rows = configRows(record);
      const title = `${escapeHtml(run.name)}: ${escapeHtml(String(record.command ?? "run"))}`;
      const argv = Array.isArray(record.argv) ? `ptychogpu ${record.argv.join(" ")}` : undefined;
      const line = argv === undefined ? "" : `<p><code>${escapeHtml(argv)}</code></p>`;
      return rows.length === 0 && line === ""
        ? []
        : [`<h3>${title}</h3>${line}<div class="columns">${table([], rows, "config")}</div>`];
    })
  );
  return parts.length === 0 ? "" : section("Configuration", parts.join(""));
}

/** Rows (name, value, source); values that somebody stated come first and are marked. */
export function configRows(record: RunRecord): string[][] {
  const audit = Array.isArray(record.audit) ? record.audit.map(asRecord).filter(Boolean) : [];
  const cell = (name: string, value: unknown, source: string): string[] => [
    source === "default" || source === "" ? escapeHtml(name) : `<b>${escapeHtml(name)}</b>`,
    escapeHtml(valueText(value)),
    escapeHtml(source),
  ];
  if (audit.length > 0) {
    // A fixed value is no choice: nobody could have set another one.
    const rows = audit.filter((row) => row!.source !== "fixed");
    const stated = rows.filter((row) => row!.source !== "default");
    const rest = rows.filter((row) => row!.source === "default");
    return [...stated, ...rest].map((row) =>
      cell(String(row!.field), row!.value, String(row!.source))
    );
  }
  const config = asRecord(record.config) ?? {};
  const rows = ["model", "training"].flatMap((part) =>
    Object.entries(asRecord(config[part]) ?? {}).map(([name, value]) => cell(name, value, ""))
  );
  const settings = Object.entries(asRecord(record.settings) ?? {});
  return [...rows, ...settings.map(([name, value]) => cell(name, value, "setting"))];
}

/** Warnings of the runs and of reading them. */
export function warningSection(runs: readonly RunContents[]): string {
  const lines = runs.flatMap((run) =>
    run.warnings.map((line) =>
      `<li>${escapeHtml(runs.length === 1 ? line : `${run.name}: ${line}`)}</li>`
    )
  );
  return lines.length === 0
    ? ""
    : section("Warnings", `<ul class="warnings">${lines.join("")}</ul>`);
}

function section(title: string, content: string): string {
  return content === "" ? "" : `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}
