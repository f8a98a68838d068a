// Limits gradients by their L2 norm, segment by segment of the flat tensors.
// A segment is (first vec4, number of vec4); workgroup (x, y) takes part x of `parts` of segment y.
//   measure: partial sums of g^2 and w^2, (segments, parts) vec2
//   limit:   factor = min(1, bound / (|g| + 1e-6)) with bound = limit, or limit * max(|w|, floor)
//            when `relative` is 1; one workgroup a segment
//   scale:   g = factor * g
// Sums are trees of fixed order, so a step gives the same bits every time.
const LANES = 64u;
struct Params { parts: u32, relative: u32, limit: f32, floor: f32 }
@group(1) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> segments: array<vec2u>;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec2f>;

var<workgroup> sums: array<vec2f, 64>;

fn tree_sum(lane: u32, value: vec2f) -> vec2f {
  sums[lane] = value;
  workgroupBarrier();
  for (var stride = LANES / 2u; stride > 0u; stride = stride / 2u) {
    if (lane < stride) { sums[lane] = sums[lane] + sums[lane + stride]; }
    workgroupBarrier();
  }
  return sums[0];
}

@compute @workgroup_size(LANES)
fn measure(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[wid.y];
  var sum = vec2f(0.0);
  for (var i = wid.x * LANES + lane; i < segment.y; i += params.parts * LANES) {
    let g = gradient[segment.x + i];
    sum.x += dot(g, g);
    if (params.relative == 1u) {
      let w = weight[segment.x + i];
      sum.y += dot(w, w);
    }
  }
  let total = tree_sum(lane, sum);
  if (lane == 0u) { partials[wid.y * params.parts + wid.x] = total; }
}

@group(0) @binding(0) var<storage, read> measured: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> factors: array<f32>;

@compute @workgroup_size(LANES)
fn limit(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0);
  for (var i = lane; i < params.parts; i += LANES) {
    sum += measured[wid.x * params.parts + i];
  }
  let norm = sqrt(tree_sum(lane, sum));
  if (lane == 0u) {
    let bound = params.limit * select(1.0, max(norm.y, params.floor), params.relative == 1u);
    factors[wid.x] = min(1.0, bound / (norm.x + 1e-6));
  }
}

@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read_write> scaled: array<vec4f>;

@compute @workgroup_size(LANES)
fn scale(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[wid.y];
  let f = factor[wid.y];
  if (f >= 1.0) { return; }
  for (var i = wid.x * LANES + lane; i < segment.y; i += params.parts * LANES) {
    scaled[segment.x + i] = f * scaled[segment.x + i];
  }
}
