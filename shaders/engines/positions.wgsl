// How well patterns fit, and how that changes with their position. One workgroup a visit, fixed order.
//   model (visits, modes, N, N): spectra Psi of probe * patch
//   slope_y, slope_x: spectra of (derivative of the probe along y, x) * patch; the model changes by
//   minus these when the position grows
//   slopes: result[8 v ..] = sum over measured pixels, r = |Psi| - measured, a = d|Psi| / d position:
//           r^2, measured^2, r a_y, r a_x, a_y^2, a_x^2, a_y a_x, 0
//   errors: result[8 v ..] = r^2, measured^2 only
const WORKGROUP: u32 = 64;
struct Params { size: u32, modes: u32, first: u32, length: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> measured: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> model: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(5) var<storage, read> slope_y: array<vec2f>;
@group(0) @binding(6) var<storage, read> slope_x: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

struct Sums { first: vec4f, second: vec4f }
var<workgroup> sums: array<Sums, 64>;

fn finish(slot: u32, lid: u32, own: Sums) {
  sums[lid] = own;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) {
      sums[lid].first += sums[lid + width].first;
      sums[lid].second += sums[lid + width].second;
    }
  }
  if (lid == 0u && slot < params.length) {
    result[2u * (params.first + slot)] = sums[0].first;
    result[2u * (params.first + slot) + 1u] = sums[0].second;
  }
}

fn amplitude_at(visit: vec4u, at: u32) -> f32 {
  let place = order[at / params.size] * params.size + order[at % params.size];
  return measured[visit.x * params.size * params.size + place];
}

@compute @workgroup_size(WORKGROUP)
fn slopes(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let slot = linear_index(wid, 0u, groups, 1u);
  let pixels = params.size * params.size;
  var total = Sums(vec4f(0.0), vec4f(0.0));
  if (slot < params.length) {
    let visit = visits[2u * (params.first + slot)];
    for (var at = lid; at < pixels; at += WORKGROUP) {
      let amplitude = amplitude_at(visit, at);
      if (amplitude < 0.0) { continue; }
      var power = 0.0;
      var slope = vec2f(0.0);
      for (var mode = 0u; mode < params.modes; mode++) {
        let i = (slot * params.modes + mode) * pixels + at;
        let f = model[i];
        power += dot(f, f);
        slope -= vec2f(dot(f, slope_y[i]), dot(f, slope_x[i]));
      }
      let root = sqrt(power);
      let a = slope / max(root, 1e-12);
      let r = root - amplitude;
      total.first += vec4f(r * r, amplitude * amplitude, r * a);
      total.second += vec4f(a * a, a.x * a.y, 0.0);
    }
  }
  finish(slot, lid, total);
}

@compute @workgroup_size(WORKGROUP)
fn errors(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let slot = linear_index(wid, 0u, groups, 1u);
  let pixels = params.size * params.size;
  var total = Sums(vec4f(0.0), vec4f(0.0));
  if (slot < params.length) {
    let visit = visits[2u * (params.first + slot)];
    for (var at = lid; at < pixels; at += WORKGROUP) {
      let amplitude = amplitude_at(visit, at);
      if (amplitude < 0.0) { continue; }
      var power = 0.0;
      for (var mode = 0u; mode < params.modes; mode++) {
        let f = model[(slot * params.modes + mode) * pixels + at];
        power += dot(f, f);
      }
      let r = sqrt(power) - amplitude;
      total.first += vec4f(r * r, amplitude * amplitude, 0.0, 0.0);
    }
  }
  finish(slot, lid, total);
}
