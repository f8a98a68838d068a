// Sums of partial results in a fixed order.
//   fold:   folded[g][i] = sum of source[s][i], g * group <= s < (g + 1) * group; rows of `stride` vectors
//   finish: the same for the last group, written as weights [weight_count] and bias behind two offsets
// One invocation per vec4 of the result.
override WORKGROUP: u32 = 64;
struct Params { stride: u32, splits: u32, group: u32, count: u32, weights: u32, weight_count: u32, bias: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> folded: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn group_sum(g: u32, i: u32) -> vec4f {
  var sum = vec4f(0.0);
  let last = min((g + 1u) * params.group, params.splits);
  for (var s = g * params.group; s < last; s++) { sum += source[s * params.stride + i]; }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn fold(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  folded[i] = group_sum(i / params.stride, i % params.stride);
}

@compute @workgroup_size(WORKGROUP)
fn finish(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = select(params.bias + i - params.weight_count, params.weights + i, i < params.weight_count);
  folded[at] = group_sum(0u, i);
}
