// Passes of the attention block over the feature maps x, (B, C, quads) vec4 with quads = H * W / 4.
//   plane_pool:   (mean, max, index of the first max, 0) of each plane, (B, C) vec4
//   channel_pool: with y = gate * x, over the channels of each pixel: max, mean and the first channel
//                 of the max, three planes (B, 3, quads)
//   apply:        gate[channel] * spatial[pixel] * x, or gate[channel] * x when `spatial` is 0
const LANES = 64u;
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, quads: u32, spatial: u32 }
@group(1) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read_write> stats: array<vec4f>;
// Sum, max and its index.
var<workgroup> lanes: array<vec3f, 64>;

fn better(a: vec3f, b: vec3f) -> bool {
  return b.y > a.y || (b.y == a.y && b.z < a.z);
}

// One workgroup a plane.
@compute @workgroup_size(LANES)
fn plane_pool(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let plane = wid.y * groups.x + wid.x;
  if (plane >= params.count) { return; }
  var best = vec3f(0.0, -3.0e38, 3.0e38);
  for (var q = lid; q < params.quads; q += LANES) {
    var v = load_x(plane * params.quads + q);
    best.x += (v.x + v.y) + (v.z + v.w);
    for (var k = 0u; k < 4u; k++) {
      if (v[k] > best.y) {
        best.y = v[k];
        best.z = f32(4u * q + k);
      }
    }
  }
  lanes[lid] = best;
  workgroupBarrier();
  for (var stride = LANES / 2u; stride > 0u; stride = stride / 2u) {
    if (lid < stride) {
      var a = lanes[lid];
      let b = lanes[lid + stride];
      let sum = a.x + b.x;
      if (better(a, b)) { a = b; }
      a.x = sum;
      lanes[lid] = a;
    }
    workgroupBarrier();
  }
  if (lid == 0u) {
    let all = lanes[0];
    stats[plane] = vec4f(all.x / f32(4u * params.quads), all.y, all.z, 0.0);
  }
}

@group(0) @binding(1) var<storage, read> gates: array<f32>;
@group(0) @binding(2) var<storage, read_write> pooled: array<vec4f>;

// One invocation per four pixels.
@compute @workgroup_size(WORKGROUP)
fn channel_pool(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let image = i / params.quads;
  let q = i % params.quads;
  var largest = vec4f(-3.0e38);
  var where_largest = vec4f(0.0);
  var sum = vec4f(0.0);
  for (var c = 0u; c < params.channels; c++) {
    let plane = image * params.channels + c;
    let y = gates[plane] * load_x(plane * params.quads + q);
    sum += y;
    let more = y > largest;
    largest = select(largest, y, more);
    where_largest = select(where_largest, vec4f(f32(c)), more);
  }
  let at = image * 3u * params.quads + q;
  pooled[at] = largest;
  pooled[at + params.quads] = sum / f32(params.channels);
  pooled[at + 2u * params.quads] = where_largest;
}

@group(0) @binding(2) var<storage, read> spatial_gates: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// One invocation per vec4 of y.
@compute @workgroup_size(WORKGROUP)
fn apply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let plane = i / params.quads;
  var value = gates[plane] * load_x(i);
  if (params.spatial == 1u) {
    value *= spatial_gates[plane / params.channels * params.quads + i % params.quads];
  }
  y[i] = value;
}
