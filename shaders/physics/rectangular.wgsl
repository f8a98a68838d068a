// Patches with separately scaled real and imaginary parts: gain * (s1 Re E + i s2 Im E).
//   scale:    result = scaled source (patches forward, gradients backward)
//   partials: sums of gain * gradient * patch for the gradients of s1 and s2: sums (2, partials)
// Complex numbers one by one.
override WORKGROUP: u32 = 64;
struct Params { count: u32, pixels: u32, first: u32, second: u32, gained: u32, partials: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec2f>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> gain: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(1) var<storage, read> gradient: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

fn gain_of(i: u32) -> f32 {
  return select(1.0, gain[select(0u, i / params.pixels, params.gained != 0u)], params.gained != 0u);
}

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  result[i] = gain_of(i) * vec2f(weights[params.first], weights[params.second]) * source[i];
}

@compute @workgroup_size(WORKGROUP)
fn partials(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.partials) { return; }
  var sum = vec2f(0.0);
  for (var j = i; j < params.count; j += params.partials) { sum += gain_of(j) * gradient[j] * source[j]; }
  sums[i] = sum.x;
  sums[params.partials + i] = sum.y;
}
