// Steps of the probe from sums or terms of a batch, four pixels an invocation:
//   scale:   waves[v, m] *= beta / ((1 - alpha) weight + alpha peak)
//   apply:   P += beta numerator / ((1 - alpha) weight + alpha peak)
struct Params { size: u32, modes: u32, visits: u32, alpha: f32, beta: f32 }
@group(0) @binding(1) var<storage, read> scalars: array<f32>;
@group(0) @binding(3) var<storage, read_write> changed: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

fn step_of(weights: vec4f) -> vec4f {
  return params.beta / ((1.0 - params.alpha) * weights + params.alpha * max(scalars[1], 1e-30));
}

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(global_invocation_id) id: vec3u) {
  let quads = params.size * params.size / 4u;
  if (id.x >= quads) { return; }
  let step = step_of(load_weights(id.x));
  for (var m = 0u; m < params.visits * params.modes; m++) {
    let k = 2u * (m * quads + id.x);
    changed[k] *= step.xxyy;
    changed[k + 1u] *= step.zzww;
  }
}

@compute @workgroup_size(WORKGROUP)
fn apply(@builtin(global_invocation_id) id: vec3u) {
  let quads = params.size * params.size / 4u;
  if (id.x >= params.modes * quads) { return; }
  let k = 2u * id.x;
  let step = step_of(load_weights(remainder(id.x, quads)));
  changed[k] = before(k) + load_known(k) * step.xxyy;
  changed[k + 1u] = before(k + 1u) + load_known(k + 1u) * step.zzww;
}
