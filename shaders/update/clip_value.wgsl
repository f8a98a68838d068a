// Limits each gradient value to [-limit, limit]; NaN stays NaN. One invocation per vec4.
override WORKGROUP: u32 = 64;
struct Params { count: u32, limit: f32 }
@group(0) @binding(0) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn clip_value(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let g = gradient[i];
  let limit = vec4f(params.limit);
  gradient[i] = select(select(g, limit, g > limit), -limit, g < -limit);
}
