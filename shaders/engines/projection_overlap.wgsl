// Overlap projection: object and probe that fit all exit waves best.
//   add_object:    top += w sum_m conj(P_m) psi_m, weight += w sum_m |P_m|^2 at the patch of one visit.
//                  Visits follow each other as separate dispatches, so the order of the sum is fixed.
//   extent:        (largest weight, mean of the weights above 0); one workgroup
//   finish_object: O = (top + c O) / (weight + c), c = inertia * mean; unlit pixels keep their value
//   add_probe:     spectrum += sum over the visits of a chunk of w * part moved back by (dy, dx)
//   add_weight:    V += sum over the visits of w |O_j|^2
//   finish_probe:  P += top / (V + d); where no patch is off the grid this is the least-squares probe
const GROUP: u32 = 256;
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  first: u32,
  visits: u32,
  columns: u32,
  own: u32,
  inertia: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> waves: array<vec2f>;
@group(0) @binding(2) var<storage, read> probes: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> top: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> weight: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn add_object(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let slot = params.visits;
  let visit = visits[2u * (params.first + slot)];
  let pixels = params.size * params.size;
  let start = slot * params.modes * pixels + i;
  let probe = select(i, start, params.own != 0u);
  var product = vec2f(0.0);
  var power = 0.0;
  for (var mode = 0u; mode < params.modes; mode++) {
    let p = probes[probe + mode * pixels];
    product += conjugate_times(p, waves[start + mode * pixels]);
    power += dot(p, p);
  }
  let at = (visit.y + i / params.size) * params.columns + visit.z + i % params.size;
  let w = bitcast<f32>(visit.w);
  top[at] += w * product;
  weight[at] += w * power;
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> extents: array<f32>;
var<workgroup> found_by: array<vec4f, 256>;

@compute @workgroup_size(GROUP)
fn extent(@builtin(local_invocation_index) lid: u32) {
  var found = vec4f(0.0);
  for (var i = lid; i < params.count; i += GROUP) {
    let v = values[i];
    found = vec4f(max(found.x, v), found.y + v, found.z + select(0.0, 1.0, v > 0.0), 0.0);
  }
  found_by[lid] = found;
  for (var width = GROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) {
      let other = found_by[lid + width];
      found_by[lid] = vec4f(max(found_by[lid].x, other.x), found_by[lid].yz + other.yz, 0.0);
    }
  }
  if (lid == 0u) {
    extents[0] = found_by[0].x;
    extents[1] = found_by[0].y / max(found_by[0].z, 1.0);
  }
}

@group(0) @binding(0) var<storage, read> numerator: array<vec2f>;
@group(0) @binding(1) var<storage, read> denominator: array<f32>;
@group(0) @binding(2) var<storage, read> range: array<f32>;
@group(0) @binding(3) var<storage, read_write> image: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn finish_object(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let c = params.inertia * range[1];
  let total = denominator[i] + c;
  if (total > 1e-8 * range[0]) { image[i] = (numerator[i] + c * image[i]) / total; }
}

@compute @workgroup_size(WORKGROUP)
fn finish_probe(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let d = params.inertia;
  image[i] += numerator[i] / (denominator[i % (params.size * params.size)] + d);
}

@group(0) @binding(2) var<storage, read_write> spectrum: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn add_probe(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = i % (params.size * params.size);
  var sum = spectrum[i];
  let visited = opaque(params.visits, wid);
  let own = opaque(params.own, wid) != 0u;
  for (var slot = 0u; slot < visited; slot++) {
    let head = visits[2u * (params.first + slot)];
    let rest = bitcast<vec2f>(visits[2u * (params.first + slot) + 1u].xy);
    let part = waves[slot * params.count + i];
    if (own) {
      let phase = shift_phase(at / params.size, at % params.size, params.size, rest);
      sum += bitcast<f32>(head.w) * conjugate_times(phase, part);
    } else {
      sum += bitcast<f32>(head.w) * part;
    }
  }
  spectrum[i] = sum;
}

@group(0) @binding(1) var<storage, read> object: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> power: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn add_weight(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  var sum = power[i];
  for (var slot = 0u; slot < params.visits; slot++) {
    let visit = visits[2u * (params.first + slot)];
    let o = object[(visit.y + i / params.size) * params.columns + visit.z + i % params.size];
    sum += bitcast<f32>(visit.w) * dot(o, o);
  }
  power[i] = sum;
}
