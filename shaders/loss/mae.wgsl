// Mean absolute difference of scaled amplitudes, optionally after matching the energies of a sample:
// |s a p - s y| with a = sqrt(sum y^2 / (sum p^2 + 1e-8)), or a = 1.
//   terms:    partial sums (samples, partials, 4) of [difference, y, p^2, y^2]; once the energies are
//             matched, [difference, y, p * sign, y^2]
//   gradient: derivative of the loss with respect to p, through a
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  elements: u32,
  partials: u32,
  scale_stride: u32,
  matched: u32,
  batch: u32,
}
@group(0) @binding(0) var<storage, read> predicted: array<f32>;
@group(0) @binding(1) var<storage, read> observed: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> energies: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<vec4f>;
@group(0) @binding(5) var<storage, read> summary: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

fn match_factor(sample: u32) -> f32 {
  if (params.matched == 0u) { return 1.0; }
  return sqrt(energies[sample].w / (energies[sample].z + 1e-8));
}

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let sample = i / params.partials;
  let first = sample * params.elements;
  let s = scales[sample * params.scale_stride];
  let a = match_factor(sample);
  var sum = vec4f(0.0);
  for (var j = i % params.partials; j < params.elements; j += params.partials) {
    let p = predicted[first + j];
    let y = observed[first + j];
    let difference = s * (a * p - y);
    sum += vec4f(abs(difference), y, select(p * p, p * sign(difference), params.matched != 0u), y * y);
  }
  sums[i] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let sample = i / params.elements;
  let s = scales[sample * params.scale_stride];
  let p = predicted[i];
  let a = match_factor(sample);
  var slope = a * sign(s * (a * p - observed[i]));
  if (params.matched != 0u) { slope -= rows[sample].z * a * p / (energies[sample].z + 1e-8); }
  result[i] = s * slope / ((summary[1] + 1e-8) * f32(params.batch) * f32(params.elements));
}
