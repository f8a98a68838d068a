// Multiplication by exp(sign * w), w one trainable number.
//   forward, gradient: result = factor * source, four numbers an invocation
//   partials: sums of gradient * scaled value for the gradient of w, one partial an invocation
override WORKGROUP: u32 = 64;
struct Params { count: u32, position: u32, sign: f32, partials: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> scaled: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  result[i] = source[i] * exp(params.sign * weights[params.position]);
}

@compute @workgroup_size(WORKGROUP)
fn partials(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.partials) { return; }
  var sum = 0.0;
  for (var j = i; j < params.count; j += params.partials) { sum += gradient[j] * scaled[j]; }
  sums[i] = sum;
}
