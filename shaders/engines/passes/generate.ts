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

/** Stores numbers 2 i and 2 i + 1 of both lines, so that the lines of the other axis lie side by side. */
function store(i: number, even: string, odd: string): string {
  return `store_waves(to + ${i}u, vec4f(${even}.xy, ${odd}.xy)); ` +
    `store_waves(to + HALF + ${i}u, vec4f(${even}.zw, ${odd}.zw));`;
}

/** Columns of the exit wave, transformed; they are left as rows. */
function lightText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const place = (k: number, h: number): string =>
    store((k * last) / 2 + h, `b${k}[${2 * h}]`, `b${k}[${2 * h + 1}]`);
  return `${head(shape)}
fn light_columns(l: Light, to: u32) {
${across(shape, (i) => `lit(l, ${i}u)`)}
${blocks(shape)}
${list(first, (k) => `  ${list(last / 2, (h) => place(k, h), " ")}`)}
}
`;
}

/** Two rows there and back; they are left as columns. */
function correctText(shape: LineShape): string {
  const [first, last] = shape.radices;
  const quad = (m: number): string =>
    `  let m${m} = load_measured(amplitudes + ${m}u); ` +
    `let n${m} = load_measured(amplitudes + HALF / 2u + ${m}u);`;
  const corrected = (k: number, j: number): string => {
    const i = k * last + j, at = `${Math.floor(i / 4)}.${"xyzw"[i % 4]}`;
    return `correct_pair(b${k}[${j}], vec2f(m${at}, n${at}))`;
  };
  const place = (h: number, k: number): string =>
    store(h + k * last / 2, `d${2 * h}[${k}]`, `d${2 * h + 1}[${k}]`);
  return `${head(shape)}
fn correct_rows(at: u32, to: u32, amplitudes: u32) {
${across(shape, (i) => `load_halfway(at + ${i}u * HALF)`)}
${blocks(shape)}
${list(shape.size / 4, quad)}
${back(shape, corrected)}
${list(last / 2, (h) => `  ${list(first, (k) => place(h, k), " ")}`)}
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
${back(shape, (k, j) => `load_turned(at + ${k * last + j}u * HALF)`)}
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
