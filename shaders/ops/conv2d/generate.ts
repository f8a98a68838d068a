/**
 * Writes the register-tiled convolution kernels beside this file.
 *
 * Register tiles need unrolled text, which `override` constants cannot give. The emitted files are
 * committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/ops/conv2d/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */

/** Tile of the forward kernel: outputs of one invocation. */
export interface ForwardTile {
  /** Vectors of 4 pixels along a row. */
  readonly quads: number;
  /** Rows of pixels. */
  readonly rows: number;
  /** Output channels: 1 or a multiple of 4. */
  readonly outputs: number;
}

/** Tile of the weight-gradient kernel: (output, input) channel pairs of one invocation. */
export interface GradientTile {
  /** Output channels: 1 or a multiple of 4. */
  readonly outputs: number;
  /** Input channels. */
  readonly channels: number;
}

/** Tiles that are emitted. */
export const FORWARD_TILES: readonly ForwardTile[] = [
  { quads: 2, rows: 4, outputs: 8 },
  { quads: 1, rows: 4, outputs: 8 },
  { quads: 1, rows: 4, outputs: 4 },
  { quads: 1, rows: 8, outputs: 1 },
  { quads: 1, rows: 4, outputs: 1 },
];

/** Tiles that are emitted. */
export const GRADIENT_TILES: readonly GradientTile[] = [
  { outputs: 8, channels: 4 },
  { outputs: 8, channels: 2 },
  { outputs: 8, channels: 1 },
  { outputs: 4, channels: 2 },
  { outputs: 1, channels: 2 },
];

const XYZW = "xyzw";
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** File name of a forward tile; `half` for the one that multiplies 16-bit numbers. */
export function forwardName(tile: ForwardTile, half = false): string {
  return `${half ? "half" : "tile"}_${4 * tile.quads}x${tile.rows}x${tile.outputs}.wgsl`;
}

/** File name of a weight-gradient tile. */
export function gradientName(tile: GradientTile): string {
  return `gradient_${tile.outputs}x${tile.channels}.wgsl`;
}

/**
 * WGSL of the forward kernel (also the gradient with respect to the input) for a tile.
 *
 * @param half Multiply and add the nine taps of a channel in 16 bits, channels in 32.
 */
export function forwardText({ quads, rows, outputs }: ForwardTile, half = false): string {
  const vec4 = half ? "vec4<f16>" : "vec4f";
  const narrow = (load: string): string => half ? `vec4<f16>(${load})` : load;
  const zero = half ? "0.0h" : "0.0";
  const groups = Math.ceil(outputs / 4);
  const sum = (k: number, r: number, q: number): string => `s${k}_${r}_${q}`;
  // Down the columns, so that two of three rows of pixels are still at hand from the row above.
  const pixels = range(quads).flatMap((q) => range(rows).map((r) => [r, q] as const));
  const declare = range(outputs).map((k) =>
    "  " +
    pixels.map(([r, q]) => `var ${sum(k, r, q)} = vec4f(bias${k >> 2}.${XYZW[k & 3]});`).join(" ")
  );
  // Per row: a, b, c are 4 pixels seen one to the left, in place and one to the right.
  const loads = range(rows + 2).map((r) => {
    const edge = r === 0 ? "above" : r === rows + 1 ? "below" : "";
    const and = edge === "" ? "" : ` && ${edge}`;
    const centre = range(quads).map((q) => {
      const load = narrow(`load_input(i${r} + ${q}u)`);
      return `let b${r}_${q} = ${
        edge === "" ? load : `select(${vec4}(${zero}), ${load}, ${edge})`
      };`;
    });
    const shifted = range(quads).map((q) => {
      const before = q === 0 ? `l${r}` : `b${r}_${q - 1}.w`;
      const after = q === quads - 1 ? `e${r}` : `b${r}_${q + 1}.x`;
      return `let a${r}_${q} = ${vec4}(${before}, b${r}_${q}.xyz); ` +
        `let c${r}_${q} = ${vec4}(b${r}_${q}.yzw, ${after});`;
    });
    const one = (load: string): string => half ? `f16(${load})` : load;
    return `    let i${r} = x + ${r}u * params.width4;
    let l${r} = select(${zero}, ${one(`load_input(i${r} - 1u).w`)}, left${and});
    ${centre.join(" ")}
    let e${r} = select(${zero}, ${one(`load_input(i${r} + ${quads}u).x`)}, right${and});
    ${shifted.join("\n    ")}`;
  });
  const weights = range(groups).flatMap((g) =>
    range(9).map((t) =>
      `    let w${g}_${t} = ${narrow(`load_weights(w + ${t}u * params.weight_row + ${g}u)`)};`
    )
  );
  const products = range(outputs).flatMap((k) =>
    pixels.map(([r, q]) => {
      let text = "";
      // The taps of a channel are added up before they join the sum: that rounds three times less.
      for (const t of range(9).reverse()) {
        const weight = `${vec4}(w${k >> 2}_${t}.${XYZW[k & 3]})`;
        const pixels = `${"abc"[t % 3]}${r + Math.floor(t / 3)}_${q}`;
        text = text === "" ? `${weight} * ${pixels}` : `fma(${weight}, ${pixels}, ${text})`;
      }
      return `    ${sum(k, r, q)} += ${half ? `vec4f(${text})` : text};`;
    })
  );
  const biases = range(groups).map((g) => `  var bias${g} = vec4f(0.0);`);
  const loadBiases = range(groups).map((g) =>
    ` bias${g} = load_weights(params.bias + k0 / 4u + ${g}u);`
  );
  const stores = range(outputs).map((k) => {
    const lines = pixels.map(([r, q]) => {
      const at = `o + ${r}u * params.width4 + ${q}u`;
      return `    output[${at}] = finish(${sum(k, r, q)}, ${at});`;
    });
    return `  if (k0 + ${k}u < params.outputs) {\n${lines.join("\n")}\n  }\n  o += plane;`;
  });
  return `${
    half
      ? `enable f16;
// The nine taps of a channel are multiplied and added in 16 bits, channels in 32 bits.
`
      : ""
  }// Direct 3 x 3 convolution of planes, stride 1, zero padding: forward, and with transposed weights the
// gradient with respect to the input. One invocation makes ${
    4 * quads
  } columns x ${rows} rows of ${outputs} output channel(s).
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector \`weights\` on, bias from vector \`bias\` on
//   mask    like output: with MASK the result is zeroed where mask <= 0
//   output  (B, output_channels, height, 4 width4), channels first_output .. first_output + outputs
// Width is a multiple of ${4 * quads}, height of ${rows}. Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
const BIAS = 1u;
const RELU = 2u;
const MASK = 4u;
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
  if ((params.mode & MASK) != 0u) { v = select(vec4f(0.0), v, load_mask(i) > vec4f(0.0)); }
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
${declare.join("\n")}
  // Row above the tile; outside the image it wraps around and is masked by \`above\`.
  var x = (n * params.input_channels + params.first_channel) * plane + y0 * params.width4 + x4 - params.width4;
  var w = params.weights + k0 / 4u;
  for (var c = 0u; c < params.channels; c++) {
${loads.join("\n")}
${weights.join("\n")}
${products.join("\n")}
    x += plane;
    w += 9u * params.weight_row;
  }
  var o = (n * params.output_channels + params.first_output + k0) * plane + y0 * params.width4 + x4;
${stores.join("\n")}
}
`;
}

