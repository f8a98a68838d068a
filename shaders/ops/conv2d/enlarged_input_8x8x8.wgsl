// Gradient of a 3 x 3 convolution of planes enlarged twice with respect to the small planes (see
// enlarged.ts). `weights` are the transposed ones. One invocation makes 4 columns x 4 rows of
// 8 channels of 8 columns x 8 rows of the gradient.
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height', width'), channels first_output .. first_output + outputs
//           height' = height / 2, width' = 2 width4
// Width is a multiple of 8, height of 8. Emitted by generate.ts: change that file.
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
  let k0 = wid.x * 8u;
  let x4 = t % params.tiles_x * 2u;
  let y0 = (t / params.tiles_x) % params.tiles_y * 8u;
  let n = t / (params.tiles_x * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 2u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 8u < params.height;
  var bias0 = vec4f(0.0);
  var bias1 = vec4f(0.0);
  if ((params.mode & BIAS) != 0u) { bias0 = load_weights(params.bias + k0 / 4u + 0u); bias1 = load_weights(params.bias + k0 / 4u + 1u); }
  var s0_0 = vec4f(bias0.x); var s0_1 = vec4f(bias0.x); var s0_2 = vec4f(bias0.x); var s0_3 = vec4f(bias0.x);
  var s1_0 = vec4f(bias0.y); var s1_1 = vec4f(bias0.y); var s1_2 = vec4f(bias0.y); var s1_3 = vec4f(bias0.y);
  var s2_0 = vec4f(bias0.z); var s2_1 = vec4f(bias0.z); var s2_2 = vec4f(bias0.z); var s2_3 = vec4f(bias0.z);
  var s3_0 = vec4f(bias0.w); var s3_1 = vec4f(bias0.w); var s3_2 = vec4f(bias0.w); var s3_3 = vec4f(bias0.w);
  var s4_0 = vec4f(bias1.x); var s4_1 = vec4f(bias1.x); var s4_2 = vec4f(bias1.x); var s4_3 = vec4f(bias1.x);
  var s5_0 = vec4f(bias1.y); var s5_1 = vec4f(bias1.y); var s5_2 = vec4f(bias1.y); var s5_3 = vec4f(bias1.y);
  var s6_0 = vec4f(bias1.z); var s6_1 = vec4f(bias1.z); var s6_2 = vec4f(bias1.z); var s6_3 = vec4f(bias1.z);
  var s7_0 = vec4f(bias1.w); var s7_1 = vec4f(bias1.w); var s7_2 = vec4f(bias1.w); var s7_3 = vec4f(bias1.w);
  // Row above the tile; outside the image it wraps around and is masked by `above`.
  var x = (n * params.input_channels + params.first_channel) * plane + y0 * params.width4 + x4 - params.width4;
  var w = params.weights + k0 / 4u;
  for (var c = 0u; c < params.channels; c++) {
    let i0 = x + 0u * params.width4;
    let b0_0 = select(vec4f(0.0), load_input(i0 + 0u), above); let b0_1 = select(vec4f(0.0), load_input(i0 + 1u), above);
    let l0 = select(0.0, left_of(i0, b0_1.w), left && above);
    let e0 = select(0.0, right_of(i0 + 1u, b0_0.x), right && above);
    let i1 = x + 1u * params.width4;
    let b1_0 = load_input(i1 + 0u); let b1_1 = load_input(i1 + 1u);
    let l1 = select(0.0, left_of(i1, b1_1.w), left);
    let e1 = select(0.0, right_of(i1 + 1u, b1_0.x), right);
    let i2 = x + 2u * params.width4;
    let b2_0 = load_input(i2 + 0u); let b2_1 = load_input(i2 + 1u);
    let l2 = select(0.0, left_of(i2, b2_1.w), left);
    let e2 = select(0.0, right_of(i2 + 1u, b2_0.x), right);
    let i3 = x + 3u * params.width4;
    let b3_0 = load_input(i3 + 0u); let b3_1 = load_input(i3 + 1u);
    let l3 = select(0.0, left_of(i3, b3_1.w), left);
    let e3 = select(0.0, right_of(i3 + 1u, b3_0.x), right);
    let i4 = x + 4u * params.width4;
    let b4_0 = load_input(i4 + 0u); let b4_1 = load_input(i4 + 1u);
    let l4 = select(0.0, left_of(i4, b4_1.w), left);
    let e4 = select(0.0, right_of(i4 + 1u, b4_0.x), right);
    let i5 = x + 5u * params.width4;
    let b5_0 = load_input(i5 + 0u); let b5_1 = load_input(i5 + 1u);
    let l5 = select(0.0, left_of(i5, b5_1.w), left);
    let e5 = select(0.0, right_of(i5 + 1u, b5_0.x), right);
    let i6 = x + 6u * params.width4;
    let b6_0 = load_input(i6 + 0u); let b6_1 = load_input(i6 + 1u);
    let l6 = select(0.0, left_of(i6, b6_1.w), left);
    let e6 = select(0.0, right_of(i6 + 1u, b6_0.x), right);
    let i7 = x + 7u * params.width4;
    let b7_0 = load_input(i7 + 0u); let b7_1 = load_input(i7 + 1u);
    let l7 = select(0.0, left_of(i7, b7_1.w), left);
    let e7 = select(0.0, right_of(i7 + 1u, b7_0.x), right);
    let i8 = x + 8u * params.width4;
    let b8_0 = load_input(i8 + 0u); let b8_1 = load_input(i8 + 1u);
    let l8 = select(0.0, left_of(i8, b8_1.w), left);
    let e8 = select(0.0, right_of(i8 + 1u, b8_0.x), right);
    let i9 = x + 9u * params.width4;
    let b9_0 = select(vec4f(0.0), load_input(i9 + 0u), below); let b9_1 = select(vec4f(0.0), load_input(i9 + 1u), below);
    let l9 = select(0.0, left_of(i9, b9_1.w), left && below);
    let e9 = select(0.0, right_of(i9 + 1u, b9_0.x), right && below);
    let p0 = b0_0 + b1_0; let q0 = b0_1 + b1_1; let m0 = vec4f(p0.yw, q0.yw); let d0_0 = m0 + vec4f(p0.z, q0.xz, e0 + e1); let d0_1 = vec4f(p0.xz, q0.xz) + m0; let d0_2 = vec4f(l0 + l1 + p0.x, d0_0.xyz);
    let p1 = b1_0 + b2_0; let q1 = b1_1 + b2_1; let m1 = vec4f(p1.yw, q1.yw); let d1_0 = m1 + vec4f(p1.z, q1.xz, e1 + e2); let d1_1 = vec4f(p1.xz, q1.xz) + m1; let d1_2 = vec4f(l1 + l2 + p1.x, d1_0.xyz);
    let p2 = b2_0 + b3_0; let q2 = b2_1 + b3_1; let m2 = vec4f(p2.yw, q2.yw); let d2_0 = m2 + vec4f(p2.z, q2.xz, e2 + e3); let d2_1 = vec4f(p2.xz, q2.xz) + m2; let d2_2 = vec4f(l2 + l3 + p2.x, d2_0.xyz);
    let p3 = b3_0 + b4_0; let q3 = b3_1 + b4_1; let m3 = vec4f(p3.yw, q3.yw); let d3_0 = m3 + vec4f(p3.z, q3.xz, e3 + e4); let d3_1 = vec4f(p3.xz, q3.xz) + m3; let d3_2 = vec4f(l3 + l4 + p3.x, d3_0.xyz);
    let p4 = b4_0 + b5_0; let q4 = b4_1 + b5_1; let m4 = vec4f(p4.yw, q4.yw); let d4_0 = m4 + vec4f(p4.z, q4.xz, e4 + e5); let d4_1 = vec4f(p4.xz, q4.xz) + m4; let d4_2 = vec4f(l4 + l5 + p4.x, d4_0.xyz);
    let p5 = b5_0 + b6_0; let q5 = b5_1 + b6_1; let m5 = vec4f(p5.yw, q5.yw); let d5_0 = m5 + vec4f(p5.z, q5.xz, e5 + e6); let d5_1 = vec4f(p5.xz, q5.xz) + m5; let d5_2 = vec4f(l5 + l6 + p5.x, d5_0.xyz);
    let p6 = b6_0 + b7_0; let q6 = b6_1 + b7_1; let m6 = vec4f(p6.yw, q6.yw); let d6_0 = m6 + vec4f(p6.z, q6.xz, e6 + e7); let d6_1 = vec4f(p6.xz, q6.xz) + m6; let d6_2 = vec4f(l6 + l7 + p6.x, d6_0.xyz);
    let p7 = b7_0 + b8_0; let q7 = b7_1 + b8_1; let m7 = vec4f(p7.yw, q7.yw); let d7_0 = m7 + vec4f(p7.z, q7.xz, e7 + e8); let d7_1 = vec4f(p7.xz, q7.xz) + m7; let d7_2 = vec4f(l7 + l8 + p7.x, d7_0.xyz);
    let p8 = b8_0 + b9_0; let q8 = b8_1 + b9_1; let m8 = vec4f(p8.yw, q8.yw); let d8_0 = m8 + vec4f(p8.z, q8.xz, e8 + e9); let d8_1 = vec4f(p8.xz, q8.xz) + m8; let d8_2 = vec4f(l8 + l9 + p8.x, d8_0.xyz);
    let held = hold(w, lid, 18u);
    let w0_8 = weight_of(held, 0u);
    let w0_7 = weight_of(held, 1u);
    let w0_6 = weight_of(held, 2u);
    let w0_5 = weight_of(held, 3u);
    let w0_4 = weight_of(held, 4u);
    let w0_3 = weight_of(held, 5u);
    let w0_2 = weight_of(held, 6u);
    let w0_1 = weight_of(held, 7u);
    let w0_0 = weight_of(held, 8u);
    let w1_8 = weight_of(held, 9u);
    let w1_7 = weight_of(held, 10u);
    let w1_6 = weight_of(held, 11u);
    let w1_5 = weight_of(held, 12u);
    let w1_4 = weight_of(held, 13u);
    let w1_3 = weight_of(held, 14u);
    let w1_2 = weight_of(held, 15u);
    let w1_1 = weight_of(held, 16u);
    let w1_0 = weight_of(held, 17u);
    s0_0 += w0_0.x * d2_0 + w0_1.x * d2_1 + w0_2.x * d2_2 + w0_3.x * d1_0 + w0_4.x * d1_1 + w0_5.x * d1_2 + w0_6.x * d0_0 + w0_7.x * d0_1 + w0_8.x * d0_2;
    s0_1 += w0_0.x * d4_0 + w0_1.x * d4_1 + w0_2.x * d4_2 + w0_3.x * d3_0 + w0_4.x * d3_1 + w0_5.x * d3_2 + w0_6.x * d2_0 + w0_7.x * d2_1 + w0_8.x * d2_2;
    s0_2 += w0_0.x * d6_0 + w0_1.x * d6_1 + w0_2.x * d6_2 + w0_3.x * d5_0 + w0_4.x * d5_1 + w0_5.x * d5_2 + w0_6.x * d4_0 + w0_7.x * d4_1 + w0_8.x * d4_2;
    s0_3 += w0_0.x * d8_0 + w0_1.x * d8_1 + w0_2.x * d8_2 + w0_3.x * d7_0 + w0_4.x * d7_1 + w0_5.x * d7_2 + w0_6.x * d6_0 + w0_7.x * d6_1 + w0_8.x * d6_2;
    s1_0 += w0_0.y * d2_0 + w0_1.y * d2_1 + w0_2.y * d2_2 + w0_3.y * d1_0 + w0_4.y * d1_1 + w0_5.y * d1_2 + w0_6.y * d0_0 + w0_7.y * d0_1 + w0_8.y * d0_2;
    s1_1 += w0_0.y * d4_0 + w0_1.y * d4_1 + w0_2.y * d4_2 + w0_3.y * d3_0 + w0_4.y * d3_1 + w0_5.y * d3_2 + w0_6.y * d2_0 + w0_7.y * d2_1 + w0_8.y * d2_2;
    s1_2 += w0_0.y * d6_0 + w0_1.y * d6_1 + w0_2.y * d6_2 + w0_3.y * d5_0 + w0_4.y * d5_1 + w0_5.y * d5_2 + w0_6.y * d4_0 + w0_7.y * d4_1 + w0_8.y * d4_2;
    s1_3 += w0_0.y * d8_0 + w0_1.y * d8_1 + w0_2.y * d8_2 + w0_3.y * d7_0 + w0_4.y * d7_1 + w0_5.y * d7_2 + w0_6.y * d6_0 + w0_7.y * d6_1 + w0_8.y * d6_2;
    s2_0 += w0_0.z * d2_0 + w0_1.z * d2_1 + w0_2.z * d2_2 + w0_3.z * d1_0 + w0_4.z * d1_1 + w0_5.z * d1_2 + w0_6.z * d0_0 + w0_7.z * d0_1 + w0_8.z * d0_2;
    s2_1 += w0_0.z * d4_0 + w0_1.z * d4_1 + w0_2.z * d4_2 + w0_3.z * d3_0 + w0_4.z * d3_1 + w0_5.z * d3_2 + w0_6.z * d2_0 + w0_7.z * d2_1 + w0_8.z * d2_2;
    s2_2 += w0_0.z * d6_0 + w0_1.z * d6_1 + w0_2.z * d6_2 + w0_3.z * d5_0 + w0_4.z * d5_1 + w0_5.z * d5_2 + w0_6.z * d4_0 + w0_7.z * d4_1 + w0_8.z * d4_2;
    s2_3 += w0_0.z * d8_0 + w0_1.z * d8_1 + w0_2.z * d8_2 + w0_3.z * d7_0 + w0_4.z * d7_1 + w0_5.z * d7_2 + w0_6.z * d6_0 + w0_7.z * d6_1 + w0_8.z * d6_2;
    s3_0 += w0_0.w * d2_0 + w0_1.w * d2_1 + w0_2.w * d2_2 + w0_3.w * d1_0 + w0_4.w * d1_1 + w0_5.w * d1_2 + w0_6.w * d0_0 + w0_7.w * d0_1 + w0_8.w * d0_2;
    s3_1 += w0_0.w * d4_0 + w0_1.w * d4_1 + w0_2.w * d4_2 + w0_3.w * d3_0 + w0_4.w * d3_1 + w0_5.w * d3_2 + w0_6.w * d2_0 + w0_7.w * d2_1 + w0_8.w * d2_2;
    s3_2 += w0_0.w * d6_0 + w0_1.w * d6_1 + w0_2.w * d6_2 + w0_3.w * d5_0 + w0_4.w * d5_1 + w0_5.w * d5_2 + w0_6.w * d4_0 + w0_7.w * d4_1 + w0_8.w * d4_2;
    s3_3 += w0_0.w * d8_0 + w0_1.w * d8_1 + w0_2.w * d8_2 + w0_3.w * d7_0 + w0_4.w * d7_1 + w0_5.w * d7_2 + w0_6.w * d6_0 + w0_7.w * d6_1 + w0_8.w * d6_2;
    s4_0 += w1_0.x * d2_0 + w1_1.x * d2_1 + w1_2.x * d2_2 + w1_3.x * d1_0 + w1_4.x * d1_1 + w1_5.x * d1_2 + w1_6.x * d0_0 + w1_7.x * d0_1 + w1_8.x * d0_2;
    s4_1 += w1_0.x * d4_0 + w1_1.x * d4_1 + w1_2.x * d4_2 + w1_3.x * d3_0 + w1_4.x * d3_1 + w1_5.x * d3_2 + w1_6.x * d2_0 + w1_7.x * d2_1 + w1_8.x * d2_2;
    s4_2 += w1_0.x * d6_0 + w1_1.x * d6_1 + w1_2.x * d6_2 + w1_3.x * d5_0 + w1_4.x * d5_1 + w1_5.x * d5_2 + w1_6.x * d4_0 + w1_7.x * d4_1 + w1_8.x * d4_2;
    s4_3 += w1_0.x * d8_0 + w1_1.x * d8_1 + w1_2.x * d8_2 + w1_3.x * d7_0 + w1_4.x * d7_1 + w1_5.x * d7_2 + w1_6.x * d6_0 + w1_7.x * d6_1 + w1_8.x * d6_2;
    s5_0 += w1_0.y * d2_0 + w1_1.y * d2_1 + w1_2.y * d2_2 + w1_3.y * d1_0 + w1_4.y * d1_1 + w1_5.y * d1_2 + w1_6.y * d0_0 + w1_7.y * d0_1 + w1_8.y * d0_2;
    s5_1 += w1_0.y * d4_0 + w1_1.y * d4_1 + w1_2.y * d4_2 + w1_3.y * d3_0 + w1_4.y * d3_1 + w1_5.y * d3_2 + w1_6.y * d2_0 + w1_7.y * d2_1 + w1_8.y * d2_2;
    s5_2 += w1_0.y * d6_0 + w1_1.y * d6_1 + w1_2.y * d6_2 + w1_3.y * d5_0 + w1_4.y * d5_1 + w1_5.y * d5_2 + w1_6.y * d4_0 + w1_7.y * d4_1 + w1_8.y * d4_2;
    s5_3 += w1_0.y * d8_0 + w1_1.y * d8_1 + w1_2.y * d8_2 + w1_3.y * d7_0 + w1_4.y * d7_1 + w1_5.y * d7_2 + w1_6.y * d6_0 + w1_7.y * d6_1 + w1_8.y * d6_2;
    s6_0 += w1_0.z * d2_0 + w1_1.z * d2_1 + w1_2.z * d2_2 + w1_3.z * d1_0 + w1_4.z * d1_1 + w1_5.z * d1_2 + w1_6.z * d0_0 + w1_7.z * d0_1 + w1_8.z * d0_2;
    s6_1 += w1_0.z * d4_0 + w1_1.z * d4_1 + w1_2.z * d4_2 + w1_3.z * d3_0 + w1_4.z * d3_1 + w1_5.z * d3_2 + w1_6.z * d2_0 + w1_7.z * d2_1 + w1_8.z * d2_2;
    s6_2 += w1_0.z * d6_0 + w1_1.z * d6_1 + w1_2.z * d6_2 + w1_3.z * d5_0 + w1_4.z * d5_1 + w1_5.z * d5_2 + w1_6.z * d4_0 + w1_7.z * d4_1 + w1_8.z * d4_2;
    s6_3 += w1_0.z * d8_0 + w1_1.z * d8_1 + w1_2.z * d8_2 + w1_3.z * d7_0 + w1_4.z * d7_1 + w1_5.z * d7_2 + w1_6.z * d6_0 + w1_7.z * d6_1 + w1_8.z * d6_2;
    s7_0 += w1_0.w * d2_0 + w1_1.w * d2_1 + w1_2.w * d2_2 + w1_3.w * d1_0 + w1_4.w * d1_1 + w1_5.w * d1_2 + w1_6.w * d0_0 + w1_7.w * d0_1 + w1_8.w * d0_2;
    s7_1 += w1_0.w * d4_0 + w1_1.w * d4_1 + w1_2.w * d4_2 + w1_3.w * d3_0 + w1_4.w * d3_1 + w1_5.w * d3_2 + w1_6.w * d2_0 + w1_7.w * d2_1 + w1_8.w * d2_2;
    s7_2 += w1_0.w * d6_0 + w1_1.w * d6_1 + w1_2.w * d6_2 + w1_3.w * d5_0 + w1_4.w * d5_1 + w1_5.w * d5_2 + w1_6.w * d4_0 + w1_7.w * d4_1 + w1_8.w * d4_2;
    s7_3 += w1_0.w * d8_0 + w1_1.w * d8_1 + w1_2.w * d8_2 + w1_3.w * d7_0 + w1_4.w * d7_1 + w1_5.w * d7_2 + w1_6.w * d6_0 + w1_7.w * d6_1 + w1_8.w * d6_2;
    x += plane;
    w += 9u * params.weight_row;
  }
  let slot = n * params.output_channels + params.first_output + k0;
  let shrink = 2u;
  let area = plane / (shrink * shrink);
  let line = params.width4 / shrink;
  var o = slot * area + y0 / shrink * line + x4 / shrink;
  if (k0 + 0u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s0_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s0_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s0_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 1u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s1_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s1_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s1_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s1_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 2u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s2_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s2_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s2_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s2_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 3u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s3_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s3_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s3_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s3_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 4u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s4_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s4_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s4_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s4_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 5u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s5_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s5_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s5_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s5_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 6u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s6_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s6_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s6_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s6_3, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 7u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s7_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s7_1, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s7_2, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s7_3, o + 3u * line + 0u);
  }
  o += area;
}
