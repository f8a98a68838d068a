// Gradient of a 3 x 3 convolution of planes enlarged twice with respect to weights and bias (see
// enlarged.ts), summed over part of the pixels. One invocation makes 1 output x 8 input channel(s) x 9 taps; it
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
  let c0 = block % params.channel_blocks * 8u;
  let k0 = block / params.channel_blocks * 1u;
  let plane = params.height * params.width4;
  var z0 = 0.0;
  var s0_0_0 = 0.0; var s0_0_1 = 0.0; var s0_0_2 = 0.0; var s0_0_3 = 0.0; var s0_0_4 = 0.0; var s0_0_5 = 0.0; var s0_0_6 = 0.0; var s0_0_7 = 0.0; var s0_0_8 = 0.0;
  var s0_1_0 = 0.0; var s0_1_1 = 0.0; var s0_1_2 = 0.0; var s0_1_3 = 0.0; var s0_1_4 = 0.0; var s0_1_5 = 0.0; var s0_1_6 = 0.0; var s0_1_7 = 0.0; var s0_1_8 = 0.0;
  var s0_2_0 = 0.0; var s0_2_1 = 0.0; var s0_2_2 = 0.0; var s0_2_3 = 0.0; var s0_2_4 = 0.0; var s0_2_5 = 0.0; var s0_2_6 = 0.0; var s0_2_7 = 0.0; var s0_2_8 = 0.0;
  var s0_3_0 = 0.0; var s0_3_1 = 0.0; var s0_3_2 = 0.0; var s0_3_3 = 0.0; var s0_3_4 = 0.0; var s0_3_5 = 0.0; var s0_3_6 = 0.0; var s0_3_7 = 0.0; var s0_3_8 = 0.0;
  var s0_4_0 = 0.0; var s0_4_1 = 0.0; var s0_4_2 = 0.0; var s0_4_3 = 0.0; var s0_4_4 = 0.0; var s0_4_5 = 0.0; var s0_4_6 = 0.0; var s0_4_7 = 0.0; var s0_4_8 = 0.0;
  var s0_5_0 = 0.0; var s0_5_1 = 0.0; var s0_5_2 = 0.0; var s0_5_3 = 0.0; var s0_5_4 = 0.0; var s0_5_5 = 0.0; var s0_5_6 = 0.0; var s0_5_7 = 0.0; var s0_5_8 = 0.0;
  var s0_6_0 = 0.0; var s0_6_1 = 0.0; var s0_6_2 = 0.0; var s0_6_3 = 0.0; var s0_6_4 = 0.0; var s0_6_5 = 0.0; var s0_6_6 = 0.0; var s0_6_7 = 0.0; var s0_6_8 = 0.0;
  var s0_7_0 = 0.0; var s0_7_1 = 0.0; var s0_7_2 = 0.0; var s0_7_3 = 0.0; var s0_7_4 = 0.0; var s0_7_5 = 0.0; var s0_7_6 = 0.0; var s0_7_7 = 0.0; var s0_7_8 = 0.0;
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
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
      let inside = y + 1u < params.height;
      let odd_l_0 = select(0.0, load_gradient(d + line + 0u * large - 1u).w, left); let odd_b0_0 = load_gradient(d + line + 0u * large); let odd_b1_0 = load_gradient(d + line + 0u * large + 1u); let odd_e_0 = select(0.0, load_gradient(d + line + 0u * large + 2u).x, right);
      let even_l_0 = select(0.0, load_gradient(d + 2u * line + 0u * large - 1u).w, left && inside); let even_b0_0 = select(vec4f(0.0), load_gradient(d + 2u * line + 0u * large), inside); let even_b1_0 = select(vec4f(0.0), load_gradient(d + 2u * line + 0u * large + 1u), inside); let even_e_0 = select(0.0, load_gradient(d + 2u * line + 0u * large + 2u).x, right && inside);
      let p10 = b0_0 + odd_b0_0; let q10 = b1_0 + odd_b1_0; let m10 = vec4f(p10.yw, q10.yw); let d10_0 = m10 + vec4f(p10.z, q10.xz, e_0 + odd_e_0); let d10_1 = vec4f(p10.xz, q10.xz) + m10; let d10_2 = vec4f(l_0 + odd_l_0 + p10.x, d10_0.xyz);
      let p00 = odd_b0_0 + even_b0_0; let q00 = odd_b1_0 + even_b1_0; let m00 = vec4f(p00.yw, q00.yw); let d00_0 = m00 + vec4f(p00.z, q00.xz, odd_e_0 + even_e_0); let d00_1 = vec4f(p00.xz, q00.xz) + m00; let d00_2 = vec4f(odd_l_0 + even_l_0 + p00.x, d00_0.xyz);
      z0 += dot(d10_1, vec4f(1.0));
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
      let v4 = load_input(x + 4u * plane);
      s0_4_0 += dot(v4, d00_0);
      s0_4_1 += dot(v4, d00_1);
      s0_4_2 += dot(v4, d00_2);
      s0_4_3 += dot(v4, d10_0);
      s0_4_4 += dot(v4, d10_1);
      s0_4_5 += dot(v4, d10_2);
      s0_4_6 += dot(v4, d20_0);
      s0_4_7 += dot(v4, d20_1);
      s0_4_8 += dot(v4, d20_2);
      let v5 = load_input(x + 5u * plane);
      s0_5_0 += dot(v5, d00_0);
      s0_5_1 += dot(v5, d00_1);
      s0_5_2 += dot(v5, d00_2);
      s0_5_3 += dot(v5, d10_0);
      s0_5_4 += dot(v5, d10_1);
      s0_5_5 += dot(v5, d10_2);
      s0_5_6 += dot(v5, d20_0);
      s0_5_7 += dot(v5, d20_1);
      s0_5_8 += dot(v5, d20_2);
      let v6 = load_input(x + 6u * plane);
      s0_6_0 += dot(v6, d00_0);
      s0_6_1 += dot(v6, d00_1);
      s0_6_2 += dot(v6, d00_2);
      s0_6_3 += dot(v6, d10_0);
      s0_6_4 += dot(v6, d10_1);
      s0_6_5 += dot(v6, d10_2);
      s0_6_6 += dot(v6, d20_0);
      s0_6_7 += dot(v6, d20_1);
      s0_6_8 += dot(v6, d20_2);
      let v7 = load_input(x + 7u * plane);
      s0_7_0 += dot(v7, d00_0);
      s0_7_1 += dot(v7, d00_1);
      s0_7_2 += dot(v7, d00_2);
      s0_7_3 += dot(v7, d10_0);
      s0_7_4 += dot(v7, d10_1);
      s0_7_5 += dot(v7, d10_2);
      s0_7_6 += dot(v7, d20_0);
      s0_7_7 += dot(v7, d20_1);
      s0_7_8 += dot(v7, d20_2);
      d20_0 = d00_0; d20_1 = d00_1; d20_2 = d00_2; l_0 = even_l_0; b0_0 = even_b0_0; b1_0 = even_b1_0; e_0 = even_e_0;
      x += params.width4;
      d += 2u * line;
    }
  }
  if (k0 + 0u < params.outputs) {
    let real = vec4u(k0 + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.outputs);
    let o = split * params.stride + c0 * 9u * params.weight_row + k0 / 4u + 0u;
    if (c0 + 0u < params.channels) {
      partials[o + 0u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_0, 0.0, 0.0, 0.0), real);
      partials[o + 1u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_1, 0.0, 0.0, 0.0), real);
      partials[o + 2u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_2, 0.0, 0.0, 0.0), real);
      partials[o + 3u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_3, 0.0, 0.0, 0.0), real);
      partials[o + 4u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_4, 0.0, 0.0, 0.0), real);
      partials[o + 5u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_5, 0.0, 0.0, 0.0), real);
      partials[o + 6u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_6, 0.0, 0.0, 0.0), real);
      partials[o + 7u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_7, 0.0, 0.0, 0.0), real);
      partials[o + 8u * params.weight_row] = select(vec4f(0.0), vec4f(s0_0_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 1u < params.channels) {
      partials[o + 9u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_0, 0.0, 0.0, 0.0), real);
      partials[o + 10u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_1, 0.0, 0.0, 0.0), real);
      partials[o + 11u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_2, 0.0, 0.0, 0.0), real);
      partials[o + 12u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_3, 0.0, 0.0, 0.0), real);
      partials[o + 13u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_4, 0.0, 0.0, 0.0), real);
      partials[o + 14u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_5, 0.0, 0.0, 0.0), real);
      partials[o + 15u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_6, 0.0, 0.0, 0.0), real);
      partials[o + 16u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_7, 0.0, 0.0, 0.0), real);
      partials[o + 17u * params.weight_row] = select(vec4f(0.0), vec4f(s0_1_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 2u < params.channels) {
      partials[o + 18u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_0, 0.0, 0.0, 0.0), real);
      partials[o + 19u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_1, 0.0, 0.0, 0.0), real);
      partials[o + 20u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_2, 0.0, 0.0, 0.0), real);
      partials[o + 21u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_3, 0.0, 0.0, 0.0), real);
      partials[o + 22u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_4, 0.0, 0.0, 0.0), real);
      partials[o + 23u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_5, 0.0, 0.0, 0.0), real);
      partials[o + 24u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_6, 0.0, 0.0, 0.0), real);
      partials[o + 25u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_7, 0.0, 0.0, 0.0), real);
      partials[o + 26u * params.weight_row] = select(vec4f(0.0), vec4f(s0_2_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 3u < params.channels) {
      partials[o + 27u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_0, 0.0, 0.0, 0.0), real);
      partials[o + 28u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_1, 0.0, 0.0, 0.0), real);
      partials[o + 29u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_2, 0.0, 0.0, 0.0), real);
      partials[o + 30u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_3, 0.0, 0.0, 0.0), real);
      partials[o + 31u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_4, 0.0, 0.0, 0.0), real);
      partials[o + 32u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_5, 0.0, 0.0, 0.0), real);
      partials[o + 33u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_6, 0.0, 0.0, 0.0), real);
      partials[o + 34u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_7, 0.0, 0.0, 0.0), real);
      partials[o + 35u * params.weight_row] = select(vec4f(0.0), vec4f(s0_3_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 4u < params.channels) {
      partials[o + 36u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_0, 0.0, 0.0, 0.0), real);
      partials[o + 37u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_1, 0.0, 0.0, 0.0), real);
      partials[o + 38u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_2, 0.0, 0.0, 0.0), real);
      partials[o + 39u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_3, 0.0, 0.0, 0.0), real);
      partials[o + 40u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_4, 0.0, 0.0, 0.0), real);
      partials[o + 41u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_5, 0.0, 0.0, 0.0), real);
      partials[o + 42u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_6, 0.0, 0.0, 0.0), real);
      partials[o + 43u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_7, 0.0, 0.0, 0.0), real);
      partials[o + 44u * params.weight_row] = select(vec4f(0.0), vec4f(s0_4_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 5u < params.channels) {
      partials[o + 45u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_0, 0.0, 0.0, 0.0), real);
      partials[o + 46u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_1, 0.0, 0.0, 0.0), real);
      partials[o + 47u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_2, 0.0, 0.0, 0.0), real);
      partials[o + 48u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_3, 0.0, 0.0, 0.0), real);
      partials[o + 49u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_4, 0.0, 0.0, 0.0), real);
      partials[o + 50u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_5, 0.0, 0.0, 0.0), real);
      partials[o + 51u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_6, 0.0, 0.0, 0.0), real);
      partials[o + 52u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_7, 0.0, 0.0, 0.0), real);
      partials[o + 53u * params.weight_row] = select(vec4f(0.0), vec4f(s0_5_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 6u < params.channels) {
      partials[o + 54u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_0, 0.0, 0.0, 0.0), real);
      partials[o + 55u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_1, 0.0, 0.0, 0.0), real);
      partials[o + 56u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_2, 0.0, 0.0, 0.0), real);
      partials[o + 57u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_3, 0.0, 0.0, 0.0), real);
      partials[o + 58u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_4, 0.0, 0.0, 0.0), real);
      partials[o + 59u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_5, 0.0, 0.0, 0.0), real);
      partials[o + 60u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_6, 0.0, 0.0, 0.0), real);
      partials[o + 61u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_7, 0.0, 0.0, 0.0), real);
      partials[o + 62u * params.weight_row] = select(vec4f(0.0), vec4f(s0_6_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 + 7u < params.channels) {
      partials[o + 63u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_0, 0.0, 0.0, 0.0), real);
      partials[o + 64u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_1, 0.0, 0.0, 0.0), real);
      partials[o + 65u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_2, 0.0, 0.0, 0.0), real);
      partials[o + 66u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_3, 0.0, 0.0, 0.0), real);
      partials[o + 67u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_4, 0.0, 0.0, 0.0), real);
      partials[o + 68u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_5, 0.0, 0.0, 0.0), real);
      partials[o + 69u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_6, 0.0, 0.0, 0.0), real);
      partials[o + 70u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_7, 0.0, 0.0, 0.0), real);
      partials[o + 71u * params.weight_row] = select(vec4f(0.0), vec4f(s0_7_8, 0.0, 0.0, 0.0), real);
    }
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + 0u;
      partials[b] = select(vec4f(0.0), vec4f(z0, 0.0, 0.0, 0.0), real);
    }
  }
}
