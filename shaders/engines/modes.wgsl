// Mixing of probe modes X (K, N, N) complex.
//   gram:   products[k K + l] = sum over pixels of X_k conj(X_l); one workgroup a product, fixed order
//   rotate: result_k = sum_l mixing[k, l] X_l; one invocation a pixel of a mode
const GROUP: u32 = 128;
override WORKGROUP: u32 = 64;
struct Params { count: u32, modes: u32, pixels: u32 }
@group(0) @binding(0) var<storage, read> probe: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> products: array<vec2f>;
@group(0) @binding(1) var<storage, read> mixing: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, 128>;

@compute @workgroup_size(GROUP)
fn gram(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
  let first = (wid.x / params.modes) * params.pixels;
  let second = (wid.x % params.modes) * params.pixels;
  var sum = vec2f(0.0);
  for (var i = lid; i < params.pixels; i += GROUP) {
    let a = probe[first + i];
    let b = probe[second + i];
    sum += vec2f(dot(a, b), a.y * b.x - a.x * b.y);
  }
  sums[lid] = sum;
  for (var width = GROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { sums[lid] += sums[lid + width]; }
  }
  if (lid == 0u) { products[wid.x] = sums[0]; }
}

@compute @workgroup_size(WORKGROUP)
fn rotate(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let mode = i / params.pixels;
  var sum = vec2f(0.0);
  for (var l = 0u; l < params.modes; l++) {
    let m = mixing[mode * params.modes + l];
    let x = probe[l * params.pixels + i % params.pixels];
    sum += vec2f(m.x * x.x - m.y * x.y, m.x * x.y + m.y * x.x);
  }
  result[i] = sum;
}
