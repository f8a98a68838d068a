// Gradient of a 3 x 3 convolution with respect to weights and bias, summed over part of the pixels.
// One invocation makes 8 output x 1 input channel(s) x 9 taps; it walks down strips 4 pixels wide and
// band_rows high, keeping three rows of the input.
// Strips are numbered column first, then band, then image; split s takes strips s * split_step + j * strip_step,
// j < strips_per_split.
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
  let c0 = block % params.channel_blocks * 1u;
  let k0 = block / params.channel_blocks * 8u;
  let plane = params.height * params.width4;
  var z0 = 0.0;
  var s0_0_0 = 0.0; var s0_0_1 = 0.0; var s0_0_2 = 0.0; var s0_0_3 = 0.0; var s0_0_4 = 0.0; var s0_0_5 = 0.0; var s0_0_6 = 0.0; var s0_0_7 = 0.0; var s0_0_8 = 0.0;
  var z1 = 0.0;
  var s1_0_0 = 0.0; var s1_0_1 = 0.0; var s1_0_2 = 0.0; var s1_0_3 = 0.0; var s1_0_4 = 0.0; var s1_0_5 = 0.0; var s1_0_6 = 0.0; var s1_0_7 = 0.0; var s1_0_8 = 0.0;
  var z2 = 0.0;
  var s2_0_0 = 0.0; var s2_0_1 = 0.0; var s2_0_2 = 0.0; var s2_0_3 = 0.0; var s2_0_4 = 0.0; var s2_0_5 = 0.0; var s2_0_6 = 0.0; var s2_0_7 = 0.0; var s2_0_8 = 0.0;
  var z3 = 0.0;
  var s3_0_0 = 0.0; var s3_0_1 = 0.0; var s3_0_2 = 0.0; var s3_0_3 = 0.0; var s3_0_4 = 0.0; var s3_0_5 = 0.0; var s3_0_6 = 0.0; var s3_0_7 = 0.0; var s3_0_8 = 0.0;
  var z4 = 0.0;
  var s4_0_0 = 0.0; var s4_0_1 = 0.0; var s4_0_2 = 0.0; var s4_0_3 = 0.0; var s4_0_4 = 0.0; var s4_0_5 = 0.0; var s4_0_6 = 0.0; var s4_0_7 = 0.0; var s4_0_8 = 0.0;
  var z5 = 0.0;
  var s5_0_0 = 0.0; var s5_0_1 = 0.0; var s5_0_2 = 0.0; var s5_0_3 = 0.0; var s5_0_4 = 0.0; var s5_0_5 = 0.0; var s5_0_6 = 0.0; var s5_0_7 = 0.0; var s5_0_8 = 0.0;
  var z6 = 0.0;
  var s6_0_0 = 0.0; var s6_0_1 = 0.0; var s6_0_2 = 0.0; var s6_0_3 = 0.0; var s6_0_4 = 0.0; var s6_0_5 = 0.0; var s6_0_6 = 0.0; var s6_0_7 = 0.0; var s6_0_8 = 0.0;
  var z7 = 0.0;
  var s7_0_0 = 0.0; var s7_0_1 = 0.0; var s7_0_2 = 0.0; var s7_0_3 = 0.0; var s7_0_4 = 0.0; var s7_0_5 = 0.0; var s7_0_6 = 0.0; var s7_0_7 = 0.0; var s7_0_8 = 0.0;
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
    var b0_0 = select(vec4f(0.0), load_input(x + 0u * plane - params.width4), above); var l0_0 = select(0.0, left_of(x + 0u * plane - params.width4, b0_0.w), left && above); var e0_0 = select(0.0, right_of(x + 0u * plane - params.width4, b0_0.x), right && above);
    var b1_0 = load_input(x + 0u * plane); var l1_0 = select(0.0, left_of(x + 0u * plane, b1_0.w), left); var e1_0 = select(0.0, right_of(x + 0u * plane, b1_0.x), right);
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
      x += params.width4;
      let inside = y + 1u < params.height;
      let b2_0 = select(vec4f(0.0), load_input(x + 0u * plane), inside); let l2_0 = select(0.0, left_of(x + 0u * plane, b2_0.w), left && inside); let e2_0 = select(0.0, right_of(x + 0u * plane, b2_0.x), right && inside);
      let d0 = load_gradient(d + 0u * plane); z0 += dot(d0, vec4f(1.0));
      let d1 = load_gradient(d + 1u * plane); z1 += dot(d1, vec4f(1.0));
      let d2 = load_gradient(d + 2u * plane); z2 += dot(d2, vec4f(1.0));
      let d3 = load_gradient(d + 3u * plane); z3 += dot(d3, vec4f(1.0));
      let d4 = load_gradient(d + 4u * plane); z4 += dot(d4, vec4f(1.0));
      let d5 = load_gradient(d + 5u * plane); z5 += dot(d5, vec4f(1.0));
      let d6 = load_gradient(d + 6u * plane); z6 += dot(d6, vec4f(1.0));
      let d7 = load_gradient(d + 7u * plane); z7 += dot(d7, vec4f(1.0));
      s0_0_0 += fma(d0.w, b0_0.z, fma(d0.z, b0_0.y, fma(d0.y, b0_0.x, d0.x * l0_0)));
      s0_0_1 += fma(d0.w, b0_0.w, fma(d0.z, b0_0.z, fma(d0.y, b0_0.y, d0.x * b0_0.x)));
      s0_0_2 += fma(d0.w, e0_0, fma(d0.z, b0_0.w, fma(d0.y, b0_0.z, d0.x * b0_0.y)));
      s0_0_3 += fma(d0.w, b1_0.z, fma(d0.z, b1_0.y, fma(d0.y, b1_0.x, d0.x * l1_0)));
      s0_0_4 += fma(d0.w, b1_0.w, fma(d0.z, b1_0.z, fma(d0.y, b1_0.y, d0.x * b1_0.x)));
      s0_0_5 += fma(d0.w, e1_0, fma(d0.z, b1_0.w, fma(d0.y, b1_0.z, d0.x * b1_0.y)));
      s0_0_6 += fma(d0.w, b2_0.z, fma(d0.z, b2_0.y, fma(d0.y, b2_0.x, d0.x * l2_0)));
      s0_0_7 += fma(d0.w, b2_0.w, fma(d0.z, b2_0.z, fma(d0.y, b2_0.y, d0.x * b2_0.x)));
      s0_0_8 += fma(d0.w, e2_0, fma(d0.z, b2_0.w, fma(d0.y, b2_0.z, d0.x * b2_0.y)));
      s1_0_0 += fma(d1.w, b0_0.z, fma(d1.z, b0_0.y, fma(d1.y, b0_0.x, d1.x * l0_0)));
      s1_0_1 += fma(d1.w, b0_0.w, fma(d1.z, b0_0.z, fma(d1.y, b0_0.y, d1.x * b0_0.x)));
      s1_0_2 += fma(d1.w, e0_0, fma(d1.z, b0_0.w, fma(d1.y, b0_0.z, d1.x * b0_0.y)));
      s1_0_3 += fma(d1.w, b1_0.z, fma(d1.z, b1_0.y, fma(d1.y, b1_0.x, d1.x * l1_0)));
      s1_0_4 += fma(d1.w, b1_0.w, fma(d1.z, b1_0.z, fma(d1.y, b1_0.y, d1.x * b1_0.x)));
      s1_0_5 += fma(d1.w, e1_0, fma(d1.z, b1_0.w, fma(d1.y, b1_0.z, d1.x * b1_0.y)));
      s1_0_6 += fma(d1.w, b2_0.z, fma(d1.z, b2_0.y, fma(d1.y, b2_0.x, d1.x * l2_0)));
      s1_0_7 += fma(d1.w, b2_0.w, fma(d1.z, b2_0.z, fma(d1.y, b2_0.y, d1.x * b2_0.x)));
      s1_0_8 += fma(d1.w, e2_0, fma(d1.z, b2_0.w, fma(d1.y, b2_0.z, d1.x * b2_0.y)));
      s2_0_0 += fma(d2.w, b0_0.z, fma(d2.z, b0_0.y, fma(d2.y, b0_0.x, d2.x * l0_0)));
      s2_0_1 += fma(d2.w, b0_0.w, fma(d2.z, b0_0.z, fma(d2.y, b0_0.y, d2.x * b0_0.x)));
      s2_0_2 += fma(d2.w, e0_0, fma(d2.z, b0_0.w, fma(d2.y, b0_0.z, d2.x * b0_0.y)));
      s2_0_3 += fma(d2.w, b1_0.z, fma(d2.z, b1_0.y, fma(d2.y, b1_0.x, d2.x * l1_0)));
      s2_0_4 += fma(d2.w, b1_0.w, fma(d2.z, b1_0.z, fma(d2.y, b1_0.y, d2.x * b1_0.x)));
      s2_0_5 += fma(d2.w, e1_0, fma(d2.z, b1_0.w, fma(d2.y, b1_0.z, d2.x * b1_0.y)));
      s2_0_6 += fma(d2.w, b2_0.z, fma(d2.z, b2_0.y, fma(d2.y, b2_0.x, d2.x * l2_0)));
      s2_0_7 += fma(d2.w, b2_0.w, fma(d2.z, b2_0.z, fma(d2.y, b2_0.y, d2.x * b2_0.x)));
      s2_0_8 += fma(d2.w, e2_0, fma(d2.z, b2_0.w, fma(d2.y, b2_0.z, d2.x * b2_0.y)));
      s3_0_0 += fma(d3.w, b0_0.z, fma(d3.z, b0_0.y, fma(d3.y, b0_0.x, d3.x * l0_0)));
      s3_0_1 += fma(d3.w, b0_0.w, fma(d3.z, b0_0.z, fma(d3.y, b0_0.y, d3.x * b0_0.x)));
      s3_0_2 += fma(d3.w, e0_0, fma(d3.z, b0_0.w, fma(d3.y, b0_0.z, d3.x * b0_0.y)));
      s3_0_3 += fma(d3.w, b1_0.z, fma(d3.z, b1_0.y, fma(d3.y, b1_0.x, d3.x * l1_0)));
      s3_0_4 += fma(d3.w, b1_0.w, fma(d3.z, b1_0.z, fma(d3.y, b1_0.y, d3.x * b1_0.x)));
      s3_0_5 += fma(d3.w, e1_0, fma(d3.z, b1_0.w, fma(d3.y, b1_0.z, d3.x * b1_0.y)));
      s3_0_6 += fma(d3.w, b2_0.z, fma(d3.z, b2_0.y, fma(d3.y, b2_0.x, d3.x * l2_0)));
      s3_0_7 += fma(d3.w, b2_0.w, fma(d3.z, b2_0.z, fma(d3.y, b2_0.y, d3.x * b2_0.x)));
      s3_0_8 += fma(d3.w, e2_0, fma(d3.z, b2_0.w, fma(d3.y, b2_0.z, d3.x * b2_0.y)));
      s4_0_0 += fma(d4.w, b0_0.z, fma(d4.z, b0_0.y, fma(d4.y, b0_0.x, d4.x * l0_0)));
      s4_0_1 += fma(d4.w, b0_0.w, fma(d4.z, b0_0.z, fma(d4.y, b0_0.y, d4.x * b0_0.x)));
      s4_0_2 += fma(d4.w, e0_0, fma(d4.z, b0_0.w, fma(d4.y, b0_0.z, d4.x * b0_0.y)));
      s4_0_3 += fma(d4.w, b1_0.z, fma(d4.z, b1_0.y, fma(d4.y, b1_0.x, d4.x * l1_0)));
      s4_0_4 += fma(d4.w, b1_0.w, fma(d4.z, b1_0.z, fma(d4.y, b1_0.y, d4.x * b1_0.x)));
      s4_0_5 += fma(d4.w, e1_0, fma(d4.z, b1_0.w, fma(d4.y, b1_0.z, d4.x * b1_0.y)));
      s4_0_6 += fma(d4.w, b2_0.z, fma(d4.z, b2_0.y, fma(d4.y, b2_0.x, d4.x * l2_0)));
      s4_0_7 += fma(d4.w, b2_0.w, fma(d4.z, b2_0.z, fma(d4.y, b2_0.y, d4.x * b2_0.x)));
      s4_0_8 += fma(d4.w, e2_0, fma(d4.z, b2_0.w, fma(d4.y, b2_0.z, d4.x * b2_0.y)));
      s5_0_0 += fma(d5.w, b0_0.z, fma(d5.z, b0_0.y, fma(d5.y, b0_0.x, d5.x * l0_0)));
      s5_0_1 += fma(d5.w, b0_0.w, fma(d5.z, b0_0.z, fma(d5.y, b0_0.y, d5.x * b0_0.x)));
      s5_0_2 += fma(d5.w, e0_0, fma(d5.z, b0_0.w, fma(d5.y, b0_0.z, d5.x * b0_0.y)));
      s5_0_3 += fma(d5.w, b1_0.z, fma(d5.z, b1_0.y, fma(d5.y, b1_0.x, d5.x * l1_0)));
      s5_0_4 += fma(d5.w, b1_0.w, fma(d5.z, b1_0.z, fma(d5.y, b1_0.y, d5.x * b1_0.x)));
      s5_0_5 += fma(d5.w, e1_0, fma(d5.z, b1_0.w, fma(d5.y, b1_0.z, d5.x * b1_0.y)));
      s5_0_6 += fma(d5.w, b2_0.z, fma(d5.z, b2_0.y, fma(d5.y, b2_0.x, d5.x * l2_0)));
      s5_0_7 += fma(d5.w, b2_0.w, fma(d5.z, b2_0.z, fma(d5.y, b2_0.y, d5.x * b2_0.x)));
      s5_0_8 += fma(d5.w, e2_0, fma(d5.z, b2_0.w, fma(d5.y, b2_0.z, d5.x * b2_0.y)));
      s6_0_0 += fma(d6.w, b0_0.z, fma(d6.z, b0_0.y, fma(d6.y, b0_0.x, d6.x * l0_0)));
      s6_0_1 += fma(d6.w, b0_0.w, fma(d6.z, b0_0.z, fma(d6.y, b0_0.y, d6.x * b0_0.x)));
      s6_0_2 += fma(d6.w, e0_0, fma(d6.z, b0_0.w, fma(d6.y, b0_0.z, d6.x * b0_0.y)));
      s6_0_3 += fma(d6.w, b1_0.z, fma(d6.z, b1_0.y, fma(d6.y, b1_0.x, d6.x * l1_0)));
      s6_0_4 += fma(d6.w, b1_0.w, fma(d6.z, b1_0.z, fma(d6.y, b1_0.y, d6.x * b1_0.x)));
      s6_0_5 += fma(d6.w, e1_0, fma(d6.z, b1_0.w, fma(d6.y, b1_0.z, d6.x * b1_0.y)));
      s6_0_6 += fma(d6.w, b2_0.z, fma(d6.z, b2_0.y, fma(d6.y, b2_0.x, d6.x * l2_0)));
      s6_0_7 += fma(d6.w, b2_0.w, fma(d6.z, b2_0.z, fma(d6.y, b2_0.y, d6.x * b2_0.x)));
      s6_0_8 += fma(d6.w, e2_0, fma(d6.z, b2_0.w, fma(d6.y, b2_0.z, d6.x * b2_0.y)));
      s7_0_0 += fma(d7.w, b0_0.z, fma(d7.z, b0_0.y, fma(d7.y, b0_0.x, d7.x * l0_0)));
      s7_0_1 += fma(d7.w, b0_0.w, fma(d7.z, b0_0.z, fma(d7.y, b0_0.y, d7.x * b0_0.x)));
      s7_0_2 += fma(d7.w, e0_0, fma(d7.z, b0_0.w, fma(d7.y, b0_0.z, d7.x * b0_0.y)));
      s7_0_3 += fma(d7.w, b1_0.z, fma(d7.z, b1_0.y, fma(d7.y, b1_0.x, d7.x * l1_0)));
      s7_0_4 += fma(d7.w, b1_0.w, fma(d7.z, b1_0.z, fma(d7.y, b1_0.y, d7.x * b1_0.x)));
      s7_0_5 += fma(d7.w, e1_0, fma(d7.z, b1_0.w, fma(d7.y, b1_0.z, d7.x * b1_0.y)));
      s7_0_6 += fma(d7.w, b2_0.z, fma(d7.z, b2_0.y, fma(d7.y, b2_0.x, d7.x * l2_0)));
      s7_0_7 += fma(d7.w, b2_0.w, fma(d7.z, b2_0.z, fma(d7.y, b2_0.y, d7.x * b2_0.x)));
      s7_0_8 += fma(d7.w, e2_0, fma(d7.z, b2_0.w, fma(d7.y, b2_0.z, d7.x * b2_0.y)));
      l0_0 = l1_0; b0_0 = b1_0; e0_0 = e1_0;
      l1_0 = l2_0; b1_0 = b2_0; e1_0 = e2_0;
      d += params.width4;
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
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + 0u;
      partials[b] = select(vec4f(0.0), vec4f(z0, z1, z2, z3), real);
    }
  }
  if (k0 + 4u < params.outputs) {
    let real = vec4u(k0 + 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.outputs);
    let o = split * params.stride + c0 * 9u * params.weight_row + k0 / 4u + 1u;
    if (c0 + 0u < params.channels) {
      partials[o + 0u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_0, s5_0_0, s6_0_0, s7_0_0), real);
      partials[o + 1u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_1, s5_0_1, s6_0_1, s7_0_1), real);
      partials[o + 2u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_2, s5_0_2, s6_0_2, s7_0_2), real);
      partials[o + 3u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_3, s5_0_3, s6_0_3, s7_0_3), real);
      partials[o + 4u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_4, s5_0_4, s6_0_4, s7_0_4), real);
      partials[o + 5u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_5, s5_0_5, s6_0_5, s7_0_5), real);
      partials[o + 6u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_6, s5_0_6, s6_0_6, s7_0_6), real);
      partials[o + 7u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_7, s5_0_7, s6_0_7, s7_0_7), real);
      partials[o + 8u * params.weight_row] = select(vec4f(0.0), vec4f(s4_0_8, s5_0_8, s6_0_8, s7_0_8), real);
    }
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + 1u;
      partials[b] = select(vec4f(0.0), vec4f(z4, z5, z6, z7), real);
    }
  }
}
