// Products for the steps of LSQ-ML, as engines/lsqml_sums.wgsl, of one-mode exit waves, and in the same dispatch the last
// of two that shift the direction of the probe to every visit, as shift.wgsl: the columns that come back from the
// spectrum are used, not kept. Workgroup g of a visit leaves rows 2 (SHARE visit + g) and the next one.
struct Params { first: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> rows_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
var<workgroup> shared_rows: array<vec4f, 2 * GROUP>;
// First numbers of the patch on both canvases, and the sums of one invocation.
var<private> object_start: u32;
var<private> steps_start: u32;
var<private> squares: vec3f;
var<private> along: vec2f;

fn summed(at: u32, e: vec4f, row: u32) {
  let k = at + row * HALF;
  let u = spin(steps_row(steps_start, row), load_probe(k));
  let w = spin(e, object_row(object_start, row));
  let chi = load_chi(k);
  squares += vec3f(dot(u, u), dot(w, w), dot(u, w));
  along += vec2f(dot(u, chi), dot(w, chi));
}

@compute @workgroup_size(GROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let visit = visits[2u * (params.first + v)];
  let d = bitcast<vec2f>(visits[2u * (params.first + v) + 1u].xy);
  invocation = lane;
  object_start = visit.y * params.columns + visit.z + 2u * i;
  steps_start = visit.y * steps_columns() + visit.z + 2u * i;
  squares = vec3f(0.0);
  along = vec2f(0.0);
  sum_columns(v * SIZE * HALF + i, d.x);
  shared_rows[2u * lane] = vec4f(squares, 0.0);
  shared_rows[2u * lane + 1u] = vec4f(along, 0.0, 0.0);
  workgroupBarrier();
  if (lane < 2u) {
    var total = vec4f(0.0);
    for (var j = lane; j < 2u * GROUP; j += 2u) { total += shared_rows[j]; }
    if (lane == 0u) { total.w = bitcast<f32>(visit.w); }
    rows_out[2u * wid.x + lane] = total;
  }
}

// Its rows have an even number of pixels.
fn steps_columns() -> u32 {
  return 2u * ((params.columns + 1u) / 2u);
}
