// One step of Adam (Kingma and Ba, arXiv:1412.6980) or AdamW (Loshchilov and Hutter,
// arXiv:1711.05101) on all parameters; one invocation per vec4.
//   g = gradient + l2 * w;  m = beta1 m + rest1 g;  v = beta2 v + rest2 g^2
//   w = decay * w - step_size * m / (sqrt(v) / root_correction + epsilon)
// rest1 = 1 - beta1 and rest2 = 1 - beta2 come rounded from double: 1 - 0.999f is off by 5e-5.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  step_size: f32, root_correction: f32, epsilon: f32, l2: f32, decay: f32,
}
@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> first_moment: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second_moment: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn update_weights(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let w = weight[i];
  let g = gradient[i] + params.l2 * w;
  let m = params.beta1 * first_moment[i] + params.rest1 * g;
  let v = params.beta2 * second_moment[i] + params.rest2 * g * g;
  first_moment[i] = m;
  second_moment[i] = v;
  weight[i] = params.decay * w - params.step_size * m / (sqrt(v) / params.root_correction + params.epsilon);
}
