// Gradient of the argument of the spatial gate q: (sum over channels of dz * gate * x) q (1 - q),
// (B, H, W). One invocation per four pixels; quads = H * W / 4.
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, quads: u32 }
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> spatial_gates: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> slope: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let image = i / params.quads;
  let q = i % params.quads;
  var sum = vec4f(0.0);
  for (var c = 0u; c < params.channels; c++) {
    let plane = image * params.channels + c;
    let at = plane * params.quads + q;
    sum += gates[plane] * load_z_gradient(at) * load_x(at);
  }
  let gate = spatial_gates[i];
  slope[i] = sum * gate * (1.0 - gate);
}
