// What a batch is compared with, in the layout of the prediction, one workgroup a visit:
//   observed = measured amplitude (squared = 1: intensity), or the prediction itself where nothing was
//   measured and for visits of weight 0, so that these add neither loss nor gradient.
//   stats = [sum (|Psi| - sqrt I)^2, 0, 0, sum |Psi|^2] over measured pixels
// and, for Gaussian noise, the gradient of factor / 2 sum (predicted - observed)^2:
//   difference: gradient = factor (predicted - observed)
struct Params { size: u32, first: u32, squared: u32, count: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> places: array<u32>; // frequency, negative ones last -> place in measured
@group(0) @binding(2) var<storage, read> measured: array<f32>;
@group(0) @binding(3) var<storage, read> predicted: array<f32>;
@group(0) @binding(4) var<storage, read_write> observed: array<f32>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec4f>;
@group(0) @binding(0) var<storage, read> known: array<f32>;
@group(0) @binding(1) var<storage, read> expected: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> sums: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn observe(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = params.size;
  let pixels = n * n;
  let visit = visits[2u * (params.first + wid.x)];
  let weight = bitcast<f32>(visit.w);
  var own = vec2f(0.0);
  for (var i = lane; i < pixels; i += WORKGROUP) {
    let y = places[(i / n + n / 2u) % n];
    let x = places[(i % n + n / 2u) % n];
    let a = measured[visit.x * pixels + y * n + x];
    let p = predicted[wid.x * pixels + i];
    let amplitude = select(p, sqrt(max(p, 0.0)), params.squared != 0u);
    let seen = a >= 0.0 && weight > 0.0;
    own += select(vec2f(0.0), vec2f((amplitude - a) * (amplitude - a), amplitude * amplitude), seen);
    observed[wid.x * pixels + i] = select(p, select(a, a * a, params.squared != 0u), seen);
  }
  sums[lane] = own;
  workgroupBarrier();
  if (lane == 0u) {
    var total = vec2f(0.0);
    for (var j = 0u; j < WORKGROUP; j++) { total += sums[j]; }
    stats[params.first + wid.x] = vec4f(total.x, 0.0, 0.0, total.y);
  }
}

@compute @workgroup_size(WORKGROUP)
fn difference(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i < params.count) { gradient[i] = params.factor * (known[i] - expected[i]); }
}
