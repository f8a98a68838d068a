// Basis images of the fit of separate scales for the real and the imaginary part of the object.
//   split:   waves <- P Re O in the first half, i P Im O in the second
//   combine: x1 = sum |A|^2, x2 = sum |B|^2, x3 = 2 Re sum A conj(B) over the modes, A and B the
//            transformed halves, zero frequency moved to the middle
// Two complex pixels an invocation.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  channels: u32,
  sample_stride: u32,
  channel_stride: u32,
}
@group(0) @binding(0) var<storage, read> patches: array<vec4f>;
@group(0) @binding(1) var<storage, read> probe: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> waves: array<vec4f>;
@group(0) @binding(0) var<storage, read> fields: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> x1: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> x2: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> x3: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn split(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pairs = params.size * params.size / 2u;
  let at = i % pairs;
  let mode = (i / pairs) % params.modes;
  let plane = i / (pairs * params.modes);
  let strides = (plane / params.channels) * params.sample_stride + (plane % params.channels) * params.channel_stride;
  let object = patches[plane * pairs + at];
  let p = probe[strides + mode * pairs + at];
  waves[i] = p * object.xxzz;
  waves[params.count + i] = vec4f(-p.y, p.x, -p.w, p.z) * object.yyww;
}

@compute @workgroup_size(WORKGROUP)
fn combine(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let row = params.size / 2u;
  let pairs = params.size * row;
  let plane = i / pairs;
  let y = ((i % pairs) / row + row) % params.size;
  let x = (i % row + row / 2u) % row;
  var first = vec2f(0.0);
  var second = vec2f(0.0);
  var cross = vec2f(0.0);
  for (var mode = 0u; mode < params.modes; mode++) {
    let at = (plane * params.modes + mode) * pairs + y * row + x;
    let a = fields[at];
    let b = fields[params.count * params.modes + at];
    first += vec2f(dot(a.xy, a.xy), dot(a.zw, a.zw));
    second += vec2f(dot(b.xy, b.xy), dot(b.zw, b.zw));
    cross += vec2f(dot(a.xy, b.xy), dot(a.zw, b.zw));
  }
  x1[i] = first;
  x2[i] = second;
  x3[i] = 2.0 * cross;
}
