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
  /** Side of the output for one of the input; default 1. */
  readonly scale?: 0.5 | 1 | 2;
  /** Declarations of the sums. */
  readonly sums: readonly string[];
  /** Lines for one input channel: x is the vector above the tile, w the first of the weights. */
  readonly channel: readonly string[];
  /** Lines before the vectors of output channel k can be stated. */
  readonly settle?: (k: number) => readonly string[];
  /** Vector q of row r of output channel k. */
  readonly value: (k: number, r: number, q: number) => string;
}

/** Names of the components of a vector. */
export const XYZW = "xyzw";

/** The numbers 0 .. n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Bias of output channel k of the tile. */
export const biasOf = (k: number): string => `bias${k >> 2}.${XYZW[k & 3]}`;

/**
 * Lines that read the rows of a channel: of row r the vectors b<r>_<q> and the pixels l<r> and e<r> to
 * their left and right, 0 outside the image. `left_of` and `right_of` (beside_texels.wgsl,
 * beside_lanes.wgsl) find those pixels.
 *
 * @param half Convert to 16 bits.
 */
export function readRows({ quads, rows }: ForwardTile, half = false): string[] {
  const zero = half ? "0.0h" : "0.0";
  const four = half ? "vec4<f16>" : "vec4f";
  return range(rows + 2).flatMap((r) => {
    const edge = r === 0 ? "above" : r === rows + 1 ? "below" : "";
    const and = edge === "" ? "" : ` && ${edge}`;
    const centre = range(quads).map((q) => {
      const read = `load_input(i${r} + ${q}u)`, load = half ? `${four}(${read})` : read;
      const value = edge === "" ? load : `select(${four}(${zero}), ${load}, ${edge})`;
      return `let b${r}_${q} = ${value};`;
    });
    const end = quads === 1 ? `i${r}` : `i${r} + ${quads - 1}u`;
    const left = half ? `f16(load_input(i${r} - 1u).w)` : `left_of(i${r}, b${r}_${quads - 1}.w)`;
    const right = half ? `f16(load_input(i${r} + ${quads}u).x)` : `right_of(${end}, b${r}_0.x)`;
    return [
      `let i${r} = x + ${r}u * params.width4;`,
      centre.join(" "),
      `let l${r} = select(${zero}, ${left}, left${and});`,
      `let e${r} = select(${zero}, ${right}, right${and});`,
    ];
  });
}

/**
 * Lines that read the weights of a channel: vector g of tap t as `name(g, t)`. `hold` and `weight_of`
 * (weights_texels.wgsl, weights_lanes.wgsl) find them.
 */
export function readWeights(outputs: number, name: (g: number, t: number) => string): string[] {
  const groups = range(Math.ceil(outputs / 4));
  return [
    `let held = hold(w, lid, ${9 * groups.length}u);`,
    ...groups.flatMap((g) =>
      range(9).map((t) => `let ${name(g, t)} = weight_of(held, ${9 * g + t}u);`)
    ),
  ];
}

/**
 * Lines that make of the vectors b of a row the vectors a and c, seen one pixel to the left and to the
 * right.
 *
 * @param left Pixel before the row. @param right Pixel behind it.
 */
export function seenBeside(
  quads: number,
  left: string,
  right: string,
  name: (part: "a" | "b" | "c", q: number) => string,
  vec4 = "vec4f",
): string[] {
  return range(quads).map((q) => {
    const before = q === 0 ? left : `${name("b", q - 1)}.w`;
    const after = q === quads - 1 ? right : `${name("b", q + 1)}.x`;
    return `let ${name("a", q)} = ${vec4}(${before}, ${name("b", q)}.xyz); ` +
      `let ${name("c", q)} = ${vec4}(${name("b", q)}.yzw, ${after});`;
  });
}

/** WGSL of a forward kernel. Tiles of two and more vectors can give the maxima of 2 x 2 windows. */
export function forwardFrame(tile: ForwardTile, parts: ForwardParts): string {
  const { quads, rows, outputs } = tile, { scale = 1 } = parts;
  const pools = scale === 1 && quads % 2 === 0 && rows % 2 === 0;
  const groups = range(Math.ceil(outputs / 4));
  const biases = groups.map((g) => `  var bias${g} = vec4f(0.0);`);
  const loadBiases = groups.map((g) => ` bias${g} = load_weights(params.bias + k0 / 4u + ${g}u);`);
  return `${parts.title}
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector \`weights\` on, bias from vector \`bias\` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height', width'), channels first_output .. first_output + outputs
//           ${outputSize(scale, pools)}
// Width is a multiple of ${4 * quads}, height of ${rows}. Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
override MASKED: bool = false;${pools ? "\noverride POOLED: bool = false;" : ""}
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
${pools ? POOL : ""}
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
  let slot = n * params.output_channels + params.first_output + k0;
${stores(tile, parts, pools)}
}
`;
}

function outputSize(scale: 0.5 | 1 | 2, pools: boolean): string {
  if (scale === 0.5) return "height' = height / 2, width' = 2 width4";
  if (scale === 2) return "height' = 2 height, width' = 8 width4";
  return "height' = height, width' = 4 width4" + (pools ? ", both halved if POOLED" : "");
}

const POOL = `
// Maxima of 2 x 2 pixels of four vectors: two rows of two.
fn pool(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  let left = max(a, c);
  let right = max(b, d);
  return max(vec4f(left.xz, right.xz), vec4f(left.yw, right.yw));
}
`;

/** Lines that write the tile, whole or as maxima of 2 x 2 windows. */
function stores(tile: ForwardTile, parts: ForwardParts, pools: boolean): string {
  const { quads, rows, outputs } = tile, { scale = 1, value } = parts;
  const at = (r: number, q: number): string => `o + ${r}u * line + ${q}u`;
  const write = (r: number, q: number, vector: string): string =>
    `output[${at(r, q)}] = finish(${vector}, ${at(r, q)});`;
  const each = (step: number, line: (r: number, q: number) => string): string[] =>
    range(scale * quads / step).flatMap((q) => range(scale * rows / step).map((r) => line(r, q)));
  const channel = range(outputs).map((k) => {
    const whole = each(1, (r, q) => write(r, q, value(k, r, q)));
    const pooled = (r: number, q: number): string => {
      const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];
      return `pool(${corners.map(([y, x]) => value(k, 2 * r + y, 2 * q + x)).join(", ")})`;
    };
    const lines = pools
      ? [
        "if (POOLED) {",
        ...each(2, (r, q) => write(r, q, pooled(r, q))),
        "} else {",
        ...whole,
        "}",
      ]
      : whole;
    const all = [...(parts.settle?.(k) ?? []), ...lines].map((line) => `    ${line}`);
    return `  if (k0 + ${k}u < params.outputs) {\n${all.join("\n")}\n  }\n  o += area;`;
  });
  // Side of the input for one of the output.
  const shrink = pools ? "select(1u, 2u, POOLED)" : "2u";
  const [area, size] = scale === 2
    ? ["plane * 4u", " * 2u"]
    : pools || scale === 0.5
    ? ["plane / (shrink * shrink)", " / shrink"]
    : ["plane", ""];
  const head = size.endsWith("shrink") ? `  let shrink = ${shrink};\n` : "";
  return `${head}  let area = ${area};
  let line = params.width4${size};
  var o = slot * area + y0${size} * line + x4${size};
${channel.join("\n")}`;
}
