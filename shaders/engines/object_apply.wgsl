// Step of the object from the sums of a batch (engines/object_sums.wgsl), one workgroup of 32 a tile of 16 x 16:
//   O += beta [sum P* chi] / ((1 - alpha) sum |P|^2 + alpha peak)
// The batch-wide form of the rPIE step (Maiden, Johnson and Li, Optica 4, 736 (2017)): one visit is rPIE.
struct Params { columns: u32, rows: u32, bins: u32, alpha: f32, beta: f32 }
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> scalars: array<f32>;
@group(0) @binding(3) var<storage, read_write> object: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

// Every invocation has a pair of pixels of four rows.
@compute @workgroup_size(32)
fn object_apply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let column = bins[slot] + 2u * (lane % 8u);
  if (column >= params.columns || bins[slot + 3u] == 0u) { return; }
  let first = bins[slot + 1u] + 4u * (lane / 8u);
  let floor = params.alpha * max(scalars[0], 1e-30);
  for (var r = 0u; r < 4u; r++) {
    let row = first + r;
    if (row < params.rows) {
      let at = row * params.columns + column;
      let place = tile_place(row, column, params.columns);
      let a = load_sums(place);
      let b = load_sums(place + 1u);
      let step = params.beta / ((1.0 - params.alpha) * vec2f(a.z, b.z) + floor);
      let after = pair_before(at) + vec4f(a.xy, b.xy) * step.xxyy;
      object[at] = after.xy;
      if (column + 1u < params.columns) { object[at + 1u] = after.zw; }
    }
  }
}
