/**
 * Text of the convolution of a plane that is seen enlarged twice (nearest neighbour).
 *
 * Every pixel of the small plane becomes four of the output, of different parities. In each of them the
 * three taps of a row fall on two pixels, so four products with sums of taps do for nine, and the large
 * plane is never stored.
 *
 * @module
 */
import { biasOf, forwardFrame, type ForwardTile, range, readRows, XYZW } from "./frame.ts";

/** WGSL of the kernel for a tile of the small plane. */
export function enlargedText(tile: ForwardTile): string {
  const { quads, rows, outputs } = tile;
  // Output row 2 r + i, column 2 x + j of four pixels x of vector q.
  const sum = (k: number, r: number, i: number, q: number, j: number): string =>
    `s${k}_${r}${i}_${q}${j}`;
  // a, b, c are 4 pixels seen one to the left, in place and one to the right.
  const shifted = range(rows + 2).flatMap((r) =>
    range(quads).map((q) => {
      const before = q === 0 ? `l${r}` : `b${r}_${q - 1}.w`;
      const after = q === quads - 1 ? `e${r}` : `b${r}_${q + 1}.x`;
      return `let a${r}_${q} = vec4f(${before}, b${r}_${q}.xyz); ` +
        `let c${r}_${q} = vec4f(b${r}_${q}.yzw, ${after});`;
    })
  );
  // Taps that fall on the same pixel, added: first down the rows, then along them.
  const weights = range(Math.ceil(outputs / 4)).flatMap((g) => [
    ...range(9).map((t) => `let g${g}_${t} = load_weights(w + ${t}u * params.weight_row + ${g}u);`),
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
    channel: [...readRows(tile), ...shifted, ...weights, ...products],
    // Even and odd columns in turn.
    value: (k, r, q) => {
      const [even, odd] = [0, 1].map((j) => sum(k, r >> 1, r & 1, q >> 1, j));
      const [a, b] = q & 1 ? "zw" : "xy";
      return `vec4f(${even}.${a}, ${odd}.${a}, ${even}.${b}, ${odd}.${b})`;
    },
  });
}
