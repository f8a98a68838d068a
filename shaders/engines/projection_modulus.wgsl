// One step of a projection engine in Fourier space, two sums over modes a pixel:
//   stack <- x stack + a model + b M(c model + y stack)
// M gives a spectrum the measured amplitude summed over modes; pixels that were not measured (-1) keep theirs.
// model, stack: (visits, modes, N, N); measured: (patterns, N, N), its pixel of frequency k at order[k].
// partials[workgroup] = sum of weight * (|model| - measured)^2 over measured pixels. One pixel an invocation.
const WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  first: u32,
  piece: u32,
  x: f32,
  a: f32,
  b: f32,
  c: f32,
  y: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> model: array<vec2f>;
@group(0) @binding(2) var<storage, read> measured: array<f32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> stack: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> sums: array<f32, 64>;

fn step(i: u32) -> f32 {
  let pixels = params.size * params.size;
  let at = i % pixels;
  let slot = i / pixels;
  let visit = visits[2u * (params.first + slot)];
  let taken = order[at / params.size] * params.size + order[at % params.size];
  let amplitude = measured[visit.x * pixels + taken];
  let start = slot * params.modes * pixels + at;
  var power = 0.0;
  var moved = 0.0;
  for (var mode = 0u; mode < params.modes; mode++) {
    let q = model[start + mode * pixels];
    let r = params.c * q + params.y * stack[start + mode * pixels];
    power += dot(q, q);
    moved += dot(r, r);
  }
  let valid = amplitude >= 0.0;
  let factor = params.b * select(1.0, amplitude / (sqrt(moved) + 1e-12), valid);
  for (var mode = 0u; mode < params.modes; mode++) {
    let j = start + mode * pixels;
    let q = model[j];
    let s = stack[j];
    stack[j] = params.x * s + params.a * q + factor * (params.c * q + params.y * s);
  }
  let difference = sqrt(power) - amplitude;
  return select(0.0, bitcast<f32>(visit.w) * difference * difference, valid);
}

@compute @workgroup_size(WORKGROUP)
fn update(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let group = linear_index(wid, 0u, groups, 1u);
  let i = group * WORKGROUP + lid;
  var value = 0.0;
  if (i < params.count) { value = step(i); }
  sums[lid] = value;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { sums[lid] += sums[lid + width]; }
  }
  if (lid == 0u && group * WORKGROUP < params.count) { partials[params.piece + group] = sums[0]; }
}
