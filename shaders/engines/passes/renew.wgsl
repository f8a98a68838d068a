// Last of three dispatches of one visit of patterns that come one by one: every invocation takes two columns back, as
// restore.wgsl does, and changes object and probe under them, as engines/pie_single.wgsl does.
//   DIRECT: the probe is changed; otherwise it belongs to the visit, and `changed` receives its change
struct Params {
  visit: u32, columns: u32, alpha_object: f32, beta_object: f32, alpha_probe: f32, beta_probe: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> stats: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> object: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;
override DIRECT: bool = true;
// First pixel of the canvas under the columns, and the largest |P|^2 and |O|^2.
var<private> start: u32;
var<private> peak: vec2f;

fn renewed(at: u32, row: u32, chi: vec4f) {
  let k = at + row * HALF;
  let pixel = start + row * params.columns;
  let o = object_row(start, row);
  let p = load_probe_before(k);
  let fresh = o + object_change(spin(chi, p * CONJUGATE_PAIR), energy(p), peak);
  object[pixel] = fresh.xy;
  object[pixel + 1u] = fresh.zw;
  let change = probe_change(chi, o, peak);
  store_changed(k, select(change, p + change, DIRECT));
}

@compute @workgroup_size(GROUP)
fn renew(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = wid.x * GROUP + lane;
  invocation = lane;
  let visit = visits[2u * params.visit];
  var total = vec4f(0.0);
  for (var k = 0u; k < SHARE; k++) { total = merge(total, merge(parts[k], parts[SHARE + k])); }
  peak = max(total.yz, vec2f(1e-30));
  start = visit.y * params.columns + visit.z + 2u * i;
  renew_columns(i, i);
  if (i == 0u) { stats[params.visit] = total; }
}
