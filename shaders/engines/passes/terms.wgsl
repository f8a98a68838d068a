// First of the two dispatches of passes/unshift.wgsl, on the terms of the probe instead of what is in memory: O* chi of
// every visit, 0 for visits that do not count (engines/probe_terms.wgsl).
struct Params { first: u32, modes: u32, columns: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(1) @binding(0) var<uniform> params: Params;
// First numbers of the patch, and 0 if the visit does not count.
var<private> patch_start: u32;
var<private> weight: f32;

fn number(at: u32, row: u32) -> vec4f {
  let o = load_object(patch_start + row * params.columns) * weight;
  return spin(load_chi(at + row * HALF), o * vec4f(1.0, -1.0, 1.0, -1.0));
}

@compute @workgroup_size(GROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let v = 2u * (params.first + plane / params.modes);
  let visit = visits[v];
  patch_start = visit.y * params.columns + visit.z + 2u * i;
  weight = bitcast<f32>(visit.w);
  let d = bitcast<vec2f>(visits[v + 1u].xy);
  unshift_lines(plane * SIZE * HALF + i, line_place(plane, i), -d.x);
}
