// Terms of the probe of each visit of a batch apart, two pixels an invocation, 0 for visits that do not count:
//   terms[v, m] = O* chi_m
struct Params { size: u32, modes: u32, columns: u32, first: u32, count: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(3) var<storage, read_write> terms_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let k = linear_index(wid, lid, groups, WORKGROUP);
  if (k >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  let plane = quotient(k, pairs);
  let v = plane / params.modes;
  let start = first_pixel(v);
  let counts = start != UNUSED;
  let o = select(vec4f(0.0), load_object(under(select(0u, start, counts), remainder(k, pairs))), counts);
  terms_out[k] = spin(load_chi(k), o * vec4f(1.0, -1.0, 1.0, -1.0));
}
