// Two probes of an adapter: multiply-adds that stay in registers, and a streaming copy.
override WORKGROUP: u32 = 64;
struct Params { count: u32, rounds: u32, factor: f32 }
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// 2 accumulators of 4 lanes, 16 multiply-adds each a round: 256 FLOP.
@compute @workgroup_size(WORKGROUP)
fn multiply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let f = vec4f(params.factor);
  var a = load_source(i);
  var b = a + f;
  for (var r = 0u; r < params.rounds; r++) {
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
    a = fma(a, f, b); b = fma(b, f, a); a = fma(a, f, b); b = fma(b, f, a);
  }
  result[i] = a + b;
}

// Independent chains: 8 accumulators, 32 multiply-adds a round.
@compute @workgroup_size(WORKGROUP)
fn multiply_wide(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let f = vec4f(params.factor);
  let x = load_source(i);
  var a = x; var b = x + f; var c = x - f; var d = x * f;
  var e = b + f; var g = c - f; var h = b * f; var k = c * f;
  for (var r = 0u; r < params.rounds; r++) {
    a = fma(a, f, x); b = fma(b, f, x); c = fma(c, f, x); d = fma(d, f, x);
    e = fma(e, f, x); g = fma(g, f, x); h = fma(h, f, x); k = fma(k, f, x);
    a = fma(a, f, x); b = fma(b, f, x); c = fma(c, f, x); d = fma(d, f, x);
    e = fma(e, f, x); g = fma(g, f, x); h = fma(h, f, x); k = fma(k, f, x);
    a = fma(a, f, x); b = fma(b, f, x); c = fma(c, f, x); d = fma(d, f, x);
    e = fma(e, f, x); g = fma(g, f, x); h = fma(h, f, x); k = fma(k, f, x);
    a = fma(a, f, x); b = fma(b, f, x); c = fma(c, f, x); d = fma(d, f, x);
    e = fma(e, f, x); g = fma(g, f, x); h = fma(h, f, x); k = fma(k, f, x);
  }
  result[i] = ((a + b) + (c + d)) + ((e + g) + (h + k));
}

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  result[i] = params.factor * load_source(i);
}
