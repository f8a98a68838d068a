/**
 * What `inspect` says about the data, as a section of a report.
 *
 * @module
 */
import { pngFigure } from "./figure.ts";
import { escapeHtml, table } from "./html.ts";
import { asRecord, type RunContents, type RunRecord } from "./run_contents.ts";

/** Figures, findings and pictures of every inspected scan. */
export function dataSection(runs: readonly RunContents[]): string {
  const parts = runs.flatMap(({ name, inspection }) => {
    if (inspection === undefined) return [];
    const { record, text, pictures } = inspection;
    const file = typeof record.file === "string" ? record.file : name;
    const rows = figuresOf(text).map((row) => row.map(escapeHtml));
    const images = [...pictures].map(([title, bytes]) => pngFigure(`${name}: ${title}`, bytes));
    return [
      `<h3>${escapeHtml(file)}</h3>${findingList(record)}${table([], rows, "facts")}` +
      `<div class="views">${images.join("")}</div>`,
    ];
  });
  return parts.length === 0 ? "" : `<section><h2>Data</h2>${parts.join("")}</section>`;
}

/** Rows (name, value) of the part "Figures" of `inspection.txt`. */
export function figuresOf(text: string): string[][] {
  const lines = text.split(/\r?\n/), start = lines.indexOf("Figures");
  if (start < 0) return [];
  const end = lines.indexOf("", start);
  return lines.slice(start + 1, end < 0 ? lines.length : end).flatMap((line) => {
    const [, name, value] = /^ {2}(\S.*?) {2,}(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
}

function findingList(record: RunRecord): string {
  const findings = Array.isArray(record.findings) ? record.findings.map(asRecord) : [];
  if (findings.length === 0) return "<p>Nothing wrong was found.</p>";
  const items = findings.map((finding) => {
    const say = (key: string): string => escapeHtml(String(finding?.[key] ?? ""));
    return `<li><b>${say("severity")}</b> ${say("array")}: ${say("message")}; ${
      say("remedy")
    }</li>`;
  });
  return `<ul class="warnings">${items.join("")}</ul>`;
}
