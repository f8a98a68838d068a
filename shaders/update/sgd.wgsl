// One step of stochastic gradient descent on all parameters; one invocation per vec4.
//   g = gradient + l2 * w;  velocity = momentum * velocity + g
//   w = w - rate * (nesterov ? g + momentum * velocity : velocity)
override WORKGROUP: u32 = 64;
struct Params { count: u32, rate: f32, momentum: f32, l2: f32, nesterov: u32 }
@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn update_weights(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let w = weight[i];
  let g = gradient[i] + params.l2 * w;
  let b = params.momentum * velocity[i] + g;
  velocity[i] = b;
  weight[i] = w - params.rate * select(b, g + params.momentum * b, params.nesterov == 1u);
}
