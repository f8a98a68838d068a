/**
 * Writes the transforms of lines in registers beside this file.
 *
 * The emitted files are committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/engines/passes/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */

/** A line that is emitted. */
export interface PassShape {
  /** Numbers of a line. */
  readonly size: number;
  /** Radices of the stage across and of the stage in blocks: their product is the size. */
  readonly radices: readonly [number, number];
}

/** Lines that are emitted. */
export const PASSES: readonly PassShape[] = [{ size: 128, radices: [16, 8] }];

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const list = (count: number, item: (i: number) => string, between = "\n"): string =>
  range(count).map(item).join(between);
const dft = (radix: number, item: (i: number) => string): string =>
  `dft${radix}(array<vec4f, ${radix}>(${list(radix, item, ", ")}))`;

/** `name` turned by exp(-2 pi i k / size). */
function turned(name: string, k: number, size: number): string {
  if (k === 0) return name;
  if (4 * k === size) return `times_minus_i(${name})`;
  const digits = (x: number): string => (Math.abs(x) < 1e-12 ? 0 : x).toFixed(10);
  const angle = -2 * Math.PI * k / size;
  return `rotate(${name}, vec2f(${digits(Math.cos(angle))}, ${digits(Math.sin(angle))}))`;
}

/** The stage across: from numbers `item(i)` to y{j}_{k}, number j of block k. */
function across({ size, radices: [first, last] }: PassShape, item: (i: number) => string): string {
  return list(last, (j) =>
    `  let a${j} = ${dft(first, (k) => item(j + k * last))};\n  ` +
    list(first, (k) => `let y${j}_${k} = ${turned(`a${j}[${k}]`, j * k, size)};`, " "));
}

/** The transpose of both stages: `item(k, j)` is number j of block k, `keep(i, value)` takes number i. */
function back(
  { size, radices: [first, last] }: PassShape,
  item: (k: number, j: number) => string,
  keep: (i: number, value: string) => string,
): string {
  const blocks = list(first, (k) =>
    `  let c${k} = ${dft(last, (j) => item(k, j))};\n  ` +
    list(last, (j) => `let z${k}_${j} = ${turned(`c${k}[${j}]`, j * k, size)};`, " "));
  const lines = list(last, (j) =>
    `  let d${j} = ${dft(first, (k) => `z${k}_${j}`)};\n  ` +
    list(first, (k) => keep(j + k * last, `d${j}[${k}]`), " "));
  return `${blocks}\n${lines}`;
}

/** Loads of two lines, one after the other in texels, as p{i} and q{i}. */
function loads({ size }: PassShape, name: string): string {
  return list(
    size / 2,
    (i) => `  let p${i} = load_${name}(at + ${i}u); let q${i} = load_${name}(at + HALF + ${i}u);`,
  );
}

/** Number i of both lines. */
function pair(i: number): string {
  const part = i % 2 === 0 ? "xy" : "zw", k = Math.floor(i / 2);
  return `vec4f(p${k}.${part}, q${k}.${part})`;
}

function head(shape: PassShape): string {
  const { size, radices: [first, last] } = shape;
  return `// Lines of ${size} complex numbers in registers, two at a time: radix ${first} across, then radix ${last} in blocks;
// frequencies stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Emitted by
// generate.ts: change that file.
const SIZE: u32 = ${size}u;
const HALF: u32 = ${size / 2}u;
const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);
`;
}

/** Columns of the exit wave, transformed. */
function lightText(shape: PassShape): string {
  const [first, last] = shape.radices;
  return `${head(shape)}
fn light_columns(l: Light, to: u32) {
${across(shape, (i) => `lit(l, ${i}u)`)}
${
    list(first, (k) =>
      `  let b${k} = ${dft(last, (j) => `y${j}_${k}`)};\n  ` +
      list(last, (q) => `waves[to + ${k * last + q}u * HALF] = b${k}[${q}];`, " "))
  }
}
`;
}

/** Two rows there and back; they are left as columns. */
function correctText(shape: PassShape): string {
  const [first, last] = shape.radices;
  const quad = (m: number): string =>
    `  let m${m} = load_measured(amplitudes + ${m}u); let n${m} = load_measured(amplitudes + HALF / 2u + ${m}u);`;
  const amplitude = (i: number): string => `${Math.floor(i / 4)}.${"xyzw"[i % 4]}`;
  return `${head(shape)}
fn correct_rows(at: u32, to: u32, amplitudes: u32) {
${loads(shape, "halfway")}
${across(shape, pair)}
${list(first, (k) => `  let b${k} = ${dft(last, (j) => `y${j}_${k}`)};`)}
${list(shape.size / 4, quad)}
${
    back(shape, (k, j) => {
      const at = amplitude(k * last + j);
      return `correct_pair(b${k}[${j}], vec2f(m${at}, n${at}))`;
    }, (i, value) => `waves[to + ${i}u * HALF] = ${value};`)
  }
}
`;
}

/** Columns back. */
function restoreText(shape: PassShape): string {
  const last = shape.radices[1];
  return `${head(shape)}
fn restore_columns(at: u32, to: u32) {
${loads(shape, "turned")}
${
    back(shape, (k, j) =>
      pair(k * last + j), (i, value) =>
      `restored(to, ${i}u, ${value} * CONJUGATE);`)
  }
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  const parts = { light: lightText, correct: correctText, restore: restoreText };
  return new Map(
    PASSES.flatMap((shape) =>
      Object.entries(parts).map(([name, text]) => [`${name}_${shape.size}.wgsl`, text(shape)])
    ),
  );
}

if (import.meta.main) {
  for (const [name, text] of emit()) Deno.writeTextFileSync(new URL(name, import.meta.url), text);
}
