// Steps of a reconstruction whose object has several slices. Waves are (visits, modes, N, N).
//   conjugate: result = conj(patch of object) * source
//   tangent:   result = source * patch of object + waves * patch of direction
//   residual:  spectra Psi become chi = (target - Psi) of a noise model, 0 where nothing was measured:
//              0 amplitude (A/|Psi| - 1) Psi, 1 intensity 2 (A^2 - I) Psi, 2 Poisson (A^2/I - 1) Psi;
//              found[workgroup] = sum of (|Psi| - A)^2
//   direction: image /= pie ? (1 - alpha) W + alpha max W : sqrt(W^2 + (alpha max W)^2), 0 where W is 0
//   change:    image += factor * steps[which] * direction
//   multiply:  image *= along
//   sums:      a visit: <u,u>, <v,v>, Re<u,v>, Re<u,chi>, Re<v,chi>, 0, 0, weight
//   solve:     steps = mean over the visits of the least-squares steps along u and v, not below 0
override WORKGROUP: u32 = 64;
const GROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  first: u32,
  columns: u32,
  kind: u32,
  piece: u32,
  alpha: f32,
  factor: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> source: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> object: array<vec2f>;
@group(0) @binding(4) var<storage, read> waves: array<vec2f>;
@group(0) @binding(5) var<storage, read> tangents: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

fn pixel_of(i: u32) -> u32 {
  let pixels = params.size * params.size;
  let visit = visits[2u * (params.first + i / (pixels * params.modes))];
  let at = i % pixels;
  return (visit.y + at / params.size) * params.columns + visit.z + at % params.size;
}

@compute @workgroup_size(WORKGROUP)
fn conjugate(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  result[i] = conjugate_times(object[pixel_of(i)], source[i]);
}

@compute @workgroup_size(WORKGROUP)
fn tangent(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = pixel_of(i);
  result[i] = times(source[i], object[at]) + times(waves[i], tangents[at]);
}

@group(0) @binding(1) var<storage, read> measured: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> fields: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> found: array<f32>;
var<workgroup> errors: array<f32, 64>;

fn residual_at(i: u32) -> f32 {
  let pixels = params.size * params.size;
  let at = i % pixels;
  let slot = i / pixels;
  let visit = visits[2u * (params.first + slot)];
  let place = order[at / params.size] * params.size + order[at % params.size];
  let amplitude = measured[visit.x * pixels + place];
  let start = slot * params.modes * pixels + at;
  var power = 0.0;
  for (var mode = 0u; mode < params.modes; mode++) {
    let f = fields[start + mode * pixels];
    power += dot(f, f);
  }
  let root = sqrt(power);
  var factor = amplitude / (root + 1e-12) - 1.0;
  if (params.kind == 1u) { factor = 2.0 * (amplitude * amplitude - power); }
  if (params.kind == 2u) { factor = amplitude * amplitude / (power + 1e-9) - 1.0; }
  let weight = select(0.0, bitcast<f32>(visit.w), amplitude >= 0.0);
  for (var mode = 0u; mode < params.modes; mode++) { fields[start + mode * pixels] *= weight * factor; }
  return weight * (root - amplitude) * (root - amplitude);
}

@compute @workgroup_size(GROUP)
fn residual(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let group = linear_index(wid, 0u, groups, 1u);
  let i = group * GROUP + lid;
  var value = 0.0;
  if (i < params.count) { value = residual_at(i); }
  errors[lid] = value;
  for (var width = GROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { errors[lid] += errors[lid + width]; }
  }
  if (lid == 0u && group * GROUP < params.count) { found[params.piece + group] = errors[0]; }
}

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read> range: array<f32>;
@group(0) @binding(2) var<storage, read_write> image: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn direction(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let w = weight[i % params.piece];
  let top = params.alpha * range[0];
  let below = select(sqrt(w * w + top * top), (1.0 - params.alpha) * w + top, params.kind == 0u);
  image[i] = select(vec2f(0.0), image[i] / below, below > 0.0);
}

@group(0) @binding(0) var<storage, read> steps: array<f32>;
@group(0) @binding(1) var<storage, read> along: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn change(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  image[i] += params.factor * steps[params.kind] * along[i];
}

@compute @workgroup_size(WORKGROUP)
fn multiply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  image[i] = times(image[i], along[i]);
}

@group(0) @binding(1) var<storage, read> by_object: array<vec2f>;
@group(0) @binding(2) var<storage, read> by_probe: array<vec2f>;
@group(0) @binding(3) var<storage, read> chi: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> totals: array<vec4f>;
struct Sums { squares: vec4f, products: vec4f }
var<workgroup> parts: array<Sums, 64>;

@compute @workgroup_size(GROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let slot = linear_index(wid, 0u, groups, 1u);
  let length = params.modes * params.size * params.size;
  var own = Sums(vec4f(0.0), vec4f(0.0));
  if (slot < params.count) {
    for (var i = lid; i < length; i += GROUP) {
      let u = by_object[slot * length + i];
      let v = by_probe[slot * length + i];
      let c = chi[slot * length + i];
      own.squares += vec4f(dot(u, u), dot(v, v), dot(u, v), dot(u, c));
      own.products += vec4f(dot(v, c), 0.0, 0.0, 0.0);
    }
  }
  parts[lid] = own;
  for (var width = GROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) {
      parts[lid].squares += parts[lid + width].squares;
      parts[lid].products += parts[lid + width].products;
    }
  }
  if (lid == 0u && slot < params.count) {
    totals[2u * slot] = parts[0].squares;
    let w = bitcast<f32>(visits[2u * (params.first + slot)].w);
    totals[2u * slot + 1u] = vec4f(parts[0].products.x, 0.0, 0.0, w);
  }
}

@group(0) @binding(0) var<storage, read> all: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> solved: array<f32>;

@compute @workgroup_size(1)
fn solve(@builtin(workgroup_id) wid: vec3u) {
  let slots = opaque(params.count, wid);
  let kind = opaque(params.kind, wid);
  var mean = vec2f(0.0);
  var visited = 0.0;
  for (var slot = 0u; slot < slots; slot++) {
    let w = all[2u * slot + 1u].w;
    mean += w * all[2u * slot].xy;
    visited += w;
  }
  let damped = params.alpha * mean / max(visited, 1.0);
  var total = vec2f(0.0);
  for (var slot = 0u; slot < slots; slot++) {
    let s = all[2u * slot];
    let t = all[2u * slot + 1u];
    let a = s.x + damped.x;
    let d = s.y + damped.y;
    var step = vec2f(0.0);
    if (kind == 0u) {
      if (a > 0.0) { step.x = s.w / a; }
    } else {
      let determinant = a * d - s.z * s.z;
      if (determinant > 1e-6 * a * d) {
        step = vec2f(d * s.w - s.z * t.x, a * t.x - s.z * s.w) / determinant;
      }
    }
    total += t.w * max(step, vec2f(0.0));
  }
  solved[0] = params.factor * total.x / max(visited, 1.0);
  solved[1] = params.factor * total.y / max(visited, 1.0);
}
