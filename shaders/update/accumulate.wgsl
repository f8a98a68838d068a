// Ends an accumulation: gradient = factor * accumulated, accumulated = 0. One invocation per vec4.
override WORKGROUP: u32 = 64;
struct Params { count: u32, factor: f32 }
@group(0) @binding(0) var<storage, read_write> accumulated: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn drain(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  gradient[i] = params.factor * accumulated[i];
  accumulated[i] = vec4f(0.0);
}
