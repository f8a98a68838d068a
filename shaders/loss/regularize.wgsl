// Penalties of images (planes, rows, columns): total variation and mean deviation from the plane's mean.
//   terms:    partial sums (planes, partials, 4) of [penalty, sign of the deviation, 0, 0]
//   total:    loss = [factor * sum of the penalties, 0, 0, 0]
//   gradient: factor * derivative of the penalty
override WORKGROUP: u32 = 64;
struct Params { count: u32, rows: u32, columns: u32, partials: u32, deviation: u32, planes: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read> means: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
@group(0) @binding(0) var<storage, read> penalties: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> loss: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let n = params.columns;
  let pixels = params.rows * n;
  let plane = i / params.partials;
  let first = plane * pixels;
  let mean = means[plane];
  var sum = vec4f(0.0);
  for (var j = i % params.partials; j < pixels; j += params.partials) {
    let v = image[first + j];
    if (params.deviation != 0u) {
      sum += vec4f(abs(v - mean), sign(v - mean), 0.0, 0.0);
    } else {
      if (j % n + 1u < n) { sum.x += abs(image[first + j + 1u] - v); }
      if (j / n + 1u < params.rows) { sum.x += abs(image[first + j + n] - v); }
    }
  }
  sums[i] = sum;
}

@compute @workgroup_size(1)
fn total() {
  var sum = 0.0;
  for (var plane = 0u; plane < params.planes; plane++) { sum += penalties[plane].x; }
  loss[0] = vec4f(params.factor * sum, 0.0, 0.0, 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let n = params.columns;
  let pixels = params.rows * n;
  let plane = i / pixels;
  let j = i % pixels;
  let v = image[i];
  var slope = 0.0;
  if (params.deviation != 0u) {
    slope = sign(v - means[plane]) - rows[plane].y / f32(pixels);
  } else {
    if (j % n > 0u) { slope += sign(v - image[i - 1u]); }
    if (j % n + 1u < n) { slope += sign(v - image[i + 1u]); }
    if (j / n > 0u) { slope += sign(v - image[i - n]); }
    if (j / n + 1u < params.rows) { slope += sign(v - image[i + n]); }
  }
  result[i] = params.factor * slope;
}
