/**
 * Text of the convolution of a plane that is seen enlarged twice (nearest neighbour), and of its
 * gradients.
 *
 * Every pixel of the small plane becomes four of the output, of different parities. In each of them the
 * three taps of a row fall on two pixels, so four products with sums of taps do for nine, and the large
 * plane is never stored. Backward every tap meets the sum of the four gradients of its pixel, so nine
 * products with sums over 2 x 2 windows do for thirty-six.
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
import { gradientFrame, type GradientTile, pairSum } from "./gradient.ts";

/** WGSL of the forward kernel for a tile of the small plane. */
export function enlargedText(tile: ForwardTile): string {
  const { quads, rows, outputs } = tile;
  // Output row 2 r + i, column 2 x + j of four pixels x of vector q.
  const sum = (k: number, r: number, i: number, q: number, j: number): string =>
    `s${k}_${r}${i}_${q}${j}`;
  // a, b, c are 4 pixels seen one to the left, in place and one to the right.
  const shifted = range(rows + 2).flatMap((r) =>
    seenBeside(quads, `l${r}`, `e${r}`, (part, q) => `${part}${r}_${q}`)
  );
  // Taps that fall on the same pixel, added: first down the rows, then along them.
  const taps = range(Math.ceil(outputs / 4)).flatMap((g) => [
    ...range(3).map((t) =>
      `let h${g}_00_${t} = g${g}_${t}; let h${g}_01_${t} = g${g}_${3 + t} + g${g}_${6 + t}; ` +
      `let h${g}_10_${t} = g${g}_${t} + g${g}_${3 + t}; let h${g}_11_${t} = g${g}_${6 + t};`
    ),
    ...["00", "01", "10", "11"].map((row) => {
      const h = (t: number): string => `h${g}_${row}_${t}`, u = `u${g}_${row}`;
      return `let ${u}_00 = ${h(0)}; let ${u}_01 = ${h(1)} + ${h(2)}; ` +
        `let ${u}_10 = ${h(0)} + ${h(1)}; let ${u}_11 = ${h(2)};`;
    }),
  ]);
  const each = (use: (k: number, r: number, i: number, q: number, j: number) => string): string[] =>
    range(outputs).flatMap((k) =>
      range(quads).flatMap((q) =>
        range(rows).map((r) =>
          [0, 1].flatMap((i) => [0, 1].map((j) => use(k, r, i, q, j))).join(" ")
        )
      )
    );
  const products = each((k, r, i, q, j) => {
    const terms = [0, 1].flatMap((y) =>
      [0, 1].map((x) =>
        `u${k >> 2}_${i}${y}_${j}${x}.${XYZW[k & 3]} * ${"abc"[j + x]}${r + i + y}_${q}`
      )
    );
    return `${sum(k, r, i, q, j)} += ${terms.join(" + ")};`;
  });
  return forwardFrame(tile, {
    title:
      `// 3 x 3 convolution, stride 1, zero padding, of planes enlarged twice (see enlarged.ts). One invocation
// makes ${8 * quads} columns x ${2 * rows} rows of ${outputs} output channel(s) of ${
        4 * quads
      } columns x ${rows} rows of the input.`,
    scale: 2,
    sums: each((k, r, i, q, j) => `var ${sum(k, r, i, q, j)} = vec4f(${biasOf(k)});`),
    channel: [
      ...readRows(tile),
      ...shifted,
      ...readWeights(outputs, (g, t) => `g${g}_${t}`),
      ...taps,
      ...products,
    ],
    // Even and odd columns in turn.
    value: (k, r, q) => {
      const [even, odd] = [0, 1].map((j) => sum(k, r >> 1, r & 1, q >> 1, j));
      const [a, b] = q & 1 ? "zw" : "xy";
      return `vec4f(${even}.${a}, ${odd}.${a}, ${even}.${b}, ${odd}.${b})`;
    },
  });
}

/**
 * Lines for the sums over 2 x 2 windows of gradients that four pixels of the small plane meet, from two
 * rows `upper` and `lower` of 10 pixels (l, b_0, b_1, e): d<name>_0, _1, _2 by column of the kernel.
 */
function windowSums(
  name: string,
  row: (part: "l" | "b0" | "b1" | "e") => readonly [string, string],
  keyword = "let",
): string {
  const sum = (part: "l" | "b0" | "b1" | "e"): string => row(part).join(" + ");
  return `let p${name} = ${sum("b0")}; let q${name} = ${sum("b1")}; ` +
    `let m${name} = vec4f(p${name}.yw, q${name}.yw); ` +
    `${keyword} d${name}_0 = m${name} + vec4f(p${name}.z, q${name}.xz, ${sum("e")}); ` +
    `${keyword} d${name}_1 = vec4f(p${name}.xz, q${name}.xz) + m${name}; ` +
    `${keyword} d${name}_2 = vec4f(${sum("l")} + p${name}.x, d${name}_0.xyz);`;
}

