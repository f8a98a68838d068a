// From fields on the detector (zero frequency at [0, 0]) to what it records (zero frequency in the middle).
//   record:   intensity = sum over modes |field|^2, or amplitude = sqrt(intensity + epsilon) / scale
//   backward: gradient with respect to the fields
//   sum_modes, copy_modes: fields added over the modes, and a gradient given to every mode
// Two neighbouring pixels an invocation; planes are (samples, channels), `scale` one value a sample where
// `scaled` is set.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  channels: u32,
  scaled: u32,
  amplitude: u32,
  epsilon: f32,
}
@group(0) @binding(0) var<storage, read> fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> recorded: array<vec2f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Pair i of an image, moved by half the image along both axes; the same map leads back.
fn centred(i: u32) -> u32 {
  let row = params.size / 2u;
  let half = row / 2u;
  let y = (i / row + row) % params.size;
  let x = (i % row + half) % row;
  return y * row + x;
}

fn intensity(plane: u32, at: u32) -> vec2f {
  let pairs = params.size * params.size / 2u;
  var sum = vec2f(0.0);
  for (var mode = 0u; mode < params.modes; mode++) {
    let f = fields[(plane * params.modes + mode) * pairs + at];
    sum += vec2f(dot(f.xy, f.xy), dot(f.zw, f.zw));
  }
  return sum;
}

fn divisor_of(plane: u32) -> f32 {
  return select(1.0, scale[select(0u, plane / params.channels, params.scaled != 0u)], params.scaled != 0u);
}

@compute @workgroup_size(WORKGROUP)
fn record(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  let plane = i / pairs;
  let sum = intensity(plane, centred(i % pairs));
  let divisor = divisor_of(plane);
  recorded[i] = select(sum, sqrt(sum + params.epsilon) / divisor, params.amplitude != 0u);
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  let plane = i / pairs;
  let at = i % pairs;
  let sum = intensity(plane, at);
  let divisor = divisor_of(plane);
  let slope = select(vec2f(2.0), inverseSqrt(sum + params.epsilon) / divisor, params.amplitude != 0u);
  let g = gradient[plane * pairs + centred(at)] * slope;
  for (var mode = 0u; mode < params.modes; mode++) {
    let j = (plane * params.modes + mode) * pairs + at;
    result[j] = fields[j] * g.xxyy;
  }
}

@compute @workgroup_size(WORKGROUP)
fn sum_modes(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  let first = (i / pairs) * params.modes * pairs + i % pairs;
  var sum = vec4f(0.0);
  for (var mode = 0u; mode < params.modes; mode++) { sum += fields[first + mode * pairs]; }
  copied[i] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn copy_modes(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  copied[i] = fields[(i / (pairs * params.modes)) * pairs + i % pairs];
}
