/**
 * The page of a report: one HTML file that needs nothing else.
 *
 * @module
 */
import { VERSION } from "../version.ts";
import { runCharts } from "./charts.ts";
import { dataSection } from "./data_section.ts";
import { escapeHtml } from "./html.ts";
import type { RunContents } from "./run_contents.ts";
import {
  chartSection,
  configSection,
  fileSection,
  overviewSection,
  pictureSection,
  probeSection,
  scoreSection,
  warningSection,
} from "./sections.ts";

/** How a report is made. */
export interface ReportOptions {
  /** Title; from the names of the runs by default. */
  readonly title?: string;
  /** Side of an object pixel, nm: scale bars are in nm then. */
  readonly pixelSize?: number | undefined;
}

/** Nothing is loaded from anywhere: the browser refuses it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const STYLE = `
:root{color-scheme:light;--ink:#1f2430;--soft:#6b7280;--line:#e4e7ec;--tint:#f6f7f9}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:28px 24px 60px;color:var(--ink);background:#fff;
font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{border-bottom:2px solid var(--ink);margin-bottom:8px;padding-bottom:10px}
h1{font-size:26px;margin:0}header p{margin:2px 0 0;color:var(--soft)}
h2{font-size:18px;margin:26px 0 10px}h3{font-size:15px;margin:16px 0 6px}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px;margin-bottom:14px}
.row.charts{grid-template-columns:repeat(auto-fit,minmax(400px,1fr))}
.pair{display:flex;flex-wrap:wrap;gap:0 56px}
.scroll{overflow-x:auto;max-width:100%}.scroll table+table{margin-top:10px}
.row.small{grid-template-columns:repeat(auto-fill,minmax(240px,320px))}
figure{margin:0;min-width:0}figure svg,figure img{width:100%;height:auto;display:block}
figure.chart{border:1px solid var(--line);border-radius:6px;padding:4px;max-width:560px}
figure.wide img{width:auto;max-width:100%;margin-bottom:2px}
.views{display:flex;flex-wrap:wrap;gap:12px 24px;margin-top:10px}.views figure{max-width:100%}
figcaption{color:var(--soft);font-size:13px;margin:4px 0 10px}
text.s{font-size:11px;fill:currentColor;font-family:system-ui,"DejaVu Sans",sans-serif}
text.s[fill]{fill:#fff}
table{border-collapse:collapse;font-size:14px}
td,th{padding:3px 14px 3px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600}td.n{font-variant-numeric:tabular-nums}
.facts td:first-child,.side td:first-child,.scores td:first-child{color:var(--soft);white-space:nowrap}
.columns{columns:3 260px;column-gap:28px;font-size:12.5px}
.config{width:100%;font-size:12.5px;display:block}.config tbody{display:block}
.config tr{display:flex;break-inside:avoid;border-bottom:1px solid var(--line)}
.config td{border:0;padding:1px 8px 1px 0;overflow-wrap:anywhere}
.config td:first-child{flex:1 1 54%}.config td:nth-child(2){flex:0 1 30%}
.config td:nth-child(3){flex:0 0 54px;color:var(--soft)}
code{background:var(--tint);padding:2px 6px;border-radius:4px;font-size:12.5px;overflow-wrap:anywhere}
.warnings{background:#fff7e6;border-left:4px solid #d99a00;margin:0;padding:8px 8px 8px 28px}
footer{margin-top:34px;color:var(--soft);font-size:13px;border-top:1px solid var(--line);padding-top:8px}
@media print{body{max-width:none;padding:0;font-size:10.5pt}table{font-size:9pt}figure,tr{break-inside:avoid}
h2,h3{break-after:avoid}.row{grid-template-columns:repeat(3,1fr)}
.row.charts{grid-template-columns:repeat(2,1fr)}@page{margin:14mm}}
`;

/** The whole page. The same runs give the same page. */
export function reportPage(runs: readonly RunContents[], options: ReportOptions = {}): string {
  const title = options.title ?? `Report: ${runs.map((run) => run.name).join(", ")}`;
  const { pixelSize } = options;
  const sections = [
    warningSection(runs),
    pictureSection(runs, pixelSize),
    `<div class="pair">${overviewSection(runs)}${scoreSection(runs)}</div>`,
    chartSection(runCharts(runs)),
    fileSection(runs),
    dataSection(runs),
    probeSection(runs, pixelSize),
    configSection(runs),
  ];
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>` +
    `<header><h1>${escapeHtml(title)}</h1><p>${
      runs.length === 1 ? "one run" : `${runs.length} runs`
    }, ptychography by ptychogpu ${VERSION}</p></header>` +
    `<main>${sections.join("\n")}</main>` +
    `<footer>Made by ptychogpu ${VERSION}. This file holds everything it shows.</footer>` +
    `</body></html>\n`;
}
