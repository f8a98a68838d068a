/**
 * Text of the gradient of a convolution with respect to weights and bias.
 *
 * @module
 */
import { range, XYZW } from "./frame.ts";

/** Tile of the weight-gradient kernel: (output, input) channel pairs of one invocation. */
export interface GradientTile {
  /** Output channels: 1 or a multiple of 4. */
  readonly outputs: number;
  /** Input channels. */
  readonly channels: number;
}

/** The parts in which the kernels differ. */
export interface GradientParts {
  /** Lines at the top: what the kernel is. */
  readonly title: string;
  /** Side of the gradient for one of the input; default 1. */
  readonly scale?: 1 | 2;
  /** Lines at the head of a strip: at column x4 of image n, from row `first` on. */
  readonly strip: readonly string[];
  /** Lines for row y. */
  readonly row: readonly string[];
}

/** Name of the sum for output k, input c and tap t. */
export const pairSum = (k: number, c: number, t: number): string => `s${k}_${c}_${t}`;

/** WGSL of a kernel: which strips an invocation walks down, and how it stores its sums. */
export function gradientFrame({ outputs, channels }: GradientTile, parts: GradientParts): string {
  const declare = range(outputs).flatMap((k) => [
    `  var z${k} = 0.0;`,
    ...range(channels).map((c) =>
      "  " + range(9).map((t) => `var ${pairSum(k, c, t)} = 0.0;`).join(" ")
    ),
  ]);
  const vector = (parts: (k: number) => string, g: number): string =>
    outputs === 1
      ? `vec4f(${parts(0)}, 0.0, 0.0, 0.0)`
      : `vec4f(${range(4).map((i) => parts(4 * g + i)).join(", ")})`;
  const stores = range(Math.ceil(outputs / 4)).map((g) => {
    const weights = range(channels).map((c) => {
      const lines = range(9).map((t) =>
        `      partials[o + ${9 * c + t}u * params.weight_row] = ` +
        `select(vec4f(0.0), ${vector((k) => pairSum(k, c, t), g)}, real);`
      );
      return `    if (c0 + ${c}u < params.channels) {\n${lines.join("\n")}\n    }`;
    });
    return `  if (k0 + ${4 * g}u < params.outputs) {
    let real = vec4u(k0 + ${4 * g}u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.outputs);
    let o = split * params.stride + c0 * 9u * params.weight_row + k0 / 4u + ${g}u;
${weights.join("\n")}
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + ${g}u;
      partials[b] = select(vec4f(0.0), ${vector((k) => `z${k}`, g)}, real);
    }
  }`;
  });
  const double = parts.scale === 2 ? "2 " : "";
  return `${parts.title}
// Strips are numbered column first, then band, then image; split s takes strips s * split_step + j * strip_step,
// j < strips_per_split.
//   input    (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   gradient (B, outputs, ${double}height, ${double}4 width4)
//   partials [splits][stride]: weights [channels][9][4 weight_row], then bias [4 weight_row]; padding 0
// Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
struct Params {
  input_channels: u32, first_channel: u32, channels: u32, outputs: u32,
  height: u32, width4: u32, bands: u32, band_rows: u32,
  strips: u32, strips_per_split: u32, split_step: u32, strip_step: u32, splits: u32,
  channel_blocks: u32, output_blocks: u32, weight_row: u32, stride: u32, splits_first: u32,
}
@group(0) @binding(2) var<storage, read_write> partials: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn accumulate(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let t = linear_index(wid, lid, groups, WORKGROUP);
  let blocks = params.channel_blocks * params.output_blocks;
  if (t >= blocks * params.splits) { return; }
  // Neighbours share the gradient (software), or read neighbouring pixels (hardware).
  var block = t % blocks;
  var split = t / blocks;
  if (params.splits_first != 0u) {
    block = t / params.splits;
    split = t % params.splits;
  }
  let c0 = block % params.channel_blocks * ${channels}u;
  let k0 = block / params.channel_blocks * ${outputs}u;
  let plane = params.height * params.width4;
${declare.join("\n")}
  for (var j = 0u; j < params.strips_per_split; j++) {
    let strip = split * params.split_step + j * params.strip_step;
    if (strip >= params.strips) { break; }
    let x4 = strip % params.width4;
    let first = strip / params.width4 % params.bands * params.band_rows;
    let n = strip / (params.width4 * params.bands);
    let left = x4 > 0u;
    let right = x4 + 1u < params.width4;
    let above = first > 0u;
${parts.strip.join("\n")}
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
${parts.row.join("\n")}
    }
  }
${stores.join("\n")}
}
`;
}

/** WGSL of the kernel for the gradient with respect to weights and bias for a tile. */
export function gradientText(tile: GradientTile): string {
  const { outputs, channels } = tile;
  // Left neighbour, 4 pixels and right neighbour of row r of channel c.
  const row = (r: number, c: number, keyword: string, index: string, ok: string): string => {
    const and = ok === "" ? "" : ` && ${ok}`;
    const load = `load_input(${index})`;
    const b = ok === "" ? load : `select(vec4f(0.0), ${load}, ${ok})`;
    return `${keyword} b${r}_${c} = ${b}; ` +
      `${keyword} l${r}_${c} = select(0.0, left_of(${index}, b${r}_${c}.w), left${and}); ` +
      `${keyword} e${r}_${c} = select(0.0, right_of(${index}, b${r}_${c}.x), right${and});`;
  };
  const value = (r: number, c: number, p: number): string =>
    p < 0 ? `l${r}_${c}` : p > 3 ? `e${r}_${c}` : `b${r}_${c}.${XYZW[p]}`;
  const products = range(outputs).flatMap((k) =>
    range(channels).flatMap((c) =>
      range(9).map((t) => {
        let text = "";
        for (const p of range(4)) {
          const factors = [`d${k}.${XYZW[p]}`, value(Math.floor(t / 3), c, p + t % 3 - 1)];
          text = text === "" ? factors.join(" * ") : `fma(${factors.join(", ")}, ${text})`;
        }
        return `      ${pairSum(k, c, t)} += ${text};`;
      })
    )
  );
  const rotate = range(channels).flatMap((c) =>
    [0, 1].map((r) =>
      "      " + ["l", "b", "e"].map((v) => `${v}${r}_${c} = ${v}${r + 1}_${c};`).join(" ")
    )
  );
  return gradientFrame(tile, {
    title:
      `// Gradient of a 3 x 3 convolution with respect to weights and bias, summed over part of the pixels.
// One invocation makes ${outputs} output x ${channels} input channel(s) x 9 taps; it walks down strips 4 pixels wide and
// band_rows high, keeping three rows of the input.`,
    strip: [
      "    var x = (n * params.input_channels + params.first_channel + c0) * plane + first * params.width4 + x4;",
      "    var d = (n * params.outputs + k0) * plane + first * params.width4 + x4;",
      ...range(channels).flatMap((c) => [
        `    ${row(0, c, "var", `x + ${c}u * plane - params.width4`, "above")}`,
        `    ${row(1, c, "var", `x + ${c}u * plane`, "")}`,
      ]),
    ],
    row: [
      "      x += params.width4;",
      "      let inside = y + 1u < params.height;",
      ...range(channels).map((c) => `      ${row(2, c, "let", `x + ${c}u * plane`, "inside")}`),
      ...range(outputs).map((k) =>
        `      let d${k} = load_gradient(d + ${k}u * plane); z${k} += dot(d${k}, vec4f(1.0));`
      ),
      ...products,
      ...rotate,
      "      d += params.width4;",
    ],
  });
}
