/**
 * Texts that transforms of lines in registers are made of (generate.ts).
 *
 * @module
 */
import { across, back, blocks, type LineShape, list, sizes } from "../../ops/fft2_lines/lines.ts";

/** Head of a file. */
export function head(shape: LineShape): string {
  const { size, radices: [first, last] } = shape;
  return `// Lines of ${size} complex numbers in registers, two at a time: radix ${first} across, then radix ${last} in blocks;
// frequencies stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Emitted by
// generate.ts: change that file.
${sizes(shape)}// Invocations of a workgroup, and workgroups that share a plane.
const GROUP: u32 = 32u;
const SHARE: u32 = HALF / GROUP;
`;
}

/** Pairs of numbers that {@linkcode back} leaves, `item(j, number j)`, in the order in which they are made. */
export function numbersBack(
  { radices: [first, last] }: LineShape,
  item: (j: number, value: string) => string,
): string {
  return list(last, (j) => `  ${list(first, (k) => item(j + k * last, `d${j}[${k}]`), " ")}`);
}

/**
 * What is left of two lines, packed in p0, p1, ..: numbers 4 i to 4 i + 3 of a line together, line after
 * line, so that the lines of the other axis lie side by side. `number(j)` holds number j of both, and
 * `finish(place, pair)` is what becomes of two neighbours.
 */
export function packed(
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
export function kept({ size }: LineShape, tensor: string): string {
  return list(size / 2, (i) => `  keep_${tensor}(to + ${i}u, p${i});`);
}

/** Makes nothing wait: see generate.ts. */
export const BARRIER = `  // See head of generate.ts.
  workgroupBarrier();`;

/** What takes conjugated numbers back. */
export const CONJUGATE = "const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);\n";

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

/** What ramps need. */
export const RAMP = `
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

/** Where lines go: across, so that those of the other axis lie side by side, or as they lie. */
export type Way = "across" | "along";
const PLACES: Record<Way, string> = {
  across: "(plane * HALF + i) * HALF",
  along: "plane * SIZE * HALF + i",
};

/** What tells where the lines of invocation i of a plane go. */
export function wayText(way: Way): string {
  return `
fn line_place(plane: u32, i: u32) -> u32 {
  return ${PLACES[way]};
}
`;
}

/** Stores number `number(j)` of both lines, finished, one way. */
export function storedLines(
  shape: LineShape,
  way: Way,
  number: (j: number) => string,
  barrier = BARRIER,
): string {
  if (way === "across") {
    return `${packed(shape, "lines", number, finished)}
${barrier}
${kept(shape, "lines")}`;
  }
  const rows = (item: (j: number) => string): string => `  ${list(shape.size, item, "\n  ")}`;
  const at = (j: number): string => `to + ${j}u * HALF`;
  return `${rows((j) => `let p${j} = pack_lines(finished(${at(j)}, ${number(j)}));`)}
${barrier}
${rows((j) => `keep_lines(${at(j)}, p${j});`)}`;
}

/** Lines of a spectrum, ramped and taken back, conjugated: d{j}[k] is number j + k R2. */
export function shifted(shape: LineShape): string {
  const [, last] = shape.radices;
  const item = (k: number, q: number): string =>
    `${onRamp(k, q, `source_row(at, ${k * last + q}u)`)} * CONJUGATE`;
  return `${ramp(shape)}
${back(shape, item)}`;
}

/** Lines of numbers `item(i)`, transformed and ramped; `take(k, q, value)` is done with number q of block k. */
export function ramped(
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
