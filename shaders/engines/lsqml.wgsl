// LSQ-ML (Odstrcil, Menzel and Guizar-Sicairos, Opt. Express 26, 3108 (2018)) for a batch of visits.
// Directions: d = D / sqrt(W^2 + (damping max W)^2), D = sum P* chi and W = sum |P|^2 on the canvas;
//             e = sum over visits of O* chi, in the frame of the probe (its scale drops out).
//   solve:  per visit of the table (engines/lsqml_sums.wgsl) [[uu + l1, uw], [uw, ww + l2]] (s, t) = (u chi, w chi),
//           l = coupling times the mean diagonal; negative steps are 0; scalars[2, 3] = relaxation times the mean steps
//   object: O += scalars[2] / modes d (engines/lsqml_object.wgsl);   probe: P += scalars[3] e
struct Params {
  visits: u32, count: u32, with_object: u32, with_probe: u32,
  coupling: f32, object_step: f32, probe_step: f32,
}
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scalars: array<f32>;
@group(0) @binding(0) var<storage, read> known: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<f32>;
@group(0) @binding(2) var<storage, read_write> probe_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(1)
fn solve(@builtin(workgroup_id) wid: vec3u) {
  let visits = opaque(params.visits, wid);
  var mean = vec2f(0.0);
  var count = 0.0;
  for (var v = 0u; v < visits; v++) {
    let row = table[2u * v];
    mean += row.w * row.xy;
    count += row.w;
  }
  let damping = params.coupling * mean / max(count, 1.0);
  var total = vec2f(0.0);
  for (var v = 0u; v < visits; v++) {
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

@compute @workgroup_size(WORKGROUP)
fn apply_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { probe_out[id.x] += steps[3] * known[id.x]; }
}
