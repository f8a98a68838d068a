// Products for the steps of LSQ-ML, one workgroup a visit:
//   rows[2 v] = [<u,u>, <w,w>, Re<u,w>, weight], rows[2 v + 1] = [Re<u,chi>, Re<w,chi>, 0, 0]
//   with u = d P, w = e O, chi = psi' - P O of the first mode (d, e: engines/lsqml.wgsl)
// An invocation takes STRIP pairs of pixels in a row at a time.
struct Params { size: u32, modes: u32, columns: u32, first: u32, probe_stride: u32, direction_stride: u32, damping: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(6) var<storage, read> peaks: array<f32>;
@group(0) @binding(7) var<storage, read_write> rows_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // at most 4
var<workgroup> shared_rows: array<vec4f, 2 * WORKGROUP>;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let half = params.size / 2u;
  let pairs = params.size * half;
  let visit = visits[2u * (params.first + wid.x)];
  let peak = peaks[0];
  var squares = vec3f(0.0);
  var along = vec2f(0.0);
  for (var first = STRIP * lane; first < pairs; first += STRIP * WORKGROUP) {
    let start = (visit.y + quotient(first, half)) * params.columns + visit.z + 2u * (remainder(first, half));
    let objects = strip_of(start);
    for (var s = 0u; s < STRIP; s++) {
      let i = first + s;
      let at = start + 2u * s;
      let o = objects[s];
      let d = vec4f(object_direction(load_numerators(at), peak), object_direction(load_numerators(at + 1u), peak));
      let p = load_probe(wid.x * params.probe_stride + i);
      let chi = load_waves(wid.x * params.modes * pairs + i) - spin(p, o);
      let u = spin(d, p);
      let w = spin(load_direction(wid.x * params.direction_stride + i), o);
      squares += vec3f(dot(u, u), dot(w, w), dot(u, w));
      along += vec2f(dot(u, chi), dot(w, chi));
    }
  }
  shared_rows[2u * lane] = vec4f(squares, 0.0);
  shared_rows[2u * lane + 1u] = vec4f(along, 0.0, 0.0);
  workgroupBarrier();
  if (lane < 2u) {
    var total = vec4f(0.0);
    for (var j = lane; j < 2u * WORKGROUP; j += 2u) { total += shared_rows[j]; }
    if (lane == 0u) { total.w = bitcast<f32>(visit.w); }
    rows_out[2u * wid.x + lane] = total;
  }
}
