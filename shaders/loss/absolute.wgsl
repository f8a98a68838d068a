// Weighted sum of absolute differences from a label.
//   terms:    partial sums of |value - label|
//   total:    loss = [first weight * first sum + second weight * second sum, 0, 0, 0]
//   gradient: weight * sign(value - label)
override WORKGROUP: u32 = 64;
struct Params { count: u32, elements: u32, first: f32, second: f32 }
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read> label: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> loss: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  var sum = 0.0;
  for (var j = i; j < params.elements; j += params.count) { sum += abs(value[j] - label[j]); }
  result[i] = sum;
}

@compute @workgroup_size(1)
fn total() {
  loss[0] = vec4f(params.first * sums[0] + params.second * sums[1], 0.0, 0.0, 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  result[i] = params.first * sign(value[i] - label[i]);
}
