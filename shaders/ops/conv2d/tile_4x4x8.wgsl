// Direct 3 x 3 convolution of planes, stride 1, zero padding: forward, and with transposed weights the
// gradient with respect to the input. One invocation makes 4 columns x 4 rows of 8 output channel(s).
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: with MASK the result is zeroed where mask <= 0
//   output  (B, output_channels, height, 4 width4), channels first_output .. first_output + outputs
// Height is a multiple of 4. Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
const BIAS = 1u;
const RELU = 2u;
const MASK = 4u;
struct Params {
  input_channels: u32, first_channel: u32, channels: u32,
  output_channels: u32, first_output: u32, outputs: u32,
  weights: u32, weight_row: u32, bias: u32,
  height: u32, width4: u32, tiles_y: u32, tiles: u32, mode: u32,
}
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn finish(sum: vec4f, bias: f32, i: u32) -> vec4f {
  var v = sum + vec4f(bias);
  if ((params.mode & RELU) != 0u) { v = select(v, vec4f(0.0), v < vec4f(0.0)); }
  if ((params.mode & MASK) != 0u) { v = select(vec4f(0.0), v, load_mask(i) > vec4f(0.0)); }
  return v;
}

@compute @workgroup_size(WORKGROUP)
fn convolve(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let t = (wid.z * groups.y + wid.y) * WORKGROUP + lid;
  if (t >= params.tiles) { return; }
  let k0 = wid.x * 8u;
  let x4 = t % params.width4;
  let y0 = (t / params.width4) % params.tiles_y * 4u;
  let n = t / (params.width4 * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 1u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 4u < params.height;
  var s0_0 = vec4f(0.0); var s0_1 = vec4f(0.0); var s0_2 = vec4f(0.0); var s0_3 = vec4f(0.0);
  var s1_0 = vec4f(0.0); var s1_1 = vec4f(0.0); var s1_2 = vec4f(0.0); var s1_3 = vec4f(0.0);
  var s2_0 = vec4f(0.0); var s2_1 = vec4f(0.0); var s2_2 = vec4f(0.0); var s2_3 = vec4f(0.0);
  var s3_0 = vec4f(0.0); var s3_1 = vec4f(0.0); var s3_2 = vec4f(0.0); var s3_3 = vec4f(0.0);
  var s4_0 = vec4f(0.0); var s4_1 = vec4f(0.0); var s4_2 = vec4f(0.0); var s4_3 = vec4f(0.0);
  var s5_0 = vec4f(0.0); var s5_1 = vec4f(0.0); var s5_2 = vec4f(0.0); var s5_3 = vec4f(0.0);
  var s6_0 = vec4f(0.0); var s6_1 = vec4f(0.0); var s6_2 = vec4f(0.0); var s6_3 = vec4f(0.0);
  var s7_0 = vec4f(0.0); var s7_1 = vec4f(0.0); var s7_2 = vec4f(0.0); var s7_3 = vec4f(0.0);
  // Row above the tile; outside the image it wraps around and is masked by `above`.
  var x = (n * params.input_channels + params.first_channel) * plane + y0 * params.width4 + x4 - params.width4;
  var w = params.weights + k0 / 4u;
  for (var c = 0u; c < params.channels; c++) {
    let i0 = x + 0u * params.width4;
    let l0 = select(0.0, load_input(i0 - 1u).w, left && above);
    let b0 = select(vec4f(0.0), load_input(i0), above);
    let e0 = select(0.0, load_input(i0 + 1u).x, right && above);
    let a0 = vec4f(l0, b0.xyz);
    let c0 = vec4f(b0.yzw, e0);
    let i1 = x + 1u * params.width4;
    let l1 = select(0.0, load_input(i1 - 1u).w, left);
    let b1 = load_input(i1);
    let e1 = select(0.0, load_input(i1 + 1u).x, right);
    let a1 = vec4f(l1, b1.xyz);
    let c1 = vec4f(b1.yzw, e1);
    let i2 = x + 2u * params.width4;
    let l2 = select(0.0, load_input(i2 - 1u).w, left);
    let b2 = load_input(i2);
    let e2 = select(0.0, load_input(i2 + 1u).x, right);
    let a2 = vec4f(l2, b2.xyz);
    let c2 = vec4f(b2.yzw, e2);
    let i3 = x + 3u * params.width4;
    let l3 = select(0.0, load_input(i3 - 1u).w, left);
    let b3 = load_input(i3);
    let e3 = select(0.0, load_input(i3 + 1u).x, right);
    let a3 = vec4f(l3, b3.xyz);
    let c3 = vec4f(b3.yzw, e3);
    let i4 = x + 4u * params.width4;
    let l4 = select(0.0, load_input(i4 - 1u).w, left);
    let b4 = load_input(i4);
    let e4 = select(0.0, load_input(i4 + 1u).x, right);
    let a4 = vec4f(l4, b4.xyz);
    let c4 = vec4f(b4.yzw, e4);
    let i5 = x + 5u * params.width4;
    let l5 = select(0.0, load_input(i5 - 1u).w, left && below);
    let b5 = select(vec4f(0.0), load_input(i5), below);
    let e5 = select(0.0, load_input(i5 + 1u).x, right && below);
    let a5 = vec4f(l5, b5.xyz);
    let c5 = vec4f(b5.yzw, e5);
    let w0_0 = load_weights(w + 0u * params.weight_row + 0u);
    let w0_1 = load_weights(w + 1u * params.weight_row + 0u);
    let w0_2 = load_weights(w + 2u * params.weight_row + 0u);
    let w0_3 = load_weights(w + 3u * params.weight_row + 0u);
    let w0_4 = load_weights(w + 4u * params.weight_row + 0u);
    let w0_5 = load_weights(w + 5u * params.weight_row + 0u);
    let w0_6 = load_weights(w + 6u * params.weight_row + 0u);
    let w0_7 = load_weights(w + 7u * params.weight_row + 0u);
    let w0_8 = load_weights(w + 8u * params.weight_row + 0u);
    let w1_0 = load_weights(w + 0u * params.weight_row + 1u);
    let w1_1 = load_weights(w + 1u * params.weight_row + 1u);
    let w1_2 = load_weights(w + 2u * params.weight_row + 1u);
    let w1_3 = load_weights(w + 3u * params.weight_row + 1u);
    let w1_4 = load_weights(w + 4u * params.weight_row + 1u);
    let w1_5 = load_weights(w + 5u * params.weight_row + 1u);
    let w1_6 = load_weights(w + 6u * params.weight_row + 1u);
    let w1_7 = load_weights(w + 7u * params.weight_row + 1u);
    let w1_8 = load_weights(w + 8u * params.weight_row + 1u);
    s0_0 = fma(vec4f(w0_8.x), c2, fma(vec4f(w0_7.x), b2, fma(vec4f(w0_6.x), a2, fma(vec4f(w0_5.x), c1, fma(vec4f(w0_4.x), b1, fma(vec4f(w0_3.x), a1, fma(vec4f(w0_2.x), c0, fma(vec4f(w0_1.x), b0, fma(vec4f(w0_0.x), a0, s0_0)))))))));
    s0_1 = fma(vec4f(w0_8.x), c3, fma(vec4f(w0_7.x), b3, fma(vec4f(w0_6.x), a3, fma(vec4f(w0_5.x), c2, fma(vec4f(w0_4.x), b2, fma(vec4f(w0_3.x), a2, fma(vec4f(w0_2.x), c1, fma(vec4f(w0_1.x), b1, fma(vec4f(w0_0.x), a1, s0_1)))))))));
    s0_2 = fma(vec4f(w0_8.x), c4, fma(vec4f(w0_7.x), b4, fma(vec4f(w0_6.x), a4, fma(vec4f(w0_5.x), c3, fma(vec4f(w0_4.x), b3, fma(vec4f(w0_3.x), a3, fma(vec4f(w0_2.x), c2, fma(vec4f(w0_1.x), b2, fma(vec4f(w0_0.x), a2, s0_2)))))))));
    s0_3 = fma(vec4f(w0_8.x), c5, fma(vec4f(w0_7.x), b5, fma(vec4f(w0_6.x), a5, fma(vec4f(w0_5.x), c4, fma(vec4f(w0_4.x), b4, fma(vec4f(w0_3.x), a4, fma(vec4f(w0_2.x), c3, fma(vec4f(w0_1.x), b3, fma(vec4f(w0_0.x), a3, s0_3)))))))));
    s1_0 = fma(vec4f(w0_8.y), c2, fma(vec4f(w0_7.y), b2, fma(vec4f(w0_6.y), a2, fma(vec4f(w0_5.y), c1, fma(vec4f(w0_4.y), b1, fma(vec4f(w0_3.y), a1, fma(vec4f(w0_2.y), c0, fma(vec4f(w0_1.y), b0, fma(vec4f(w0_0.y), a0, s1_0)))))))));
    s1_1 = fma(vec4f(w0_8.y), c3, fma(vec4f(w0_7.y), b3, fma(vec4f(w0_6.y), a3, fma(vec4f(w0_5.y), c2, fma(vec4f(w0_4.y), b2, fma(vec4f(w0_3.y), a2, fma(vec4f(w0_2.y), c1, fma(vec4f(w0_1.y), b1, fma(vec4f(w0_0.y), a1, s1_1)))))))));
    s1_2 = fma(vec4f(w0_8.y), c4, fma(vec4f(w0_7.y), b4, fma(vec4f(w0_6.y), a4, fma(vec4f(w0_5.y), c3, fma(vec4f(w0_4.y), b3, fma(vec4f(w0_3.y), a3, fma(vec4f(w0_2.y), c2, fma(vec4f(w0_1.y), b2, fma(vec4f(w0_0.y), a2, s1_2)))))))));
    s1_3 = fma(vec4f(w0_8.y), c5, fma(vec4f(w0_7.y), b5, fma(vec4f(w0_6.y), a5, fma(vec4f(w0_5.y), c4, fma(vec4f(w0_4.y), b4, fma(vec4f(w0_3.y), a4, fma(vec4f(w0_2.y), c3, fma(vec4f(w0_1.y), b3, fma(vec4f(w0_0.y), a3, s1_3)))))))));
    s2_0 = fma(vec4f(w0_8.z), c2, fma(vec4f(w0_7.z), b2, fma(vec4f(w0_6.z), a2, fma(vec4f(w0_5.z), c1, fma(vec4f(w0_4.z), b1, fma(vec4f(w0_3.z), a1, fma(vec4f(w0_2.z), c0, fma(vec4f(w0_1.z), b0, fma(vec4f(w0_0.z), a0, s2_0)))))))));
    s2_1 = fma(vec4f(w0_8.z), c3, fma(vec4f(w0_7.z), b3, fma(vec4f(w0_6.z), a3, fma(vec4f(w0_5.z), c2, fma(vec4f(w0_4.z), b2, fma(vec4f(w0_3.z), a2, fma(vec4f(w0_2.z), c1, fma(vec4f(w0_1.z), b1, fma(vec4f(w0_0.z), a1, s2_1)))))))));
    s2_2 = fma(vec4f(w0_8.z), c4, fma(vec4f(w0_7.z), b4, fma(vec4f(w0_6.z), a4, fma(vec4f(w0_5.z), c3, fma(vec4f(w0_4.z), b3, fma(vec4f(w0_3.z), a3, fma(vec4f(w0_2.z), c2, fma(vec4f(w0_1.z), b2, fma(vec4f(w0_0.z), a2, s2_2)))))))));
    s2_3 = fma(vec4f(w0_8.z), c5, fma(vec4f(w0_7.z), b5, fma(vec4f(w0_6.z), a5, fma(vec4f(w0_5.z), c4, fma(vec4f(w0_4.z), b4, fma(vec4f(w0_3.z), a4, fma(vec4f(w0_2.z), c3, fma(vec4f(w0_1.z), b3, fma(vec4f(w0_0.z), a3, s2_3)))))))));
    s3_0 = fma(vec4f(w0_8.w), c2, fma(vec4f(w0_7.w), b2, fma(vec4f(w0_6.w), a2, fma(vec4f(w0_5.w), c1, fma(vec4f(w0_4.w), b1, fma(vec4f(w0_3.w), a1, fma(vec4f(w0_2.w), c0, fma(vec4f(w0_1.w), b0, fma(vec4f(w0_0.w), a0, s3_0)))))))));
    s3_1 = fma(vec4f(w0_8.w), c3, fma(vec4f(w0_7.w), b3, fma(vec4f(w0_6.w), a3, fma(vec4f(w0_5.w), c2, fma(vec4f(w0_4.w), b2, fma(vec4f(w0_3.w), a2, fma(vec4f(w0_2.w), c1, fma(vec4f(w0_1.w), b1, fma(vec4f(w0_0.w), a1, s3_1)))))))));
    s3_2 = fma(vec4f(w0_8.w), c4, fma(vec4f(w0_7.w), b4, fma(vec4f(w0_6.w), a4, fma(vec4f(w0_5.w), c3, fma(vec4f(w0_4.w), b3, fma(vec4f(w0_3.w), a3, fma(vec4f(w0_2.w), c2, fma(vec4f(w0_1.w), b2, fma(vec4f(w0_0.w), a2, s3_2)))))))));
    s3_3 = fma(vec4f(w0_8.w), c5, fma(vec4f(w0_7.w), b5, fma(vec4f(w0_6.w), a5, fma(vec4f(w0_5.w), c4, fma(vec4f(w0_4.w), b4, fma(vec4f(w0_3.w), a4, fma(vec4f(w0_2.w), c3, fma(vec4f(w0_1.w), b3, fma(vec4f(w0_0.w), a3, s3_3)))))))));
    s4_0 = fma(vec4f(w1_8.x), c2, fma(vec4f(w1_7.x), b2, fma(vec4f(w1_6.x), a2, fma(vec4f(w1_5.x), c1, fma(vec4f(w1_4.x), b1, fma(vec4f(w1_3.x), a1, fma(vec4f(w1_2.x), c0, fma(vec4f(w1_1.x), b0, fma(vec4f(w1_0.x), a0, s4_0)))))))));
    s4_1 = fma(vec4f(w1_8.x), c3, fma(vec4f(w1_7.x), b3, fma(vec4f(w1_6.x), a3, fma(vec4f(w1_5.x), c2, fma(vec4f(w1_4.x), b2, fma(vec4f(w1_3.x), a2, fma(vec4f(w1_2.x), c1, fma(vec4f(w1_1.x), b1, fma(vec4f(w1_0.x), a1, s4_1)))))))));
    s4_2 = fma(vec4f(w1_8.x), c4, fma(vec4f(w1_7.x), b4, fma(vec4f(w1_6.x), a4, fma(vec4f(w1_5.x), c3, fma(vec4f(w1_4.x), b3, fma(vec4f(w1_3.x), a3, fma(vec4f(w1_2.x), c2, fma(vec4f(w1_1.x), b2, fma(vec4f(w1_0.x), a2, s4_2)))))))));
    s4_3 = fma(vec4f(w1_8.x), c5, fma(vec4f(w1_7.x), b5, fma(vec4f(w1_6.x), a5, fma(vec4f(w1_5.x), c4, fma(vec4f(w1_4.x), b4, fma(vec4f(w1_3.x), a4, fma(vec4f(w1_2.x), c3, fma(vec4f(w1_1.x), b3, fma(vec4f(w1_0.x), a3, s4_3)))))))));
    s5_0 = fma(vec4f(w1_8.y), c2, fma(vec4f(w1_7.y), b2, fma(vec4f(w1_6.y), a2, fma(vec4f(w1_5.y), c1, fma(vec4f(w1_4.y), b1, fma(vec4f(w1_3.y), a1, fma(vec4f(w1_2.y), c0, fma(vec4f(w1_1.y), b0, fma(vec4f(w1_0.y), a0, s5_0)))))))));
    s5_1 = fma(vec4f(w1_8.y), c3, fma(vec4f(w1_7.y), b3, fma(vec4f(w1_6.y), a3, fma(vec4f(w1_5.y), c2, fma(vec4f(w1_4.y), b2, fma(vec4f(w1_3.y), a2, fma(vec4f(w1_2.y), c1, fma(vec4f(w1_1.y), b1, fma(vec4f(w1_0.y), a1, s5_1)))))))));
    s5_2 = fma(vec4f(w1_8.y), c4, fma(vec4f(w1_7.y), b4, fma(vec4f(w1_6.y), a4, fma(vec4f(w1_5.y), c3, fma(vec4f(w1_4.y), b3, fma(vec4f(w1_3.y), a3, fma(vec4f(w1_2.y), c2, fma(vec4f(w1_1.y), b2, fma(vec4f(w1_0.y), a2, s5_2)))))))));
    s5_3 = fma(vec4f(w1_8.y), c5, fma(vec4f(w1_7.y), b5, fma(vec4f(w1_6.y), a5, fma(vec4f(w1_5.y), c4, fma(vec4f(w1_4.y), b4, fma(vec4f(w1_3.y), a4, fma(vec4f(w1_2.y), c3, fma(vec4f(w1_1.y), b3, fma(vec4f(w1_0.y), a3, s5_3)))))))));
    s6_0 = fma(vec4f(w1_8.z), c2, fma(vec4f(w1_7.z), b2, fma(vec4f(w1_6.z), a2, fma(vec4f(w1_5.z), c1, fma(vec4f(w1_4.z), b1, fma(vec4f(w1_3.z), a1, fma(vec4f(w1_2.z), c0, fma(vec4f(w1_1.z), b0, fma(vec4f(w1_0.z), a0, s6_0)))))))));
    s6_1 = fma(vec4f(w1_8.z), c3, fma(vec4f(w1_7.z), b3, fma(vec4f(w1_6.z), a3, fma(vec4f(w1_5.z), c2, fma(vec4f(w1_4.z), b2, fma(vec4f(w1_3.z), a2, fma(vec4f(w1_2.z), c1, fma(vec4f(w1_1.z), b1, fma(vec4f(w1_0.z), a1, s6_1)))))))));
    s6_2 = fma(vec4f(w1_8.z), c4, fma(vec4f(w1_7.z), b4, fma(vec4f(w1_6.z), a4, fma(vec4f(w1_5.z), c3, fma(vec4f(w1_4.z), b3, fma(vec4f(w1_3.z), a3, fma(vec4f(w1_2.z), c2, fma(vec4f(w1_1.z), b2, fma(vec4f(w1_0.z), a2, s6_2)))))))));
    s6_3 = fma(vec4f(w1_8.z), c5, fma(vec4f(w1_7.z), b5, fma(vec4f(w1_6.z), a5, fma(vec4f(w1_5.z), c4, fma(vec4f(w1_4.z), b4, fma(vec4f(w1_3.z), a4, fma(vec4f(w1_2.z), c3, fma(vec4f(w1_1.z), b3, fma(vec4f(w1_0.z), a3, s6_3)))))))));
    s7_0 = fma(vec4f(w1_8.w), c2, fma(vec4f(w1_7.w), b2, fma(vec4f(w1_6.w), a2, fma(vec4f(w1_5.w), c1, fma(vec4f(w1_4.w), b1, fma(vec4f(w1_3.w), a1, fma(vec4f(w1_2.w), c0, fma(vec4f(w1_1.w), b0, fma(vec4f(w1_0.w), a0, s7_0)))))))));
    s7_1 = fma(vec4f(w1_8.w), c3, fma(vec4f(w1_7.w), b3, fma(vec4f(w1_6.w), a3, fma(vec4f(w1_5.w), c2, fma(vec4f(w1_4.w), b2, fma(vec4f(w1_3.w), a2, fma(vec4f(w1_2.w), c1, fma(vec4f(w1_1.w), b1, fma(vec4f(w1_0.w), a1, s7_1)))))))));
    s7_2 = fma(vec4f(w1_8.w), c4, fma(vec4f(w1_7.w), b4, fma(vec4f(w1_6.w), a4, fma(vec4f(w1_5.w), c3, fma(vec4f(w1_4.w), b3, fma(vec4f(w1_3.w), a3, fma(vec4f(w1_2.w), c2, fma(vec4f(w1_1.w), b2, fma(vec4f(w1_0.w), a2, s7_2)))))))));
    s7_3 = fma(vec4f(w1_8.w), c5, fma(vec4f(w1_7.w), b5, fma(vec4f(w1_6.w), a5, fma(vec4f(w1_5.w), c4, fma(vec4f(w1_4.w), b4, fma(vec4f(w1_3.w), a4, fma(vec4f(w1_2.w), c3, fma(vec4f(w1_1.w), b3, fma(vec4f(w1_0.w), a3, s7_3)))))))));
    x += plane;
    w += 9u * params.weight_row;
  }
  var bias0 = vec4f(0.0);
  var bias1 = vec4f(0.0);
  if ((params.mode & BIAS) != 0u) { bias0 = load_weights(params.bias + k0 / 4u + 0u); bias1 = load_weights(params.bias + k0 / 4u + 1u); }
  var o = (n * params.output_channels + params.first_output + k0) * plane + y0 * params.width4 + x4;
  if (k0 + 0u < params.outputs) {
    output[o + 0u * params.width4] = finish(s0_0, bias0.x, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s0_1, bias0.x, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s0_2, bias0.x, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s0_3, bias0.x, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 1u < params.outputs) {
    output[o + 0u * params.width4] = finish(s1_0, bias0.y, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s1_1, bias0.y, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s1_2, bias0.y, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s1_3, bias0.y, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 2u < params.outputs) {
    output[o + 0u * params.width4] = finish(s2_0, bias0.z, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s2_1, bias0.z, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s2_2, bias0.z, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s2_3, bias0.z, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 3u < params.outputs) {
    output[o + 0u * params.width4] = finish(s3_0, bias0.w, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s3_1, bias0.w, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s3_2, bias0.w, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s3_3, bias0.w, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 4u < params.outputs) {
    output[o + 0u * params.width4] = finish(s4_0, bias1.x, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s4_1, bias1.x, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s4_2, bias1.x, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s4_3, bias1.x, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 5u < params.outputs) {
    output[o + 0u * params.width4] = finish(s5_0, bias1.y, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s5_1, bias1.y, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s5_2, bias1.y, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s5_3, bias1.y, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 6u < params.outputs) {
    output[o + 0u * params.width4] = finish(s6_0, bias1.z, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s6_1, bias1.z, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s6_2, bias1.z, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s6_3, bias1.z, o + 3u * params.width4);
  }
  o += plane;
  if (k0 + 7u < params.outputs) {
    output[o + 0u * params.width4] = finish(s7_0, bias1.w, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s7_1, bias1.w, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s7_2, bias1.w, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s7_3, bias1.w, o + 3u * params.width4);
  }
  o += plane;
}
