/**
 * Writes the transforms of lines in registers beside this file.
 *
 * Most of them have a barrier before the stores, which makes nothing wait but saves up to a fifth of the
 * time of a dispatch on Mesa's software adapter, with vectors of 16 numbers up to a half. What is needed after a
 * barrier is kept in memory, from where lane after lane is stored; otherwise every lane stores the whole vectors to
 * the stack to take its numbers out of them. Rows that are transformed there and back gain only where vectors have 16
 * numbers; shifted probes that are stored before they are lit gain nothing, and lose a sixth one by one.
 *
 * The emitted files are committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/engines/passes/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */

import { across, back, blocks, type LineShape, list } from "../../ops/fft2_lines/lines.ts";
import {
  BARRIER,
  CONJUGATE,
  head,
  kept,
  numbersBack,
  packed,
  RAMP,
  ramped,
  shifted,
  storedLines,
  type Way,
  wayText,
} from "./texts.ts";

/** Lines that are emitted. */
export const PASSES: readonly LineShape[] = [{ size: 128, radices: [16, 8] }];

/** Columns of the exit wave, transformed; they are left as rows. */
function lightText(shape: LineShape): string {
  const [, last] = shape.radices;
  const number = (j: number): string => `b${Math.floor(j / last)}[${j % last}]`;
  return `${head(shape)}
fn light_columns(l: Light, to: u32) {
${across(shape, (i) => `lit(l, ${i}u)`)}
${blocks(shape)}
${packed(shape, "waves", number)}
${BARRIER}
${kept(shape, "waves")}
}
`;
}

/** Two rows there and back; they are left as columns. */
function correctText(shape: LineShape): string {
  const [, last] = shape.radices;
  const quad = (m: number): string =>
    `  let m${m} = load_measured(amplitudes + ${m}u); ` +
    `let n${m} = load_measured(amplitudes + HALF / 2u + ${m}u);`;
  const corrected = (k: number, j: number): string => {
    const i = k * last + j, at = `${Math.floor(i / 4)}.${"xyzw"[i % 4]}`;
    return `correct_pair(b${k}[${j}], vec2f(m${at}, n${at}))`;
  };
  const number = (j: number): string => `d${j % last}[${Math.floor(j / last)}]`;
  return `${head(shape)}
// Vectors have 16 numbers.
override LONG: bool = false;

fn correct_rows(at: u32, to: u32, amplitudes: u32) {
${across(shape, (i) => `halfway_row(at, ${i}u)`)}
${blocks(shape)}
${list(shape.size / 4, quad)}
${back(shape, corrected)}
${packed(shape, "waves", number)}
  // See head of generate.ts.
  if (LONG) { workgroupBarrier(); }
${kept(shape, "waves")}
}
`;
}

/** Columns back: `taken` is done with each pair of them, then, after a barrier if there is one, `stored`. */
function backText(
  shape: LineShape,
  name: string,
  taken: (row: number, value: string) => string,
  stored?: (row: number) => string,
): string {
  const [, last] = shape.radices;
  const rows = (item: (row: number, value: string) => string): string =>
    numbersBack(shape, (row, value) => item(row, `${value} * CONJUGATE`));
  return `${head(shape)}${CONJUGATE}
fn ${name}(at: u32, to: u32) {
${back(shape, (k, j) => `turned_row(at, ${k * last + j}u)`)}
${rows(taken)}${stored === undefined ? "" : `\n${BARRIER}\n${rows(stored)}`}
}
`;
}

/** Columns back, stored. */
function restoreText(shape: LineShape): string {
  const taken = (row: number, value: string): string => `let r${row} = pack_waves(${value});`;
  const stored = (row: number): string => `keep_waves(to + ${row}u * HALF, r${row});`;
  return backText(shape, "restore_columns", taken, stored);
}

/** Columns back, stored, and, as `term(row, number)`, transformed and ramped again. */
function restoreTermsText(shape: LineShape): string {
  const [, last] = shape.radices;
  const keep = (row: number): string => `keep_waves(at + ${row}u * HALF, pack_waves(x${row}));`;
  const number = (j: number): string => `e${Math.floor(j / last)}_${j % last}`;
  return `${head(shape)}${CONJUGATE}${RAMP}${wayText("across")}
fn restore_terms(at: u32, to: u32, d: f32) {
${back(shape, (k, j) => `turned_row(at, ${k * last + j}u)`)}
${numbersBack(shape, (row, value) => `let x${row} = ${value} * CONJUGATE;`)}
${BARRIER}
${numbersBack(shape, keep)}
${ramped(shape, (i) => `term(x${i}, ${i}u)`, (k, q, value) => `let e${k}_${q} = ${value};`)}
${storedLines(shape, "across", number)}
}
`;
}

