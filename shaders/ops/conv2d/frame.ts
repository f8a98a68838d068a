/**
 * What the emitted forward kernels share: their contract, the place of an invocation, the loop over
 * channels.
 *
 * @module
 */

/** Tile of a forward kernel: outputs of one invocation. */
export interface ForwardTile {
  /** Vectors of 4 pixels along a row. */
  readonly quads: number;
  /** Rows of pixels. */
  readonly rows: number;
  /** Output channels: 1 or a multiple of 4. */
  readonly outputs: number;
}

/** The parts in which forward kernels differ. */
export interface ForwardParts {
  /** Lines at the top: what the kernel is. */
  readonly title: string;
  /** Declarations of the sums. */
  readonly sums: readonly string[];
  /** Lines for one input channel: x is the vector above the tile, w the first of the weights. */
  readonly channel: readonly string[];
  /** Lines that write output channel k, from vector `o` on. */
  readonly store: (k: number) => readonly string[];
}

/** Names of the components of a vector. */
export const XYZW = "xyzw";

/** The numbers 0 .. n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Bias of output channel k of the tile. */
export const biasOf = (k: number): string => `bias${k >> 2}.${XYZW[k & 3]}`;

/**
 * Lines that read the rows of a channel: of row r the vectors b<r>_<q> and the pixels l<r> and e<r> to
 * their left and right, 0 outside the image.
 *
 * @param half Convert to 16 bits.
 */
export function readRows({ quads, rows }: ForwardTile, half = false): string[] {
  const zero = half ? "0.0h" : "0.0";
  const [one, four] = half ? ["f16", "vec4<f16>"] : ["", "vec4f"];
  const narrow = (type: string, load: string): string => half ? `${type}(${load})` : load;
  return range(rows + 2).flatMap((r) => {
    const edge = r === 0 ? "above" : r === rows + 1 ? "below" : "";
    const and = edge === "" ? "" : ` && ${edge}`;
    const centre = range(quads).map((q) => {
      const load = narrow(four, `load_input(i${r} + ${q}u)`);
      const value = edge === "" ? load : `select(${four}(${zero}), ${load}, ${edge})`;
      return `let b${r}_${q} = ${value};`;
    });
    const left = narrow(one, `load_input(i${r} - 1u).w`);
    const right = narrow(one, `load_input(i${r} + ${quads}u).x`);
    return [
      `let i${r} = x + ${r}u * params.width4;`,
      `let l${r} = select(${zero}, ${left}, left${and});`,
      centre.join(" "),
      `let e${r} = select(${zero}, ${right}, right${and});`,
    ];
  });
}

/** WGSL of a forward kernel. */
export function forwardFrame(tile: ForwardTile, parts: ForwardParts): string {
  const { quads, rows, outputs } = tile;
  const groups = range(Math.ceil(outputs / 4));
  const biases = groups.map((g) => `  var bias${g} = vec4f(0.0);`);
  const loadBiases = groups.map((g) => ` bias${g} = load_weights(params.bias + k0 / 4u + ${g}u);`);
  const stores = range(outputs).map((k) => {
    const lines = parts.store(k).map((line) => `    ${line}`);
    return `  if (k0 + ${k}u < params.outputs) {\n${lines.join("\n")}\n  }\n  o += plane;`;
  });
  return `${parts.title}
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector \`weights\` on, bias from vector \`bias\` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height, 4 width4), channels first_output .. first_output + outputs
// Width is a multiple of ${4 * quads}, height of ${rows}. Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
override MASKED: bool = false;
const BIAS = 1u;
const RELU = 2u;
struct Params {
  input_channels: u32, first_channel: u32, channels: u32,
  output_channels: u32, first_output: u32, outputs: u32,
  weights: u32, weight_row: u32, bias: u32,
  height: u32, width4: u32, tiles_x: u32, tiles_y: u32, tiles: u32, mode: u32,
}
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn finish(sum: vec4f, i: u32) -> vec4f {
  var v = sum;
  if ((params.mode & RELU) != 0u) { v = select(v, vec4f(0.0), v < vec4f(0.0)); }
  if (MASKED) { v = select(vec4f(0.0), v, load_mask(i) > vec4f(0.0)); }
  return v;
}

@compute @workgroup_size(WORKGROUP)
fn convolve(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let t = (wid.z * groups.y + wid.y) * WORKGROUP + lid;
  if (t >= params.tiles) { return; }
  let k0 = wid.x * ${outputs}u;
  let x4 = t % params.tiles_x * ${quads}u;
  let y0 = (t / params.tiles_x) % params.tiles_y * ${rows}u;
  let n = t / (params.tiles_x * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + ${quads}u < params.width4;
  let above = y0 > 0u;
  let below = y0 + ${rows}u < params.height;
${biases.join("\n")}
  if ((params.mode & BIAS) != 0u) {${loadBiases.join("")} }
${parts.sums.map((line) => `  ${line}`).join("\n")}
  // Row above the tile; outside the image it wraps around and is masked by \`above\`.
  var x = (n * params.input_channels + params.first_channel) * plane + y0 * params.width4 + x4 - params.width4;
  var w = params.weights + k0 / 4u;
  for (var c = 0u; c < params.channels; c++) {
${parts.channel.map((line) => `    ${line}`).join("\n")}
    x += plane;
    w += 9u * params.weight_row;
  }
  var o = (n * params.output_channels + params.first_output + k0) * plane + y0 * params.width4 + x4;
${stores.join("\n")}
}
`;
}
