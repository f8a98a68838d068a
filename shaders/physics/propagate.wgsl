// Spectra times a transfer function: result = spectrum * kernel, or * conj(kernel) where sign = -1.
// spectrum, result: (planes, N, N) complex; kernel: (N, N) complex. Two pixels an invocation, in place allowed.
override WORKGROUP: u32 = 64;
struct Params { count: u32, pairs: u32, sign: f32 }
@group(0) @binding(0) var<storage, read> kernel: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> fields: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn multiply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let k = kernel[i % params.pairs] * vec4f(1.0, params.sign, 1.0, params.sign);
  let f = fields[i];
  fields[i] = f * k.xxzz + vec4f(-f.y, f.x, -f.w, f.z) * k.yyww;
}
