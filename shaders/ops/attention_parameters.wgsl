// Gradients of the parameters of the attention block, written at element offsets of the flat
// gradients; sums over the batch run in a fixed order. One invocation per parameter.
//   channel_parameters: both layers of the perceptron, from the gradient of the gates' argument
//                       (B, C) and of the hidden units before their ReLU (B, 2, hidden)
//   spatial_parameters: the 98 weights of the spatial gate, from partial sums (B, 14, 8)
override WORKGROUP: u32 = 64;
struct Params {
  batch: u32, channels: u32, hidden: u32,
  weight1: u32, bias1: u32, weight2: u32, bias2: u32, spatial: u32,
}
@group(1) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> stats: array<vec4f>;
@group(0) @binding(1) var<storage, read> hidden_units: array<f32>;
@group(0) @binding(2) var<storage, read> gate_gradient: array<f32>;
@group(0) @binding(3) var<storage, read> hidden_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn channel_parameters(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  let second = params.channels * (params.hidden + 1u);
  if (i < second) {
    let c = i / (params.hidden + 1u);
    let h = i % (params.hidden + 1u);
    let is_bias = h == params.hidden;
    var sum = 0.0;
    for (var image = 0u; image < params.batch; image++) {
      var factor = 2.0;
      if (!is_bias) {
        let at = 2u * image * params.hidden + h;
        factor = max(hidden_units[at], 0.0) + max(hidden_units[at + params.hidden], 0.0);
      }
      sum += factor * gate_gradient[image * params.channels + c];
    }
    gradients[select(params.weight2 + c * params.hidden + h, params.bias2 + c, is_bias)] = sum;
    return;
  }
  let j = i - second;
  if (j >= params.hidden * (params.channels + 1u)) { return; }
  let h = j / (params.channels + 1u);
  let c = j % (params.channels + 1u);
  let is_bias = c == params.channels;
  var sum = 0.0;
  for (var image = 0u; image < params.batch; image++) {
    var factors = vec2f(1.0);
    if (!is_bias) { factors = stats[image * params.channels + c].xy; }
    let at = 2u * image * params.hidden + h;
    sum += dot(factors, vec2f(hidden_gradient[at], hidden_gradient[at + params.hidden]));
  }
  gradients[select(params.weight1 + h * params.channels + c, params.bias1 + h, is_bias)] = sum;
}

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> spatial_gradients: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn spatial_parameters(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= 98u) { return; }
  var sum = 0.0;
  for (var image = 0u; image < params.batch; image++) {
    sum += partials[(image * 14u + i / 7u) * 8u + i % 7u];
  }
  spatial_gradients[params.spatial + i] = sum;
}
