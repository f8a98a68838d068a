/**
 * Text of the direct convolution: nine products for each pixel and pair of channels.
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

/**
 * WGSL of the forward kernel (also the gradient with respect to the input) for a tile.
 *
 * @param half Multiply and add the nine taps of a channel in 16 bits, channels in 32.
 */
export function directText(tile: ForwardTile, half = false): string {
  const { quads, rows, outputs } = tile;
  const vec4 = half ? "vec4<f16>" : "vec4f";
  const sum = (k: number, r: number, q: number): string => `s${k}_${r}_${q}`;
  // Down the columns, so that two of three rows of pixels are still at hand from the row above.
  const pixels = range(quads).flatMap((q) => range(rows).map((r) => [r, q] as const));
  // a, b, c are 4 pixels seen one to the left, in place and one to the right.
  const shifted = range(rows + 2).flatMap((r) =>
    seenBeside(quads, `l${r}`, `e${r}`, (part, q) => `${part}${r}_${q}`, vec4)
  );
  const weights = half
    ? range(Math.ceil(outputs / 4)).flatMap((g) =>
      range(9).map((t) =>
        `let w${g}_${t} = vec4<f16>(load_weights(w + ${t}u * params.weight_row + ${g}u));`
      )
    )
    : readWeights(outputs, (g, t) => `w${g}_${t}`);
  const products = range(outputs).flatMap((k) =>
    pixels.map(([r, q]) => {
      let text = "";
      // The taps of a channel are added up before they join the sum: that rounds three times less.
      for (const t of range(9).reverse()) {
        const weight = `${vec4}(w${k >> 2}_${t}.${XYZW[k & 3]})`;
        const pixels = `${"abc"[t % 3]}${r + Math.floor(t / 3)}_${q}`;
        text = text === "" ? `${weight} * ${pixels}` : `fma(${weight}, ${pixels}, ${text})`;
      }
      return `${sum(k, r, q)} += ${half ? `vec4f(${text})` : text};`;
    })
  );
  const first = half
    ? `enable f16;
// The nine taps of a channel are multiplied and added in 16 bits, channels in 32 bits.
`
    : "";
  return forwardFrame(tile, {
    title:
      `${first}// Direct 3 x 3 convolution of planes, stride 1, zero padding: forward, and with transposed weights the
// gradient with respect to the input. One invocation makes ${
        4 * quads
      } columns x ${rows} rows of ${outputs} output channel(s).`,
    sums: range(outputs).map((k) =>
      pixels.map(([r, q]) => `var ${sum(k, r, q)} = vec4f(${biasOf(k)});`).join(" ")
    ),
    channel: [...readRows(tile, half), ...shifted, ...weights, ...products],
    value: sum,
  });
}
