/**
 * Writes the transforms of lines in registers beside this file.
 *
 * Most of them have a barrier before the stores, which makes nothing wait but saves up to a fifth of the
 * time of a dispatch on Mesa's software adapter, with vectors of 16 numbers up to a half. What is needed after a barrier is kept in memory,
 * from where lane after lane is stored; otherwise every lane stores the whole vectors to the stack to
 * take its numbers out of them. Rows that are transformed there and back gain only where vectors have 16
 * numbers.
 *
 * The emitted files are committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/engines/passes/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */

import { across, back, blocks, type LineShape, list, sizes } from "../../ops/fft2_lines/lines.ts";

/** Lines that are emitted. */
export const PASSES: readonly LineShape[] = [{ size: 128, radices: [16, 8] }];

function head(shape: LineShape): string {
  const { size, radices: [first, last] } = shape;
  return `// Lines of ${size} complex numbers in registers, two at a time: radix ${first} across, then radix ${last} in blocks;
// frequencies stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Emitted by
// generate.ts: change that file.
${sizes(shape)}// Invocations of a workgroup, and workgroups that share a plane.
const GROUP: u32 = 32u;
const SHARE: u32 = HALF / GROUP;
`;
}

/**
 * What is left of two lines, packed in p0, p1, ..: numbers 4 i to 4 i + 3 of a line together, line after
 * line, so that the lines of the other axis lie side by side. `number(j)` holds number j of both, and
 * `finish(place, pair)` is what becomes of two neighbours.
 */
function packed(
  { size }: LineShape,
  tensor: string,
  number: (j: number) => string,
  finish: (place: number, pair: string) => string = (_, pair) => pair,
): string {
  return ["xy", "zw"].map((part, line) =>
    list(size / 4, (i) => {
      const two = (half: number): string => {
        const j = 4 * i + 2 * half, pair = `vec4f(${number(j)}.${part}, ${number(j + 1)}.${part})`;
        return finish((line * size + j) / 2, pair);
      };
      return `  let p${line * size / 4 + i} = pack_${tensor}(${two(0)}, ${two(1)});`;
    })
  ).join("\n");
}

/** Stores what {@linkcode packed} made, from `to` on. */
function kept({ size }: LineShape, tensor: string): string {
  return list(size / 2, (i) => `  keep_${tensor}(to + ${i}u, p${i});`);
}

const BARRIER = `  // See head of generate.ts.
  workgroupBarrier();`;

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
  const [first, last] = shape.radices;
  const rows = (item: (row: number, value: string) => string): string =>
    list(
      last,
      (j) => `  ${list(first, (k) => item(j + k * last, `d${j}[${k}] * CONJUGATE`), " ")}`,
    );
  return `${head(shape)}const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);

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

/** Columns back, under which object and probe are changed. */
function renewText(shape: LineShape): string {
  return backText(shape, "renew_columns", (row, value) => `renewed(to, ${row}u, ${value});`);
}

/**
 * Factors of a ramp exp(-2 pi i f d / N): r{k} of frequency k and t{q} of frequency q R1, the upper half
 * of which is negative. A product of two or three takes less time than a sine and a cosine.
 */
function ramp({ size, radices: [first, last] }: LineShape): string {
  const angle = (f: number): string => `turned_by(${f}.0 * d / ${size}.0)`;
  const product = (name: string, i: number, j: number): string => `times(${name}${i}, ${name}${j})`;
  const part = (k: number): string => {
    if (k === 1 || k === 4) return angle(k);
    const near = k < 4 ? 1 : k % 4 === 0 ? 4 : k % 4;
    return product("r", k - near, near);
  };
  const far = (q: number): string => {
    if (q === 1) return angle(first);
    if (q < last / 2) return product("t", q - 1, 1);
    // As many turns back.
    return q === last / 2 ? `conjugate(${product("t", 2, q - 2)})` : `conjugate(t${last - q})`;
  };
  return `${list(first - 1, (k) => `  let r${k + 1} = ${part(k + 1)};`)}
${list(last - 1, (q) => `  let t${q + 1} = ${far(q + 1)};`)}`;
}

/** A number times the ramp of block k, place q. */
function onRamp(k: number, q: number, value: string): string {
  if (k === 0) return q === 0 ? value : `rotate(${value}, t${q})`;
  return `rotate(${value}, ${q === 0 ? `r${k}` : `times(r${k}, t${q})`})`;
}

const RAMP = `
fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn conjugate(a: vec2f) -> vec2f {
  return vec2f(a.x, -a.y);
}

fn turned_by(turns: f32) -> vec2f {
  let angle = -6.283185307179586 * turns;
  return vec2f(cos(angle), sin(angle));
}
`;

/** Two neighbours, made ready to be stored by the file that uses this. */
const finished = (place: number, pair: string): string => `finished(2u * to + ${place}u, ${pair})`;

/** Lines of a spectrum, ramped and taken back, conjugated. */
function shiftText(shape: LineShape): string {
  const [, last] = shape.radices;
  const item = (k: number, q: number): string =>
    `${onRamp(k, q, `source_row(at, ${k * last + q}u)`)} * CONJUGATE`;
  const number = (j: number): string => `d${j % last}[${Math.floor(j / last)}]`;
  return `${head(shape)}const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);
${RAMP}
fn shift_lines(at: u32, to: u32, d: f32) {
${ramp(shape)}
${back(shape, item)}
${packed(shape, "lines", number, finished)}
${BARRIER}
${kept(shape, "lines")}
}
`;
}

/** Lines of numbers `item(i)`, transformed and ramped; `take(k, q, value)` is done with number q of block k. */
function ramped(
  shape: LineShape,
  item: (i: number) => string,
  take: (k: number, q: number, value: string) => string,
): string {
  const [first, last] = shape.radices;
  const taken = (k: number, q: number): string => take(k, q, onRamp(k, q, `b${k}[${q}]`));
  return `${across(shape, item)}
${blocks(shape)}
${ramp(shape)}
${list(first, (k) => `  ${list(last, (q) => taken(k, q), " ")}`)}`;
}

/** Lines of what `number` gives, transformed and ramped. */
function unshiftText(shape: LineShape): string {
  const [, last] = shape.radices;
  const number = (j: number): string => `e${Math.floor(j / last)}_${j % last}`;
  return `${head(shape)}${RAMP}
fn unshift_lines(at: u32, to: u32, d: f32) {
${ramped(shape, (i) => `number(at, ${i}u)`, (k, q, value) => `let e${k}_${q} = ${value};`)}
${packed(shape, "lines", number, finished)}
${BARRIER}
${kept(shape, "lines")}
}
`;
}

/** Lines of every visit of a run, transformed and ramped, added up. */
function gatherText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const sum = (k: number, q: number): string => `s${k}_${q}`;
  const number = (j: number): string => sum(Math.floor(j / last), j % last);
  return `${head(shape)}${RAMP}
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
${packed(shape, "lines", number, finished)}
${BARRIER}
${kept(shape, "lines")}
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  const parts = {
    light: lightText,
    correct: correctText,
    restore: restoreText,
    renew: renewText,
    shift: shiftText,
    unshift: unshiftText,
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
