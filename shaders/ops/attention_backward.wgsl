// Last passes of the attention block backward. With y = gate * x and z = spatial gate * y,
//   dy = dz * spatial gate + (d max where this channel is the max) + d mean / channels.
// `pixels` are four planes (d max, d mean / channels, spatial gate, channel of the max).
//   gate_backward:  gradient of the argument of each channel gate, (sum over pixels of dy * x)
//                   gate (1 - gate), (B, C); one workgroup a plane
//   input_backward: dx = gate * dy + d mean of the plane / its size + (d max at the plane's max);
//                   one invocation per vec4. `state` is (d mean / size, d max, its index, gate).
//                   With rectified = 1, x is the output of a ReLU and dx is 0 where x is 0.
const LANES = 64u;
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, quads: u32, rectified: u32 }
@group(1) @binding(0) var<uniform> params: Params;

fn y_gradient(plane: u32, q: u32) -> vec4f {
  let at = plane / params.channels * 4u * params.quads + q;
  let here = load_pixels(at + 3u * params.quads) == vec4f(f32(plane % params.channels));
  return load_z_gradient(plane * params.quads + q) * load_pixels(at + 2u * params.quads) +
    load_pixels(at + params.quads) + select(vec4f(0.0), load_pixels(at), here);
}

@group(0) @binding(3) var<storage, read> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> gate_gradient: array<f32>;
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(LANES)
fn gate_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let plane = wid.y * groups.x + wid.x;
  if (plane >= params.count) { return; }
  var sum = 0.0;
  for (var q = lid; q < params.quads; q += LANES) {
    sum += dot(y_gradient(plane, q), load_x(plane * params.quads + q));
  }
  sums[lid] = sum;
  workgroupBarrier();
  for (var stride = LANES / 2u; stride > 0u; stride = stride / 2u) {
    if (lid < stride) { sums[lid] = sums[lid] + sums[lid + stride]; }
    workgroupBarrier();
  }
  if (lid == 0u) {
    let gate = gates[plane];
    gate_gradient[plane] = sums[0] * gate * (1.0 - gate);
  }
}

@group(0) @binding(3) var<storage, read> state: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> x_gradient: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn input_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let plane = i / params.quads;
  let q = i % params.quads;
  let s = state[plane];
  let here = 4.0 * f32(q) + vec4f(0.0, 1.0, 2.0, 3.0) == vec4f(s.z);
  let dx = s.w * y_gradient(plane, q) + s.x + select(vec4f(0.0), vec4f(s.y), here);
  let masked = params.rectified == 1u;
  x_gradient[i] = select(dx, vec4f(0.0), (load_x(i) <= vec4f(0.0)) & vec4<bool>(masked));
}
