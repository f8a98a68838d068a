// Element-wise helpers on vectors of four.
//   add:       destination += factor * other
//   relu_mask: destination = other > 0 ? destination : 0
// One invocation per vec4.
override WORKGROUP: u32 = 64;
struct Params { count: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> other: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn add(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  destination[i] = destination[i] + params.factor * other[i];
}

@compute @workgroup_size(WORKGROUP)
fn relu_mask(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  destination[i] = select(vec4f(0.0), destination[i], other[i] > vec4f(0.0));
}
