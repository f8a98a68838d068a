// Direct 3 x 3 convolution of planes, stride 1, zero padding: forward, and with transposed weights the
// gradient with respect to the input. One invocation makes 4 columns x 4 rows of 8 output channel(s).
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height', width'), channels first_output .. first_output + outputs
//           height' = height, width' = 4 width4
// Width is a multiple of 4, height of 4. Emitted by generate.ts: change that file.
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
  let x4 = t % params.tiles_x * 1u;
  let y0 = (t / params.tiles_x) % params.tiles_y * 4u;
  let n = t / (params.tiles_x * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 1u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 4u < params.height;
  var bias0 = vec4f(0.0);
  var bias1 = vec4f(0.0);
  if ((params.mode & BIAS) != 0u) { bias0 = load_weights(params.bias + k0 / 4u + 0u); bias1 = load_weights(params.bias + k0 / 4u + 1u); }
  var s0_0_0 = vec4f(bias0.x); var s0_1_0 = vec4f(bias0.x); var s0_2_0 = vec4f(bias0.x); var s0_3_0 = vec4f(bias0.x);
  var s1_0_0 = vec4f(bias0.y); var s1_1_0 = vec4f(bias0.y); var s1_2_0 = vec4f(bias0.y); var s1_3_0 = vec4f(bias0.y);
  var s2_0_0 = vec4f(bias0.z); var s2_1_0 = vec4f(bias0.z); var s2_2_0 = vec4f(bias0.z); var s2_3_0 = vec4f(bias0.z);
  var s3_0_0 = vec4f(bias0.w); var s3_1_0 = vec4f(bias0.w); var s3_2_0 = vec4f(bias0.w); var s3_3_0 = vec4f(bias0.w);
  var s4_0_0 = vec4f(bias1.x); var s4_1_0 = vec4f(bias1.x); var s4_2_0 = vec4f(bias1.x); var s4_3_0 = vec4f(bias1.x);
  var s5_0_0 = vec4f(bias1.y); var s5_1_0 = vec4f(bias1.y); var s5_2_0 = vec4f(bias1.y); var s5_3_0 = vec4f(bias1.y);
  var s6_0_0 = vec4f(bias1.z); var s6_1_0 = vec4f(bias1.z); var s6_2_0 = vec4f(bias1.z); var s6_3_0 = vec4f(bias1.z);
  var s7_0_0 = vec4f(bias1.w); var s7_1_0 = vec4f(bias1.w); var s7_2_0 = vec4f(bias1.w); var s7_3_0 = vec4f(bias1.w);
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
    let b3_0 = load_input(i3 + 0u);
    let l3 = select(0.0, left_of(i3, b3_0.w), left);
    let e3 = select(0.0, right_of(i3, b3_0.x), right);
    let i4 = x + 4u * params.width4;
    let b4_0 = load_input(i4 + 0u);
    let l4 = select(0.0, left_of(i4, b4_0.w), left);
    let e4 = select(0.0, right_of(i4, b4_0.x), right);
    let i5 = x + 5u * params.width4;
    let b5_0 = select(vec4f(0.0), load_input(i5 + 0u), below);
    let l5 = select(0.0, left_of(i5, b5_0.w), left && below);
    let e5 = select(0.0, right_of(i5, b5_0.x), right && below);
    let a0_0 = vec4f(l0, b0_0.xyz); let c0_0 = vec4f(b0_0.yzw, e0);
    let a1_0 = vec4f(l1, b1_0.xyz); let c1_0 = vec4f(b1_0.yzw, e1);
    let a2_0 = vec4f(l2, b2_0.xyz); let c2_0 = vec4f(b2_0.yzw, e2);
    let a3_0 = vec4f(l3, b3_0.xyz); let c3_0 = vec4f(b3_0.yzw, e3);
    let a4_0 = vec4f(l4, b4_0.xyz); let c4_0 = vec4f(b4_0.yzw, e4);
    let a5_0 = vec4f(l5, b5_0.xyz); let c5_0 = vec4f(b5_0.yzw, e5);
    let held = hold(w, lid, 18u);
    let w0_0 = weight_of(held, 0u);
    let w0_1 = weight_of(held, 1u);
    let w0_2 = weight_of(held, 2u);
    let w0_3 = weight_of(held, 3u);
    let w0_4 = weight_of(held, 4u);
    let w0_5 = weight_of(held, 5u);
    let w0_6 = weight_of(held, 6u);
    let w0_7 = weight_of(held, 7u);
    let w0_8 = weight_of(held, 8u);
    let w1_0 = weight_of(held, 9u);
    let w1_1 = weight_of(held, 10u);
    let w1_2 = weight_of(held, 11u);
    let w1_3 = weight_of(held, 12u);
    let w1_4 = weight_of(held, 13u);
    let w1_5 = weight_of(held, 14u);
    let w1_6 = weight_of(held, 15u);
    let w1_7 = weight_of(held, 16u);
    let w1_8 = weight_of(held, 17u);
    s0_0_0 += fma(vec4f(w0_0.x), a0_0, fma(vec4f(w0_1.x), b0_0, fma(vec4f(w0_2.x), c0_0, fma(vec4f(w0_3.x), a1_0, fma(vec4f(w0_4.x), b1_0, fma(vec4f(w0_5.x), c1_0, fma(vec4f(w0_6.x), a2_0, fma(vec4f(w0_7.x), b2_0, vec4f(w0_8.x) * c2_0))))))));
    s0_1_0 += fma(vec4f(w0_0.x), a1_0, fma(vec4f(w0_1.x), b1_0, fma(vec4f(w0_2.x), c1_0, fma(vec4f(w0_3.x), a2_0, fma(vec4f(w0_4.x), b2_0, fma(vec4f(w0_5.x), c2_0, fma(vec4f(w0_6.x), a3_0, fma(vec4f(w0_7.x), b3_0, vec4f(w0_8.x) * c3_0))))))));
    s0_2_0 += fma(vec4f(w0_0.x), a2_0, fma(vec4f(w0_1.x), b2_0, fma(vec4f(w0_2.x), c2_0, fma(vec4f(w0_3.x), a3_0, fma(vec4f(w0_4.x), b3_0, fma(vec4f(w0_5.x), c3_0, fma(vec4f(w0_6.x), a4_0, fma(vec4f(w0_7.x), b4_0, vec4f(w0_8.x) * c4_0))))))));
    s0_3_0 += fma(vec4f(w0_0.x), a3_0, fma(vec4f(w0_1.x), b3_0, fma(vec4f(w0_2.x), c3_0, fma(vec4f(w0_3.x), a4_0, fma(vec4f(w0_4.x), b4_0, fma(vec4f(w0_5.x), c4_0, fma(vec4f(w0_6.x), a5_0, fma(vec4f(w0_7.x), b5_0, vec4f(w0_8.x) * c5_0))))))));
    s1_0_0 += fma(vec4f(w0_0.y), a0_0, fma(vec4f(w0_1.y), b0_0, fma(vec4f(w0_2.y), c0_0, fma(vec4f(w0_3.y), a1_0, fma(vec4f(w0_4.y), b1_0, fma(vec4f(w0_5.y), c1_0, fma(vec4f(w0_6.y), a2_0, fma(vec4f(w0_7.y), b2_0, vec4f(w0_8.y) * c2_0))))))));
    s1_1_0 += fma(vec4f(w0_0.y), a1_0, fma(vec4f(w0_1.y), b1_0, fma(vec4f(w0_2.y), c1_0, fma(vec4f(w0_3.y), a2_0, fma(vec4f(w0_4.y), b2_0, fma(vec4f(w0_5.y), c2_0, fma(vec4f(w0_6.y), a3_0, fma(vec4f(w0_7.y), b3_0, vec4f(w0_8.y) * c3_0))))))));
    s1_2_0 += fma(vec4f(w0_0.y), a2_0, fma(vec4f(w0_1.y), b2_0, fma(vec4f(w0_2.y), c2_0, fma(vec4f(w0_3.y), a3_0, fma(vec4f(w0_4.y), b3_0, fma(vec4f(w0_5.y), c3_0, fma(vec4f(w0_6.y), a4_0, fma(vec4f(w0_7.y), b4_0, vec4f(w0_8.y) * c4_0))))))));
    s1_3_0 += fma(vec4f(w0_0.y), a3_0, fma(vec4f(w0_1.y), b3_0, fma(vec4f(w0_2.y), c3_0, fma(vec4f(w0_3.y), a4_0, fma(vec4f(w0_4.y), b4_0, fma(vec4f(w0_5.y), c4_0, fma(vec4f(w0_6.y), a5_0, fma(vec4f(w0_7.y), b5_0, vec4f(w0_8.y) * c5_0))))))));
    s2_0_0 += fma(vec4f(w0_0.z), a0_0, fma(vec4f(w0_1.z), b0_0, fma(vec4f(w0_2.z), c0_0, fma(vec4f(w0_3.z), a1_0, fma(vec4f(w0_4.z), b1_0, fma(vec4f(w0_5.z), c1_0, fma(vec4f(w0_6.z), a2_0, fma(vec4f(w0_7.z), b2_0, vec4f(w0_8.z) * c2_0))))))));
    s2_1_0 += fma(vec4f(w0_0.z), a1_0, fma(vec4f(w0_1.z), b1_0, fma(vec4f(w0_2.z), c1_0, fma(vec4f(w0_3.z), a2_0, fma(vec4f(w0_4.z), b2_0, fma(vec4f(w0_5.z), c2_0, fma(vec4f(w0_6.z), a3_0, fma(vec4f(w0_7.z), b3_0, vec4f(w0_8.z) * c3_0))))))));
    s2_2_0 += fma(vec4f(w0_0.z), a2_0, fma(vec4f(w0_1.z), b2_0, fma(vec4f(w0_2.z), c2_0, fma(vec4f(w0_3.z), a3_0, fma(vec4f(w0_4.z), b3_0, fma(vec4f(w0_5.z), c3_0, fma(vec4f(w0_6.z), a4_0, fma(vec4f(w0_7.z), b4_0, vec4f(w0_8.z) * c4_0))))))));
    s2_3_0 += fma(vec4f(w0_0.z), a3_0, fma(vec4f(w0_1.z), b3_0, fma(vec4f(w0_2.z), c3_0, fma(vec4f(w0_3.z), a4_0, fma(vec4f(w0_4.z), b4_0, fma(vec4f(w0_5.z), c4_0, fma(vec4f(w0_6.z), a5_0, fma(vec4f(w0_7.z), b5_0, vec4f(w0_8.z) * c5_0))))))));
    s3_0_0 += fma(vec4f(w0_0.w), a0_0, fma(vec4f(w0_1.w), b0_0, fma(vec4f(w0_2.w), c0_0, fma(vec4f(w0_3.w), a1_0, fma(vec4f(w0_4.w), b1_0, fma(vec4f(w0_5.w), c1_0, fma(vec4f(w0_6.w), a2_0, fma(vec4f(w0_7.w), b2_0, vec4f(w0_8.w) * c2_0))))))));
    s3_1_0 += fma(vec4f(w0_0.w), a1_0, fma(vec4f(w0_1.w), b1_0, fma(vec4f(w0_2.w), c1_0, fma(vec4f(w0_3.w), a2_0, fma(vec4f(w0_4.w), b2_0, fma(vec4f(w0_5.w), c2_0, fma(vec4f(w0_6.w), a3_0, fma(vec4f(w0_7.w), b3_0, vec4f(w0_8.w) * c3_0))))))));
    s3_2_0 += fma(vec4f(w0_0.w), a2_0, fma(vec4f(w0_1.w), b2_0, fma(vec4f(w0_2.w), c2_0, fma(vec4f(w0_3.w), a3_0, fma(vec4f(w0_4.w), b3_0, fma(vec4f(w0_5.w), c3_0, fma(vec4f(w0_6.w), a4_0, fma(vec4f(w0_7.w), b4_0, vec4f(w0_8.w) * c4_0))))))));
    s3_3_0 += fma(vec4f(w0_0.w), a3_0, fma(vec4f(w0_1.w), b3_0, fma(vec4f(w0_2.w), c3_0, fma(vec4f(w0_3.w), a4_0, fma(vec4f(w0_4.w), b4_0, fma(vec4f(w0_5.w), c4_0, fma(vec4f(w0_6.w), a5_0, fma(vec4f(w0_7.w), b5_0, vec4f(w0_8.w) * c5_0))))))));
    s4_0_0 += fma(vec4f(w1_0.x), a0_0, fma(vec4f(w1_1.x), b0_0, fma(vec4f(w1_2.x), c0_0, fma(vec4f(w1_3.x), a1_0, fma(vec4f(w1_4.x), b1_0, fma(vec4f(w1_5.x), c1_0, fma(vec4f(w1_6.x), a2_0, fma(vec4f(w1_7.x), b2_0, vec4f(w1_8.x) * c2_0))))))));
    s4_1_0 += fma(vec4f(w1_0.x), a1_0, fma(vec4f(w1_1.x), b1_0, fma(vec4f(w1_2.x), c1_0, fma(vec4f(w1_3.x), a2_0, fma(vec4f(w1_4.x), b2_0, fma(vec4f(w1_5.x), c2_0, fma(vec4f(w1_6.x), a3_0, fma(vec4f(w1_7.x), b3_0, vec4f(w1_8.x) * c3_0))))))));
    s4_2_0 += fma(vec4f(w1_0.x), a2_0, fma(vec4f(w1_1.x), b2_0, fma(vec4f(w1_2.x), c2_0, fma(vec4f(w1_3.x), a3_0, fma(vec4f(w1_4.x), b3_0, fma(vec4f(w1_5.x), c3_0, fma(vec4f(w1_6.x), a4_0, fma(vec4f(w1_7.x), b4_0, vec4f(w1_8.x) * c4_0))))))));
    s4_3_0 += fma(vec4f(w1_0.x), a3_0, fma(vec4f(w1_1.x), b3_0, fma(vec4f(w1_2.x), c3_0, fma(vec4f(w1_3.x), a4_0, fma(vec4f(w1_4.x), b4_0, fma(vec4f(w1_5.x), c4_0, fma(vec4f(w1_6.x), a5_0, fma(vec4f(w1_7.x), b5_0, vec4f(w1_8.x) * c5_0))))))));
    s5_0_0 += fma(vec4f(w1_0.y), a0_0, fma(vec4f(w1_1.y), b0_0, fma(vec4f(w1_2.y), c0_0, fma(vec4f(w1_3.y), a1_0, fma(vec4f(w1_4.y), b1_0, fma(vec4f(w1_5.y), c1_0, fma(vec4f(w1_6.y), a2_0, fma(vec4f(w1_7.y), b2_0, vec4f(w1_8.y) * c2_0))))))));
    s5_1_0 += fma(vec4f(w1_0.y), a1_0, fma(vec4f(w1_1.y), b1_0, fma(vec4f(w1_2.y), c1_0, fma(vec4f(w1_3.y), a2_0, fma(vec4f(w1_4.y), b2_0, fma(vec4f(w1_5.y), c2_0, fma(vec4f(w1_6.y), a3_0, fma(vec4f(w1_7.y), b3_0, vec4f(w1_8.y) * c3_0))))))));
    s5_2_0 += fma(vec4f(w1_0.y), a2_0, fma(vec4f(w1_1.y), b2_0, fma(vec4f(w1_2.y), c2_0, fma(vec4f(w1_3.y), a3_0, fma(vec4f(w1_4.y), b3_0, fma(vec4f(w1_5.y), c3_0, fma(vec4f(w1_6.y), a4_0, fma(vec4f(w1_7.y), b4_0, vec4f(w1_8.y) * c4_0))))))));
    s5_3_0 += fma(vec4f(w1_0.y), a3_0, fma(vec4f(w1_1.y), b3_0, fma(vec4f(w1_2.y), c3_0, fma(vec4f(w1_3.y), a4_0, fma(vec4f(w1_4.y), b4_0, fma(vec4f(w1_5.y), c4_0, fma(vec4f(w1_6.y), a5_0, fma(vec4f(w1_7.y), b5_0, vec4f(w1_8.y) * c5_0))))))));
    s6_0_0 += fma(vec4f(w1_0.z), a0_0, fma(vec4f(w1_1.z), b0_0, fma(vec4f(w1_2.z), c0_0, fma(vec4f(w1_3.z), a1_0, fma(vec4f(w1_4.z), b1_0, fma(vec4f(w1_5.z), c1_0, fma(vec4f(w1_6.z), a2_0, fma(vec4f(w1_7.z), b2_0, vec4f(w1_8.z) * c2_0))))))));
    s6_1_0 += fma(vec4f(w1_0.z), a1_0, fma(vec4f(w1_1.z), b1_0, fma(vec4f(w1_2.z), c1_0, fma(vec4f(w1_3.z), a2_0, fma(vec4f(w1_4.z), b2_0, fma(vec4f(w1_5.z), c2_0, fma(vec4f(w1_6.z), a3_0, fma(vec4f(w1_7.z), b3_0, vec4f(w1_8.z) * c3_0))))))));
    s6_2_0 += fma(vec4f(w1_0.z), a2_0, fma(vec4f(w1_1.z), b2_0, fma(vec4f(w1_2.z), c2_0, fma(vec4f(w1_3.z), a3_0, fma(vec4f(w1_4.z), b3_0, fma(vec4f(w1_5.z), c3_0, fma(vec4f(w1_6.z), a4_0, fma(vec4f(w1_7.z), b4_0, vec4f(w1_8.z) * c4_0))))))));
    s6_3_0 += fma(vec4f(w1_0.z), a3_0, fma(vec4f(w1_1.z), b3_0, fma(vec4f(w1_2.z), c3_0, fma(vec4f(w1_3.z), a4_0, fma(vec4f(w1_4.z), b4_0, fma(vec4f(w1_5.z), c4_0, fma(vec4f(w1_6.z), a5_0, fma(vec4f(w1_7.z), b5_0, vec4f(w1_8.z) * c5_0))))))));
    s7_0_0 += fma(vec4f(w1_0.w), a0_0, fma(vec4f(w1_1.w), b0_0, fma(vec4f(w1_2.w), c0_0, fma(vec4f(w1_3.w), a1_0, fma(vec4f(w1_4.w), b1_0, fma(vec4f(w1_5.w), c1_0, fma(vec4f(w1_6.w), a2_0, fma(vec4f(w1_7.w), b2_0, vec4f(w1_8.w) * c2_0))))))));
    s7_1_0 += fma(vec4f(w1_0.w), a1_0, fma(vec4f(w1_1.w), b1_0, fma(vec4f(w1_2.w), c1_0, fma(vec4f(w1_3.w), a2_0, fma(vec4f(w1_4.w), b2_0, fma(vec4f(w1_5.w), c2_0, fma(vec4f(w1_6.w), a3_0, fma(vec4f(w1_7.w), b3_0, vec4f(w1_8.w) * c3_0))))))));
    s7_2_0 += fma(vec4f(w1_0.w), a2_0, fma(vec4f(w1_1.w), b2_0, fma(vec4f(w1_2.w), c2_0, fma(vec4f(w1_3.w), a3_0, fma(vec4f(w1_4.w), b3_0, fma(vec4f(w1_5.w), c3_0, fma(vec4f(w1_6.w), a4_0, fma(vec4f(w1_7.w), b4_0, vec4f(w1_8.w) * c4_0))))))));
    s7_3_0 += fma(vec4f(w1_0.w), a3_0, fma(vec4f(w1_1.w), b3_0, fma(vec4f(w1_2.w), c3_0, fma(vec4f(w1_3.w), a4_0, fma(vec4f(w1_4.w), b4_0, fma(vec4f(w1_5.w), c4_0, fma(vec4f(w1_6.w), a5_0, fma(vec4f(w1_7.w), b5_0, vec4f(w1_8.w) * c5_0))))))));
    x += plane;
    w += 9u * params.weight_row;
  }
  let slot = n * params.output_channels + params.first_output + k0;
  let area = plane;
  let line = params.width4;
  var o = slot * area + y0 * line + x4;
  if (k0 + 0u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s0_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s0_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s0_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s0_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 1u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s1_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s1_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s1_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s1_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 2u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s2_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s2_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s2_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s2_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 3u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s3_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s3_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s3_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s3_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 4u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s4_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s4_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s4_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s4_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 5u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s5_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s5_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s5_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s5_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 6u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s6_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s6_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s6_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s6_3_0, o + 3u * line + 0u);
  }
  o += area;
  if (k0 + 7u < params.outputs) {
    output[o + 0u * line + 0u] = finish(s7_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(s7_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(s7_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(s7_3_0, o + 3u * line + 0u);
  }
  o += area;
}
