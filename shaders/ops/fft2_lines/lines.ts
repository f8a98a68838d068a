/**
 * WGSL of transforms of two lines of complex numbers that an invocation keeps in registers: one number
 * of each line is a vec4. Radix R1 across, then radix R2 in blocks: number j of block k after the first
 * stage, place R2 k + q after the second one, holds frequency k + R1 q.
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

/** `count` pieces of text. */
export function list(count: number, item: (i: number) => string, between = "\n"): string {
  return Array.from({ length: count }, (_, i) => item(i)).join(between);
}

/** A butterfly of `radix` numbers. */
export function dft(radix: number, item: (i: number) => string): string {
  return `dft${radix}(array<vec4f, ${radix}>(${list(radix, item, ", ")}))`;
}

/** `name` turned by exp(-2 pi i k / size). */
export function turned(name: string, k: number, size: number): string {
  if (k === 0) return name;
  if (4 * k === size) return `times_minus_i(${name})`;
  const digits = (x: number): string => (Math.abs(x) < 1e-12 ? 0 : x).toFixed(10);
  const angle = -2 * Math.PI * k / size;
  return `rotate(${name}, vec2f(${digits(Math.cos(angle))}, ${digits(Math.sin(angle))}))`;
}

/** The stage across: from numbers `item(i)` to y{j}_{k}, number j of block k. */
export function across(
  { size, radices: [first, last] }: LineShape,
  item: (i: number) => string,
): string {
  return list(last, (j) =>
    `  let a${j} = ${dft(first, (k) => item(j + k * last))};\n  ` +
    list(first, (k) => `let y${j}_${k} = ${turned(`a${j}[${k}]`, j * k, size)};`, " "));
}

/** The stage in blocks, after {@linkcode across}: b{k}[q]. */
export function blocks({ radices: [first, last] }: LineShape): string {
  return list(first, (k) => `  let b${k} = ${dft(last, (j) => `y${j}_${k}`)};`);
}

/** The transpose of both stages, where `item(k, j)` is place j of block k: d{j}[k] is number j + k R2. */
export function back(
  { size, radices: [first, last] }: LineShape,
  item: (k: number, j: number) => string,
): string {
  const inner = list(first, (k) =>
    `  let c${k} = ${dft(last, (j) => item(k, j))};\n  ` +
    list(last, (j) => `let z${k}_${j} = ${turned(`c${k}[${j}]`, j * k, size)};`, " "));
  return `${inner}\n${list(last, (j) => `  let d${j} = ${dft(first, (k) => `z${k}_${j}`)};`)}`;
}

/** Sizes, for the top of an emitted file. */
export function sizes({ size }: LineShape): string {
  return `const SIZE: u32 = ${size}u;\nconst HALF: u32 = ${size / 2}u;\n`;
}
