// Steps of the probe from sums or terms of a batch, two pixels an invocation:
//   scale:   waves[v, m] *= beta / ((1 - alpha) weight + alpha peak)
//   apply:   P += beta numerator / ((1 - alpha) weight + alpha peak)
struct Params { size: u32, modes: u32, visits: u32, alpha: f32, beta: f32 }
@group(0) @binding(0) var<storage, read> known_weights: array<vec2f>;
@group(0) @binding(1) var<storage, read> scalars: array<f32>;
@group(0) @binding(2) var<storage, read> known: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> changed: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

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
  changed[id.x] += known[id.x] * step_of(remainder(id.x, pairs));
}