/** WGSL of the gradient with respect to the small plane, for a tile of two vectors of the large one. */
export function enlargedInputText(tile: ForwardTile): string {
  const { rows, outputs } = tile;
  const sum = (k: number, r: number): string => `s${k}_${r}`;
  const windows = range(rows + 1).map((r) =>
    windowSums(`${r}`, (part) => {
      const name = (r: number): string =>
        part === "l" || part === "e" ? `${part}${r}` : `b${r}_${part[1]}`;
      return [name(r), name(r + 1)];
    })
  );
  const weights = readWeights(outputs, (g, t) => `w${g}_${8 - t}`);
  const small = range(rows / 2);
  const products = range(outputs).flatMap((k) =>
    small.map((r) => {
      const terms = range(9).map((t) =>
        `w${k >> 2}_${t}.${XYZW[k & 3]} * d${2 * r + 2 - Math.floor(t / 3)}_${t % 3}`
      );
      return `${sum(k, r)} += ${terms.join(" + ")};`;
    })
  );
  return forwardFrame(tile, {
    title:
      `// Gradient of a 3 x 3 convolution of planes enlarged twice with respect to the small planes (see
// enlarged.ts). \`weights\` are the transposed ones. One invocation makes 4 columns x ${
        rows / 2
      } rows of
// ${outputs} channels of ${4 * tile.quads} columns x ${rows} rows of the gradient.`,
    scale: 0.5,
    sums: range(outputs).map((k) =>
      small.map((r) => `var ${sum(k, r)} = vec4f(${biasOf(k)});`).join(" ")
    ),
    channel: [...readRows(tile), ...windows, ...weights, ...products],
    value: sum,
  });
}

/** WGSL of the gradient with respect to weights and bias of a convolution of enlarged planes. */
export function enlargedGradientText({ outputs, channels }: GradientTile): string {
  const parts = ["l", "b0", "b1", "e"] as const;
  const row = (
    name: (part: typeof parts[number]) => string,
    k: number,
    keyword: string,
    index: string,
    ok: string,
  ): string => {
    const and = ok === "" ? "" : ` && ${ok}`, at = `${index} + ${k}u * large`;
    const whole = (load: string): string => ok === "" ? load : `select(vec4f(0.0), ${load}, ${ok})`;
    return `${keyword} ${name("l")} = select(0.0, load_gradient(${at} - 1u).w, left${and}); ` +
      `${keyword} ${name("b0")} = ${whole(`load_gradient(${at})`)}; ` +
      `${keyword} ${name("b1")} = ${whole(`load_gradient(${at} + 1u)`)}; ` +
      `${keyword} ${name("e")} = select(0.0, load_gradient(${at} + 2u).x, right${and});`;
  };
  const held = (k: number) => (part: string): string => `${part}_${k}`;
  const first = range(outputs).map((k) => {
    const above = (part: string): string => `above_${part}_${k}`;
    return `    ${row(above, k, "let", "d - line", "above")}\n` +
      `    ${row(held(k), k, "var", "d", "")}\n` +
      `    ${windowSums(`2${k}`, (part) => [above(part), held(k)(part)], "var")}`;
  });
  const step = range(outputs).map((k) => {
    const odd = (part: string): string => `odd_${part}_${k}`;
    const even = (part: string): string => `even_${part}_${k}`;
    return `      ${row(odd, k, "let", "d + line", "")}\n` +
      `      ${row(even, k, "let", "d + 2u * line", "inside")}\n` +
      `      ${windowSums(`1${k}`, (part) => [held(k)(part), odd(part)])}\n` +
      `      ${windowSums(`0${k}`, (part) => [odd(part), even(part)])}\n` +
      `      z${k} += dot(d1${k}_1, vec4f(1.0));`;
  });
  // The window sums above the next row are those below this one.
  const rotate = range(outputs).map((k) =>
    "      " + range(3).map((j) => `d2${k}_${j} = d0${k}_${j};`).join(" ") + " " +
    parts.map((part) => `${part}_${k} = even_${part}_${k};`).join(" ")
  );
  const products = range(channels).flatMap((c) => [
    `      let v${c} = load_input(x + ${c}u * plane);`,
    ...range(outputs).flatMap((k) =>
      range(9).map((t) =>
        `      ${pairSum(k, c, t)} += dot(v${c}, d${Math.floor(t / 3)}${k}_${t % 3});`
      )
    ),
  ]);
  return gradientFrame({ outputs, channels }, {
    title:
      `// Gradient of a 3 x 3 convolution of planes enlarged twice with respect to weights and bias (see
// enlarged.ts), summed over part of the pixels. One invocation makes ${outputs} output x ${channels} input channel(s) x 9 taps; it
// walks down strips of the small planes, 4 pixels wide and band_rows high.`,
    scale: 2,
    strip: [
      "    let line = 2u * params.width4;",
      "    let large = 4u * plane;",
      "    var d = (n * params.outputs + k0) * large + 2u * first * line + 2u * x4;",
      "    var x = (n * params.input_channels + params.first_channel + c0) * plane + first * params.width4 + x4;",
      ...first,
    ],
    row: [
      "      let inside = y + 1u < params.height;",
      ...step,
      ...products,
      ...rotate,
      "      x += params.width4;",
      "      d += 2u * line;",
    ],
  });
}
