// Step of the object of LSQ-ML (engines/lsqml.wgsl), one workgroup of 32 a tile of 16 x 16: O += scalars[2] / modes d
struct Params { modes: u32, columns: u32, rows: u32, bins: u32 }
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> scalars: array<f32>;
@group(0) @binding(3) var<storage, read_write> object: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

// Every invocation has a pair of pixels of four rows.
@compute @workgroup_size(32)
fn apply_object(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let column = bins[slot] + 2u * (lane % 8u);
  if (column >= params.columns || bins[slot + 3u] == 0u) { return; }
  let first = bins[slot + 1u] + 4u * (lane / 8u);
  let step = scalars[2] / f32(params.modes);
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
