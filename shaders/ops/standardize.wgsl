// y = (x - mean) * scale, pixel by pixel of each plane, and dx = dy * scale.
//   x, y (planes, pixels); statistics (2, pixels): mean, then scale. One invocation per vec4.
override WORKGROUP: u32 = 64;
struct Params { count: u32, quads: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = i % params.quads;
  y[i] = (x[i] - statistics[p]) * statistics[params.quads + p];
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  y[i] = x[i] * statistics[params.quads + i % params.quads];
}
