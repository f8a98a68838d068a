// LSQ-ML (Odstrcil, Menzel and Guizar-Sicairos, Opt. Express 26, 3108 (2018)) for a batch of visits.
// Directions: d = D / sqrt(W^2 + (damping max W)^2), D = sum P* chi and W = sum |P|^2 on the canvas;
//             e = sum over visits of O* chi, in the frame of the probe (its scale drops out).
//   solve:  per visit of the table (engines/lsqml_sums.wgsl) [[uu + l1, uw], [uw, ww + l2]] (s, t) = (u chi, w chi),
//           l = coupling times the mean diagonal; negative steps are 0; scalars[2, 3] = relaxation times the mean steps
//   object: O += scalars[2] / modes d;   probe: P += scalars[3] e
struct Params {
  modes: u32, columns: u32, rows: u32, visits: u32, bins: u32, count: u32, with_object: u32, with_probe: u32,
  damping: f32, coupling: f32, object_step: f32, probe_step: f32,
}
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scalars: array<f32>;
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(1) var<storage, read> known: array<vec4f>;
@group(0) @binding(2) var<storage, read> steps: array<f32>;
@group(0) @binding(3) var<storage, read_write> object_out: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> probe_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(1)
fn solve() {
  var mean = vec2f(0.0);
  var count = 0.0;
  for (var v = 0u; v < params.visits; v++) {
    let row = table[2u * v];
    mean += row.w * row.xy;
    count += row.w;
  }
  let damping = params.coupling * mean / max(count, 1.0);
  var total = vec2f(0.0);
  for (var v = 0u; v < params.visits; v++) {
    let row = table[2u * v];
    let b = table[2u * v + 1u].xy;
    let a = max(row.xy + damping, vec2f(1e-30));
    var step = b / a;
    if (params.with_object != 0u && params.with_probe != 0u) {
      // Scaled by the diagonal, so that products of large sums do not overflow.
      let cross = row.z * inverseSqrt(a.x) * inverseSqrt(a.y);
      let rest = max(1.0 - cross * cross, 1e-6);
      let scaled = b * inverseSqrt(a);
      step = (scaled - cross * scaled.yx) / rest * inverseSqrt(a);
    }
    total += row.w * max(step, vec2f(0.0));
  }
  let steps = vec2f(params.object_step, params.probe_step) * total / max(count, 1.0);
  scalars[2] = steps.x;
  scalars[3] = steps.y;
}

@compute @workgroup_size(256)
fn apply_object(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let row = bins[slot + 1u] + lane / 16u;
  let column = bins[slot] + lane % 16u;
  if (bins[slot + 3u] == 0u || row >= params.rows || column >= params.columns) { return; }
  let at = row * params.columns + column;
  object_out[at] += steps[2] / f32(params.modes) * object_direction(known[at], steps[0]);
}

@compute @workgroup_size(WORKGROUP)
fn apply_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { probe_out[id.x] += steps[3] * known[id.x]; }
}