/** Columns back, under which object and probe are changed. */
function renewText(shape: LineShape): string {
  return backText(shape, "renew_columns", (row, value) => `renewed(to, ${row}u, ${value});`);
}

/** Columns of shifted probes, stored and lit: {@linkcode lightText} after {@linkcode shiftText}. */
function lightShiftedText(shape: LineShape): string {
  const [, last] = shape.radices;
  const keep = (row: number): string => `keep_probes(at + ${row}u * HALF, pack_probes(x${row}));`;
  const number = (j: number): string => `b${Math.floor(j / last)}[${j % last}]`;
  return `${head(shape)}${RAMP}${CONJUGATE}const SCALE = CONJUGATE / f32(SIZE);

fn light_shifted_columns(at: u32, l: Light, to: u32, d: f32) {
${shifted(shape)}
${numbersBack(shape, (row, value) => `let x${row} = ${value} * SCALE;`)}
${numbersBack(shape, keep)}
${across(shape, (i) => `lit(l, x${i}, ${i}u)`)}
${blocks(shape)}
${packed(shape, "waves", number)}
${BARRIER}
${kept(shape, "waves")}
}
`;
}

/** Columns of shifted directions, used. */
function sumsText(shape: LineShape): string {
  return `${head(shape)}${RAMP}${CONJUGATE}const SCALE = CONJUGATE / f32(SIZE);

fn sum_columns(at: u32, d: f32) {
${shifted(shape)}
${numbersBack(shape, (row, value) => `summed(at, ${value} * SCALE, ${row}u);`)}
}
`;
}

/** Lines of a spectrum, ramped, taken back and stored. */
function shiftText(shape: LineShape, way: Way): string {
  const [, last] = shape.radices;
  const number = (j: number): string => `d${j % last}[${Math.floor(j / last)}]`;
  return `${head(shape)}${CONJUGATE}${RAMP}${wayText(way)}
fn shift_lines(at: u32, to: u32, d: f32) {
${shifted(shape)}
${storedLines(shape, way, number)}
}
`;
}

/** Lines of what `number` gives, transformed and ramped. @param barrier before the stores. */
function unshiftText(shape: LineShape, way: Way, declared = "", barrier?: string): string {
  const [, last] = shape.radices;
  const number = (j: number): string => `e${Math.floor(j / last)}_${j % last}`;
  return `${head(shape)}${declared}${RAMP}${wayText(way)}
fn unshift_lines(at: u32, to: u32, d: f32) {
${ramped(shape, (i) => `number(at, ${i}u)`, (k, q, value) => `let e${k}_${q} = ${value};`)}
${storedLines(shape, way, number, barrier)}
}
`;
}

/** Lines of every visit of a run, transformed and ramped, added up. */
function gatherText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const sum = (k: number, q: number): string => `s${k}_${q}`;
  const number = (j: number): string => sum(Math.floor(j / last), j % last);
  return `${head(shape)}${RAMP}${wayText("along")}
fn gather_lines(from_first: u32, stride: u32, first: u32, end: u32, to: u32) {
${list(first, (k) => `  ${list(last, (q) => `var ${sum(k, q)} = vec4f(0.0);`, " ")}`)}
  var v = first;
  if (v < end) {
  loop {
  let at = from_first + v * stride;
  let d = turn_of(v);
${ramped(shape, (i) => `source_row(at, ${i}u)`, (k, q, value) => `${sum(k, q)} += ${value};`)}
  v++;
  continuing { break if v >= end; }
  }
  }
${storedLines(shape, "along", number)}
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  const parts = {
    light: lightText,
    light_shifted: lightShiftedText,
    correct: correctText,
    restore: restoreText,
    restore_terms: restoreTermsText,
    sums: sumsText,
    renew: renewText,
    shift_first: (shape: LineShape) => shiftText(shape, "across"),
    shift_last: (shape: LineShape) => shiftText(shape, "along"),
    unshift_first: (shape: LineShape) => unshiftText(shape, "across"),
    unshift_last: (shape: LineShape) =>
      unshiftText(
        shape,
        "along",
        "// False for a single plane, which takes less time without a barrier.\noverride MANY: bool = true;\n",
        "  if (MANY) { workgroupBarrier(); }",
      ),
    gather: gatherText,
  };
  return new Map(
    PASSES.flatMap((shape) =>
      Object.entries(parts).map(([name, text]) => [`${name}_${shape.size}.wgsl`, text(shape)])
    ),
  );
}

if (import.meta.main) {
  for (const [name, text] of emit()) Deno.writeTextFileSync(new URL(name, import.meta.url), text);
}
