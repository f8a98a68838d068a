// Gradient of a 3 x 3 convolution of planes enlarged twice with respect to weights and bias (see
// enlarged.ts), summed over part of the pixels. One invocation makes 4 output x 4 input channel(s) x 9 taps; it
// walks down strips of the small planes, 4 pixels wide and band_rows high.
// Strips are numbered column first, then band, then image; split s takes strips s * split_step + j * strip_step,
// j < strips_per_split.
//   input    (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   gradient (B, outputs, 2 height, 2 4 width4)
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
  let c0 = block % params.channel_blocks * 4u;
  let k0 = block / params.channel_blocks * 4u;
  let plane = params.height * params.width4;
  var z0 = 0.0;
  var s0_0_0 = 0.0; var s0_0_1 = 0.0; var s0_0_2 = 0.0; var s0_0_3 = 0.0; var s0_0_4 = 0.0; var s0_0_5 = 0.0; var s0_0_6 = 0.0; var s0_0_7 = 0.0; var s0_0_8 = 0.0;
  var s0_1_0 = 0.0; var s0_1_1 = 0.0; var s0_1_2 = 0.0; var s0_1_3 = 0.0; var s0_1_4 = 0.0; var s0_1_5 = 0.0; var s0_1_6 = 0.0; var s0_1_7 = 0.0; var s0_1_8 = 0.0;
  var s0_2_0 = 0.0; var s0_2_1 = 0.0; var s0_2_2 = 0.0; var s0_2_3 = 0.0; var s0_2_4 = 0.0; var s0_2_5 = 0.0; var s0_2_6 = 0.0; var s0_2_7 = 0.0; var s0_2_8 = 0.0;
  var s0_3_0 = 0.0; var s0_3_1 = 0.0; var s0_3_2 = 0.0; var s0_3_3 = 0.0; var s0_3_4 = 0.0; var s0_3_5 = 0.0; var s0_3_6 = 0.0; var s0_3_7 = 0.0; var s0_3_8 = 0.0;
  var z1 = 0.0;
  var s1_0_0 = 0.0; var s1_0_1 = 0.0; var s1_0_2 = 0.0; var s1_0_3 = 0.0; var s1_0_4 = 0.0; var s1_0_5 = 0.0; var s1_0_6 = 0.0; var s1_0_7 = 0.0; var s1_0_8 = 0.0;
  var s1_1_0 = 0.0; var s1_1_1 = 0.0; var s1_1_2 = 0.0; var s1_1_3 = 0.0; var s1_1_4 = 0.0; var s1_1_5 = 0.0; var s1_1_6 = 0.0; var s1_1_7 = 0.0; var s1_1_8 = 0.0;
  var s1_2_0 = 0.0; var s1_2_1 = 0.0; var s1_2_2 = 0.0; var s1_2_3 = 0.0; var s1_2_4 = 0.0; var s1_2_5 = 0.0; var s1_2_6 = 0.0; var s1_2_7 = 0.0; var s1_2_8 = 0.0;
  var s1_3_0 = 0.0; var s1_3_1 = 0.0; var s1_3_2 = 0.0; var s1_3_3 = 0.0; var s1_3_4 = 0.0; var s1_3_5 = 0.0; var s1_3_6 = 0.0; var s1_3_7 = 0.0; var s1_3_8 = 0.0;
  var z2 = 0.0;
  var s2_0_0 = 0.0; var s2_0_1 = 0.0; var s2_0_2 = 0.0; var s2_0_3 = 0.0; var s2_0_4 = 0.0; var s2_0_5 = 0.0; var s2_0_6 = 0.0; var s2_0_7 = 0.0; var s2_0_8 = 0.0;
  var s2_1_0 = 0.0; var s2_1_1 = 0.0; var s2_1_2 = 0.0; var s2_1_3 = 0.0; var s2_1_4 = 0.0; var s2_1_5 = 0.0; var s2_1_6 = 0.0; var s2_1_7 = 0.0; var s2_1_8 = 0.0;
  var s2_2_0 = 0.0; var s2_2_1 = 0.0; var s2_2_2 = 0.0; var s2_2_3 = 0.0; var s2_2_4 = 0.0; var s2_2_5 = 0.0; var s2_2_6 = 0.0; var s2_2_7 = 0.0; var s2_2_8 = 0.0;
  var s2_3_0 = 0.0; var s2_3_1 = 0.0; var s2_3_2 = 0.0; var s2_3_3 = 0.0; var s2_3_4 = 0.0; var s2_3_5 = 0.0; var s2_3_6 = 0.0; var s2_3_7 = 0.0; var s2_3_8 = 0.0;
  var z3 = 0.0;
  var s3_0_0 = 0.0; var s3_0_1 = 0.0; var s3_0_2 = 0.0; var s3_0_3 = 0.0; var s3_0_4 = 0.0; var s3_0_5 = 0.0; var s3_0_6 = 0.0; var s3_0_7 = 0.0; var s3_0_8 = 0.0;
  var s3_1_0 = 0.0; var s3_1_1 = 0.0; var s3_1_2 = 0.0; var s3_1_3 = 0.0; var s3_1_4 = 0.0; var s3_1_5 = 0.0; var s3_1_6 = 0.0; var s3_1_7 = 0.0; var s3_1_8 = 0.0;
  var s3_2_0 = 0.0; var s3_2_1 = 0.0; var s3_2_2 = 0.0; var s3_2_3 = 0.0; var s3_2_4 = 0.0; var s3_2_5 = 0.0; var s3_2_6 = 0.0; var s3_2_7 = 0.0; var s3_2_8 = 0.0;
  var s3_3_0 = 0.0; var s3_3_1 = 0.0; var s3_3_2 = 0.0; var s3_3_3 = 0.0; var s3_3_4 = 0.0; var s3_3_5 = 0.0; var s3_3_6 = 0.0; var s3_3_7 = 0.0; var s3_3_8 = 0.0;
  for (var j = 0u; j < params.strips_per_split; j++) {
    let strip = split * params.split_step + j * params.strip_step;
    if (strip >= params.strips) { break; }
    let x4 = strip % params.width4;
    let first = strip / params.width4 % params.bands * params.band_rows;
    let n = strip / (params.width4 * params.bands);
    let left = x4 > 0u;
    let right = x4 + 1u < params.width4;
    let above = first > 0u;
    let line = 2u * params.width4;
    let large = 4u * plane;
    var d = (n * params.outputs + k0) * large + 2u * first * line + 2u * x4;
    var x = (n * params.input_channels + params.first_channel + c0) * plane + first * params.width4 + x4;
    let above_l_0 = select(0.0, load_gradient(d - line + 0u * large - 1u).w, left && above); let above_b0_0 = select(vec4f(0.0), load_gradient(d - line + 0u * large), above); let above_b1_0 = select(vec4f(0.0), load_gradient(d - line + 0u * large + 1u), above); let above_e_0 = select(0.0, load_gradient(d - line + 0u * large + 2u).x, right && above);
    var l_0 = select(0.0, load_gradient(d + 0u * large - 1u).w, left); var b0_0 = load_gradient(d + 0u * large); var b1_0 = load_gradient(d + 0u * large + 1u); var e_0 = select(0.0, load_gradient(d + 0u * large + 2u).x, right);
    let p20 = above_b0_0 + b0_0; let q20 = above_b1_0 + b1_0; let m20 = vec4f(p20.yw, q20.yw); var d20_0 = m20 + vec4f(p20.z, q20.xz, above_e_0 + e_0); var d20_1 = vec4f(p20.xz, q20.xz) + m20; var d20_2 = vec4f(above_l_0 + l_0 + p20.x, d20_0.xyz);
    let above_l_1 = select(0.0, load_gradient(d - line + 1u * large - 1u).w, left && above); let above_b0_1 = select(vec4f(0.0), load_gradient(d - line + 1u * large), above); let above_b1_1 = select(vec4f(0.0), load_gradient(d - line + 1u * large + 1u), above); let above_e_1 = select(0.0, load_gradient(d - line + 1u * large + 2u).x, right && above);
    var l_1 = select(0.0, load_gradient(d + 1u * large - 1u).w, left); var b0_1 = load_gradient(d + 1u * large); var b1_1 = load_gradient(d + 1u * large + 1u); var e_1 = select(0.0, load_gradient(d + 1u * large + 2u).x, right);
    let p21 = above_b0_1 + b0_1; let q21 = above_b1_1 + b1_1; let m21 = vec4f(p21.yw, q21.yw); var d21_0 = m21 + vec4f(p21.z, q21.xz, above_e_1 + e_1); var d21_1 = vec4f(p21.xz, q21.xz) + m21; var d21_2 = vec4f(above_l_1 + l_1 + p21.x, d21_0.xyz);
    let above_l_2 = select(0.0, load_gradient(d - line + 2u * large - 1u).w, left && above); let above_b0_2 = select(vec4f(0.0), load_gradient(d - line + 2u * large), above); let above_b1_2 = select(vec4f(0.0), load_gradient(d - line + 2u * large + 1u), above); let above_e_2 = select(0.0, load_gradient(d - line + 2u * large + 2u).x, right && above);
    var l_2 = select(0.0, load_gradient(d + 2u * large - 1u).w, left); var b0_2 = load_gradient(d + 2u * large); var b1_2 = load_gradient(d + 2u * large + 1u); var e_2 = select(0.0, load_gradient(d + 2u * large + 2u).x, right);
    let p22 = above_b0_2 + b0_2; let q22 = above_b1_2 + b1_2; let m22 = vec4f(p22.yw, q22.yw); var d22_0 = m22 + vec4f(p22.z, q22.xz, above_e_2 + e_2); var d22_1 = vec4f(p22.xz, q22.xz) + m22; var d22_2 = vec4f(above_l_2 + l_2 + p22.x, d22_0.xyz);
    let above_l_3 = select(0.0, load_gradient(d - line + 3u * large - 1u).w, left && above); let above_b0_3 = select(vec4f(0.0), load_gradient(d - line + 3u * large), above); let above_b1_3 = select(vec4f(0.0), load_gradient(d - line + 3u * large + 1u), above); let above_e_3 = select(0.0, load_gradient(d - line + 3u * large + 2u).x, right && above);
    var l_3 = select(0.0, load_gradient(d + 3u * large - 1u).w, left); var b0_3 = load_gradient(d + 3u * large); var b1_3 = load_gradient(d + 3u * large + 1u); var e_3 = select(0.0, load_gradient(d + 3u * large + 2u).x, right);
    let p23 = above_b0_3 + b0_3; let q23 = above_b1_3 + b1_3; let m23 = vec4f(p23.yw, q23.yw); var d23_0 = m23 + vec4f(p23.z, q23.xz, above_e_3 + e_3); var d23_1 = vec4f(p23.xz, q23.xz) + m23; var d23_2 = vec4f(above_l_3 + l_3 + p23.x, d23_0.xyz);
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
      let inside = y + 1u < params.height;
      let odd_l_0 = select(0.0, load_gradient(d + line + 0u * large - 1u).w, left); let odd_b0_0 = load_gradient(d + line + 0u * large); let odd_b1_0 = load_gradient(d + line + 0u * large + 1u); let odd_e_0 = select(0.0, load_gradient(d + line + 0u * large + 2u).x, right);
      let even_l_0 = select(0.0, load_gradient(d + 2u * line + 0u * large - 1u).w, left && inside); let even_b0_0 = select(vec4f(0.0), load_gradient(d + 2u * line + 0u * large), inside); let even_b1_0 = select(vec4f(0.0), load_gradient(d + 2u * line + 0u * large + 1u), inside); let even_e_0 = select(0.0, load_gradient(d + 2u * line + 0u * large + 2u).x, right && inside);
      let p10 = b0_0 + odd_b0_0; let q10 = b1_0 + odd_b1_0; let m10 = vec4f(p10.yw, q10.yw); let d10_0 = m10 + vec4f(p10.z, q10.xz, e_0 + odd_e_0); let d10_1 = vec4f(p10.xz, q10.xz) + m10; let d10_2 = vec4f(l_0 + odd_l_0 + p10.x, d10_0.xyz);
      let p00 = odd_b0_0 + even_b0_0; let q00 = odd_b1_0 + even_b1_0; let m00 = vec4f(p00.yw, q00.yw); let d00_0 = m00 + vec4f(p00.z, q00.xz, odd_e_0 + even_e_0); let d00_1 = vec4f(p00.xz, q00.xz) + m00; let d00_2 = vec4f(odd_l_0 + even_l_0 + p00.x, d00_0.xyz);
      z0 += dot(d10_1, vec4f(1.0));
      let odd_l_1 = select(0.0, load_gradient(d + line + 1u * large - 1u).w, left); let odd_b0_1 = load_gradient(d + line + 1u * large); let odd_b1_1 = load_gradient(d + line + 1u * large + 1u); let odd_e_1 = select(0.0, load_gradient(d + line + 1u * large + 2u).x, right);
      let even_l_1 = select(0.0, load_gradient(d + 2u * line + 1u * large - 1u).w, left && inside); let even_b0_1 = select(vec4f(0.0), load_gradient(d + 2u * line + 1u * large), inside); let even_b1_1 = select(vec4f(0.0), load_gradient(d + 2u * line + 1u * large + 1u), inside); let even_e_1 = select(0.0, load_gradient(d + 2u * line + 1u * large + 2u).x, right && inside);
      let p11 = b0_1 + odd_b0_1; let q11 = b1_1 + odd_b1_1; let m11 = vec4f(p11.yw, q11.yw); let d11_0 = m11 + vec4f(p11.z, q11.xz, e_1 + odd_e_1); let d11_1 = vec4f(p11.xz, q11.xz) + m11; let d11_2 = vec4f(l_1 + odd_l_1 + p11.x, d11_0.xyz);
      let p01 = odd_b0_1 + even_b0_1; let q01 = odd_b1_1 + even_b1_1; let m01 = vec4f(p01.yw, q01.yw); let d01_0 = m01 + vec4f(p01.z, q01.xz, odd_e_1 + even_e_1); let d01_1 = vec4f(p01.xz, q01.xz) + m01; let d01_2 = vec4f(odd_l_1 + even_l_1 + p01.x, d01_0.xyz);
      z1 += dot(d11_1, vec4f(1.0));
      let odd_l_2 = select(0.0, load_gradient(d + line + 2u * large - 1u).w, left); let odd_b0_2 = load_gradient(d + line + 2u * large); let odd_b1_2 = load_gradient(d + line + 2u * large + 1u); let odd_e_2 = select(0.0, load_gradient(d + line + 2u * large + 2u).x, right);
      let even_l_2 = select(0.0, load_gradient(d + 2u * line + 2u * large - 1u).w, left && inside); let even_b0_2 = select(vec4f(0.0), load_gradient(d + 2u * line + 2u * large), inside); let even_b1_2 = select(vec4f(0.0), load_gradient(d + 2u * line + 2u * large + 1u), inside); let even_e_2 = select(0.0, load_gradient(d + 2u * line + 2u * large + 2u).x, right && inside);
      let p12 = b0_2 + odd_b0_2; let q12 = b1_2 + odd_b1_2; let m12 = vec4f(p12.yw, q12.yw); let d12_0 = m12 + vec4f(p12.z, q12.xz, e_2 + odd_e_2); let d12_1 = vec4f(p12.xz, q12.xz) + m12; let d12_2 = vec4f(l_2 + odd_l_2 + p12.x, d12_0.xyz);
      let p02 = odd_b0_2 + even_b0_2; let q02 = odd_b1_2 + even_b1_2; let m02 = vec4f(p02.yw, q02.yw); let d02_0 = m02 + vec4f(p02.z, q02.xz, odd_e_2 + even_e_2); let d02_1 = vec4f(p02.xz, q02.xz) + m02; let d02_2 = vec4f(odd_l_2 + even_l_2 + p02.x, d02_0.xyz);
      z2 += dot(d12_1, vec4f(1.0));
      let odd_l_3 = select(0.0, load_gradient(d + line + 3u * large - 1u).w, left); let odd_b0_3 = load_gradient(d + line + 3u * large); let odd_b1_3 = load_gradient(d + line + 3u * large + 1u); let odd_e_3 = select(0.0, load_gradient(d + line + 3u * large + 2u).x, right);
      let even_l_3 = select(0.0, load_gradient(d + 2u * line + 3u * large - 1u).w, left && inside); let even_b0_3 = select(vec4f(0.0), load_gradient(d + 2u * line + 3u * large), inside); let even_b1_3 = select(vec4f(0.0), load_gradient(d + 2u * line + 3u * large + 1u), inside); let even_e_3 = select(0.0, load_gradient(d + 2u * line + 3u * large + 2u).x, right && inside);
      let p13 = b0_3 + odd_b0_3; let q13 = b1_3 + odd_b1_3; let m13 = vec4f(p13.yw, q13.yw); let d13_0 = m13 + vec4f(p13.z, q13.xz, e_3 + odd_e_3); let d13_1 = vec4f(p13.xz, q13.xz) + m13; let d13_2 = vec4f(l_3 + odd_l_3 + p13.x, d13_0.xyz);
      let p03 = odd_b0_3 + even_b0_3; let q03 = odd_b1_3 + even_b1_3; let m03 = vec4f(p03.yw, q03.yw); let d03_0 = m03 + vec4f(p03.z, q03.xz, odd_e_3 + even_e_3); let d03_1 = vec4f(p03.xz, q03.xz) + m03; let d03_2 = vec4f(odd_l_3 + even_l_3 + p03.x, d03_0.xyz);
      z3 += dot(d13_1, vec4f(1.0));
      let v0 = load_input(x + 0u * plane);
      s0_0_0 += dot(v0, d00_0);
      s0_0_1 += dot(v0, d00_1);
      s0_0_2 += dot(v0, d00_2);
      s0_0_3 += dot(v0, d10_0);
      s0_0_4 += dot(v0, d10_1);
      s0_0_5 += dot(v0, d10_2);
      s0_0_6 += dot(v0, d20_0);
      s0_0_7 += dot(v0, d20_1);
      s0_0_8 += dot(v0, d20_2);
      s1_0_0 += dot(v0, d01_0);
      s1_0_1 += dot(v0, d01_1);
      s1_0_2 += dot(v0, d01_2);
      s1_0_3 += dot(v0, d11_0);
      s1_0_4 += dot(v0, d11_1);
      s1_0_5 += dot(v0, d11_2);
      s1_0_6 += dot(v0, d21_0);
      s1_0_7 += dot(v0, d21_1);
      s1_0_8 += dot(v0, d21_2);
      s2_0_0 += dot(v0, d02_0);
      s2_0_1 += dot(v0, d02_1);
      s2_0_2 += dot(v0, d02_2);
      s2_0_3 += dot(v0, d12_0);
      s2_0_4 += dot(v0, d12_1);
      s2_0_5 += dot(v0, d12_2);
      s2_0_6 += dot(v0, d22_0);
      s2_0_7 += dot(v0, d22_1);
      s2_0_8 += dot(v0, d22_2);
      s3_0_0 += dot(v0, d03_0);
      s3_0_1 += dot(v0, d03_1);
      s3_0_2 += dot(v0, d03_2);
      s3_0_3 += dot(v0, d13_0);
      s3_0_4 += dot(v0, d13_1);
      s3_0_5 += dot(v0, d13_2);
      s3_0_6 += dot(v0, d23_0);
      s3_0_7 += dot(v0, d23_1);
      s3_0_8 += dot(v0, d23_2);
      let v1 = load_input(x + 1u * plane);
      s0_1_0 += dot(v1, d00_0);
      s0_1_1 += dot(v1, d00_1);
      s0_1_2 += dot(v1, d00_2);
      s0_1_3 += dot(v1, d10_0);
      s0_1_4 += dot(v1, d10_1);
      s0_1_5 += dot(v1, d10_2);
      s0_1_6 += dot(v1, d20_0);
      s0_1_7 += dot(v1, d20_1);
      s0_1_8 += dot(v1, d20_2);
      s1_1_0 += dot(v1, d01_0);
      s1_1_1 += dot(v1, d01_1);
      s1_1_2 += dot(v1, d01_2);
      s1_1_3 += dot(v1, d11_0);
      s1_1_4 += dot(v1, d11_1);
      s1_1_5 += dot(v1, d11_2);
      s1_1_6 += dot(v1, d21_0);
      s1_1_7 += dot(v1, d21_1);
      s1_1_8 += dot(v1, d21_2);
      s2_1_0 += dot(v1, d02_0);
      s2_1_1 += dot(v1, d02_1);
      s2_1_2 += dot(v1, d02_2);
      s2_1_3 += dot(v1, d12_0);
      s2_1_4 += dot(v1, d12_1);
      s2_1_5 += dot(v1, d12_2);
      s2_1_6 += dot(v1, d22_0);
      s2_1_7 += dot(v1, d22_1);
      s2_1_8 += dot(v1, d22_2);
      s3_1_0 += dot(v1, d03_0);
      s3_1_1 += dot(v1, d03_1);
      s3_1_2 += dot(v1, d03_2);
      s3_1_3 += dot(v1, d13_0);
      s3_1_4 += dot(v1, d13_1);
      s3_1_5 += dot(v1, d13_2);
      s3_1_6 += dot(v1, d23_0);
      s3_1_7 += dot(v1, d23_1);
      s3_1_8 += dot(v1, d23_2);
      let v2 = load_input(x + 2u * plane);
      s0_2_0 += dot(v2, d00_0);
      s0_2_1 += dot(v2, d00_1);
      s0_2_2 += dot(v2, d00_2);
      s0_2_3 += dot(v2, d10_0);
      s0_2_4 += dot(v2, d10_1);
      s0_2_5 += dot(v2, d10_2);
      s0_2_6 += dot(v2, d20_0);
      s0_2_7 += dot(v2, d20_1);
      s0_2_8 += dot(v2, d20_2);
      s1_2_0 += dot(v2, d01_0);
      s1_2_1 += dot(v2, d01_1);
      s1_2_2 += dot(v2, d01_2);
      s1_2_3 += dot(v2, d11_0);
      s1_2_4 += dot(v2, d11_1);
      s1_2_5 += dot(v2, d11_2);
      s1_2_6 += dot(v2, d21_0);
      s1_2_7 += dot(v2, d21_1);
      s1_2_8 += dot(v2, d21_2);
      s2_2_0 += dot(v2, d02_0);
      s2_2_1 += dot(v2, d02_1);
      s2_2_2 += dot(v2, d02_2);
      s2_2_3 += dot(v2, d12_0);
      s2_2_4 += dot(v2, d12_1);
      s2_2_5 += dot(v2, d12_2);
      s2_2_6 += dot(v2, d22_0);
      s2_2_7 += dot(v2, d22_1);
      s2_2_8 += dot(v2, d22_2);
      s3_2_0 += dot(v2, d03_0);
      s3_2_1 += dot(v2, d03_1);
      s3_2_2 += dot(v2, d03_2);
      s3_2_3 += dot(v2, d13_0);
      s3_2_4 += dot(v2, d13_1);
      s3_2_5 += dot(v2, d13_2);
      s3_2_6 += dot(v2, d23_0);
      s3_2_7 += dot(v2, d23_1);
      s3_2_8 += dot(v2, d23_2);
      let v3 = load_input(x + 3u * plane);
      s0_3_0 += dot(v3, d00_0);
      s0_3_1 += dot(v3, d00_1);
      s0_3_2 += dot(v3, d00_2);
      s0_3_3 += dot(v3, d10_0);
      s0_3_4 += dot(v3, d10_1);
      s0_3_5 += dot(v3, d10_2);
      s0_3_6 += dot(v3, d20_0);
      s0_3_7 += dot(v3, d20_1);
      s0_3_8 += dot(v3, d20_2);
      s1_3_0 += dot(v3, d01_0);
      s1_3_1 += dot(v3, d01_1);
      s1_3_2 += dot(v3, d01_2);
      s1_3_3 += dot(v3, d11_0);
      s1_3_4 += dot(v3, d11_1);
      s1_3_5 += dot(v3, d11_2);
      s1_3_6 += dot(v3, d21_0);
      s1_3_7 += dot(v3, d21_1);
      s1_3_8 += dot(v3, d21_2);
      s2_3_0 += dot(v3, d02_0);
      s2_3_1 += dot(v3, d02_1);
      s2_3_2 += dot(v3, d02_2);
      s2_3_3 += dot(v3, d12_0);
      s2_3_4 += dot(v3, d12_1);
      s2_3_5 += dot(v3, d12_2);
      s2_3_6 += dot(v3, d22_0);
      s2_3_7 += dot(v3, d22_1);
      s2_3_8 += dot(v3, d22_2);
      s3_3_0 += dot(v3, d03_0);
      s3_3_1 += dot(v3, d03_1);
      s3_3_2 += dot(v3, d03_2);
      s3_3_3 += dot(v3, d13_0);
      s3_3_4 += dot(v3, d13_1);
      s3_3_5 += dot(v3, d13_2);
      s3_3_6 += dot(v3, d23_0);
      s3_3_7 += dot(v3, d23_1);
      s3_3_8 += dot(v3, d23_2);
      d20_0 = d00_0; d20_1 = d00_1; d20_2 = d00_2; l_0 = even_l_0; b0_0 = even_b0_0; b1_0 = even_b1_0; e_0 = even_e_0;
      d21_0 = d01_0; d21_1 = d01_1; d21_2 = d01_2; l_1 = even_l_1; b0_1 = even_b0_1; b1_1 = even_b1_1; e_1 = even_e_1;
      d22_0 = d02_0; d22_1 = d02_1; d22_2 = d02_2; l_2 = even_l_2; b0_2 = even_b0_2; b1_2 = even_b1_2; e_2 = even_e_2;
      d23_0 = d03_0; d23_1 = d03_1; d23_2 = d03_2; l_3 = even_l_3; b0_3 = even_b0_3; b1_3 = even_b1_3; e_3 = even_e_3;
      x += params.width4;
      d += 2u * line;
    }
  }
  if (k0 + 0u < params.outputs) {
    let real = vec4u(k0 + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.outputs);
    let o = split * params.stride + c0 * 9u * params.weight_row + k0 / 4u + 0u;
    if (c0 + 0u < params.channels) {
      partials[o + 0u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_0, s1_0_0, s2_0_0, s3_0_0), real);
      partials[o + 1u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_1, s1_0_1, s2_0_1, s3_0_1), real);
      partials[o + 2u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_2, s1_0_2, s2_0_2, s3_0_2), real);
      partials[o + 3u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_3, s1_0_3, s2_0_3, s3_0_3), real);
      partials[o + 4u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_4, s1_0_4, s2_0_4, s3_0_4), real);
      partials[o + 5u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_5, s1_0_5, s2_0_5, s3_0_5), real);
      partials[o + 6u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_6, s1_0_6, s2_0_6, s3_0_6), real);
      partials[o + 7u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_7, s1_0_7, s2_0_7, s3_0_7), real);
      partials[o + 8u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_8, s1_0_8, s2_0_8, s3_0_8), real);
    }
    if (c0 + 1u < params.channels) {
      partials[o + 9u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_0, s1_1_0, s2_1_0, s3_1_0), real);
      partials[o + 10u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_1, s1_1_1, s2_1_1, s3_1_1), real);
      partials[o + 11u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_2, s1_1_2, s2_1_2, s3_1_2), real);
      partials[o + 12u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_3, s1_1_3, s2_1_3, s3_1_3), real);
      partials[o + 13u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_4, s1_1_4, s2_1_4, s3_1_4), real);
      partials[o + 14u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_5, s1_1_5, s2_1_5, s3_1_5), real);
      partials[o + 15u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_6, s1_1_6, s2_1_6, s3_1_6), real);
      partials[o + 16u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_7, s1_1_7, s2_1_7, s3_1_7), real);
      partials[o + 17u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_8, s1_1_8, s2_1_8, s3_1_8), real);
    }
    if (c0 + 2u < params.channels) {
      partials[o + 18u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_0, s1_2_0, s2_2_0, s3_2_0), real);
      partials[o + 19u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_1, s1_2_1, s2_2_1, s3_2_1), real);
      partials[o + 20u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_2, s1_2_2, s2_2_2, s3_2_2), real);
      partials[o + 21u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_3, s1_2_3, s2_2_3, s3_2_3), real);
      partials[o + 22u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_4, s1_2_4, s2_2_4, s3_2_4), real);
      partials[o + 23u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_5, s1_2_5, s2_2_5, s3_2_5), real);
      partials[o + 24u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_6, s1_2_6, s2_2_6, s3_2_6), real);
      partials[o + 25u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_7, s1_2_7, s2_2_7, s3_2_7), real);
      partials[o + 26u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_8, s1_2_8, s2_2_8, s3_2_8), real);
    }
    if (c0 + 3u < params.channels) {
      partials[o + 27u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_0, s1_3_0, s2_3_0, s3_3_0), real);
      partials[o + 28u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_1, s1_3_1, s2_3_1, s3_3_1), real);
      partials[o + 29u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_2, s1_3_2, s2_3_2, s3_3_2), real);
      partials[o + 30u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_3, s1_3_3, s2_3_3, s3_3_3), real);
      partials[o + 31u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_4, s1_3_4, s2_3_4, s3_3_4), real);
      partials[o + 32u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_5, s1_3_5, s2_3_5, s3_3_5), real);
      partials[o + 33u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_6, s1_3_6, s2_3_6, s3_3_6), real);
      partials[o + 34u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_7, s1_3_7, s2_3_7, s3_3_7), real);
      partials[o + 35u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_8, s1_3_8, s2_3_8, s3_3_8), real);
    }
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + 0u;
      partials[b] = select(vec4f(0.0), vec4f(z0, z1, z2, z3), real);
    }
  }
}
