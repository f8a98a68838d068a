// Direct 3 x 3 convolution of planes, stride 1, zero padding: forward, and with transposed weights the
// gradient with respect to the input. One invocation makes 4 columns x 8 rows of 8 output channel(s).
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: with MASK the result is zeroed where mask <= 0
//   output  (B, output_channels, height, 4 width4), channels first_output .. first_output + outputs
// Height is a multiple of 8. Emitted by generate.ts: change that file.
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
  let y0 = (t / params.width4) % params.tiles_y * 8u;
  let n = t / (params.width4 * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 1u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 8u < params.height;
  var s0_0 = vec4f(0.0); var s0_1 = vec4f(0.0); var s0_2 = vec4f(0.0); var s0_3 = vec4f(0.0); var s0_4 = vec4f(0.0); var s0_5 = vec4f(0.0); var s0_6 = vec4f(0.0); var s0_7 = vec4f(0.0);
  var s1_0 = vec4f(0.0); var s1_1 = vec4f(0.0); var s1_2 = vec4f(0.0); var s1_3 = vec4f(0.0); var s1_4 = vec4f(0.0); var s1_5 = vec4f(0.0); var s1_6 = vec4f(0.0); var s1_7 = vec4f(0.0);
  var s2_0 = vec4f(0.0); var s2_1 = vec4f(0.0); var s2_2 = vec4f(0.0); var s2_3 = vec4f(0.0); var s2_4 = vec4f(0.0); var s2_5 = vec4f(0.0); var s2_6 = vec4f(0.0); var s2_7 = vec4f(0.0);
  var s3_0 = vec4f(0.0); var s3_1 = vec4f(0.0); var s3_2 = vec4f(0.0); var s3_3 = vec4f(0.0); var s3_4 = vec4f(0.0); var s3_5 = vec4f(0.0); var s3_6 = vec4f(0.0); var s3_7 = vec4f(0.0);
  var s4_0 = vec4f(0.0); var s4_1 = vec4f(0.0); var s4_2 = vec4f(0.0); var s4_3 = vec4f(0.0); var s4_4 = vec4f(0.0); var s4_5 = vec4f(0.0); var s4_6 = vec4f(0.0); var s4_7 = vec4f(0.0);
  var s5_0 = vec4f(0.0); var s5_1 = vec4f(0.0); var s5_2 = vec4f(0.0); var s5_3 = vec4f(0.0); var s5_4 = vec4f(0.0); var s5_5 = vec4f(0.0); var s5_6 = vec4f(0.0); var s5_7 = vec4f(0.0);
  var s6_0 = vec4f(0.0); var s6_1 = vec4f(0.0); var s6_2 = vec4f(0.0); var s6_3 = vec4f(0.0); var s6_4 = vec4f(0.0); var s6_5 = vec4f(0.0); var s6_6 = vec4f(0.0); var s6_7 = vec4f(0.0);
  var s7_0 = vec4f(0.0); var s7_1 = vec4f(0.0); var s7_2 = vec4f(0.0); var s7_3 = vec4f(0.0); var s7_4 = vec4f(0.0); var s7_5 = vec4f(0.0); var s7_6 = vec4f(0.0); var s7_7 = vec4f(0.0);
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
    let l5 = select(0.0, load_input(i5 - 1u).w, left);
    let b5 = load_input(i5);
    let e5 = select(0.0, load_input(i5 + 1u).x, right);
    let a5 = vec4f(l5, b5.xyz);
    let c5 = vec4f(b5.yzw, e5);
    let i6 = x + 6u * params.width4;
    let l6 = select(0.0, load_input(i6 - 1u).w, left);
    let b6 = load_input(i6);
    let e6 = select(0.0, load_input(i6 + 1u).x, right);
    let a6 = vec4f(l6, b6.xyz);
    let c6 = vec4f(b6.yzw, e6);
    let i7 = x + 7u * params.width4;
    let l7 = select(0.0, load_input(i7 - 1u).w, left);
    let b7 = load_input(i7);
    let e7 = select(0.0, load_input(i7 + 1u).x, right);
    let a7 = vec4f(l7, b7.xyz);
    let c7 = vec4f(b7.yzw, e7);
    let i8 = x + 8u * params.width4;
    let l8 = select(0.0, load_input(i8 - 1u).w, left);
    let b8 = load_input(i8);
    let e8 = select(0.0, load_input(i8 + 1u).x, right);
    let a8 = vec4f(l8, b8.xyz);
    let c8 = vec4f(b8.yzw, e8);
    let i9 = x + 9u * params.width4;
    let l9 = select(0.0, load_input(i9 - 1u).w, left && below);
    let b9 = select(vec4f(0.0), load_input(i9), below);
    let e9 = select(0.0, load_input(i9 + 1u).x, right && below);
    let a9 = vec4f(l9, b9.xyz);
    let c9 = vec4f(b9.yzw, e9);
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
    s0_4 = fma(vec4f(w0_8.x), c6, fma(vec4f(w0_7.x), b6, fma(vec4f(w0_6.x), a6, fma(vec4f(w0_5.x), c5, fma(vec4f(w0_4.x), b5, fma(vec4f(w0_3.x), a5, fma(vec4f(w0_2.x), c4, fma(vec4f(w0_1.x), b4, fma(vec4f(w0_0.x), a4, s0_4)))))))));
    s0_5 = fma(vec4f(w0_8.x), c7, fma(vec4f(w0_7.x), b7, fma(vec4f(w0_6.x), a7, fma(vec4f(w0_5.x), c6, fma(vec4f(w0_4.x), b6, fma(vec4f(w0_3.x), a6, fma(vec4f(w0_2.x), c5, fma(vec4f(w0_1.x), b5, fma(vec4f(w0_0.x), a5, s0_5)))))))));
    s0_6 = fma(vec4f(w0_8.x), c8, fma(vec4f(w0_7.x), b8, fma(vec4f(w0_6.x), a8, fma(vec4f(w0_5.x), c7, fma(vec4f(w0_4.x), b7, fma(vec4f(w0_3.x), a7, fma(vec4f(w0_2.x), c6, fma(vec4f(w0_1.x), b6, fma(vec4f(w0_0.x), a6, s0_6)))))))));
    s0_7 = fma(vec4f(w0_8.x), c9, fma(vec4f(w0_7.x), b9, fma(vec4f(w0_6.x), a9, fma(vec4f(w0_5.x), c8, fma(vec4f(w0_4.x), b8, fma(vec4f(w0_3.x), a8, fma(vec4f(w0_2.x), c7, fma(vec4f(w0_1.x), b7, fma(vec4f(w0_0.x), a7, s0_7)))))))));
    s1_0 = fma(vec4f(w0_8.y), c2, fma(vec4f(w0_7.y), b2, fma(vec4f(w0_6.y), a2, fma(vec4f(w0_5.y), c1, fma(vec4f(w0_4.y), b1, fma(vec4f(w0_3.y), a1, fma(vec4f(w0_2.y), c0, fma(vec4f(w0_1.y), b0, fma(vec4f(w0_0.y), a0, s1_0)))))))));
    s1_1 = fma(vec4f(w0_8.y), c3, fma(vec4f(w0_7.y), b3, fma(vec4f(w0_6.y), a3, fma(vec4f(w0_5.y), c2, fma(vec4f(w0_4.y), b2, fma(vec4f(w0_3.y), a2, fma(vec4f(w0_2.y), c1, fma(vec4f(w0_1.y), b1, fma(vec4f(w0_0.y), a1, s1_1)))))))));
    s1_2 = fma(vec4f(w0_8.y), c4, fma(vec4f(w0_7.y), b4, fma(vec4f(w0_6.y), a4, fma(vec4f(w0_5.y), c3, fma(vec4f(w0_4.y), b3, fma(vec4f(w0_3.y), a3, fma(vec4f(w0_2.y), c2, fma(vec4f(w0_1.y), b2, fma(vec4f(w0_0.y), a2, s1_2)))))))));
    s1_3 = fma(vec4f(w0_8.y), c5, fma(vec4f(w0_7.y), b5, fma(vec4f(w0_6.y), a5, fma(vec4f(w0_5.y), c4, fma(vec4f(w0_4.y), b4, fma(vec4f(w0_3.y), a4, fma(vec4f(w0_2.y), c3, fma(vec4f(w0_1.y), b3, fma(vec4f(w0_0.y), a3, s1_3)))))))));
    s1_4 = fma(vec4f(w0_8.y), c6, fma(vec4f(w0_7.y), b6, fma(vec4f(w0_6.y), a6, fma(vec4f(w0_5.y), c5, fma(vec4f(w0_4.y), b5, fma(vec4f(w0_3.y), a5, fma(vec4f(w0_2.y), c4, fma(vec4f(w0_1.y), b4, fma(vec4f(w0_0.y), a4, s1_4)))))))));
    s1_5 = fma(vec4f(w0_8.y), c7, fma(vec4f(w0_7.y), b7, fma(vec4f(w0_6.y), a7, fma(vec4f(w0_5.y), c6, fma(vec4f(w0_4.y), b6, fma(vec4f(w0_3.y), a6, fma(vec4f(w0_2.y), c5, fma(vec4f(w0_1.y), b5, fma(vec4f(w0_0.y), a5, s1_5)))))))));
    s1_6 = fma(vec4f(w0_8.y), c8, fma(vec4f(w0_7.y), b8, fma(vec4f(w0_6.y), a8, fma(vec4f(w0_5.y), c7, fma(vec4f(w0_4.y), b7, fma(vec4f(w0_3.y), a7, fma(vec4f(w0_2.y), c6, fma(vec4f(w0_1.y), b6, fma(vec4f(w0_0.y), a6, s1_6)))))))));
    s1_7 = fma(vec4f(w0_8.y), c9, fma(vec4f(w0_7.y), b9, fma(vec4f(w0_6.y), a9, fma(vec4f(w0_5.y), c8, fma(vec4f(w0_4.y), b8, fma(vec4f(w0_3.y), a8, fma(vec4f(w0_2.y), c7, fma(vec4f(w0_1.y), b7, fma(vec4f(w0_0.y), a7, s1_7)))))))));
    s2_0 = fma(vec4f(w0_8.z), c2, fma(vec4f(w0_7.z), b2, fma(vec4f(w0_6.z), a2, fma(vec4f(w0_5.z), c1, fma(vec4f(w0_4.z), b1, fma(vec4f(w0_3.z), a1, fma(vec4f(w0_2.z), c0, fma(vec4f(w0_1.z), b0, fma(vec4f(w0_0.z), a0, s2_0)))))))));
    s2_1 = fma(vec4f(w0_8.z), c3, fma(vec4f(w0_7.z), b3, fma(vec4f(w0_6.z), a3, fma(vec4f(w0_5.z), c2, fma(vec4f(w0_4.z), b2, fma(vec4f(w0_3.z), a2, fma(vec4f(w0_2.z), c1, fma(vec4f(w0_1.z), b1, fma(vec4f(w0_0.z), a1, s2_1)))))))));
    s2_2 = fma(vec4f(w0_8.z), c4, fma(vec4f(w0_7.z), b4, fma(vec4f(w0_6.z), a4, fma(vec4f(w0_5.z), c3, fma(vec4f(w0_4.z), b3, fma(vec4f(w0_3.z), a3, fma(vec4f(w0_2.z), c2, fma(vec4f(w0_1.z), b2, fma(vec4f(w0_0.z), a2, s2_2)))))))));
    s2_3 = fma(vec4f(w0_8.z), c5, fma(vec4f(w0_7.z), b5, fma(vec4f(w0_6.z), a5, fma(vec4f(w0_5.z), c4, fma(vec4f(w0_4.z), b4, fma(vec4f(w0_3.z), a4, fma(vec4f(w0_2.z), c3, fma(vec4f(w0_1.z), b3, fma(vec4f(w0_0.z), a3, s2_3)))))))));
    s2_4 = fma(vec4f(w0_8.z), c6, fma(vec4f(w0_7.z), b6, fma(vec4f(w0_6.z), a6, fma(vec4f(w0_5.z), c5, fma(vec4f(w0_4.z), b5, fma(vec4f(w0_3.z), a5, fma(vec4f(w0_2.z), c4, fma(vec4f(w0_1.z), b4, fma(vec4f(w0_0.z), a4, s2_4)))))))));
    s2_5 = fma(vec4f(w0_8.z), c7, fma(vec4f(w0_7.z), b7, fma(vec4f(w0_6.z), a7, fma(vec4f(w0_5.z), c6, fma(vec4f(w0_4.z), b6, fma(vec4f(w0_3.z), a6, fma(vec4f(w0_2.z), c5, fma(vec4f(w0_1.z), b5, fma(vec4f(w0_0.z), a5, s2_5)))))))));
    s2_6 = fma(vec4f(w0_8.z), c8, fma(vec4f(w0_7.z), b8, fma(vec4f(w0_6.z), a8, fma(vec4f(w0_5.z), c7, fma(vec4f(w0_4.z), b7, fma(vec4f(w0_3.z), a7, fma(vec4f(w0_2.z), c6, fma(vec4f(w0_1.z), b6, fma(vec4f(w0_0.z), a6, s2_6)))))))));
    s2_7 = fma(vec4f(w0_8.z), c9, fma(vec4f(w0_7.z), b9, fma(vec4f(w0_6.z), a9, fma(vec4f(w0_5.z), c8, fma(vec4f(w0_4.z), b8, fma(vec4f(w0_3.z), a8, fma(vec4f(w0_2.z), c7, fma(vec4f(w0_1.z), b7, fma(vec4f(w0_0.z), a7, s2_7)))))))));
    s3_0 = fma(vec4f(w0_8.w), c2, fma(vec4f(w0_7.w), b2, fma(vec4f(w0_6.w), a2, fma(vec4f(w0_5.w), c1, fma(vec4f(w0_4.w), b1, fma(vec4f(w0_3.w), a1, fma(vec4f(w0_2.w), c0, fma(vec4f(w0_1.w), b0, fma(vec4f(w0_0.w), a0, s3_0)))))))));
    s3_1 = fma(vec4f(w0_8.w), c3, fma(vec4f(w0_7.w), b3, fma(vec4f(w0_6.w), a3, fma(vec4f(w0_5.w), c2, fma(vec4f(w0_4.w), b2, fma(vec4f(w0_3.w), a2, fma(vec4f(w0_2.w), c1, fma(vec4f(w0_1.w), b1, fma(vec4f(w0_0.w), a1, s3_1)))))))));
    s3_2 = fma(vec4f(w0_8.w), c4, fma(vec4f(w0_7.w), b4, fma(vec4f(w0_6.w), a4, fma(vec4f(w0_5.w), c3, fma(vec4f(w0_4.w), b3, fma(vec4f(w0_3.w), a3, fma(vec4f(w0_2.w), c2, fma(vec4f(w0_1.w), b2, fma(vec4f(w0_0.w), a2, s3_2)))))))));
    s3_3 = fma(vec4f(w0_8.w), c5, fma(vec4f(w0_7.w), b5, fma(vec4f(w0_6.w), a5, fma(vec4f(w0_5.w), c4, fma(vec4f(w0_4.w), b4, fma(vec4f(w0_3.w), a4, fma(vec4f(w0_2.w), c3, fma(vec4f(w0_1.w), b3, fma(vec4f(w0_0.w), a3, s3_3)))))))));
    s3_4 = fma(vec4f(w0_8.w), c6, fma(vec4f(w0_7.w), b6, fma(vec4f(w0_6.w), a6, fma(vec4f(w0_5.w), c5, fma(vec4f(w0_4.w), b5, fma(vec4f(w0_3.w), a5, fma(vec4f(w0_2.w), c4, fma(vec4f(w0_1.w), b4, fma(vec4f(w0_0.w), a4, s3_4)))))))));
    s3_5 = fma(vec4f(w0_8.w), c7, fma(vec4f(w0_7.w), b7, fma(vec4f(w0_6.w), a7, fma(vec4f(w0_5.w), c6, fma(vec4f(w0_4.w), b6, fma(vec4f(w0_3.w), a6, fma(vec4f(w0_2.w), c5, fma(vec4f(w0_1.w), b5, fma(vec4f(w0_0.w), a5, s3_5)))))))));
    s3_6 = fma(vec4f(w0_8.w), c8, fma(vec4f(w0_7.w), b8, fma(vec4f(w0_6.w), a8, fma(vec4f(w0_5.w), c7, fma(vec4f(w0_4.w), b7, fma(vec4f(w0_3.w), a7, fma(vec4f(w0_2.w), c6, fma(vec4f(w0_1.w), b6, fma(vec4f(w0_0.w), a6, s3_6)))))))));
    s3_7 = fma(vec4f(w0_8.w), c9, fma(vec4f(w0_7.w), b9, fma(vec4f(w0_6.w), a9, fma(vec4f(w0_5.w), c8, fma(vec4f(w0_4.w), b8, fma(vec4f(w0_3.w), a8, fma(vec4f(w0_2.w), c7, fma(vec4f(w0_1.w), b7, fma(vec4f(w0_0.w), a7, s3_7)))))))));
    s4_0 = fma(vec4f(w1_8.x), c2, fma(vec4f(w1_7.x), b2, fma(vec4f(w1_6.x), a2, fma(vec4f(w1_5.x), c1, fma(vec4f(w1_4.x), b1, fma(vec4f(w1_3.x), a1, fma(vec4f(w1_2.x), c0, fma(vec4f(w1_1.x), b0, fma(vec4f(w1_0.x), a0, s4_0)))))))));
    s4_1 = fma(vec4f(w1_8.x), c3, fma(vec4f(w1_7.x), b3, fma(vec4f(w1_6.x), a3, fma(vec4f(w1_5.x), c2, fma(vec4f(w1_4.x), b2, fma(vec4f(w1_3.x), a2, fma(vec4f(w1_2.x), c1, fma(vec4f(w1_1.x), b1, fma(vec4f(w1_0.x), a1, s4_1)))))))));
    s4_2 = fma(vec4f(w1_8.x), c4, fma(vec4f(w1_7.x), b4, fma(vec4f(w1_6.x), a4, fma(vec4f(w1_5.x), c3, fma(vec4f(w1_4.x), b3, fma(vec4f(w1_3.x), a3, fma(vec4f(w1_2.x), c2, fma(vec4f(w1_1.x), b2, fma(vec4f(w1_0.x), a2, s4_2)))))))));
    s4_3 = fma(vec4f(w1_8.x), c5, fma(vec4f(w1_7.x), b5, fma(vec4f(w1_6.x), a5, fma(vec4f(w1_5.x), c4, fma(vec4f(w1_4.x), b4, fma(vec4f(w1_3.x), a4, fma(vec4f(w1_2.x), c3, fma(vec4f(w1_1.x), b3, fma(vec4f(w1_0.x), a3, s4_3)))))))));
    s4_4 = fma(vec4f(w1_8.x), c6, fma(vec4f(w1_7.x), b6, fma(vec4f(w1_6.x), a6, fma(vec4f(w1_5.x), c5, fma(vec4f(w1_4.x), b5, fma(vec4f(w1_3.x), a5, fma(vec4f(w1_2.x), c4, fma(vec4f(w1_1.x), b4, fma(vec4f(w1_0.x), a4, s4_4)))))))));
    s4_5 = fma(vec4f(w1_8.x), c7, fma(vec4f(w1_7.x), b7, fma(vec4f(w1_6.x), a7, fma(vec4f(w1_5.x), c6, fma(vec4f(w1_4.x), b6, fma(vec4f(w1_3.x), a6, fma(vec4f(w1_2.x), c5, fma(vec4f(w1_1.x), b5, fma(vec4f(w1_0.x), a5, s4_5)))))))));
    s4_6 = fma(vec4f(w1_8.x), c8, fma(vec4f(w1_7.x), b8, fma(vec4f(w1_6.x), a8, fma(vec4f(w1_5.x), c7, fma(vec4f(w1_4.x), b7, fma(vec4f(w1_3.x), a7, fma(vec4f(w1_2.x), c6, fma(vec4f(w1_1.x), b6, fma(vec4f(w1_0.x), a6, s4_6)))))))));
    s4_7 = fma(vec4f(w1_8.x), c9, fma(vec4f(w1_7.x), b9, fma(vec4f(w1_6.x), a9, fma(vec4f(w1_5.x), c8, fma(vec4f(w1_4.x), b8, fma(vec4f(w1_3.x), a8, fma(vec4f(w1_2.x), c7, fma(vec4f(w1_1.x), b7, fma(vec4f(w1_0.x), a7, s4_7)))))))));
    s5_0 = fma(vec4f(w1_8.y), c2, fma(vec4f(w1_7.y), b2, fma(vec4f(w1_6.y), a2, fma(vec4f(w1_5.y), c1, fma(vec4f(w1_4.y), b1, fma(vec4f(w1_3.y), a1, fma(vec4f(w1_2.y), c0, fma(vec4f(w1_1.y), b0, fma(vec4f(w1_0.y), a0, s5_0)))))))));
    s5_1 = fma(vec4f(w1_8.y), c3, fma(vec4f(w1_7.y), b3, fma(vec4f(w1_6.y), a3, fma(vec4f(w1_5.y), c2, fma(vec4f(w1_4.y), b2, fma(vec4f(w1_3.y), a2, fma(vec4f(w1_2.y), c1, fma(vec4f(w1_1.y), b1, fma(vec4f(w1_0.y), a1, s5_1)))))))));
    s5_2 = fma(vec4f(w1_8.y), c4, fma(vec4f(w1_7.y), b4, fma(vec4f(w1_6.y), a4, fma(vec4f(w1_5.y), c3, fma(vec4f(w1_4.y), b3, fma(vec4f(w1_3.y), a3, fma(vec4f(w1_2.y), c2, fma(vec4f(w1_1.y), b2, fma(vec4f(w1_0.y), a2, s5_2)))))))));
    s5_3 = fma(vec4f(w1_8.y), c5, fma(vec4f(w1_7.y), b5, fma(vec4f(w1_6.y), a5, fma(vec4f(w1_5.y), c4, fma(vec4f(w1_4.y), b4, fma(vec4f(w1_3.y), a4, fma(vec4f(w1_2.y), c3, fma(vec4f(w1_1.y), b3, fma(vec4f(w1_0.y), a3, s5_3)))))))));
    s5_4 = fma(vec4f(w1_8.y), c6, fma(vec4f(w1_7.y), b6, fma(vec4f(w1_6.y), a6, fma(vec4f(w1_5.y), c5, fma(vec4f(w1_4.y), b5, fma(vec4f(w1_3.y), a5, fma(vec4f(w1_2.y), c4, fma(vec4f(w1_1.y), b4, fma(vec4f(w1_0.y), a4, s5_4)))))))));
    s5_5 = fma(vec4f(w1_8.y), c7, fma(vec4f(w1_7.y), b7, fma(vec4f(w1_6.y), a7, fma(vec4f(w1_5.y), c6, fma(vec4f(w1_4.y), b6, fma(vec4f(w1_3.y), a6, fma(vec4f(w1_2.y), c5, fma(vec4f(w1_1.y), b5, fma(vec4f(w1_0.y), a5, s5_5)))))))));
    s5_6 = fma(vec4f(w1_8.y), c8, fma(vec4f(w1_7.y), b8, fma(vec4f(w1_6.y), a8, fma(vec4f(w1_5.y), c7, fma(vec4f(w1_4.y), b7, fma(vec4f(w1_3.y), a7, fma(vec4f(w1_2.y), c6, fma(vec4f(w1_1.y), b6, fma(vec4f(w1_0.y), a6, s5_6)))))))));
    s5_7 = fma(vec4f(w1_8.y), c9, fma(vec4f(w1_7.y), b9, fma(vec4f(w1_6.y), a9, fma(vec4f(w1_5.y), c8, fma(vec4f(w1_4.y), b8, fma(vec4f(w1_3.y), a8, fma(vec4f(w1_2.y), c7, fma(vec4f(w1_1.y), b7, fma(vec4f(w1_0.y), a7, s5_7)))))))));
    s6_0 = fma(vec4f(w1_8.z), c2, fma(vec4f(w1_7.z), b2, fma(vec4f(w1_6.z), a2, fma(vec4f(w1_5.z), c1, fma(vec4f(w1_4.z), b1, fma(vec4f(w1_3.z), a1, fma(vec4f(w1_2.z), c0, fma(vec4f(w1_1.z), b0, fma(vec4f(w1_0.z), a0, s6_0)))))))));
    s6_1 = fma(vec4f(w1_8.z), c3, fma(vec4f(w1_7.z), b3, fma(vec4f(w1_6.z), a3, fma(vec4f(w1_5.z), c2, fma(vec4f(w1_4.z), b2, fma(vec4f(w1_3.z), a2, fma(vec4f(w1_2.z), c1, fma(vec4f(w1_1.z), b1, fma(vec4f(w1_0.z), a1, s6_1)))))))));
    s6_2 = fma(vec4f(w1_8.z), c4, fma(vec4f(w1_7.z), b4, fma(vec4f(w1_6.z), a4, fma(vec4f(w1_5.z), c3, fma(vec4f(w1_4.z), b3, fma(vec4f(w1_3.z), a3, fma(vec4f(w1_2.z), c2, fma(vec4f(w1_1.z), b2, fma(vec4f(w1_0.z), a2, s6_2)))))))));
    s6_3 = fma(vec4f(w1_8.z), c5, fma(vec4f(w1_7.z), b5, fma(vec4f(w1_6.z), a5, fma(vec4f(w1_5.z), c4, fma(vec4f(w1_4.z), b4, fma(vec4f(w1_3.z), a4, fma(vec4f(w1_2.z), c3, fma(vec4f(w1_1.z), b3, fma(vec4f(w1_0.z), a3, s6_3)))))))));
    s6_4 = fma(vec4f(w1_8.z), c6, fma(vec4f(w1_7.z), b6, fma(vec4f(w1_6.z), a6, fma(vec4f(w1_5.z), c5, fma(vec4f(w1_4.z), b5, fma(vec4f(w1_3.z), a5, fma(vec4f(w1_2.z), c4, fma(vec4f(w1_1.z), b4, fma(vec4f(w1_0.z), a4, s6_4)))))))));
    s6_5 = fma(vec4f(w1_8.z), c7, fma(vec4f(w1_7.z), b7, fma(vec4f(w1_6.z), a7, fma(vec4f(w1_5.z), c6, fma(vec4f(w1_4.z), b6, fma(vec4f(w1_3.z), a6, fma(vec4f(w1_2.z), c5, fma(vec4f(w1_1.z), b5, fma(vec4f(w1_0.z), a5, s6_5)))))))));
    s6_6 = fma(vec4f(w1_8.z), c8, fma(vec4f(w1_7.z), b8, fma(vec4f(w1_6.z), a8, fma(vec4f(w1_5.z), c7, fma(vec4f(w1_4.z), b7, fma(vec4f(w1_3.z), a7, fma(vec4f(w1_2.z), c6, fma(vec4f(w1_1.z), b6, fma(vec4f(w1_0.z), a6, s6_6)))))))));
    s6_7 = fma(vec4f(w1_8.z), c9, fma(vec4f(w1_7.z), b9, fma(vec4f(w1_6.z), a9, fma(vec4f(w1_5.z), c8, fma(vec4f(w1_4.z), b8, fma(vec4f(w1_3.z), a8, fma(vec4f(w1_2.z), c7, fma(vec4f(w1_1.z), b7, fma(vec4f(w1_0.z), a7, s6_7)))))))));
    s7_0 = fma(vec4f(w1_8.w), c2, fma(vec4f(w1_7.w), b2, fma(vec4f(w1_6.w), a2, fma(vec4f(w1_5.w), c1, fma(vec4f(w1_4.w), b1, fma(vec4f(w1_3.w), a1, fma(vec4f(w1_2.w), c0, fma(vec4f(w1_1.w), b0, fma(vec4f(w1_0.w), a0, s7_0)))))))));
    s7_1 = fma(vec4f(w1_8.w), c3, fma(vec4f(w1_7.w), b3, fma(vec4f(w1_6.w), a3, fma(vec4f(w1_5.w), c2, fma(vec4f(w1_4.w), b2, fma(vec4f(w1_3.w), a2, fma(vec4f(w1_2.w), c1, fma(vec4f(w1_1.w), b1, fma(vec4f(w1_0.w), a1, s7_1)))))))));
    s7_2 = fma(vec4f(w1_8.w), c4, fma(vec4f(w1_7.w), b4, fma(vec4f(w1_6.w), a4, fma(vec4f(w1_5.w), c3, fma(vec4f(w1_4.w), b3, fma(vec4f(w1_3.w), a3, fma(vec4f(w1_2.w), c2, fma(vec4f(w1_1.w), b2, fma(vec4f(w1_0.w), a2, s7_2)))))))));
    s7_3 = fma(vec4f(w1_8.w), c5, fma(vec4f(w1_7.w), b5, fma(vec4f(w1_6.w), a5, fma(vec4f(w1_5.w), c4, fma(vec4f(w1_4.w), b4, fma(vec4f(w1_3.w), a4, fma(vec4f(w1_2.w), c3, fma(vec4f(w1_1.w), b3, fma(vec4f(w1_0.w), a3, s7_3)))))))));
    s7_4 = fma(vec4f(w1_8.w), c6, fma(vec4f(w1_7.w), b6, fma(vec4f(w1_6.w), a6, fma(vec4f(w1_5.w), c5, fma(vec4f(w1_4.w), b5, fma(vec4f(w1_3.w), a5, fma(vec4f(w1_2.w), c4, fma(vec4f(w1_1.w), b4, fma(vec4f(w1_0.w), a4, s7_4)))))))));
    s7_5 = fma(vec4f(w1_8.w), c7, fma(vec4f(w1_7.w), b7, fma(vec4f(w1_6.w), a7, fma(vec4f(w1_5.w), c6, fma(vec4f(w1_4.w), b6, fma(vec4f(w1_3.w), a6, fma(vec4f(w1_2.w), c5, fma(vec4f(w1_1.w), b5, fma(vec4f(w1_0.w), a5, s7_5)))))))));
    s7_6 = fma(vec4f(w1_8.w), c8, fma(vec4f(w1_7.w), b8, fma(vec4f(w1_6.w), a8, fma(vec4f(w1_5.w), c7, fma(vec4f(w1_4.w), b7, fma(vec4f(w1_3.w), a7, fma(vec4f(w1_2.w), c6, fma(vec4f(w1_1.w), b6, fma(vec4f(w1_0.w), a6, s7_6)))))))));
    s7_7 = fma(vec4f(w1_8.w), c9, fma(vec4f(w1_7.w), b9, fma(vec4f(w1_6.w), a9, fma(vec4f(w1_5.w), c8, fma(vec4f(w1_4.w), b8, fma(vec4f(w1_3.w), a8, fma(vec4f(w1_2.w), c7, fma(vec4f(w1_1.w), b7, fma(vec4f(w1_0.w), a7, s7_7)))))))));
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
    output[o + 4u * params.width4] = finish(s0_4, bias0.x, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s0_5, bias0.x, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s0_6, bias0.x, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s0_7, bias0.x, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 1u < params.outputs) {
    output[o + 0u * params.width4] = finish(s1_0, bias0.y, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s1_1, bias0.y, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s1_2, bias0.y, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s1_3, bias0.y, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s1_4, bias0.y, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s1_5, bias0.y, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s1_6, bias0.y, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s1_7, bias0.y, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 2u < params.outputs) {
    output[o + 0u * params.width4] = finish(s2_0, bias0.z, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s2_1, bias0.z, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s2_2, bias0.z, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s2_3, bias0.z, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s2_4, bias0.z, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s2_5, bias0.z, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s2_6, bias0.z, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s2_7, bias0.z, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 3u < params.outputs) {
    output[o + 0u * params.width4] = finish(s3_0, bias0.w, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s3_1, bias0.w, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s3_2, bias0.w, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s3_3, bias0.w, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s3_4, bias0.w, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s3_5, bias0.w, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s3_6, bias0.w, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s3_7, bias0.w, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 4u < params.outputs) {
    output[o + 0u * params.width4] = finish(s4_0, bias1.x, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s4_1, bias1.x, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s4_2, bias1.x, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s4_3, bias1.x, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s4_4, bias1.x, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s4_5, bias1.x, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s4_6, bias1.x, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s4_7, bias1.x, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 5u < params.outputs) {
    output[o + 0u * params.width4] = finish(s5_0, bias1.y, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s5_1, bias1.y, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s5_2, bias1.y, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s5_3, bias1.y, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s5_4, bias1.y, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s5_5, bias1.y, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s5_6, bias1.y, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s5_7, bias1.y, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 6u < params.outputs) {
    output[o + 0u * params.width4] = finish(s6_0, bias1.z, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s6_1, bias1.z, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s6_2, bias1.z, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s6_3, bias1.z, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s6_4, bias1.z, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s6_5, bias1.z, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s6_6, bias1.z, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s6_7, bias1.z, o + 7u * params.width4);
  }
  o += plane;
  if (k0 + 7u < params.outputs) {
    output[o + 0u * params.width4] = finish(s7_0, bias1.w, o + 0u * params.width4);
    output[o + 1u * params.width4] = finish(s7_1, bias1.w, o + 1u * params.width4);
    output[o + 2u * params.width4] = finish(s7_2, bias1.w, o + 2u * params.width4);
    output[o + 3u * params.width4] = finish(s7_3, bias1.w, o + 3u * params.width4);
    output[o + 4u * params.width4] = finish(s7_4, bias1.w, o + 4u * params.width4);
    output[o + 5u * params.width4] = finish(s7_5, bias1.w, o + 5u * params.width4);
    output[o + 6u * params.width4] = finish(s7_6, bias1.w, o + 6u * params.width4);
    output[o + 7u * params.width4] = finish(s7_7, bias1.w, o + 7u * params.width4);
  }
  o += plane;
}
