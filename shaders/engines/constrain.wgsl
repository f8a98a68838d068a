// Constraints between sweeps, two complex pixels an invocation (roll: one).
//   scale:   image *= factor
//   support: image[plane] *= mask
//   roll:    moved[y, x] = image[y - rows_by, x - columns_by], periodic
struct Params { count: u32, rows: u32, columns: u32, rows_by: u32, columns_by: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> mask: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> image: array<vec4f>;
@group(0) @binding(0) var<storage, read> source: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> moved: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i < params.count) { image[i] *= params.factor; }
}

@compute @workgroup_size(WORKGROUP)
fn support(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i < params.count) { image[i] *= mask[i % (params.rows * params.columns / 2u)].xxyy; }
}

@compute @workgroup_size(WORKGROUP)
fn roll(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.rows * params.columns;
  let y = ((i % pixels) / params.columns + params.rows_by) % params.rows;
  let x = (i % params.columns + params.columns_by) % params.columns;
  moved[i - i % pixels + y * params.columns + x] = source[i];
}
