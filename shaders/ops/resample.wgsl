// Nearest neighbour upsampling x 2; planes are (planes, height, 4 width4), sizes of the small one.
//   upsample           small -> large
//   upsample_gradient  sum of the four; with RECTIFIED zeroed where the small value is <= 0
// One invocation per vec4 of the small plane.
override WORKGROUP: u32 = 64;
struct Params { count: u32, width4: u32, rectified: u32 }
@group(0) @binding(1) var<storage, read_write> destination: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Vector of the large plane at the upper left of small vector i: rows double in number and length.
fn corner(i: u32) -> u32 {
  return i / params.width4 * 4u * params.width4 + i % params.width4 * 2u;
}

@compute @workgroup_size(WORKGROUP)
fn upsample(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let o = corner(i);
  let below = o + 2u * params.width4;
  let v = load_source(i);
  destination[o] = v.xxyy;
  destination[o + 1u] = v.zzww;
  destination[below] = v.xxyy;
  destination[below + 1u] = v.zzww;
}

@compute @workgroup_size(WORKGROUP)
fn upsample_gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let o = corner(i);
  let below = o + 2u * params.width4;
  let p = load_source(o) + load_source(below);
  let q = load_source(o + 1u) + load_source(below + 1u);
  var sum = vec4f(p.xz, q.xz) + vec4f(p.yw, q.yw);
  if (params.rectified != 0u) { sum = select(vec4f(0.0), sum, load_small(i) > vec4f(0.0)); }
  destination[i] = sum;
}
