// LSQ-ML (Odstrcil, Menzel and Guizar-Sicairos, Opt. Express 26, 3108 (2018)) for a batch of visits.
// Directions: d = D / sqrt(W^2 + (damping max W)^2), D = sum P* chi and W = sum |P|^2 on the canvas;
//             e = sum over visits of O* chi, in the frame of the probe (its scale drops out).
//   terms:  result[v, m] = weight O* chi_m, for probes that are shifted
//   sums:   rows[2 v] = [<u,u>, <w,w>, Re<u,w>, weight], rows[2 v + 1] = [Re<u,chi>, Re<w,chi>, 0, 0]
//           with u = d P, w = e O, chi = psi' - P O of the first mode, one workgroup a visit
//   solve:  per visit [[uu + l1, uw], [uw, ww + l2]] (s, t) = (u chi, w chi), l = coupling times the mean
//           diagonal; negative steps are 0; scalars[2, 3] = relaxation times the mean steps
//   object: O += scalars[2] / modes d;   probe: P += scalars[3] e
struct Params {
  size: u32, modes: u32, columns: u32, rows: u32, first: u32, visits: u32, probe_stride: u32, direction_stride: u32,
  tiles: u32, bins: u32, count: u32, with_object: u32, with_probe: u32,
  damping: f32, coupling: f32, object_step: f32, probe_step: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> object: array<vec2f>;
@group(0) @binding(2) var<storage, read> probe: array<vec4f>;
@group(0) @binding(3) var<storage, read> waves: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> terms_out: array<vec4f>;
@group(0) @binding(4) var<storage, read> direction: array<vec4f>;
@group(0) @binding(5) var<storage, read> numerators: array<vec4f>;
@group(0) @binding(6) var<storage, read> peaks: array<f32>;
@group(0) @binding(7) var<storage, read_write> rows_out: array<vec4f>;
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scalars: array<f32>;
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(1) var<storage, read> known: array<vec4f>;
@group(0) @binding(2) var<storage, read> steps: array<f32>;
@group(0) @binding(3) var<storage, read_write> object_out: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> probe_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> shared_rows: array<vec4f, 2 * WORKGROUP>;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(global_invocation_id) id: vec3u) {
  let half = params.size / 2u;
  let pairs = params.size * half;
  if (id.x >= pairs) { return; }
  for (var v = 0u; v < params.visits; v++) {
    let visit = visits[2u * (params.first + v)];
    let at = (visit.y + id.x / half) * params.columns + visit.z + 2u * (id.x % half);
    let o = vec4f(object[at], object[at + 1u]);
    for (var m = 0u; m < params.modes; m++) {
      let k = (v * params.modes + m) * pairs + id.x;
      let chi = waves[k] - spin(probe[v * params.probe_stride + m * pairs + id.x], o);
      terms_out[k] = bitcast<f32>(visit.w) * spin(chi, o * vec4f(1.0, -1.0, 1.0, -1.0));
    }
  }
}

fn object_direction(sum: vec4f, peak: f32) -> vec2f {
  let floor = params.damping * peak;
  return sum.xy * inverseSqrt(max(sum.z * sum.z + floor * floor, 1e-30));
}

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let half = params.size / 2u;
  let pairs = params.size * half;
  let visit = visits[2u * (params.first + wid.x)];
  let peak = peaks[0];
  var squares = vec3f(0.0);
  var along = vec2f(0.0);
  for (var i = lane; i < pairs; i += WORKGROUP) {
    let at = (visit.y + i / half) * params.columns + visit.z + 2u * (i % half);
    let o = vec4f(object[at], object[at + 1u]);
    let d = vec4f(object_direction(numerators[at], peak), object_direction(numerators[at + 1u], peak));
    let p = probe[wid.x * params.probe_stride + i];
    let chi = waves[wid.x * params.modes * pairs + i] - spin(p, o);
    let u = spin(d, p);
    let w = spin(direction[wid.x * params.direction_stride + i], o);
    squares += vec3f(dot(u, u), dot(w, w), dot(u, w));
    along += vec2f(dot(u, chi), dot(w, chi));
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

@compute @workgroup_size(1)
fn solve() {
  var mean = vec2f(0.0);
  var count = 0.0;
  for (var v = 0u; v < params.visits; v++) {
    let row = table[2u * v];
    mean += row.w * row.xy;
    count += row.w;
  }
  let damping = params.coupling * mean / max(count, 1.0);
  var total = vec2f(0.0);
  for (var v = 0u; v < params.visits; v++) {
    let row = table[2u * v];
    let b = table[2u * v + 1u].xy;
    let a = max(row.xy + damping, vec2f(1e-30));
    var step = b / a;
    if (params.with_object != 0u && params.with_probe != 0u) {
      // Scaled by the diagonal, so that products of large sums do not overflow.
      let cross = row.z * inverseSqrt(a.x) * inverseSqrt(a.y);
      let rest = max(1.0 - cross * cross, 1e-6);
      let scaled = b * inverseSqrt(a);
      step = (scaled - cross * scaled.yx) / rest * inverseSqrt(a);
    }
    total += row.w * max(step, vec2f(0.0));
  }
  let steps = vec2f(params.object_step, params.probe_step) * total / max(count, 1.0);
  scalars[2] = steps.x;
  scalars[3] = steps.y;
}

@compute @workgroup_size(256)
fn apply_object(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let row = bins[slot + 1u] + lane / 16u;
  let column = bins[slot] + lane % 16u;
  if (bins[slot + 3u] == 0u || row >= params.rows || column >= params.columns) { return; }
  let at = row * params.columns + column;
  object_out[at] += steps[2] / f32(params.modes) * object_direction(known[at], steps[0]);
}

@compute @workgroup_size(WORKGROUP)
fn apply_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { probe_out[id.x] += steps[3] * known[id.x]; }
}
