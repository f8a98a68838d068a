// Weighted sum of the patches of a group on its canvas, and the gradient with respect to the patches.
//   merge:    source = patches (groups, channels, N, N), result = canvas (groups, M, M)
//   backward: source = canvas gradient, result = patch gradient
// Complex, one invocation per pixel of the result. Both gather: no two invocations write one pixel.
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, size: u32, canvas: u32, grid_step: f32 }
@group(0) @binding(0) var<storage, read> offsets: array<vec2f>;
@group(0) @binding(2) var<storage, read> shifted: array<f32>;
@group(0) @binding(3) var<storage, read> factor: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

// Where canvas pixel `at` samples when content moves by d = (x, y).
fn canvas_position(at: u32, d: vec2f) -> vec2f {
  return vec2f(
    grid_position(at % params.canvas, d.x, params.canvas, params.grid_step),
    grid_position(at / params.canvas, d.y, params.canvas, params.grid_step),
  );
}

@compute @workgroup_size(WORKGROUP)
fn merge(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.canvas * params.canvas;
  let group = i / pixels;
  let at = i % pixels;
  let pad = i32((params.canvas - params.size) / 2u);
  var sum = vec2f(0.0);
  for (var c = 0u; c < params.channels; c++) {
    let member = group * params.channels + c;
    let place = canvas_position(at, -offsets[member]);
    let whole = floor(place);
    let first = member * params.size * params.size;
    let patch_value = bilinear(first, params.size, i32(whole.y) - pad, i32(whole.x) - pad, place - whole);
    sum += patch_value * shifted[member * pixels + at];
  }
  result[i] = sum * factor[i];
}

// Gradient of the weighted sum at canvas pixel (y, x).
fn weighted(group: u32, member: u32, y: i32, x: i32) -> vec2f {
  let side = i32(params.canvas);
  let inside = y >= 0 && x >= 0 && y < side && x < side;
  let at = select(0u, u32(y * side + x), inside);
  let first = group * params.canvas * params.canvas;
  let v = complex_at(first + at) * factor[first + at] * shifted[member * params.canvas * params.canvas + at];
  return select(vec2f(0.0), v, inside);
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let member = i / (params.size * params.size);
  let group = member / params.channels;
  let pad = i32((params.canvas - params.size) / 2u);
  let pad_row = (i / params.size) % params.size + u32(pad);
  let place = canvas_position(pad_row * params.canvas + i % params.size + u32(pad), offsets[member]);
  let whole = floor(place);
  let f = place - whole;
  let y = i32(whole.y);
  let x = i32(whole.x);
  result[i] = (1.0 - f.y) * ((1.0 - f.x) * weighted(group, member, y, x) + f.x * weighted(group, member, y, x + 1))
    + f.y * ((1.0 - f.x) * weighted(group, member, y + 1, x) + f.x * weighted(group, member, y + 1, x + 1));
}
