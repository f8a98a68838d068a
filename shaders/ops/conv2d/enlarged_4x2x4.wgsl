// 3 x 3 convolution, stride 1, zero padding, of planes enlarged twice (see enlarged.ts). One invocation
// makes 8 columns x 4 rows of 4 output channel(s) of 4 columns x 2 rows of the input.
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height', width'), channels first_output .. first_output + outputs
//           height' = 2 height, width' = 8 width4
// Width is a multiple of 4, height of 2. Emitted by generate.ts: change that file.
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
  let k0 = wid.x * 4u;
  let x4 = t % params.tiles_x * 1u;
  let y0 = (t / params.tiles_x) % params.tiles_y * 2u;
  let n = t / (params.tiles_x * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 1u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 2u < params.height;
  var bias0 = vec4f(0.0);
  if ((params.mode & BIAS) != 0u) { bias0 = load_weights(params.bias + k0 / 4u + 0u); }
  var s0_00_00 = vec4f(bias0.x); var s0_00_01 = vec4f(bias0.x); var s0_01_00 = vec4f(bias0.x); var s0_01_01 = vec4f(bias0.x);
  var s0_10_00 = vec4f(bias0.x); var s0_10_01 = vec4f(bias0.x); var s0_11_00 = vec4f(bias0.x); var s0_11_01 = vec4f(bias0.x);
  var s1_00_00 = vec4f(bias0.y); var s1_00_01 = vec4f(bias0.y); var s1_01_00 = vec4f(bias0.y); var s1_01_01 = vec4f(bias0.y);
  var s1_10_00 = vec4f(bias0.y); var s1_10_01 = vec4f(bias0.y); var s1_11_00 = vec4f(bias0.y); var s1_11_01 = vec4f(bias0.y);
  var s2_00_00 = vec4f(bias0.z); var s2_00_01 = vec4f(bias0.z); var s2_01_00 = vec4f(bias0.z); var s2_01_01 = vec4f(bias0.z);
  var s2_10_00 = vec4f(bias0.z); var s2_10_01 = vec4f(bias0.z); var s2_11_00 = vec4f(bias0.z); var s2_11_01 = vec4f(bias0.z);
  var s3_00_00 = vec4f(bias0.w); var s3_00_01 = vec4f(bias0.w); var s3_01_00 = vec4f(bias0.w); var s3_01_01 = vec4f(bias0.w);
  var s3_10_00 = vec4f(bias0.w); var s3_10_01 = vec4f(bias0.w); var s3_11_00 = vec4f(bias0.w); var s3_11_01 = vec4f(bias0.w);
  // Row above the tile; outside the image it wraps around and is masked by `above`.
  var x = (n * params.input_channels + params.first_channel) * plane + y0 * params.width4 + x4 - params.width4;
  var w = params.weights + k0 / 4u;
  for (var c = 0u; c < params.channels; c++) {
    let i0 = x + 0u * params.width4;
    let b0_0 = select(vec4f(0.0), load_input(i0 + 0u), above);
    let l0 = select(0.0, left_of(i0, b0_0.w), left && above);
    let e0 = select(0.0, right_of(i0, b0_0.x), right && above);
    let i1 = x + 1u * params.width4;
    let b1_0 = load_input(i1 + 0u);
    let l1 = select(0.0, left_of(i1, b1_0.w), left);
    let e1 = select(0.0, right_of(i1, b1_0.x), right);
    let i2 = x + 2u * params.width4;
    let b2_0 = load_input(i2 + 0u);
    let l2 = select(0.0, left_of(i2, b2_0.w), left);
    let e2 = select(0.0, right_of(i2, b2_0.x), right);
    let i3 = x + 3u * params.width4;
    let b3_0 = select(vec4f(0.0), load_input(i3 + 0u), below);
    let l3 = select(0.0, left_of(i3, b3_0.w), left && below);
    let e3 = select(0.0, right_of(i3, b3_0.x), right && below);
    let a0_0 = vec4f(l0, b0_0.xyz); let c0_0 = vec4f(b0_0.yzw, e0);
    let a1_0 = vec4f(l1, b1_0.xyz); let c1_0 = vec4f(b1_0.yzw, e1);
    let a2_0 = vec4f(l2, b2_0.xyz); let c2_0 = vec4f(b2_0.yzw, e2);
    let a3_0 = vec4f(l3, b3_0.xyz); let c3_0 = vec4f(b3_0.yzw, e3);
    let held = hold(w, lid, 9u);
    let g0_0 = weight_of(held, 0u);
    let g0_1 = weight_of(held, 1u);
    let g0_2 = weight_of(held, 2u);
    let g0_3 = weight_of(held, 3u);
    let g0_4 = weight_of(held, 4u);
    let g0_5 = weight_of(held, 5u);
    let g0_6 = weight_of(held, 6u);
    let g0_7 = weight_of(held, 7u);
    let g0_8 = weight_of(held, 8u);
    let h0_00_0 = g0_0; let h0_01_0 = g0_3 + g0_6; let h0_10_0 = g0_0 + g0_3; let h0_11_0 = g0_6;
    let h0_00_1 = g0_1; let h0_01_1 = g0_4 + g0_7; let h0_10_1 = g0_1 + g0_4; let h0_11_1 = g0_7;
    let h0_00_2 = g0_2; let h0_01_2 = g0_5 + g0_8; let h0_10_2 = g0_2 + g0_5; let h0_11_2 = g0_8;
    let u0_00_00 = h0_00_0; let u0_00_01 = h0_00_1 + h0_00_2; let u0_00_10 = h0_00_0 + h0_00_1; let u0_00_11 = h0_00_2;
    let u0_01_00 = h0_01_0; let u0_01_01 = h0_01_1 + h0_01_2; let u0_01_10 = h0_01_0 + h0_01_1; let u0_01_11 = h0_01_2;
    let u0_10_00 = h0_10_0; let u0_10_01 = h0_10_1 + h0_10_2; let u0_10_10 = h0_10_0 + h0_10_1; let u0_10_11 = h0_10_2;
    let u0_11_00 = h0_11_0; let u0_11_01 = h0_11_1 + h0_11_2; let u0_11_10 = h0_11_0 + h0_11_1; let u0_11_11 = h0_11_2;
    s0_00_00 += u0_00_00.x * a0_0 + u0_00_01.x * b0_0 + u0_01_00.x * a1_0 + u0_01_01.x * b1_0; s0_00_01 += u0_00_10.x * b0_0 + u0_00_11.x * c0_0 + u0_01_10.x * b1_0 + u0_01_11.x * c1_0; s0_01_00 += u0_10_00.x * a1_0 + u0_10_01.x * b1_0 + u0_11_00.x * a2_0 + u0_11_01.x * b2_0; s0_01_01 += u0_10_10.x * b1_0 + u0_10_11.x * c1_0 + u0_11_10.x * b2_0 + u0_11_11.x * c2_0;
    s0_10_00 += u0_00_00.x * a1_0 + u0_00_01.x * b1_0 + u0_01_00.x * a2_0 + u0_01_01.x * b2_0; s0_10_01 += u0_00_10.x * b1_0 + u0_00_11.x * c1_0 + u0_01_10.x * b2_0 + u0_01_11.x * c2_0; s0_11_00 += u0_10_00.x * a2_0 + u0_10_01.x * b2_0 + u0_11_00.x * a3_0 + u0_11_01.x * b3_0; s0_11_01 += u0_10_10.x * b2_0 + u0_10_11.x * c2_0 + u0_11_10.x * b3_0 + u0_11_11.x * c3_0;
    s1_00_00 += u0_00_00.y * a0_0 + u0_00_01.y * b0_0 + u0_01_00.y * a1_0 + u0_01_01.y * b1_0; s1_00_01 += u0_00_10.y * b0_0 + u0_00_11.y * c0_0 + u0_01_10.y * b1_0 + u0_01_11.y * c1_0; s1_01_00 += u0_10_00.y * a1_0 + u0_10_01.y * b1_0 + u0_11_00.y * a2_0 + u0_11_01.y * b2_0; s1_01_01 += u0_10_10.y * b1_0 + u0_10_11.y * c1_0 + u0_11_10.y * b2_0 + u0_11_11.y * c2_0;
    s1_10_00 += u0_00_00.y * a1_0 + u0_00_01.y * b1_0 + u0_01_00.y * a2_0 + u0_01_01.y * b2_0; s1_10_01 += u0_00_10.y * b1_0 + u0_00_11.y * c1_0 + u0_01_10.y * b2_0 + u0_01_11.y * c2_0; s1_11_00 += u0_10_00.y * a2_0 + u0_10_01.y * b2_0 + u0_11_00.y * a3_0 + u0_11_01.y * b3_0; s1_11_01 += u0_10_10.y * b2_0 + u0_10_11.y * c2_0 + u0_11_10.y * b3_0 + u0_11_11.y * c3_0;
    s2_00_00 += u0_00_00.z * a0_0 + u0_00_01.z * b0_0 + u0_01_00.z * a1_0 + u0_01_01.z * b1_0; s2_00_01 += u0_00_10.z * b0_0 + u0_00_11.z * c0_0 + u0_01_10.z * b1_0 + u0_01_11.z * c1_0; s2_01_00 += u0_10_00.z * a1_0 + u0_10_01.z * b1_0 + u0_11_00.z * a2_0 + u0_11_01.z * b2_0; s2_01_01 += u0_10_10.z * b1_0 + u0_10_11.z * c1_0 + u0_11_10.z * b2_0 + u0_11_11.z * c2_0;
    s2_10_00 += u0_00_00.z * a1_0 + u0_00_01.z * b1_0 + u0_01_00.z * a2_0 + u0_01_01.z * b2_0; s2_10_01 += u0_00_10.z * b1_0 + u0_00_11.z * c1_0 + u0_01_10.z * b2_0 + u0_01_11.z * c2_0; s2_11_00 += u0_10_00.z * a2_0 + u0_10_01.z * b2_0 + u0_11_00.z * a3_0 + u0_11_01.z * b3_0; s2_11_01 += u0_10_10.z * b2_0 + u0_10_11.z * c2_0 + u0_11_10.z * b3_0 + u0_11_11.z * c3_0;
    s3_00_00 += u0_00_00.w * a0_0 + u0_00_01.w * b0_0 + u0_01_00.w * a1_0 + u0_01_01.w * b1_0; s3_00_01 += u0_00_10.w * b0_0 + u0_00_11.w * c0_0 + u0_01_10.w * b1_0 + u0_01_11.w * c1_0; s3_01_00 += u0_10_00.w * a1_0 + u0_10_01.w * b1_0 + u0_11_00.w * a2_0 + u0_11_01.w * b2_0; s3_01_01 += u0_10_10.w * b1_0 + u0_10_11.w * c1_0 + u0_11_10.w * b2_0 + u0_11_11.w * c2_0;
    s3_10_00 += u0_00_00.w * a1_0 + u0_00_01.w * b1_0 + u0_01_00.w * a2_0 + u0_01_01.w * b2_0; s3_10_01 += u0_00_10.w * b1_0 + u0_00_11.w * c1_0 + u0_01_10.w * b2_0 + u0_01_11.w * c2_0; s3_11_00 += u0_10_00.w * a2_0 + u0_10_01.w * b2_0 + u0_11_00.w * a3_0 + u0_11_01.w * b3_0; s3_11_01 += u0_10_10.w * b2_0 + u0_10_11.w * c2_0 + u0_11_10.w * b3_0 + u0_11_11.w * c3_0;
    x += plane;
    w += 9u * params.weight_row;
  }
  let slot = n * params.output_channels + params.first_output + k0;
  let area = plane * 4u;
  let line = params.width4 * 2u;
  var o = slot * area + y0 * 2u * line + x4 * 2u;
  if (k0 + 0u < params.outputs) {
    output[o + 0u * line + 0u] = finish(vec4f(s0_00_00.x, s0_00_01.x, s0_00_00.y, s0_00_01.y), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(vec4f(s0_01_00.x, s0_01_01.x, s0_01_00.y, s0_01_01.y), o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(vec4f(s0_10_00.x, s0_10_01.x, s0_10_00.y, s0_10_01.y), o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(vec4f(s0_11_00.x, s0_11_01.x, s0_11_00.y, s0_11_01.y), o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(vec4f(s0_00_00.z, s0_00_01.z, s0_00_00.w, s0_00_01.w), o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(vec4f(s0_01_00.z, s0_01_01.z, s0_01_00.w, s0_01_01.w), o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(vec4f(s0_10_00.z, s0_10_01.z, s0_10_00.w, s0_10_01.w), o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(vec4f(s0_11_00.z, s0_11_01.z, s0_11_00.w, s0_11_01.w), o + 3u * line + 1u);
  }
  o += area;
  if (k0 + 1u < params.outputs) {
    output[o + 0u * line + 0u] = finish(vec4f(s1_00_00.x, s1_00_01.x, s1_00_00.y, s1_00_01.y), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(vec4f(s1_01_00.x, s1_01_01.x, s1_01_00.y, s1_01_01.y), o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(vec4f(s1_10_00.x, s1_10_01.x, s1_10_00.y, s1_10_01.y), o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(vec4f(s1_11_00.x, s1_11_01.x, s1_11_00.y, s1_11_01.y), o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(vec4f(s1_00_00.z, s1_00_01.z, s1_00_00.w, s1_00_01.w), o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(vec4f(s1_01_00.z, s1_01_01.z, s1_01_00.w, s1_01_01.w), o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(vec4f(s1_10_00.z, s1_10_01.z, s1_10_00.w, s1_10_01.w), o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(vec4f(s1_11_00.z, s1_11_01.z, s1_11_00.w, s1_11_01.w), o + 3u * line + 1u);
  }
  o += area;
  if (k0 + 2u < params.outputs) {
    output[o + 0u * line + 0u] = finish(vec4f(s2_00_00.x, s2_00_01.x, s2_00_00.y, s2_00_01.y), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(vec4f(s2_01_00.x, s2_01_01.x, s2_01_00.y, s2_01_01.y), o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(vec4f(s2_10_00.x, s2_10_01.x, s2_10_00.y, s2_10_01.y), o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(vec4f(s2_11_00.x, s2_11_01.x, s2_11_00.y, s2_11_01.y), o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(vec4f(s2_00_00.z, s2_00_01.z, s2_00_00.w, s2_00_01.w), o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(vec4f(s2_01_00.z, s2_01_01.z, s2_01_00.w, s2_01_01.w), o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(vec4f(s2_10_00.z, s2_10_01.z, s2_10_00.w, s2_10_01.w), o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(vec4f(s2_11_00.z, s2_11_01.z, s2_11_00.w, s2_11_01.w), o + 3u * line + 1u);
  }
  o += area;
  if (k0 + 3u < params.outputs) {
    output[o + 0u * line + 0u] = finish(vec4f(s3_00_00.x, s3_00_01.x, s3_00_00.y, s3_00_01.y), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(vec4f(s3_01_00.x, s3_01_01.x, s3_01_00.y, s3_01_01.y), o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(vec4f(s3_10_00.x, s3_10_01.x, s3_10_00.y, s3_10_01.y), o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(vec4f(s3_11_00.x, s3_11_01.x, s3_11_00.y, s3_11_01.y), o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(vec4f(s3_00_00.z, s3_00_01.z, s3_00_00.w, s3_00_01.w), o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(vec4f(s3_01_00.z, s3_01_01.z, s3_01_00.w, s3_01_01.w), o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(vec4f(s3_10_00.z, s3_10_01.z, s3_10_00.w, s3_10_01.w), o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(vec4f(s3_11_00.z, s3_11_01.z, s3_11_00.w, s3_11_01.w), o + 3u * line + 1u);
  }
  o += area;
}
