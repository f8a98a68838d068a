/**
 * Writes the transforms by whole lines beside this file.
 *
 * Butterflies need unrolled text, which `override` constants cannot give. The emitted files are
 * committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/ops/fft2_lines/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */

/** A line that is emitted. */
export interface LineShape {
  /** Numbers of a line. */
  readonly size: number;
  /** Radices of the stage across and of the stage in blocks: their product is the size. */
  readonly radices: readonly [number, number];
}

/** Lines that are emitted; the first radix is 16. */
export const LINES: readonly LineShape[] = [
  { size: 128, radices: [16, 8] },
  { size: 256, radices: [16, 16] },
];

const list = (count: number, item: (i: number) => string, between = " "): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(between);
const dft = (radix: number, item: (i: number) => string): string =>
  `dft${radix}(array<vec4f, ${radix}>(${list(radix, item, ", ")}))`;

/** Twiddle k: exact, or the product of two exact ones. */
function power(k: number): string {
  const high = k - k % 4, low = k % 4;
  return high === 0 || low === 0 ? `w${k}` : `times(w${high}, w${low})`;
}

/** WGSL of the transforms of a line. */
export function lineText({ size, radices: [first, last] }: LineShape): string {
  return `// Transforms of images of ${size} x ${size}, one workgroup an image. Every invocation takes two columns, then
// two rows through memory of its own: radix ${first} across, then radix ${last} in blocks. Inputs are multiplied
// by (1, in_imaginary), results by (out_real, out_imaginary), see fft2.wgsl. Emitted by generate.ts: change that file.
struct Params { in_imaginary: f32, out_real: f32, out_imaginary: f32 }
@group(0) @binding(0) var<storage, read_write> transformed: array<vec4f>;
@group(0) @binding(1) var<storage, read> image: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
const SIZE: u32 = ${size}u;
const HALF: u32 = ${size / 2}u;
var<private> line: array<vec4f, SIZE>;

fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// Numbers j, j + ${last}, .. of the line after the stage across.
fn keep_across(j: u32, a: array<vec4f, ${first}>) {
  ${[1, 2, 3, 4, 8, 12].map((k) => `let w${k} = twiddle(${k}u * j, SIZE);`).join("\n  ")}
  line[j] = a[0];
  ${
    list(first - 1, (k) =>
      `line[j + ${(k + 1) * last}u] = rotate(a[${k + 1}], ${power(k + 1)});`, "\n  ")
  }
}

// The stage in blocks of two columns; place at + row * HALF.
fn put_columns(at: u32) {
  for (var k = 0u; k < ${first}u; k++) {
    let b = ${dft(last, (q) => `line[k * ${last}u + ${q}u]`)};
    let to = at + k * HALF;
    ${list(last, (q) => `transformed[to + ${q * first}u * HALF] = b[${q}];`)}
  }
}

// Two rows in place; neighbours in a row are one vec4.
fn rows(at: u32) {
  for (var h = 0u; h < ${last / 2}u; h++) {
    let start = at + h;
    ${
    list(first, (k) =>
      `let p${k} = transformed[start + ${k * last / 2}u]; ` +
      `let q${k} = transformed[start + HALF + ${k * last / 2}u];`)
  }
    keep_across(2u * h, ${dft(first, (k) => `vec4f(p${k}.xy, q${k}.xy)`)});
    keep_across(2u * h + 1u, ${dft(first, (k) => `vec4f(p${k}.zw, q${k}.zw)`)});
  }
  let factor = vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary);
  for (var k = 0u; k < ${first / 2}u; k++) {
    let block = 2u * k * ${last}u;
    let b = ${dft(last, (q) => `line[block + ${q}u]`)};
    let c = ${dft(last, (q) => `line[block + ${last + q}u]`)};
    let to = at + k;
    ${
    list(last, (q) =>
      `transformed[to + ${q * first / 2}u] = vec4f(b[${q}].xy, c[${q}].xy) * factor; ` +
      `transformed[to + HALF + ${q * first / 2}u] = vec4f(b[${q}].zw, c[${q}].zw) * factor;`)
  }
  }
}

@compute @workgroup_size(HALF)
fn from_image(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) i: u32) {
  let at = wid.x * SIZE * HALF;
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  for (var j = 0u; j < ${last}u; j++) {
    let start = at + i + j * HALF;
    keep_across(j, ${dft(first, (k) => `image[start + ${k * last}u * HALF] * sign`)});
  }
  put_columns(at + i);
  storageBarrier();
  rows(at + i * SIZE);
}

@compute @workgroup_size(HALF)
fn in_place(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) i: u32) {
  let at = wid.x * SIZE * HALF;
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  for (var j = 0u; j < ${last}u; j++) {
    let start = at + i + j * HALF;
    keep_across(j, ${dft(first, (k) => `transformed[start + ${k * last}u * HALF] * sign`)});
  }
  put_columns(at + i);
  storageBarrier();
  rows(at + i * SIZE);
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
