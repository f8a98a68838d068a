// Weights of the patches of a group on its canvas, and the factor that normalises their sum.
//   shift:     weights (N, N) moved to where each patch lies on the canvas: shifted (groups, channels, M, M)
//   total:     their sum over the channels of a group: factor (groups, M, M)
//   peak:      largest sum of each group: peaks (groups)
//   normalise: factor <- [factor > threshold] / (max(factor, floor) + offset),
//              threshold = absolute + relative * peak
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  channels: u32,
  size: u32,
  canvas: u32,
  absolute: f32,
  relative: f32,
  smallest: f32,
  offset: f32,
  grid_step: f32,
}
@group(0) @binding(0) var<storage, read> offsets: array<vec2f>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> shifted: array<f32>;
@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> factor: array<f32>;
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> peaks: array<f32>;
@group(0) @binding(0) var<storage, read> largest: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

fn weight(y: i32, x: i32) -> f32 {
  let side = i32(params.size);
  let inside = y >= 0 && x >= 0 && y < side && x < side;
  return select(0.0, weights[select(0u, u32(y * side + x), inside)], inside);
}

@compute @workgroup_size(WORKGROUP)
fn shift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let relative = offsets[i / (params.canvas * params.canvas)];
  let pad = i32((params.canvas - params.size) / 2u);
  let place = vec2f(
    grid_position(i % params.canvas, -relative.x, params.canvas, params.grid_step),
    grid_position((i / params.canvas) % params.canvas, -relative.y, params.canvas, params.grid_step),
  );
  let whole = floor(place);
  let f = place - whole;
  let y = i32(whole.y) - pad;
  let x = i32(whole.x) - pad;
  shifted[i] = (1.0 - f.y) * ((1.0 - f.x) * weight(y, x) + f.x * weight(y, x + 1))
    + f.y * ((1.0 - f.x) * weight(y + 1, x) + f.x * weight(y + 1, x + 1));
}

@compute @workgroup_size(WORKGROUP)
fn total(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.canvas * params.canvas;
  let first = (i / pixels) * params.channels * pixels + i % pixels;
  var sum = 0.0;
  for (var c = 0u; c < params.channels; c++) { sum += parts[first + c * pixels]; }
  factor[i] = sum;
}

var<workgroup> best: array<f32, 64>;

@compute @workgroup_size(64)
fn peak(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let group = linear_index(wid, 0u, groups, 1u);
  let pixels = params.canvas * params.canvas;
  var most = 0.0;
  if (group < params.count) {
    for (var i = lid; i < pixels; i += 64u) { most = max(most, sums[group * pixels + i]); }
  }
  best[lid] = most;
  for (var width = 32u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { best[lid] = max(best[lid], best[lid + width]); }
  }
  if (lid == 0u && group < params.count) { peaks[group] = best[0]; }
}

@compute @workgroup_size(WORKGROUP)
fn normalise(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let sum = factor[i];
  let threshold = params.absolute + params.relative * largest[i / (params.canvas * params.canvas)];
  factor[i] = select(0.0, 1.0 / (max(sum, params.smallest) + params.offset), sum > threshold);
}
