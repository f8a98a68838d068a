// The channel gate of the attention block: a perceptron of one hidden layer, shared by the mean and
// the max of each plane; gate = sigmoid(mlp(mean) + mlp(max)). Weights are (hidden, channels) and
// (channels, hidden) at element offsets of the flat weights.
//   hidden_forward:  hidden units before their ReLU, (B, 2, hidden): of the means, of the maxima
//   gate_forward:    gates (B, C)
//   hidden_backward: gradient of the hidden units before their ReLU, from that of the gates' argument
//   stats_backward:  (d mean / plane size, d max, index of the max, gate), (B, C) vec4
// One invocation per result. `stats` are (mean, max, index, 0).
override WORKGROUP: u32 = 64;
struct Params {
  batch: u32, channels: u32, hidden: u32,
  weight1: u32, bias1: u32, weight2: u32, bias2: u32, inverse_plane: f32,
}
@group(1) @binding(0) var<uniform> params: Params;

fn weight(i: u32) -> f32 {
  var v = load_weights(i >> 2u);
  return v[i & 3u];
}

@group(0) @binding(1) var<storage, read> stats: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> units: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn hidden_forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.batch * params.hidden) { return; }
  let image = i / params.hidden;
  let h = i % params.hidden;
  var sum = vec2f(weight(params.bias1 + h));
  for (var c = 0u; c < params.channels; c++) {
    sum += weight(params.weight1 + h * params.channels + c) * stats[image * params.channels + c].xy;
  }
  units[2u * image * params.hidden + h] = sum.x;
  units[(2u * image + 1u) * params.hidden + h] = sum.y;
}

@group(0) @binding(1) var<storage, read> hidden_units: array<f32>;
@group(0) @binding(2) var<storage, read_write> gates: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn gate_forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.batch * params.channels) { return; }
  let image = i / params.channels;
  let c = i % params.channels;
  var sum = 2.0 * weight(params.bias2 + c);
  for (var h = 0u; h < params.hidden; h++) {
    let at = 2u * image * params.hidden + h;
    let lit = max(hidden_units[at], 0.0) + max(hidden_units[at + params.hidden], 0.0);
    sum += weight(params.weight2 + c * params.hidden + h) * lit;
  }
  let e = exp(-abs(sum));
  gates[i] = select(e, 1.0, sum >= 0.0) / (1.0 + e);
}

@group(0) @binding(2) var<storage, read> gate_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> hidden_gradient: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn hidden_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.batch * params.hidden) { return; }
  let image = i / params.hidden;
  let h = i % params.hidden;
  var sum = 0.0;
  for (var c = 0u; c < params.channels; c++) {
    sum += weight(params.weight2 + c * params.hidden + h) * gate_gradient[image * params.channels + c];
  }
  let at = 2u * image * params.hidden + h;
  hidden_gradient[at] = select(0.0, sum, hidden_units[at] > 0.0);
  hidden_gradient[at + params.hidden] = select(0.0, sum, hidden_units[at + params.hidden] > 0.0);
}

@group(0) @binding(2) var<storage, read> gate: array<f32>;
@group(0) @binding(3) var<storage, read> unit_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> state: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn stats_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.batch * params.channels) { return; }
  let image = i / params.channels;
  let c = i % params.channels;
  var sum = vec2f(0.0);
  for (var h = 0u; h < params.hidden; h++) {
    let at = 2u * image * params.hidden + h;
    sum += weight(params.weight1 + h * params.channels + c) *
      vec2f(unit_gradient[at], unit_gradient[at + params.hidden]);
  }
  state[i] = vec4f(sum.x * params.inverse_plane, sum.y, stats[i].z, gate[i]);
}
