// 3 x 3 convolution of planes, stride 1, zero padding, with minimal filters F(4, 3) down the columns
// (see winograd.ts): forward, and with transposed weights the gradient with respect to the input.
// One invocation makes 8 columns x 4 rows of 4 output channel(s).
//   input   (B, input_channels, height, 4 width4), channels first_channel .. first_channel + channels
//   weights [channels][9][4 weight_row] from vector `weights` on, bias from vector `bias` on
//   mask    like output: if MASKED the result is zeroed where mask <= 0
//   output  (B, output_channels, height', width'), channels first_output .. first_output + outputs
//           height' = height, width' = 4 width4, both halved if POOLED
// Width is a multiple of 8, height of 4. Emitted by generate.ts: change that file.
override WORKGROUP: u32 = 64;
override MASKED: bool = false;
override POOLED: bool = false;
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

// Maxima of 2 x 2 pixels of four vectors: two rows of two.
fn pool(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  let left = max(a, c);
  let right = max(b, d);
  return max(vec4f(left.xz, right.xz), vec4f(left.yw, right.yw));
}

@compute @workgroup_size(WORKGROUP)
fn convolve(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let t = (wid.z * groups.y + wid.y) * WORKGROUP + lid;
  if (t >= params.tiles) { return; }
  let k0 = wid.x * 4u;
  let x4 = t % params.tiles_x * 2u;
  let y0 = (t / params.tiles_x) % params.tiles_y * 4u;
  let n = t / (params.tiles_x * params.tiles_y);
  let plane = params.height * params.width4;
  let left = x4 > 0u;
  let right = x4 + 2u < params.width4;
  let above = y0 > 0u;
  let below = y0 + 4u < params.height;
  var bias0 = vec4f(0.0);
  if ((params.mode & BIAS) != 0u) { bias0 = load_weights(params.bias + k0 / 4u + 0u); }
  var m0_0_0 = vec4f(0.0); var m0_0_1 = vec4f(0.0);
  var m0_1_0 = vec4f(0.0); var m0_1_1 = vec4f(0.0);
  var m0_2_0 = vec4f(0.0); var m0_2_1 = vec4f(0.0);
  var m0_3_0 = vec4f(0.0); var m0_3_1 = vec4f(0.0);
  var m0_4_0 = vec4f(0.0); var m0_4_1 = vec4f(0.0);
  var m0_5_0 = vec4f(0.0); var m0_5_1 = vec4f(0.0);
  var m1_0_0 = vec4f(0.0); var m1_0_1 = vec4f(0.0);
  var m1_1_0 = vec4f(0.0); var m1_1_1 = vec4f(0.0);
  var m1_2_0 = vec4f(0.0); var m1_2_1 = vec4f(0.0);
  var m1_3_0 = vec4f(0.0); var m1_3_1 = vec4f(0.0);
  var m1_4_0 = vec4f(0.0); var m1_4_1 = vec4f(0.0);
  var m1_5_0 = vec4f(0.0); var m1_5_1 = vec4f(0.0);
  var m2_0_0 = vec4f(0.0); var m2_0_1 = vec4f(0.0);
  var m2_1_0 = vec4f(0.0); var m2_1_1 = vec4f(0.0);
  var m2_2_0 = vec4f(0.0); var m2_2_1 = vec4f(0.0);
  var m2_3_0 = vec4f(0.0); var m2_3_1 = vec4f(0.0);
  var m2_4_0 = vec4f(0.0); var m2_4_1 = vec4f(0.0);
  var m2_5_0 = vec4f(0.0); var m2_5_1 = vec4f(0.0);
  var m3_0_0 = vec4f(0.0); var m3_0_1 = vec4f(0.0);
  var m3_1_0 = vec4f(0.0); var m3_1_1 = vec4f(0.0);
  var m3_2_0 = vec4f(0.0); var m3_2_1 = vec4f(0.0);
  var m3_3_0 = vec4f(0.0); var m3_3_1 = vec4f(0.0);
  var m3_4_0 = vec4f(0.0); var m3_4_1 = vec4f(0.0);
  var m3_5_0 = vec4f(0.0); var m3_5_1 = vec4f(0.0);
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
    let b5_0 = select(vec4f(0.0), load_input(i5 + 0u), below); let b5_1 = select(vec4f(0.0), load_input(i5 + 1u), below);
    let l5 = select(0.0, left_of(i5, b5_1.w), left && below);
    let e5 = select(0.0, right_of(i5 + 1u, b5_0.x), right && below);
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
    let tl_0 = l0 + l4 - 2.950625 * l2; let tl_5 = l1 + l5 - 2.950625 * l3;
    let tb0_0 = b0_0 + b4_0 - 2.950625 * b2_0; let tb0_5 = b1_0 + b5_0 - 2.950625 * b3_0;
    let tb1_0 = b0_1 + b4_1 - 2.950625 * b2_1; let tb1_5 = b1_1 + b5_1 - 2.950625 * b3_1;
    let te_0 = e0 + e4 - 2.950625 * e2; let te_5 = e1 + e5 - 2.950625 * e3;
    let a0_0 = vec4f(tl_0, tb0_0.xyz); let c0_0 = vec4f(tb0_0.yzw, tb1_0.x);
    let a1_0 = vec4f(tb0_0.w, tb1_0.xyz); let c1_0 = vec4f(tb1_0.yzw, te_0);
    let a0_5 = vec4f(tl_5, tb0_5.xyz); let c0_5 = vec4f(tb0_5.yzw, tb1_5.x);
    let a1_5 = vec4f(tb0_5.w, tb1_5.xyz); let c1_5 = vec4f(tb1_5.yzw, te_5);
    let w0_0_0 = g0_0.x; let w0_0_5 = g0_6.x;
    let w0_1_0 = g0_1.x; let w0_1_5 = g0_7.x;
    let w0_2_0 = g0_2.x; let w0_2_5 = g0_8.x;
    m0_0_0 += w0_0_0 * a0_0 + w0_1_0 * tb0_0 + w0_2_0 * c0_0;
    m0_0_1 += w0_0_0 * a1_0 + w0_1_0 * tb1_0 + w0_2_0 * c1_0;
    m0_5_0 += w0_0_5 * a0_5 + w0_1_5 * tb0_5 + w0_2_5 * c0_5;
    m0_5_1 += w0_0_5 * a1_5 + w0_1_5 * tb1_5 + w0_2_5 * c1_5;
    let w1_0_0 = g0_0.y; let w1_0_5 = g0_6.y;
    let w1_1_0 = g0_1.y; let w1_1_5 = g0_7.y;
    let w1_2_0 = g0_2.y; let w1_2_5 = g0_8.y;
    m1_0_0 += w1_0_0 * a0_0 + w1_1_0 * tb0_0 + w1_2_0 * c0_0;
    m1_0_1 += w1_0_0 * a1_0 + w1_1_0 * tb1_0 + w1_2_0 * c1_0;
    m1_5_0 += w1_0_5 * a0_5 + w1_1_5 * tb0_5 + w1_2_5 * c0_5;
    m1_5_1 += w1_0_5 * a1_5 + w1_1_5 * tb1_5 + w1_2_5 * c1_5;
    let w2_0_0 = g0_0.z; let w2_0_5 = g0_6.z;
    let w2_1_0 = g0_1.z; let w2_1_5 = g0_7.z;
    let w2_2_0 = g0_2.z; let w2_2_5 = g0_8.z;
    m2_0_0 += w2_0_0 * a0_0 + w2_1_0 * tb0_0 + w2_2_0 * c0_0;
    m2_0_1 += w2_0_0 * a1_0 + w2_1_0 * tb1_0 + w2_2_0 * c1_0;
    m2_5_0 += w2_0_5 * a0_5 + w2_1_5 * tb0_5 + w2_2_5 * c0_5;
    m2_5_1 += w2_0_5 * a1_5 + w2_1_5 * tb1_5 + w2_2_5 * c1_5;
    let w3_0_0 = g0_0.w; let w3_0_5 = g0_6.w;
    let w3_1_0 = g0_1.w; let w3_1_5 = g0_7.w;
    let w3_2_0 = g0_2.w; let w3_2_5 = g0_8.w;
    m3_0_0 += w3_0_0 * a0_0 + w3_1_0 * tb0_0 + w3_2_0 * c0_0;
    m3_0_1 += w3_0_0 * a1_0 + w3_1_0 * tb1_0 + w3_2_0 * c1_0;
    m3_5_0 += w3_0_5 * a0_5 + w3_1_5 * tb0_5 + w3_2_5 * c0_5;
    m3_5_1 += w3_0_5 * a1_5 + w3_1_5 * tb1_5 + w3_2_5 * c1_5;
    let even_tl_1 = l4 - 2.56 * l2; let odd_tl_1 = 0.625 * l3 - 1.6 * l1; let tl_1 = even_tl_1 + odd_tl_1; let tl_2 = even_tl_1 - odd_tl_1;
    let even_tb0_1 = b4_0 - 2.56 * b2_0; let odd_tb0_1 = 0.625 * b3_0 - 1.6 * b1_0; let tb0_1 = even_tb0_1 + odd_tb0_1; let tb0_2 = even_tb0_1 - odd_tb0_1;
    let even_tb1_1 = b4_1 - 2.56 * b2_1; let odd_tb1_1 = 0.625 * b3_1 - 1.6 * b1_1; let tb1_1 = even_tb1_1 + odd_tb1_1; let tb1_2 = even_tb1_1 - odd_tb1_1;
    let even_te_1 = e4 - 2.56 * e2; let odd_te_1 = 0.625 * e3 - 1.6 * e1; let te_1 = even_te_1 + odd_te_1; let te_2 = even_te_1 - odd_te_1;
    let a0_1 = vec4f(tl_1, tb0_1.xyz); let c0_1 = vec4f(tb0_1.yzw, tb1_1.x);
    let a1_1 = vec4f(tb0_1.w, tb1_1.xyz); let c1_1 = vec4f(tb1_1.yzw, te_1);
    let a0_2 = vec4f(tl_2, tb0_2.xyz); let c0_2 = vec4f(tb0_2.yzw, tb1_2.x);
    let a1_2 = vec4f(tb0_2.w, tb1_2.xyz); let c1_2 = vec4f(tb1_2.yzw, te_2);
    let even_w0_0_1 = -0.590031691 * g0_0.x + -0.230481129 * g0_6.x; let odd_w0_0_1 = -0.368769807 * g0_3.x; let w0_0_1 = even_w0_0_1 + odd_w0_0_1; let w0_0_2 = even_w0_0_1 - odd_w0_0_1;
    let even_w0_1_1 = -0.590031691 * g0_1.x + -0.230481129 * g0_7.x; let odd_w0_1_1 = -0.368769807 * g0_4.x; let w0_1_1 = even_w0_1_1 + odd_w0_1_1; let w0_1_2 = even_w0_1_1 - odd_w0_1_1;
    let even_w0_2_1 = -0.590031691 * g0_2.x + -0.230481129 * g0_8.x; let odd_w0_2_1 = -0.368769807 * g0_5.x; let w0_2_1 = even_w0_2_1 + odd_w0_2_1; let w0_2_2 = even_w0_2_1 - odd_w0_2_1;
    m0_1_0 += w0_0_1 * a0_1 + w0_1_1 * tb0_1 + w0_2_1 * c0_1;
    m0_1_1 += w0_0_1 * a1_1 + w0_1_1 * tb1_1 + w0_2_1 * c1_1;
    m0_2_0 += w0_0_2 * a0_2 + w0_1_2 * tb0_2 + w0_2_2 * c0_2;
    m0_2_1 += w0_0_2 * a1_2 + w0_1_2 * tb1_2 + w0_2_2 * c1_2;
    let even_w1_0_1 = -0.590031691 * g0_0.y + -0.230481129 * g0_6.y; let odd_w1_0_1 = -0.368769807 * g0_3.y; let w1_0_1 = even_w1_0_1 + odd_w1_0_1; let w1_0_2 = even_w1_0_1 - odd_w1_0_1;
    let even_w1_1_1 = -0.590031691 * g0_1.y + -0.230481129 * g0_7.y; let odd_w1_1_1 = -0.368769807 * g0_4.y; let w1_1_1 = even_w1_1_1 + odd_w1_1_1; let w1_1_2 = even_w1_1_1 - odd_w1_1_1;
    let even_w1_2_1 = -0.590031691 * g0_2.y + -0.230481129 * g0_8.y; let odd_w1_2_1 = -0.368769807 * g0_5.y; let w1_2_1 = even_w1_2_1 + odd_w1_2_1; let w1_2_2 = even_w1_2_1 - odd_w1_2_1;
    m1_1_0 += w1_0_1 * a0_1 + w1_1_1 * tb0_1 + w1_2_1 * c0_1;
    m1_1_1 += w1_0_1 * a1_1 + w1_1_1 * tb1_1 + w1_2_1 * c1_1;
    m1_2_0 += w1_0_2 * a0_2 + w1_1_2 * tb0_2 + w1_2_2 * c0_2;
    m1_2_1 += w1_0_2 * a1_2 + w1_1_2 * tb1_2 + w1_2_2 * c1_2;
    let even_w2_0_1 = -0.590031691 * g0_0.z + -0.230481129 * g0_6.z; let odd_w2_0_1 = -0.368769807 * g0_3.z; let w2_0_1 = even_w2_0_1 + odd_w2_0_1; let w2_0_2 = even_w2_0_1 - odd_w2_0_1;
    let even_w2_1_1 = -0.590031691 * g0_1.z + -0.230481129 * g0_7.z; let odd_w2_1_1 = -0.368769807 * g0_4.z; let w2_1_1 = even_w2_1_1 + odd_w2_1_1; let w2_1_2 = even_w2_1_1 - odd_w2_1_1;
    let even_w2_2_1 = -0.590031691 * g0_2.z + -0.230481129 * g0_8.z; let odd_w2_2_1 = -0.368769807 * g0_5.z; let w2_2_1 = even_w2_2_1 + odd_w2_2_1; let w2_2_2 = even_w2_2_1 - odd_w2_2_1;
    m2_1_0 += w2_0_1 * a0_1 + w2_1_1 * tb0_1 + w2_2_1 * c0_1;
    m2_1_1 += w2_0_1 * a1_1 + w2_1_1 * tb1_1 + w2_2_1 * c1_1;
    m2_2_0 += w2_0_2 * a0_2 + w2_1_2 * tb0_2 + w2_2_2 * c0_2;
    m2_2_1 += w2_0_2 * a1_2 + w2_1_2 * tb1_2 + w2_2_2 * c1_2;
    let even_w3_0_1 = -0.590031691 * g0_0.w + -0.230481129 * g0_6.w; let odd_w3_0_1 = -0.368769807 * g0_3.w; let w3_0_1 = even_w3_0_1 + odd_w3_0_1; let w3_0_2 = even_w3_0_1 - odd_w3_0_1;
    let even_w3_1_1 = -0.590031691 * g0_1.w + -0.230481129 * g0_7.w; let odd_w3_1_1 = -0.368769807 * g0_4.w; let w3_1_1 = even_w3_1_1 + odd_w3_1_1; let w3_1_2 = even_w3_1_1 - odd_w3_1_1;
    let even_w3_2_1 = -0.590031691 * g0_2.w + -0.230481129 * g0_8.w; let odd_w3_2_1 = -0.368769807 * g0_5.w; let w3_2_1 = even_w3_2_1 + odd_w3_2_1; let w3_2_2 = even_w3_2_1 - odd_w3_2_1;
    m3_1_0 += w3_0_1 * a0_1 + w3_1_1 * tb0_1 + w3_2_1 * c0_1;
    m3_1_1 += w3_0_1 * a1_1 + w3_1_1 * tb1_1 + w3_2_1 * c1_1;
    m3_2_0 += w3_0_2 * a0_2 + w3_1_2 * tb0_2 + w3_2_2 * c0_2;
    m3_2_1 += w3_0_2 * a1_2 + w3_1_2 * tb1_2 + w3_2_2 * c1_2;
    let even_tl_3 = l4 - 0.390625 * l2; let odd_tl_3 = 1.6 * l3 - 0.625 * l1; let tl_3 = even_tl_3 + odd_tl_3; let tl_4 = even_tl_3 - odd_tl_3;
    let even_tb0_3 = b4_0 - 0.390625 * b2_0; let odd_tb0_3 = 1.6 * b3_0 - 0.625 * b1_0; let tb0_3 = even_tb0_3 + odd_tb0_3; let tb0_4 = even_tb0_3 - odd_tb0_3;
    let even_tb1_3 = b4_1 - 0.390625 * b2_1; let odd_tb1_3 = 1.6 * b3_1 - 0.625 * b1_1; let tb1_3 = even_tb1_3 + odd_tb1_3; let tb1_4 = even_tb1_3 - odd_tb1_3;
    let even_te_3 = e4 - 0.390625 * e2; let odd_te_3 = 1.6 * e3 - 0.625 * e1; let te_3 = even_te_3 + odd_te_3; let te_4 = even_te_3 - odd_te_3;
    let a0_3 = vec4f(tl_3, tb0_3.xyz); let c0_3 = vec4f(tb0_3.yzw, tb1_3.x);
    let a1_3 = vec4f(tb0_3.w, tb1_3.xyz); let c1_3 = vec4f(tb1_3.yzw, te_3);
    let a0_4 = vec4f(tl_4, tb0_4.xyz); let c0_4 = vec4f(tb0_4.yzw, tb1_4.x);
    let a1_4 = vec4f(tb0_4.w, tb1_4.xyz); let c1_4 = vec4f(tb1_4.yzw, te_4);
    let even_w0_0_3 = 0.0900316912 * g0_0.x + 0.230481129 * g0_6.x; let odd_w0_0_3 = 0.144050706 * g0_3.x; let w0_0_3 = even_w0_0_3 + odd_w0_0_3; let w0_0_4 = even_w0_0_3 - odd_w0_0_3;
    let even_w0_1_3 = 0.0900316912 * g0_1.x + 0.230481129 * g0_7.x; let odd_w0_1_3 = 0.144050706 * g0_4.x; let w0_1_3 = even_w0_1_3 + odd_w0_1_3; let w0_1_4 = even_w0_1_3 - odd_w0_1_3;
    let even_w0_2_3 = 0.0900316912 * g0_2.x + 0.230481129 * g0_8.x; let odd_w0_2_3 = 0.144050706 * g0_5.x; let w0_2_3 = even_w0_2_3 + odd_w0_2_3; let w0_2_4 = even_w0_2_3 - odd_w0_2_3;
    m0_3_0 += w0_0_3 * a0_3 + w0_1_3 * tb0_3 + w0_2_3 * c0_3;
    m0_3_1 += w0_0_3 * a1_3 + w0_1_3 * tb1_3 + w0_2_3 * c1_3;
    m0_4_0 += w0_0_4 * a0_4 + w0_1_4 * tb0_4 + w0_2_4 * c0_4;
    m0_4_1 += w0_0_4 * a1_4 + w0_1_4 * tb1_4 + w0_2_4 * c1_4;
    let even_w1_0_3 = 0.0900316912 * g0_0.y + 0.230481129 * g0_6.y; let odd_w1_0_3 = 0.144050706 * g0_3.y; let w1_0_3 = even_w1_0_3 + odd_w1_0_3; let w1_0_4 = even_w1_0_3 - odd_w1_0_3;
    let even_w1_1_3 = 0.0900316912 * g0_1.y + 0.230481129 * g0_7.y; let odd_w1_1_3 = 0.144050706 * g0_4.y; let w1_1_3 = even_w1_1_3 + odd_w1_1_3; let w1_1_4 = even_w1_1_3 - odd_w1_1_3;
    let even_w1_2_3 = 0.0900316912 * g0_2.y + 0.230481129 * g0_8.y; let odd_w1_2_3 = 0.144050706 * g0_5.y; let w1_2_3 = even_w1_2_3 + odd_w1_2_3; let w1_2_4 = even_w1_2_3 - odd_w1_2_3;
    m1_3_0 += w1_0_3 * a0_3 + w1_1_3 * tb0_3 + w1_2_3 * c0_3;
    m1_3_1 += w1_0_3 * a1_3 + w1_1_3 * tb1_3 + w1_2_3 * c1_3;
    m1_4_0 += w1_0_4 * a0_4 + w1_1_4 * tb0_4 + w1_2_4 * c0_4;
    m1_4_1 += w1_0_4 * a1_4 + w1_1_4 * tb1_4 + w1_2_4 * c1_4;
    let even_w2_0_3 = 0.0900316912 * g0_0.z + 0.230481129 * g0_6.z; let odd_w2_0_3 = 0.144050706 * g0_3.z; let w2_0_3 = even_w2_0_3 + odd_w2_0_3; let w2_0_4 = even_w2_0_3 - odd_w2_0_3;
    let even_w2_1_3 = 0.0900316912 * g0_1.z + 0.230481129 * g0_7.z; let odd_w2_1_3 = 0.144050706 * g0_4.z; let w2_1_3 = even_w2_1_3 + odd_w2_1_3; let w2_1_4 = even_w2_1_3 - odd_w2_1_3;
    let even_w2_2_3 = 0.0900316912 * g0_2.z + 0.230481129 * g0_8.z; let odd_w2_2_3 = 0.144050706 * g0_5.z; let w2_2_3 = even_w2_2_3 + odd_w2_2_3; let w2_2_4 = even_w2_2_3 - odd_w2_2_3;
    m2_3_0 += w2_0_3 * a0_3 + w2_1_3 * tb0_3 + w2_2_3 * c0_3;
    m2_3_1 += w2_0_3 * a1_3 + w2_1_3 * tb1_3 + w2_2_3 * c1_3;
    m2_4_0 += w2_0_4 * a0_4 + w2_1_4 * tb0_4 + w2_2_4 * c0_4;
    m2_4_1 += w2_0_4 * a1_4 + w2_1_4 * tb1_4 + w2_2_4 * c1_4;
    let even_w3_0_3 = 0.0900316912 * g0_0.w + 0.230481129 * g0_6.w; let odd_w3_0_3 = 0.144050706 * g0_3.w; let w3_0_3 = even_w3_0_3 + odd_w3_0_3; let w3_0_4 = even_w3_0_3 - odd_w3_0_3;
    let even_w3_1_3 = 0.0900316912 * g0_1.w + 0.230481129 * g0_7.w; let odd_w3_1_3 = 0.144050706 * g0_4.w; let w3_1_3 = even_w3_1_3 + odd_w3_1_3; let w3_1_4 = even_w3_1_3 - odd_w3_1_3;
    let even_w3_2_3 = 0.0900316912 * g0_2.w + 0.230481129 * g0_8.w; let odd_w3_2_3 = 0.144050706 * g0_5.w; let w3_2_3 = even_w3_2_3 + odd_w3_2_3; let w3_2_4 = even_w3_2_3 - odd_w3_2_3;
    m3_3_0 += w3_0_3 * a0_3 + w3_1_3 * tb0_3 + w3_2_3 * c0_3;
    m3_3_1 += w3_0_3 * a1_3 + w3_1_3 * tb1_3 + w3_2_3 * c1_3;
    m3_4_0 += w3_0_4 * a0_4 + w3_1_4 * tb0_4 + w3_2_4 * c0_4;
    m3_4_1 += w3_0_4 * a1_4 + w3_1_4 * tb1_4 + w3_2_4 * c1_4;
    x += plane;
    w += 9u * params.weight_row;
  }
  let slot = n * params.output_channels + params.first_output + k0;
  let shrink = select(1u, 2u, POOLED);
  let area = plane / (shrink * shrink);
  let line = params.width4 / shrink;
  var o = slot * area + y0 / shrink * line + x4 / shrink;
  if (k0 + 0u < params.outputs) {
    let near0_0 = m0_1_0 + m0_2_0; let near0_0_odd = m0_1_0 - m0_2_0;
    let far0_0 = m0_3_0 + m0_4_0; let far0_0_odd = m0_3_0 - m0_4_0;
    let y0_0_0 = vec4f(bias0.x) + (m0_0_0 + near0_0 + far0_0);
    let y0_1_0 = vec4f(bias0.x) + (0.625 * near0_0_odd + 1.6 * far0_0_odd);
    let y0_2_0 = vec4f(bias0.x) + (0.390625 * near0_0 + 2.56 * far0_0);
    let y0_3_0 = vec4f(bias0.x) + (0.244140625 * near0_0_odd + 4.096 * far0_0_odd + m0_5_0);
    let near0_1 = m0_1_1 + m0_2_1; let near0_1_odd = m0_1_1 - m0_2_1;
    let far0_1 = m0_3_1 + m0_4_1; let far0_1_odd = m0_3_1 - m0_4_1;
    let y0_0_1 = vec4f(bias0.x) + (m0_0_1 + near0_1 + far0_1);
    let y0_1_1 = vec4f(bias0.x) + (0.625 * near0_1_odd + 1.6 * far0_1_odd);
    let y0_2_1 = vec4f(bias0.x) + (0.390625 * near0_1 + 2.56 * far0_1);
    let y0_3_1 = vec4f(bias0.x) + (0.244140625 * near0_1_odd + 4.096 * far0_1_odd + m0_5_1);
    if (POOLED) {
    output[o + 0u * line + 0u] = finish(pool(y0_0_0, y0_0_1, y0_1_0, y0_1_1), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(pool(y0_2_0, y0_2_1, y0_3_0, y0_3_1), o + 1u * line + 0u);
    } else {
    output[o + 0u * line + 0u] = finish(y0_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(y0_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(y0_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(y0_3_0, o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(y0_0_1, o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(y0_1_1, o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(y0_2_1, o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(y0_3_1, o + 3u * line + 1u);
    }
  }
  o += area;
  if (k0 + 1u < params.outputs) {
    let near1_0 = m1_1_0 + m1_2_0; let near1_0_odd = m1_1_0 - m1_2_0;
    let far1_0 = m1_3_0 + m1_4_0; let far1_0_odd = m1_3_0 - m1_4_0;
    let y1_0_0 = vec4f(bias0.y) + (m1_0_0 + near1_0 + far1_0);
    let y1_1_0 = vec4f(bias0.y) + (0.625 * near1_0_odd + 1.6 * far1_0_odd);
    let y1_2_0 = vec4f(bias0.y) + (0.390625 * near1_0 + 2.56 * far1_0);
    let y1_3_0 = vec4f(bias0.y) + (0.244140625 * near1_0_odd + 4.096 * far1_0_odd + m1_5_0);
    let near1_1 = m1_1_1 + m1_2_1; let near1_1_odd = m1_1_1 - m1_2_1;
    let far1_1 = m1_3_1 + m1_4_1; let far1_1_odd = m1_3_1 - m1_4_1;
    let y1_0_1 = vec4f(bias0.y) + (m1_0_1 + near1_1 + far1_1);
    let y1_1_1 = vec4f(bias0.y) + (0.625 * near1_1_odd + 1.6 * far1_1_odd);
    let y1_2_1 = vec4f(bias0.y) + (0.390625 * near1_1 + 2.56 * far1_1);
    let y1_3_1 = vec4f(bias0.y) + (0.244140625 * near1_1_odd + 4.096 * far1_1_odd + m1_5_1);
    if (POOLED) {
    output[o + 0u * line + 0u] = finish(pool(y1_0_0, y1_0_1, y1_1_0, y1_1_1), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(pool(y1_2_0, y1_2_1, y1_3_0, y1_3_1), o + 1u * line + 0u);
    } else {
    output[o + 0u * line + 0u] = finish(y1_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(y1_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(y1_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(y1_3_0, o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(y1_0_1, o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(y1_1_1, o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(y1_2_1, o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(y1_3_1, o + 3u * line + 1u);
    }
  }
  o += area;
  if (k0 + 2u < params.outputs) {
    let near2_0 = m2_1_0 + m2_2_0; let near2_0_odd = m2_1_0 - m2_2_0;
    let far2_0 = m2_3_0 + m2_4_0; let far2_0_odd = m2_3_0 - m2_4_0;
    let y2_0_0 = vec4f(bias0.z) + (m2_0_0 + near2_0 + far2_0);
    let y2_1_0 = vec4f(bias0.z) + (0.625 * near2_0_odd + 1.6 * far2_0_odd);
    let y2_2_0 = vec4f(bias0.z) + (0.390625 * near2_0 + 2.56 * far2_0);
    let y2_3_0 = vec4f(bias0.z) + (0.244140625 * near2_0_odd + 4.096 * far2_0_odd + m2_5_0);
    let near2_1 = m2_1_1 + m2_2_1; let near2_1_odd = m2_1_1 - m2_2_1;
    let far2_1 = m2_3_1 + m2_4_1; let far2_1_odd = m2_3_1 - m2_4_1;
    let y2_0_1 = vec4f(bias0.z) + (m2_0_1 + near2_1 + far2_1);
    let y2_1_1 = vec4f(bias0.z) + (0.625 * near2_1_odd + 1.6 * far2_1_odd);
    let y2_2_1 = vec4f(bias0.z) + (0.390625 * near2_1 + 2.56 * far2_1);
    let y2_3_1 = vec4f(bias0.z) + (0.244140625 * near2_1_odd + 4.096 * far2_1_odd + m2_5_1);
    if (POOLED) {
    output[o + 0u * line + 0u] = finish(pool(y2_0_0, y2_0_1, y2_1_0, y2_1_1), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(pool(y2_2_0, y2_2_1, y2_3_0, y2_3_1), o + 1u * line + 0u);
    } else {
    output[o + 0u * line + 0u] = finish(y2_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(y2_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(y2_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(y2_3_0, o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(y2_0_1, o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(y2_1_1, o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(y2_2_1, o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(y2_3_1, o + 3u * line + 1u);
    }
  }
  o += area;
  if (k0 + 3u < params.outputs) {
    let near3_0 = m3_1_0 + m3_2_0; let near3_0_odd = m3_1_0 - m3_2_0;
    let far3_0 = m3_3_0 + m3_4_0; let far3_0_odd = m3_3_0 - m3_4_0;
    let y3_0_0 = vec4f(bias0.w) + (m3_0_0 + near3_0 + far3_0);
    let y3_1_0 = vec4f(bias0.w) + (0.625 * near3_0_odd + 1.6 * far3_0_odd);
    let y3_2_0 = vec4f(bias0.w) + (0.390625 * near3_0 + 2.56 * far3_0);
    let y3_3_0 = vec4f(bias0.w) + (0.244140625 * near3_0_odd + 4.096 * far3_0_odd + m3_5_0);
    let near3_1 = m3_1_1 + m3_2_1; let near3_1_odd = m3_1_1 - m3_2_1;
    let far3_1 = m3_3_1 + m3_4_1; let far3_1_odd = m3_3_1 - m3_4_1;
    let y3_0_1 = vec4f(bias0.w) + (m3_0_1 + near3_1 + far3_1);
    let y3_1_1 = vec4f(bias0.w) + (0.625 * near3_1_odd + 1.6 * far3_1_odd);
    let y3_2_1 = vec4f(bias0.w) + (0.390625 * near3_1 + 2.56 * far3_1);
    let y3_3_1 = vec4f(bias0.w) + (0.244140625 * near3_1_odd + 4.096 * far3_1_odd + m3_5_1);
    if (POOLED) {
    output[o + 0u * line + 0u] = finish(pool(y3_0_0, y3_0_1, y3_1_0, y3_1_1), o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(pool(y3_2_0, y3_2_1, y3_3_0, y3_3_1), o + 1u * line + 0u);
    } else {
    output[o + 0u * line + 0u] = finish(y3_0_0, o + 0u * line + 0u);
    output[o + 1u * line + 0u] = finish(y3_1_0, o + 1u * line + 0u);
    output[o + 2u * line + 0u] = finish(y3_2_0, o + 2u * line + 0u);
    output[o + 3u * line + 0u] = finish(y3_3_0, o + 3u * line + 0u);
    output[o + 0u * line + 1u] = finish(y3_0_1, o + 0u * line + 1u);
    output[o + 1u * line + 1u] = finish(y3_1_1, o + 1u * line + 1u);
    output[o + 2u * line + 1u] = finish(y3_2_1, o + 2u * line + 1u);
    output[o + 3u * line + 1u] = finish(y3_3_1, o + 3u * line + 1u);
    }
  }
  o += area;
}
