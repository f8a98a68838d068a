// Last of three dispatches of the modulus projection of one-mode exit waves, as restore.wgsl, and in the same one the
// first of two that shift the terms of the probe back, as terms.wgsl: O* chi of every visit, 0 for visits that do not
// count.
struct Params { first: u32, columns: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(4) var<storage, read> parts: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
// First number of the patch, and 0 if the visit does not count.
var<private> patch_start: u32;
var<private> weight: f32;

fn term(chi: vec4f, row: u32) -> vec4f {
  let o = object_row(patch_start, row) * weight;
  return spin(chi, o * vec4f(1.0, -1.0, 1.0, -1.0));
}

@compute @workgroup_size(GROUP)
fn restore(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let v = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let visit = visits[2u * (params.first + v)];
  invocation = lane;
  patch_start = visit.y * params.columns + visit.z + 2u * i;
  weight = bitcast<f32>(visit.w);
  let d = bitcast<vec2f>(visits[2u * (params.first + v) + 1u].xy);
  restore_terms(v * SIZE * HALF + i, line_place(v, i), -d.x);
  if (i == 0u) {
    var total = vec4f(0.0);
    for (var k = 0u; k < SHARE; k++) {
      total = merge(total, merge(parts[wid.x + k], parts[groups.x + wid.x + k]));
    }
    stats[params.first + v] = total;
  }
}
