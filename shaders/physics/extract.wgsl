// Cuts the shifted patches of a group back out of its canvas, and the gradient with respect to the canvas.
//   extract:  source = canvas (groups, M, M), result = patches (groups, channels, N, N)
//   backward: source = patch gradient, result = canvas gradient
// Complex, one invocation per pixel of the result.
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, size: u32, canvas: u32, grid_step: f32 }
@group(0) @binding(0) var<storage, read> offsets: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

// Where canvas pixel `at` samples when content moves by d = (x, y).
fn canvas_position(at: u32, d: vec2f) -> vec2f {
  return vec2f(
    grid_position(at % params.canvas, d.x, params.canvas, params.grid_step),
    grid_position(at / params.canvas, d.y, params.canvas, params.grid_step),
  );
}

@compute @workgroup_size(WORKGROUP)
fn extract(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let member = i / (params.size * params.size);
  let pad = (params.canvas - params.size) / 2u;
  let row = (i / params.size) % params.size + pad;
  let place = canvas_position(row * params.canvas + i % params.size + pad, offsets[member]);
  let whole = floor(place);
  let first = (member / params.channels) * params.canvas * params.canvas;
  result[i] = bilinear(first, params.canvas, i32(whole.y), i32(whole.x), place - whole);
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let group = i / (params.canvas * params.canvas);
  let pad = i32((params.canvas - params.size) / 2u);
  let at = i % (params.canvas * params.canvas);
  var sum = vec2f(0.0);
  for (var c = 0u; c < params.channels; c++) {
    let member = group * params.channels + c;
    let place = canvas_position(at, -offsets[member]);
    let whole = floor(place);
    let first = member * params.size * params.size;
    sum += bilinear(first, params.size, i32(whole.y) - pad, i32(whole.x) - pad, place - whole);
  }
  result[i] = sum;
}
