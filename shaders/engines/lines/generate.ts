/**
 * Writes the transforms of whole lines beside this file.
 *
 * Blocks at places known while compiling need unrolled text, which `override` constants cannot
 * give. The emitted files are committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/engines/lines/generate.ts`. A test checks that the files are up to date.
 *
 * A software adapter compiles in a time that grows with the square of the accesses to storage in
 * the text, so these stand in loops; only the middle, which needs few, is unrolled.
 *
 * @module
 */

import { dft, type LineShape, list as lines, turned } from "../../ops/fft2_lines/lines.ts";

/** Lines that are emitted. */
export const LINES: readonly LineShape[] = [{ size: 64, radices: [8, 8] }];

const list = (count: number, item: (i: number) => string, between = " "): string =>
  lines(count, item, between);

/** Block k of two rows: last stage, correction, and the first stage of the way back. */
function middle(k: number, { size, radices: [, last] }: LineShape): string {
  const at = (j: number): string => `line[${k * last + j}]`;
  const quad = (m: number): string =>
    `let p${m} = measured[amplitudes + ${k * last / 4 + m}u]; ` +
    `let q${m} = measured[amplitudes + HALF / 2u + ${k * last / 4 + m}u];`;
  const correct = (j: number): string => {
    const part = `${Math.floor(j / 4)}.${"xyzw"[j % 4]}`;
    return `correct(b[${j}], vec2f(p${part}, q${part}))`;
  };
  return `  {
    ${list(last / 4, quad)}
    let b = ${dft(last, at)};
    let c = ${dft(last, correct)};
    ${list(last, (j) => `${at(j)} = ${turned(`c[${j}]`, j * k, size)};`)}
  }`;
}

/** WGSL of the transforms of a line. */
export function lineText(shape: LineShape): string {
  const { size, radices: [first, last] } = shape;
  return `// Transforms of lines of ${size} complex numbers: radix ${first} across, then radix ${last} in blocks; frequencies
// stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Two lines at a time: one
// number of each is a vec4. The file that uses this declares lit, correct, waves, measured and
// line: array<vec4f, SIZE>. Emitted by generate.ts: change that file.
const SIZE: u32 = ${size}u;
const HALF: u32 = ${size / 2}u;
const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);

// Numbers j, j + ${last}, .. of the line after the stage across.
fn keep_across(j: u32, a: array<vec4f, ${first}>) {
  let t = turn${first}(a, vec4f(twiddle(j, SIZE), twiddle(j, SIZE)));
  ${list(first, (k) => `line[j + ${k * last}u] = t[${k}];`)}
}

// Columns of the exit wave, transformed: place i is waves[at + i * HALF].
fn light_columns(l: Light, at: u32) {
  for (var j = 0u; j < ${last}u; j++) {
    keep_across(j, ${dft(first, (k) => `lit(l, j + ${k * last}u)`)});
  }
  for (var k = 0u; k < SIZE; k += ${last}u) {
    let b = ${dft(last, (j) => `line[k + ${j}u]`)};
    let to = at + k * HALF;
    ${list(last, (j) => `waves[to + ${j}u * HALF] = b[${j}];`)}
  }
}

// The transpose of the transform, of columns, conjugated afterwards.
fn restore_columns(at: u32) {
  for (var k = 0u; k < ${first}u; k++) {
    let start = at + k * ${last}u * HALF;
    let b = ${dft(last, (j) => `waves[start + ${j}u * HALF]`)};
    let t = turn${last}(b, vec4f(twiddle(k, SIZE), twiddle(k, SIZE)));
    ${list(last, (j) => `line[k * ${last}u + ${j}u] = t[${j}];`)}
  }
  for (var j = 0u; j < ${last}u; j++) {
    let a = ${dft(first, (k) => `line[j + ${k * last}u]`)};
    let to = at + j * HALF;
    ${list(first, (k) => `waves[to + ${k * last}u * HALF] = a[${k}] * CONJUGATE;`)}
  }
}

// Two rows transformed, corrected (and conjugated), and the transpose of the transform. Neighbours in a
// row are one vec4; at, amplitudes: first vec4 of the upper row in waves and in measured.
fn correct_rows(at: u32, amplitudes: u32) {
  for (var h = 0u; h < ${last / 2}u; h++) {
    let start = at + h;
    ${
    list(first, (k) =>
      `let p${k} = waves[start + ${k * last / 2}u]; ` +
      `let q${k} = waves[start + HALF + ${k * last / 2}u];`)
  }
    keep_across(2u * h, ${dft(first, (k) => `vec4f(p${k}.xy, q${k}.xy)`)});
    keep_across(2u * h + 1u, ${dft(first, (k) => `vec4f(p${k}.zw, q${k}.zw)`)});
  }
${list(first, (k) => middle(k, shape), "\n")}
  for (var h = 0u; h < ${last / 2}u; h++) {
    let a = ${dft(first, (k) => `line[2u * h + ${k * last}u]`)};
    let b = ${dft(first, (k) => `line[2u * h + ${k * last + 1}u]`)};
    let to = at + h;
    ${
    list(first, (k) =>
      `waves[to + ${k * last / 2}u] = vec4f(a[${k}].xy, b[${k}].xy); ` +
      `waves[to + HALF + ${k * last / 2}u] = vec4f(a[${k}].zw, b[${k}].zw);`)
  }
  }
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  return new Map(LINES.map((shape) => [`line_${shape.size}.wgsl`, lineText(shape)]));
}

if (import.meta.main) {
  for (const [name, text] of emit()) Deno.writeTextFileSync(new URL(name, import.meta.url), text);
}
