/**
 * Draws the pictures of docs/simulate.md and writes the tables of specs/simulation_recipe.md:
 * `deno run -A tests/simulation/gallery.ts && deno fmt specs`.
 *
 * @module
 */
import { complexArray } from "../../src/array.ts";
import { percentileRange } from "../../src/image/colors.ts";
import { type Grid, polarGrids } from "../../src/image/grid.ts";
import { makeFigure, type PanelItem } from "../../src/image/panel.ts";
import { encodePng } from "../../src/io/png.ts";
import type { ComplexImage } from "../../src/scan/resize.ts";
import { makeProbe } from "../../src/simulation/make_probe.ts";
import { DRAWN_OBJECT_KINDS } from "../../src/simulation/object_kinds.ts";
import { makeObject } from "../../src/simulation/objects.ts";
import { PROBE_KINDS } from "../../src/simulation/probe_kinds.ts";
import { resolveRecipe } from "../../src/simulation/recipe.ts";
import { makeScan, SCAN_KINDS } from "../../src/simulation/scans.ts";
import { recipeTables } from "./recipe_table.ts";

const images = new URL("../../docs/images/", import.meta.url);

function item(title: string, grid: Grid, map: PanelItem["map"]): PanelItem {
  const range = map === "cyclic"
    ? { low: -Math.PI, high: Math.PI }
    : map === "heat"
    ? percentileRange(grid, 0)
    : percentileRange(grid, 0.002);
  const unit = map === "cyclic" ? { unit: "rad" } : {};
  return { title, grid, range, map, scaleBar: {}, ...unit };
}

function grids({ height, width, data }: ComplexImage): { amplitude: Grid; phase: Grid } {
  return polarGrids(complexArray([height, width], data));
}

function inRows(items: PanelItem[], columns: number): PanelItem[][] {
  return Array.from(
    { length: Math.ceil(items.length / columns) },
    (_, r) => items.slice(r * columns, (r + 1) * columns),
  );
}

async function write(name: string, rows: PanelItem[][]): Promise<void> {
  const { data, width, height } = makeFigure(rows);
  await Deno.writeFile(new URL(name, images), encodePng(data, width, height));
}

const objects = DRAWN_OBJECT_KINDS.map((kind) =>
  item(kind, grids(makeObject(kind, 160, 160, 3)).amplitude, "grey")
);
await write("simulated_objects.png", inRows(objects, 4));

const probes = PROBE_KINDS.filter((kind) => kind !== "file").map((kind) => {
  const { probe } = makeProbe(resolveRecipe({ "probe.kind": kind }));
  return { kind, ...grids({ height: 64, width: 64, data: probe.data }) };
});
await write(
  "simulated_probes.png",
  [probes.slice(0, 4), probes.slice(4)].flatMap((some) => [
    some.map(({ kind, amplitude }) => item(kind, amplitude, "heat")),
    some.map(({ phase }) => item("phase", phase, "cyclic")),
  ]),
);

const modes = makeProbe(resolveRecipe({ "probe.modes": 6 })).probe;
const size = 2 * modes.N ** 2;
const pictures = Array.from({ length: 6 }, (_, m) => {
  const data = modes.data.slice(m * size, (m + 1) * size);
  return item(`mode ${m + 1}`, grids({ height: 64, width: 64, data }).amplitude, "heat");
});
await write("simulated_modes.png", inRows(pictures, 3));

const scans = SCAN_KINDS.map((kind) => {
  const data = new Float64Array(120 * 120).fill(0.93);
  const groups = { gridsize: 2, offset: 3, outerOffset: 11 };
  const area = { height: 120, width: 120, N: 16 };
  const positions = makeScan(area, { kind, count: 256, seed: 1, groups });
  const grid = { height: 120, width: 120, data }, range = { low: 0, high: 1 };
  const title = `${kind}, ${positions.length / 2} positions`;
  return { title, grid, range, map: "grey", scaleBar: {}, dots: positions, bar: false } as const;
});
await write("simulated_scans.png", inRows(scans, 3));

const spec = new URL("../../specs/simulation_recipe.md", import.meta.url);
const text = await Deno.readTextFile(spec), end = text.indexOf("## Rules between fields");
const start = text.indexOf("## Whole simulation");
await Deno.writeTextFile(spec, `${text.slice(0, start)}${recipeTables()}\n\n${text.slice(end)}`);
