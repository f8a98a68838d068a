// Sums over the visits of a batch for the probe, two pixels an invocation; chi = psi' - P O.
//   sums:    numerators[m] = sum O* chi_m, weights = sum |O|^2
//   terms:   waves[v, m] = O* chi_m of each visit apart, weights = sum |O|^2
//   scale:   waves[v, m] *= beta / ((1 - alpha) weight + alpha peak)
//   apply:   P += beta numerator / ((1 - alpha) weight + alpha peak)
//   collect: spectrum[m] += factor sum waves[v, m], factor = 1, or beta / peak unless beta is negative
struct Params {
  size: u32, modes: u32, columns: u32, first: u32, visits: u32, probe_stride: u32, alpha: f32, beta: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(1) var<storage, read> object: array<vec2f>;
@group(0) @binding(2) var<storage, read> probe: array<vec4f>;
@group(0) @binding(3) var<storage, read> waves: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> terms_waves: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> numerators: array<vec4f>;
@group(0) @binding(0) var<storage, read> known_weights: array<vec2f>;
@group(0) @binding(1) var<storage, read> scalars: array<f32>;
@group(0) @binding(2) var<storage, read> known: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> changed: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Object under pair i of visit v, and the weight of the visit.
struct Seen { o: vec4f, weight: f32 }
fn seen(v: u32, i: u32) -> Seen {
  let half = params.size / 2u;
  let start = visits[8u * (params.first + v) + 6u];
  let counts = start != 0xffffffffu;
  let at = select(0u, start, counts) + (i / half) * params.columns + 2u * (i % half);
  return Seen(vec4f(object[at], object[at + 1u]), select(0.0, 1.0, counts));
}

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(global_invocation_id) id: vec3u) {
  let pairs = params.size * params.size / 2u;
  if (id.x >= params.modes * pairs) { return; }
  let i = id.x % pairs;
  let p = probe[id.x];
  var numerator = vec4f(0.0);
  var weight = vec2f(0.0);
  for (var v = 0u; v < params.visits; v++) {
    let s = seen(v, i);
    let chi = waves[v * params.modes * pairs + id.x] - spin(p, s.o);
    numerator += s.weight * spin(chi, s.o * vec4f(1.0, -1.0, 1.0, -1.0));
    weight += s.weight * energy(s.o);
  }
  numerators[id.x] = numerator;
  if (id.x < pairs) { weights[i] = weight; }
}

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(global_invocation_id) id: vec3u) {
  let pairs = params.size * params.size / 2u;
  if (id.x >= pairs) { return; }
  var weight = vec2f(0.0);
  for (var v = 0u; v < params.visits; v++) {
    let s = seen(v, id.x);
    weight += s.weight * energy(s.o);
    for (var m = 0u; m < params.modes; m++) {
      let k = (v * params.modes + m) * pairs + id.x;
      let chi = terms_waves[k] - spin(probe[v * params.probe_stride + m * pairs + id.x], s.o);
      terms_waves[k] = s.weight * spin(chi, s.o * vec4f(1.0, -1.0, 1.0, -1.0));
    }
  }
  weights[id.x] = weight;
}

fn step_of(i: u32) -> vec4f {
  let w = (1.0 - params.alpha) * known_weights[i] + params.alpha * max(scalars[1], 1e-30);
  return params.beta / w.xxyy;
}

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(global_invocation_id) id: vec3u) {
  let pairs = params.size * params.size / 2u;
  if (id.x >= pairs) { return; }
  let step = step_of(id.x);
  for (var k = 0u; k < params.visits * params.modes; k++) { changed[k * pairs + id.x] *= step; }
}

@compute @workgroup_size(WORKGROUP)
fn apply(@builtin(global_invocation_id) id: vec3u) {
  let pairs = params.size * params.size / 2u;
  if (id.x >= params.modes * pairs) { return; }
  changed[id.x] += known[id.x] * step_of(id.x % pairs);
}

@compute @workgroup_size(WORKGROUP)
fn collect(@builtin(global_invocation_id) id: vec3u) {
  let pairs = params.size * params.size / 2u;
  if (id.x >= params.modes * pairs) { return; }
  var sum = vec4f(0.0);
  for (var v = 0u; v < params.visits; v++) { sum += known[v * params.modes * pairs + id.x]; }
  let peak = max(scalars[1], 1e-30);
  changed[id.x] += select(1.0, params.beta / peak, params.beta >= 0.0) * sum;
}
