// Sums over the pixels of each pattern that the fit of two scale factors needs:
// (x1 x1, x1 x2, x1 x3, x2 x2), (x2 x3, x3 x3, x1 m, x2 m), (x3 m, m m, 0, 0).
// Pixels where `good` is 0 do not count. One workgroup per pattern, reduced in a fixed tree.
struct Params { patterns: u32, first: u32, quads: u32, squared: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> x1: array<vec4f>;
@group(0) @binding(1) var<storage, read> x2: array<vec4f>;
@group(0) @binding(2) var<storage, read> x3: array<vec4f>;
@group(0) @binding(3) var<storage, read> measured: array<vec4f>;
@group(0) @binding(4) var<storage, read> good: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> sums: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> shared_a: array<vec4f, 64>;
var<workgroup> shared_b: array<vec4f, 64>;
var<workgroup> shared_c: array<vec2f, 64>;

@compute @workgroup_size(64)
fn varpro_sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let pattern = wid.y * groups.x + wid.x;
  let wanted = pattern < params.patterns;
  var a = vec4f(0.0);
  var b = vec4f(0.0);
  var c = vec2f(0.0);
  let end = select(0u, params.quads, wanted);
  for (var k = lid; k < end; k += 64u) {
    let i = pattern * params.quads + k;
    let counts = good[k];
    let p = counts * x1[i];
    let q = counts * x2[i];
    let r = counts * x3[i];
    let s = counts * params.scale * measured[i];
    let m = select(s, s * s, params.squared != 0u);
    a += vec4f(dot(p, p), dot(p, q), dot(p, r), dot(q, q));
    b += vec4f(dot(q, r), dot(r, r), dot(p, m), dot(q, m));
    c += vec2f(dot(r, m), dot(m, m));
  }
  shared_a[lid] = a;
  shared_b[lid] = b;
  shared_c[lid] = c;
  for (var step = 32u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lid < step) {
      shared_a[lid] += shared_a[lid + step];
      shared_b[lid] += shared_b[lid + step];
      shared_c[lid] += shared_c[lid + step];
    }
  }
  if (lid == 0u && wanted) {
    let at = 3u * (params.first + pattern);
    sums[at] = shared_a[0];
    sums[at + 1u] = shared_b[0];
    sums[at + 2u] = vec4f(shared_c[0], 0.0, 0.0);
  }
}
