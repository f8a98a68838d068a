// A probe that varies from visit to visit: P_j = P_0 + sum_k w_jk E_k in its first mode, w real.
//   mix:       spectra of the moved probes of a chunk, (visits, modes, N, N)
//   correlate: w_jk += rate * w_j Re<E_k, g_j> / (<E_k, E_k> max|O|^2), one workgroup per (visit, k);
//              g_j is the spectrum of conj(O_j) chi_j moved back
//   collect:   sums_k += sum over the visits of w_jk g_j
// weights: (patterns, components); components, sums: spectra (components, N, N).
override WORKGROUP: u32 = 64;
const GROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  first: u32,
  visits: u32,
  components: u32,
  rate: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> components: array<vec2f>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> source: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> fitted: array<f32>;
@group(0) @binding(4) var<storage, read> range: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

fn phase_of(slot: u32, at: u32) -> vec2f {
  let rest = visits[2u * (params.first + slot) + 1u];
  return shift_phase(at / params.size, at % params.size, params.size, bitcast<vec2f>(rest.xy));
}

@compute @workgroup_size(WORKGROUP)
fn mix(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.size * params.size;
  let at = i % pixels;
  let mode = (i / pixels) % params.modes;
  let slot = i / (pixels * params.modes);
  let pattern = visits[2u * (params.first + slot) + 1u].w;
  var value = source[mode * pixels + at];
  if (mode == 0u) {
    for (var k = 0u; k < params.components; k++) {
      value += weights[pattern * params.components + k] * components[k * pixels + at];
    }
  }
  result[i] = times(value, phase_of(slot, at));
}

var<workgroup> found: array<vec2f, 64>;

@compute @workgroup_size(GROUP)
fn correlate(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
  let slot = wid.x;
  let k = wid.y;
  let pixels = params.size * params.size;
  var sum = vec2f(0.0);
  for (var at = lid; at < pixels; at += GROUP) {
    let e = components[k * pixels + at];
    let g = conjugate_times(phase_of(slot, at), source[slot * params.modes * pixels + at]);
    sum += vec2f(dot(e, g), dot(e, e));
  }
  found[lid] = sum;
  for (var width = GROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { found[lid] += found[lid + width]; }
  }
  let visit = visits[2u * (params.first + slot)];
  if (lid == 0u && bitcast<f32>(visit.w) > 0.0) {
    // The largest |O|^2 was summed over the visits of the batch.
    let bound = found[0].y * range[0] / f32(params.visits);
    if (bound > 0.0) { fitted[visits[2u * (params.first + slot) + 1u].w * params.components + k] += params.rate * found[0].x / bound; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn collect(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.size * params.size;
  let at = i % pixels;
  let k = i / pixels;
  var sum = result[i];
  for (var slot = 0u; slot < params.visits; slot++) {
    let visit = visits[2u * (params.first + slot)];
    let g = conjugate_times(phase_of(slot, at), source[slot * params.modes * pixels + at]);
    let pattern = visits[2u * (params.first + slot) + 1u].w;
    sum += bitcast<f32>(visit.w) * weights[pattern * params.components + k] * g;
  }
  result[i] = sum;
}
