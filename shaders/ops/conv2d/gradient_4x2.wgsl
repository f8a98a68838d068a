// Gradient of a 3 x 3 convolution with respect to weights and bias, summed over part of the pixels.
// One invocation makes 4 output x 2 input channel(s) x 9 taps; it walks down strips 4 pixels wide and
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
  let c0 = block % params.channel_blocks * 2u;
  let k0 = block / params.channel_blocks * 4u;
  let plane = params.height * params.width4;
  var z0 = 0.0;
  var s0_0_0 = 0.0; var s0_0_1 = 0.0; var s0_0_2 = 0.0; var s0_0_3 = 0.0; var s0_0_4 = 0.0; var s0_0_5 = 0.0; var s0_0_6 = 0.0; var s0_0_7 = 0.0; var s0_0_8 = 0.0;
  var s0_1_0 = 0.0; var s0_1_1 = 0.0; var s0_1_2 = 0.0; var s0_1_3 = 0.0; var s0_1_4 = 0.0; var s0_1_5 = 0.0; var s0_1_6 = 0.0; var s0_1_7 = 0.0; var s0_1_8 = 0.0;
  var z1 = 0.0;
  var s1_0_0 = 0.0; var s1_0_1 = 0.0; var s1_0_2 = 0.0; var s1_0_3 = 0.0; var s1_0_4 = 0.0; var s1_0_5 = 0.0; var s1_0_6 = 0.0; var s1_0_7 = 0.0; var s1_0_8 = 0.0;
  var s1_1_0 = 0.0; var s1_1_1 = 0.0; var s1_1_2 = 0.0; var s1_1_3 = 0.0; var s1_1_4 = 0.0; var s1_1_5 = 0.0; var s1_1_6 = 0.0; var s1_1_7 = 0.0; var s1_1_8 = 0.0;
  var z2 = 0.0;
  var s2_0_0 = 0.0; var s2_0_1 = 0.0; var s2_0_2 = 0.0; var s2_0_3 = 0.0; var s2_0_4 = 0.0; var s2_0_5 = 0.0; var s2_0_6 = 0.0; var s2_0_7 = 0.0; var s2_0_8 = 0.0;
  var s2_1_0 = 0.0; var s2_1_1 = 0.0; var s2_1_2 = 0.0; var s2_1_3 = 0.0; var s2_1_4 = 0.0; var s2_1_5 = 0.0; var s2_1_6 = 0.0; var s2_1_7 = 0.0; var s2_1_8 = 0.0;
  var z3 = 0.0;
  var s3_0_0 = 0.0; var s3_0_1 = 0.0; var s3_0_2 = 0.0; var s3_0_3 = 0.0; var s3_0_4 = 0.0; var s3_0_5 = 0.0; var s3_0_6 = 0.0; var s3_0_7 = 0.0; var s3_0_8 = 0.0;
  var s3_1_0 = 0.0; var s3_1_1 = 0.0; var s3_1_2 = 0.0; var s3_1_3 = 0.0; var s3_1_4 = 0.0; var s3_1_5 = 0.0; var s3_1_6 = 0.0; var s3_1_7 = 0.0; var s3_1_8 = 0.0;
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
    var b0_1 = select(vec4f(0.0), load_input(x + 1u * plane - params.width4), above); var l0_1 = select(0.0, left_of(x + 1u * plane - params.width4, b0_1.w), left && above); var e0_1 = select(0.0, right_of(x + 1u * plane - params.width4, b0_1.x), right && above);
    var b1_1 = load_input(x + 1u * plane); var l1_1 = select(0.0, left_of(x + 1u * plane, b1_1.w), left); var e1_1 = select(0.0, right_of(x + 1u * plane, b1_1.x), right);
    let last = min(first + params.band_rows, params.height);
    for (var y = first; y < last; y++) {
      x += params.width4;
      let inside = y + 1u < params.height;
      let b2_0 = select(vec4f(0.0), load_input(x + 0u * plane), inside); let l2_0 = select(0.0, left_of(x + 0u * plane, b2_0.w), left && inside); let e2_0 = select(0.0, right_of(x + 0u * plane, b2_0.x), right && inside);
      let b2_1 = select(vec4f(0.0), load_input(x + 1u * plane), inside); let l2_1 = select(0.0, left_of(x + 1u * plane, b2_1.w), left && inside); let e2_1 = select(0.0, right_of(x + 1u * plane, b2_1.x), right && inside);
      let d0 = load_gradient(d + 0u * plane); z0 += dot(d0, vec4f(1.0));
      let d1 = load_gradient(d + 1u * plane); z1 += dot(d1, vec4f(1.0));
      let d2 = load_gradient(d + 2u * plane); z2 += dot(d2, vec4f(1.0));
      let d3 = load_gradient(d + 3u * plane); z3 += dot(d3, vec4f(1.0));
      s0_0_0 += fma(d0.w, b0_0.z, fma(d0.z, b0_0.y, fma(d0.y, b0_0.x, d0.x * l0_0)));
      s0_0_1 += fma(d0.w, b0_0.w, fma(d0.z, b0_0.z, fma(d0.y, b0_0.y, d0.x * b0_0.x)));
      s0_0_2 += fma(d0.w, e0_0, fma(d0.z, b0_0.w, fma(d0.y, b0_0.z, d0.x * b0_0.y)));
      s0_0_3 += fma(d0.w, b1_0.z, fma(d0.z, b1_0.y, fma(d0.y, b1_0.x, d0.x * l1_0)));
      s0_0_4 += fma(d0.w, b1_0.w, fma(d0.z, b1_0.z, fma(d0.y, b1_0.y, d0.x * b1_0.x)));
      s0_0_5 += fma(d0.w, e1_0, fma(d0.z, b1_0.w, fma(d0.y, b1_0.z, d0.x * b1_0.y)));
      s0_0_6 += fma(d0.w, b2_0.z, fma(d0.z, b2_0.y, fma(d0.y, b2_0.x, d0.x * l2_0)));
      s0_0_7 += fma(d0.w, b2_0.w, fma(d0.z, b2_0.z, fma(d0.y, b2_0.y, d0.x * b2_0.x)));
      s0_0_8 += fma(d0.w, e2_0, fma(d0.z, b2_0.w, fma(d0.y, b2_0.z, d0.x * b2_0.y)));
      s0_1_0 += fma(d0.w, b0_1.z, fma(d0.z, b0_1.y, fma(d0.y, b0_1.x, d0.x * l0_1)));
      s0_1_1 += fma(d0.w, b0_1.w, fma(d0.z, b0_1.z, fma(d0.y, b0_1.y, d0.x * b0_1.x)));
      s0_1_2 += fma(d0.w, e0_1, fma(d0.z, b0_1.w, fma(d0.y, b0_1.z, d0.x * b0_1.y)));
      s0_1_3 += fma(d0.w, b1_1.z, fma(d0.z, b1_1.y, fma(d0.y, b1_1.x, d0.x * l1_1)));
      s0_1_4 += fma(d0.w, b1_1.w, fma(d0.z, b1_1.z, fma(d0.y, b1_1.y, d0.x * b1_1.x)));
      s0_1_5 += fma(d0.w, e1_1, fma(d0.z, b1_1.w, fma(d0.y, b1_1.z, d0.x * b1_1.y)));
      s0_1_6 += fma(d0.w, b2_1.z, fma(d0.z, b2_1.y, fma(d0.y, b2_1.x, d0.x * l2_1)));
      s0_1_7 += fma(d0.w, b2_1.w, fma(d0.z, b2_1.z, fma(d0.y, b2_1.y, d0.x * b2_1.x)));
      s0_1_8 += fma(d0.w, e2_1, fma(d0.z, b2_1.w, fma(d0.y, b2_1.z, d0.x * b2_1.y)));
      s1_0_0 += fma(d1.w, b0_0.z, fma(d1.z, b0_0.y, fma(d1.y, b0_0.x, d1.x * l0_0)));
      s1_0_1 += fma(d1.w, b0_0.w, fma(d1.z, b0_0.z, fma(d1.y, b0_0.y, d1.x * b0_0.x)));
      s1_0_2 += fma(d1.w, e0_0, fma(d1.z, b0_0.w, fma(d1.y, b0_0.z, d1.x * b0_0.y)));
      s1_0_3 += fma(d1.w, b1_0.z, fma(d1.z, b1_0.y, fma(d1.y, b1_0.x, d1.x * l1_0)));
      s1_0_4 += fma(d1.w, b1_0.w, fma(d1.z, b1_0.z, fma(d1.y, b1_0.y, d1.x * b1_0.x)));
      s1_0_5 += fma(d1.w, e1_0, fma(d1.z, b1_0.w, fma(d1.y, b1_0.z, d1.x * b1_0.y)));
      s1_0_6 += fma(d1.w, b2_0.z, fma(d1.z, b2_0.y, fma(d1.y, b2_0.x, d1.x * l2_0)));
      s1_0_7 += fma(d1.w, b2_0.w, fma(d1.z, b2_0.z, fma(d1.y, b2_0.y, d1.x * b2_0.x)));
      s1_0_8 += fma(d1.w, e2_0, fma(d1.z, b2_0.w, fma(d1.y, b2_0.z, d1.x * b2_0.y)));
      s1_1_0 += fma(d1.w, b0_1.z, fma(d1.z, b0_1.y, fma(d1.y, b0_1.x, d1.x * l0_1)));
      s1_1_1 += fma(d1.w, b0_1.w, fma(d1.z, b0_1.z, fma(d1.y, b0_1.y, d1.x * b0_1.x)));
      s1_1_2 += fma(d1.w, e0_1, fma(d1.z, b0_1.w, fma(d1.y, b0_1.z, d1.x * b0_1.y)));
      s1_1_3 += fma(d1.w, b1_1.z, fma(d1.z, b1_1.y, fma(d1.y, b1_1.x, d1.x * l1_1)));
      s1_1_4 += fma(d1.w, b1_1.w, fma(d1.z, b1_1.z, fma(d1.y, b1_1.y, d1.x * b1_1.x)));
      s1_1_5 += fma(d1.w, e1_1, fma(d1.z, b1_1.w, fma(d1.y, b1_1.z, d1.x * b1_1.y)));
      s1_1_6 += fma(d1.w, b2_1.z, fma(d1.z, b2_1.y, fma(d1.y, b2_1.x, d1.x * l2_1)));
      s1_1_7 += fma(d1.w, b2_1.w, fma(d1.z, b2_1.z, fma(d1.y, b2_1.y, d1.x * b2_1.x)));
      s1_1_8 += fma(d1.w, e2_1, fma(d1.z, b2_1.w, fma(d1.y, b2_1.z, d1.x * b2_1.y)));
      s2_0_0 += fma(d2.w, b0_0.z, fma(d2.z, b0_0.y, fma(d2.y, b0_0.x, d2.x * l0_0)));
      s2_0_1 += fma(d2.w, b0_0.w, fma(d2.z, b0_0.z, fma(d2.y, b0_0.y, d2.x * b0_0.x)));
      s2_0_2 += fma(d2.w, e0_0, fma(d2.z, b0_0.w, fma(d2.y, b0_0.z, d2.x * b0_0.y)));
      s2_0_3 += fma(d2.w, b1_0.z, fma(d2.z, b1_0.y, fma(d2.y, b1_0.x, d2.x * l1_0)));
      s2_0_4 += fma(d2.w, b1_0.w, fma(d2.z, b1_0.z, fma(d2.y, b1_0.y, d2.x * b1_0.x)));
      s2_0_5 += fma(d2.w, e1_0, fma(d2.z, b1_0.w, fma(d2.y, b1_0.z, d2.x * b1_0.y)));
      s2_0_6 += fma(d2.w, b2_0.z, fma(d2.z, b2_0.y, fma(d2.y, b2_0.x, d2.x * l2_0)));
      s2_0_7 += fma(d2.w, b2_0.w, fma(d2.z, b2_0.z, fma(d2.y, b2_0.y, d2.x * b2_0.x)));
      s2_0_8 += fma(d2.w, e2_0, fma(d2.z, b2_0.w, fma(d2.y, b2_0.z, d2.x * b2_0.y)));
      s2_1_0 += fma(d2.w, b0_1.z, fma(d2.z, b0_1.y, fma(d2.y, b0_1.x, d2.x * l0_1)));
      s2_1_1 += fma(d2.w, b0_1.w, fma(d2.z, b0_1.z, fma(d2.y, b0_1.y, d2.x * b0_1.x)));
      s2_1_2 += fma(d2.w, e0_1, fma(d2.z, b0_1.w, fma(d2.y, b0_1.z, d2.x * b0_1.y)));
      s2_1_3 += fma(d2.w, b1_1.z, fma(d2.z, b1_1.y, fma(d2.y, b1_1.x, d2.x * l1_1)));
      s2_1_4 += fma(d2.w, b1_1.w, fma(d2.z, b1_1.z, fma(d2.y, b1_1.y, d2.x * b1_1.x)));
      s2_1_5 += fma(d2.w, e1_1, fma(d2.z, b1_1.w, fma(d2.y, b1_1.z, d2.x * b1_1.y)));
      s2_1_6 += fma(d2.w, b2_1.z, fma(d2.z, b2_1.y, fma(d2.y, b2_1.x, d2.x * l2_1)));
      s2_1_7 += fma(d2.w, b2_1.w, fma(d2.z, b2_1.z, fma(d2.y, b2_1.y, d2.x * b2_1.x)));
      s2_1_8 += fma(d2.w, e2_1, fma(d2.z, b2_1.w, fma(d2.y, b2_1.z, d2.x * b2_1.y)));
      s3_0_0 += fma(d3.w, b0_0.z, fma(d3.z, b0_0.y, fma(d3.y, b0_0.x, d3.x * l0_0)));
      s3_0_1 += fma(d3.w, b0_0.w, fma(d3.z, b0_0.z, fma(d3.y, b0_0.y, d3.x * b0_0.x)));
      s3_0_2 += fma(d3.w, e0_0, fma(d3.z, b0_0.w, fma(d3.y, b0_0.z, d3.x * b0_0.y)));
      s3_0_3 += fma(d3.w, b1_0.z, fma(d3.z, b1_0.y, fma(d3.y, b1_0.x, d3.x * l1_0)));
      s3_0_4 += fma(d3.w, b1_0.w, fma(d3.z, b1_0.z, fma(d3.y, b1_0.y, d3.x * b1_0.x)));
      s3_0_5 += fma(d3.w, e1_0, fma(d3.z, b1_0.w, fma(d3.y, b1_0.z, d3.x * b1_0.y)));
      s3_0_6 += fma(d3.w, b2_0.z, fma(d3.z, b2_0.y, fma(d3.y, b2_0.x, d3.x * l2_0)));
      s3_0_7 += fma(d3.w, b2_0.w, fma(d3.z, b2_0.z, fma(d3.y, b2_0.y, d3.x * b2_0.x)));
      s3_0_8 += fma(d3.w, e2_0, fma(d3.z, b2_0.w, fma(d3.y, b2_0.z, d3.x * b2_0.y)));
      s3_1_0 += fma(d3.w, b0_1.z, fma(d3.z, b0_1.y, fma(d3.y, b0_1.x, d3.x * l0_1)));
      s3_1_1 += fma(d3.w, b0_1.w, fma(d3.z, b0_1.z, fma(d3.y, b0_1.y, d3.x * b0_1.x)));
      s3_1_2 += fma(d3.w, e0_1, fma(d3.z, b0_1.w, fma(d3.y, b0_1.z, d3.x * b0_1.y)));
      s3_1_3 += fma(d3.w, b1_1.z, fma(d3.z, b1_1.y, fma(d3.y, b1_1.x, d3.x * l1_1)));
      s3_1_4 += fma(d3.w, b1_1.w, fma(d3.z, b1_1.z, fma(d3.y, b1_1.y, d3.x * b1_1.x)));
      s3_1_5 += fma(d3.w, e1_1, fma(d3.z, b1_1.w, fma(d3.y, b1_1.z, d3.x * b1_1.y)));
      s3_1_6 += fma(d3.w, b2_1.z, fma(d3.z, b2_1.y, fma(d3.y, b2_1.x, d3.x * l2_1)));
      s3_1_7 += fma(d3.w, b2_1.w, fma(d3.z, b2_1.z, fma(d3.y, b2_1.y, d3.x * b2_1.x)));
      s3_1_8 += fma(d3.w, e2_1, fma(d3.z, b2_1.w, fma(d3.y, b2_1.z, d3.x * b2_1.y)));
      l0_0 = l1_0; b0_0 = b1_0; e0_0 = e1_0;
      l1_0 = l2_0; b1_0 = b2_0; e1_0 = e2_0;
      l0_1 = l1_1; b0_1 = b1_1; e0_1 = e1_1;
      l1_1 = l2_1; b1_1 = b2_1; e1_1 = e2_1;
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
    if (c0 == 0u) {
      let b = split * params.stride + params.channels * 9u * params.weight_row + k0 / 4u + 0u;
      partials[b] = select(vec4f(0.0), vec4f(z0, z1, z2, z3), real);
    }
  }
}