/** WGSL of the kernel for the gradient with respect to weights and bias for a tile. */
export function gradientText({ outputs, channels }: GradientTile): string {
  const sum = (k: number, c: number, t: number): string => `s${k}_${c}_${t}`;
  const declare = range(outputs).flatMap((k) => [
    `  var z${k} = 0.0;`,
    ...range(channels).map((c) =>
      "  " + range(9).map((t) => `var ${sum(k, c, t)} = 0.0;`).join(" ")
    ),
  ]);
  // Left neighbour, 4 pixels and right neighbour of row r of channel c.
  const row = (r: number, c: number, keyword: string, index: string, ok: string): string => {
    const and = ok === "" ? "" : ` && ${ok}`;
    const load = `load_input(${index})`;
    const b = ok === "" ? load : `select(vec4f(0.0), ${load}, ${ok})`;
    return `${keyword} l${r}_${c} = select(0.0, load_input(${index} - 1u).w, left${and}); ` +
      `${keyword} b${r}_${c} = ${b}; ` +
      `${keyword} e${r}_${c} = select(0.0, load_input(${index} + 1u).x, right${and});`;
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
        return `        ${sum(k, c, t)} += ${text};`;
      })
    )
  );
  const rotate = range(channels).flatMap((c) =>
    [0, 1].map((r) =>
      "        " + ["l", "b", "e"].map((v) => `${v}${r}_${c} = ${v}${r + 1}_${c};`).join(" ")
    )
  );
  const vector = (parts: (k: number) => string, g: number): string =>
    outputs === 1
      ? `vec4f(${parts(0)}, 0.0, 0.0, 0.0)`
      : `vec4f(${range(4).map((i) => parts(4 * g + i)).join(", ")})`;
  const stores = range(Math.ceil(outputs / 4)).map((g) => {
    const weights = range(channels).map((c) => {
      const lines = range(9).map((t) =>
        `      partials[o + ${9 * c + t}u * params.weight_row] = ` +
        `select(vec4f(0.0), ${vector((k) => sum(k, c, t), g)}, real);`
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
  return `// Gradient of a 3 x 3 convolution with respect to weights and bias, summed over part of the pixels.
// One invocation makes ${outputs} output x ${channels} input channel(s) x 9 taps; it walks down strips 4 pixels wide and
// band_rows high, keeping three rows of the input. Strips are numbered column first, then band, then image; split s takes
// strips s * split_step + j * strip_step, j < strips_per_split.
//   input    (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   gradient (B, outputs, height, 4 width4)
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
    var x = (n * params.input_channels + params.first_channel + c0) * plane + first * params.width4 + x4;
    var d = (n * params.outputs + k0) * plane + first * params.width4 + x4;
${
    range(channels).map((c) =>
      `    ${row(0, c, "var", `x + ${c}u * plane - params.width4`, "above")}\n` +
      `    ${row(1, c, "var", `x + ${c}u * plane`, "")}`
    ).join("\n")
  }
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
      x += params.width4;
      let inside = y + 1u < params.height;
${range(channels).map((c) => `      ${row(2, c, "let", `x + ${c}u * plane`, "inside")}`).join("\n")}
${
    range(outputs).map((k) =>
      `      let d${k} = load_gradient(d + ${k}u * plane); z${k} += dot(d${k}, vec4f(1.0));`
    ).join("\n")
  }
${products.map((line) => line.slice(2)).join("\n")}
${rotate.map((line) => line.slice(2)).join("\n")}
      d += params.width4;
    }
  }
${stores.join("\n")}
}
`;
}

/** All files: name and text. */
export function emit(): Map<string, string> {
  return new Map([
    ...[false, true].flatMap((half) =>
      FORWARD_TILES.map((tile) => [forwardName(tile, half), forwardText(tile, half)] as const)
    ),
    ...GRADIENT_TILES.map((tile) => [gradientName(tile), gradientText(tile)] as const),
  ]);
}

if (import.meta.main) {
  for (const [name, text] of emit()) {
    Deno.writeTextFileSync(new URL(name, import.meta.url), text);
  }
}
