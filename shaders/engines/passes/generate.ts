/**
 * Writes the transforms of lines in registers beside this file.
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
 * What is left of two lines, for `NAME_waves(to + place, ..)`: numbers 4 i to 4 i + 3 of a line are stored
 * together, line after line, so that the lines of the other axis lie side by side. `number(j)` holds
 * number j of both.
 */
function left(
  { size }: LineShape,
  number: (j: number) => string,
  item: (place: number, numbers: string) => string,
): string {
  const two = (j: number, part: string): string =>
    `vec4f(${number(j)}.${part}, ${number(j + 1)}.${part})`;
  return ["xy", "zw"].map((part, line) =>
    list(size / 4, (i) => {
      const numbers = `${two(4 * i, part)}, ${two(4 * i + 2, part)}`;
      return `  ${item(line * size / 4 + i, numbers)}`;
    })
  ).join("\n");
}

/** Columns of the exit wave, transformed; they are left as rows. */
function lightText(shape: LineShape): string {
  const { size, radices: [, last] } = shape;
  const number = (j: number): string => `b${Math.floor(j / last)}[${j % last}]`;
  return `${head(shape)}
// The barrier before the stores saves a third of the time of this dispatch on Mesa's software adapter: what is needed after
// a barrier is kept in memory, from where lane after lane is stored; otherwise each lane stores whole
// vectors to the stack first, to take its number out of them.
fn light_columns(l: Light, to: u32) {
${across(shape, (i) => `lit(l, ${i}u)`)}
${blocks(shape)}
${left(shape, number, (i, numbers) => `let p${i} = pack_waves(${numbers});`)}
  workgroupBarrier();
${list(size / 2, (i) => `  keep_waves(to + ${i}u, p${i});`)}
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
fn correct_rows(at: u32, to: u32, amplitudes: u32) {
${across(shape, (i) => `halfway_row(at, ${i}u)`)}
${blocks(shape)}
${list(shape.size / 4, quad)}
${back(shape, corrected)}
${left(shape, number, (i, numbers) => `store_waves(to + ${i}u, ${numbers});`)}
}
`;
}

/** Columns back. */
function restoreText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const place = (j: number, k: number): string =>
    `restored(to, ${j + k * last}u, d${j}[${k}] * CONJUGATE);`;
  return `${head(shape)}const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);

fn restore_columns(at: u32, to: u32) {
${back(shape, (k, j) => `turned_row(at, ${k * last + j}u)`)}
${list(last, (j) => `  ${list(first, (k) => place(j, k), " ")}`)}
}
`;
}

/**
 * Factors of a ramp exp(-2 pi i f d / N): r{k} of frequency k and t{q} of frequency q R1, the upper half
 * of which is negative.
 */
function ramp({ size, radices: [first, last] }: LineShape): string {
  const angle = (f: number): string => `turned_by(${f}.0 * d / ${size}.0)`;
  const part = (k: number): string =>
    k < 4 || k % 4 === 0 ? angle(k) : `times(r${k - k % 4}, r${k % 4})`;
  const far = (q: number): string => angle(first * (q < last / 2 ? q : q - last));
  return `${list(first, (k) => `  let r${k} = ${part(k)};`)}
${list(last, (q) => `  let t${q} = ${far(q)};`)}`;
}

const RAMP = `
fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn turned_by(turns: f32) -> vec2f {
  let angle = -6.283185307179586 * turns;
  return vec2f(cos(angle), sin(angle));
}
`;

/** Stores numbers 2 i and 2 i + 1 of both lines by `put`, as {@linkcode store} does. */
function putAcross(i: number, even: string, odd: string): string {
  return `put(to + ${i}u, vec4f(${even}.xy, ${odd}.xy)); ` +
    `put(to + HALF + ${i}u, vec4f(${even}.zw, ${odd}.zw));`;
}

/** Lines of a spectrum, ramped and taken back, conjugated. */
function shiftText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const item = (k: number, q: number): string =>
    `rotate(load_source(at + ${k * last + q}u * HALF), times(r${k}, t${q})) * CONJUGATE`;
  const place = (h: number, k: number): string =>
    putAcross(h + k * last / 2, `d${2 * h}[${k}]`, `d${2 * h + 1}[${k}]`);
  return `${head(shape)}const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);
${RAMP}
fn shift_lines(at: u32, to: u32, d: f32) {
${ramp(shape)}
${back(shape, item)}
${list(last / 2, (h) => `  ${list(first, (k) => place(h, k), " ")}`)}
}
`;
}

/** Lines of what `number` gives, transformed and ramped. */
function unshiftText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const ramped = (k: number, q: number): string => `rotate(b${k}[${q}], times(r${k}, t${q}))`;
  const place = (k: number, h: number): string =>
    `let e${k}_${h} = ${ramped(k, 2 * h)}; let o${k}_${h} = ${ramped(k, 2 * h + 1)}; ` +
    putAcross(k * last / 2 + h, `e${k}_${h}`, `o${k}_${h}`);
  return `${head(shape)}${RAMP}
fn unshift_lines(at: u32, to: u32, d: f32) {
${across(shape, (i) => `number(at, ${i}u)`)}
${blocks(shape)}
${ramp(shape)}
${list(first, (k) => `  ${list(last / 2, (h) => place(k, h), " ")}`)}
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  const parts = {
    light: lightText,
    correct: correctText,
    restore: restoreText,
    shift: shiftText,
    unshift: unshiftText,
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
