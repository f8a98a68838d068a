/**
 * Text of the convolution with fewer products: 3 x 3 taps as 3 columns of minimal filters F(4, 3).
 *
 * Four rows of a column are made of six products instead of twelve. Six rows d of the input become six
 * values B d, three taps g of a column of the kernel six values G g; their products are summed over
 * columns and channels and become four rows at the end, A m. Winograd, Arithmetic Complexity of
 * Computations (1980); Lavin and Gray, CVPR 2016, arXiv:1509.09308. The matrices follow from the
 * points 0, a, -a, 1 / a, -1 / a and infinity (Toom and Cook). With a = 5/8 the error is twice that of
 * the direct sum, with the usual points 0, 1, -1, 2 and -2 almost three times (64 channels, rms).
 *
 * @module
 */
import {
  biasOf,
  forwardFrame,
  type ForwardTile,
  range,
  readRows,
  readWeights,
  seenBeside,
  XYZW,
} from "./frame.ts";

/** Rows that are made at once. */
export const WINOGRAD_ROWS = 4;

const A = 5 / 8, B = 1 / A;
/** Numbers as text with the digits that 32 bits hold. */
const text = (value: number): string =>
  `${Number(value.toPrecision(9))}`.replace(/^(-?\d+)$/, "$1.0");

/** Terms that share their work: the ends, and the two pairs of points of opposite sign. */
const PAIRS = [
  { first: 0, second: 5, point: 0 },
  { first: 1, second: 2, point: A },
  { first: 3, second: 4, point: B },
] as const;

/** Lines for two of the six values of a column, from its six rows. */
function columnTerms(
  pair: typeof PAIRS[number],
  row: (r: number) => string,
  first: string,
  second: string,
): string {
  const [d0, d1, d2, d3, d4, d5] = range(6).map(row);
  const { point } = pair;
  if (point === 0) {
    const middle = text(A * A + B * B);
    return `let ${first} = ${d0} + ${d4} - ${middle} * ${d2}; ` +
      `let ${second} = ${d1} + ${d5} - ${middle} * ${d3};`;
  }
  const other = 1 / point, even = `even_${first}`, odd = `odd_${first}`;
  return `let ${even} = ${d4} - ${text(other * other)} * ${d2}; ` +
    `let ${odd} = ${text(point)} * ${d3} - ${text(other)} * ${d1}; ` +
    `let ${first} = ${even} + ${odd}; let ${second} = ${even} - ${odd};`;
}

/** Lines for two of the six values of three taps down a column. */
function tapTerms(
  pair: typeof PAIRS[number],
  [g0, g1, g2]: readonly string[],
  first: string,
  second: string,
): string {
  const { point } = pair;
  if (point === 0) return `let ${first} = ${g0}; let ${second} = ${g2};`;
  // 1 / product of the distances to the other points.
  const scale = 1 / (2 * point * point * (point * point - 1 / (point * point)));
  const even = `even_${first}`, odd = `odd_${first}`;
  return `let ${even} = ${text(scale)} * ${g0} + ${text(scale * point * point)} * ${g2}; ` +
    `let ${odd} = ${text(scale * point)} * ${g1}; ` +
    `let ${first} = ${even} + ${odd}; let ${second} = ${even} - ${odd};`;
}

/** WGSL of the forward kernel (also the gradient with respect to the input) for a tile of 4 rows. */
export function winogradText(tile: ForwardTile): string {
  const { quads, outputs } = tile;
  const sum = (k: number, t: number, q: number): string => `m${k}_${t}_${q}`;
  const row4 = (k: number, r: number, q: number): string => `y${k}_${r}_${q}`;
  const weights = readWeights(outputs, (g, t) => `g${g}_${t}`);
  // Two terms at a time, so that their pixels stay in registers while output channels pass by.
  const products = PAIRS.flatMap((pair) => {
    const { first, second } = pair;
    const column = (name: string, row: (r: number) => string): string =>
      columnTerms(pair, row, `${name}_${first}`, `${name}_${second}`);
    const columns = [
      column("tl", (r) => `l${r}`),
      ...range(quads).map((q) => column(`tb${q}`, (r) => `b${r}_${q}`)),
      column("te", (r) => `e${r}`),
    ];
    // a, tb, c are 4 columns seen one to the left, in place and one to the right.
    const shifted = [first, second].flatMap((t) =>
      seenBeside(quads, `tl_${t}`, `te_${t}`, (part, q) => `${part === "b" ? "tb" : part}${q}_${t}`)
    );
    return [
      ...columns,
      ...shifted,
      ...range(outputs).flatMap((k) => {
        const tap = (i: number): string => `g${k >> 2}_${i}.${XYZW[k & 3]}`;
        const taps = range(3).map((j) =>
          tapTerms(
            pair,
            [tap(j), tap(3 + j), tap(6 + j)],
            `w${k}_${j}_${first}`,
            `w${k}_${j}_${second}`,
          )
        );
        const sums = [first, second].flatMap((t) =>
          range(quads).map((q) =>
            `${sum(k, t, q)} += ` +
            range(3).map((j) => `w${k}_${j}_${t} * ${["a", "tb", "c"][j]}${q}_${t}`).join(" + ") +
            ";"
          )
        );
        return [...taps, ...sums];
      }),
    ];
  });
  return forwardFrame(tile, {
    title:
      `// 3 x 3 convolution of planes, stride 1, zero padding, with minimal filters F(4, 3) down the columns
// (see winograd.ts): forward, and with transposed weights the gradient with respect to the input.
// One invocation makes ${
        4 * quads
      } columns x ${WINOGRAD_ROWS} rows of ${outputs} output channel(s).`,
    sums: range(outputs).flatMap((k) =>
      range(6).map((t) => range(quads).map((q) => `var ${sum(k, t, q)} = vec4f(0.0);`).join(" "))
    ),
    channel: [...readRows(tile), ...weights, ...products],
    settle: (k) =>
      range(quads).flatMap((q) => {
        const m = (t: number): string => sum(k, t, q), bias = `vec4f(${biasOf(k)})`;
        const near = `near${k}_${q}`, far = `far${k}_${q}`;
        const row = (r: number, text: string): string =>
          `let ${row4(k, r, q)} = ${bias} + (${text});`;
        return [
          `let ${near} = ${m(1)} + ${m(2)}; let ${near}_odd = ${m(1)} - ${m(2)};`,
          `let ${far} = ${m(3)} + ${m(4)}; let ${far}_odd = ${m(3)} - ${m(4)};`,
          row(0, `${m(0)} + ${near} + ${far}`),
          row(1, `${text(A)} * ${near}_odd + ${text(B)} * ${far}_odd`),
          row(2, `${text(A * A)} * ${near} + ${text(B * B)} * ${far}`),
          row(3, `${text(A ** 3)} * ${near}_odd + ${text(B ** 3)} * ${far}_odd + ${m(5)}`),
        ];
      }),
    value: row4,
  });
}
