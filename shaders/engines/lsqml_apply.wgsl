// LSQ-ML (Odstrcil, Menzel and Guizar-Sicairos, Opt. Express 26, 3108 (2018)) for a batch of visits.
// Directions: d = D / sqrt(W^2 + (damping max W)^2), D = sum P* chi and W = sum |P|^2 on the canvas;
//             e = sum over visits of O* chi, in the frame of the probe (its scale drops out).
//   per visit of the table (engines/lsqml_sums.wgsl): [[uu + l1, uw], [uw, ww + l2]] (s, t) = (u chi, w chi),
//   l = coupling times the mean diagonal; negative steps are 0; O += mean s / modes d, P += mean t e, both relaxed
// Every workgroup of 32 solves for the steps, which takes less time than to wait for one that does, and makes its
// part of them: tiles of 16 x 16 of the object, pairs of pixels of the probe.
struct Params {
  visits: u32, parts: u32, modes: u32, columns: u32, rows: u32, bins: u32, tiles: u32, pairs: u32,
  with_object: u32, with_probe: u32, coupling: f32, object_step: f32, probe_step: f32,
}
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<vec4f>;
@group(0) @binding(3) var<storage, read> known: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> object: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> probe_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
const GROUP = 32u;
var<workgroup> shared_sums: array<vec3f, GROUP>;

// Row of a visit, the sum of those of its parts, and its weight.
fn row_of(v: u32, row: u32) -> vec4f {
  let first = 2u * params.parts * v + row;
  var sum = table[first].xyz;
  for (var part = 1u; part < params.parts; part++) { sum += table[first + 2u * part].xyz; }
  return vec4f(sum, table[first].w);
}

// Sum over the workgroup.
fn sum_of_all(lane: u32, own: vec3f) -> vec3f {
  workgroupBarrier();
  shared_sums[lane] = own;
  workgroupBarrier();
  if (lane == 0u) {
    var total = own;
    for (var k = 1u; k < GROUP; k++) { total += shared_sums[k]; }
    shared_sums[0] = total;
  }
  workgroupBarrier();
  return shared_sums[0];
}

// Weighted steps (s, t) of a visit, and its weight.
fn steps_of(v: u32, damping: vec2f) -> vec3f {
  let row = row_of(v, 0u);
  let b = row_of(v, 1u).xy;
  let a = max(row.xy + damping, vec2f(1e-30));
  var step = b / a;
  if (params.with_object != 0u && params.with_probe != 0u) {
    // Scaled by the diagonal, so that products of large sums do not overflow.
    let cross = row.z * inverseSqrt(a.x) * inverseSqrt(a.y);
    let rest = max(1.0 - cross * cross, 1e-6);
    let scaled = b * inverseSqrt(a);
    step = (scaled - cross * scaled.yx) / rest * inverseSqrt(a);
  }
  return row.w * vec3f(max(step, vec2f(0.0)), 1.0);
}

// Steps of the batch.
fn solve(lane: u32, visits: u32) -> vec2f {
  var diagonal = vec3f(0.0);
  for (var v = lane; v < visits; v += GROUP) {
    let row = row_of(v, 0u);
    diagonal += row.w * vec3f(row.xy, 1.0);
  }
  let mean = sum_of_all(lane, diagonal);
  let damping = params.coupling * mean.xy / max(mean.z, 1.0);
  var steps = vec3f(0.0);
  for (var v = lane; v < visits; v += GROUP) { steps += steps_of(v, damping); }
  let total = sum_of_all(lane, steps);
  return vec2f(params.object_step, params.probe_step) * total.xy / max(total.z, 1.0);
}

// Every invocation has a pair of pixels of four rows.
fn change_tile(tile: u32, lane: u32, step: f32) {
  let slot = params.bins + 4u * tile;
  let column = bins[slot] + 2u * (lane % 8u);
  if (column >= params.columns || bins[slot + 3u] == 0u) { return; }
  let first = bins[slot + 1u] + 4u * (lane / 8u);
  for (var r = 0u; r < 4u; r++) {
    let row = first + r;
    if (row < params.rows) {
      let at = row * params.columns + column;
      let after = pair_before(at) + step * load_sums(row * ((params.columns + 1u) / 2u) + column / 2u);
      object[at] = after.xy;
      if (column + 1u < params.columns) { object[at + 1u] = after.zw; }
    }
  }
}

@compute @workgroup_size(GROUP)
fn apply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let steps = solve(lane, opaque(params.visits, wid));
  if (params.with_object != 0u) {
    let tiles = opaque(params.tiles, wid);
    for (var tile = wid.x; tile < tiles; tile += groups.x) {
      change_tile(tile, lane, steps.x / f32(params.modes));
    }
  }
  if (params.with_probe != 0u) {
    let pairs = opaque(params.pairs, wid);
    for (var k = GROUP * wid.x + lane; k < pairs; k += GROUP * groups.x) { probe_out[k] += steps.y * known[k]; }
  }
}
