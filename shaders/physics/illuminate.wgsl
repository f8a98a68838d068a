// Exit waves = patches x probe modes, two complex pixels an invocation.
//   forward:  source = patches (samples, channels, pixels), result = waves (samples, channels, modes, pixels)
//   backward: source = wave gradients, result = patch gradients, summed over the modes
// The probe is (1 or samples, 1 or channels, modes, pixels): a stride of 0 shares it.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  pairs: u32,
  modes: u32,
  channels: u32,
  sample_stride: u32,
  channel_stride: u32,
}
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn probe_at(plane: u32) -> u32 {
  return (plane / params.channels) * params.sample_stride + (plane % params.channels) * params.channel_stride;
}

// a b and a conj(b), two complex numbers at a time.
fn product(a: vec4f, b: vec4f) -> vec4f {
  return a.xxzz * b + a.yyww * vec4f(-b.y, b.x, -b.w, b.z);
}
fn product_conjugate(a: vec4f, b: vec4f) -> vec4f {
  return a * b.xxzz + vec4f(a.y, -a.x, a.w, -a.z) * b.yyww;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = i % params.pairs;
  let mode = (i / params.pairs) % params.modes;
  let plane = i / (params.pairs * params.modes);
  result[i] = product(source[plane * params.pairs + at], load_probe(probe_at(plane) + mode * params.pairs + at));
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = i % params.pairs;
  let plane = i / params.pairs;
  var sum = vec4f(0.0);
  for (var mode = 0u; mode < params.modes; mode++) {
    let wave = source[(plane * params.modes + mode) * params.pairs + at];
    sum += product_conjugate(wave, load_probe(probe_at(plane) + mode * params.pairs + at));
  }
  result[i] = sum;
}
