// The spatial gate of the attention block: a 7 x 7 convolution without bias of two planes to one, then
// a sigmoid. `row_quads` = W / 4; one invocation per four pixels; weights (2, 7, 7).
//   spatial_forward:  source = pooled planes (B, 3, H, W), of which two are used; gates (B, H, W)
//   spatial_backward: source = gradient of the sigmoid's argument (B, H, W); four planes
//                     (d max, d mean / channels, spatial gate, channel of the max), (B, 4, H, W)
override WORKGROUP: u32 = 64;
struct Params { count: u32, height: u32, row_quads: u32, weight: u32, inverse_channels: f32 }
@group(1) @binding(0) var<uniform> params: Params;

fn weight(i: u32) -> f32 {
  let at = params.weight + i;
  var v = load_weights(at >> 2u);
  return v[at & 3u];
}

// Twelve pixels around four of a row: left, middle, right; zeros outside the plane.
struct Strip { left: vec4f, middle: vec4f, right: vec4f }

fn strip(start: u32, column: u32) -> Strip {
  let last = params.row_quads - 1u;
  let left = load_source(start + max(column, 1u) - 1u);
  let right = load_source(start + min(column + 1u, last));
  return Strip(
    select(vec4f(0.0), left, column > 0u),
    load_source(start + column),
    select(vec4f(0.0), right, column < last),
  );
}

// The four pixels, shifted by tap - 3.
fn shifted(s: Strip, tap: u32) -> vec4f {
  switch tap {
    case 0u: { return vec4f(s.left.yzw, s.middle.x); }
    case 1u: { return vec4f(s.left.zw, s.middle.xy); }
    case 2u: { return vec4f(s.left.w, s.middle.xyz); }
    case 3u: { return s.middle; }
    case 4u: { return vec4f(s.middle.yzw, s.right.x); }
    case 5u: { return vec4f(s.middle.zw, s.right.xy); }
    default: { return vec4f(s.middle.w, s.right.xyz); }
  }
}

@group(0) @binding(2) var<storage, read_write> spatial_gates: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn spatial_forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let quads = params.height * params.row_quads;
  let image = i / quads;
  let row = (i % quads) / params.row_quads;
  let column = i % params.row_quads;
  var sum = vec4f(0.0);
  for (var k = 0u; k < 14u; k++) {
    let y = row + k % 7u;
    if (y < 3u || y >= params.height + 3u) { continue; }
    let s = strip((image * 3u + k / 7u) * quads + (y - 3u) * params.row_quads, column);
    for (var t = 0u; t < 7u; t++) { sum += weight(7u * k + t) * shifted(s, t); }
  }
  let e = exp(-abs(sum));
  spatial_gates[i] = select(e, vec4f(1.0), sum >= vec4f(0.0)) / (1.0 + e);
}

@group(0) @binding(2) var<storage, read> spatial_gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> pooled: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> pixels: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn spatial_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let quads = params.height * params.row_quads;
  let image = i / quads;
  let q = i % quads;
  let row = q / params.row_quads;
  let column = i % params.row_quads;
  var largest = vec4f(0.0);
  var mean = vec4f(0.0);
  for (var k = 0u; k < 7u; k++) {
    let y = row + k;
    if (y < 3u || y >= params.height + 3u) { continue; }
    let s = strip(image * quads + (y - 3u) * params.row_quads, column);
    for (var t = 0u; t < 7u; t++) {
      let v = shifted(s, t);
      // The transposed convolution: the kernel turned by half a turn.
      let tap = 48u - (7u * k + t);
      largest += weight(tap) * v;
      mean += weight(49u + tap) * v;
    }
  }
  let at = image * 4u * quads + q;
  pixels[at] = largest;
  pixels[at + quads] = params.inverse_channels * mean;
  pixels[at + 2u * quads] = spatial_gate[i];
  pixels[at + 3u * quads] = pooled[(image * 3u + 2u) * quads + q];
}
