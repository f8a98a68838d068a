// Direction of the object of LSQ-ML (engines/lsqml_apply.wgsl) from the sums of a batch (engines/object_sums.wgsl), in
// rows of an even number of pixels; one workgroup of 32 a tile of 16 x 16.
struct Params { columns: u32, rows: u32, bins: u32, damping: f32 }
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> scalars: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

// sum P* chi / sqrt(W^2 + (damping max W)^2), W = sum |P|^2.
fn scaled(sum: vec4f, floor: f32) -> vec2f {
  return sum.xy * inverseSqrt(max(sum.z * sum.z + floor * floor, 1e-30));
}

// Every invocation has a pair of pixels of four rows.
@compute @workgroup_size(32)
fn direct(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let column = bins[slot] + 2u * (lane % 8u);
  if (column >= params.columns || bins[slot + 3u] == 0u) { return; }
  let first = bins[slot + 1u] + 4u * (lane / 8u);
  let floor = params.damping * scalars[0];
  for (var r = 0u; r < 4u; r++) {
    let row = first + r;
    if (row < params.rows) {
      let at = tile_place(row, column, params.columns);
      let pair = vec4f(scaled(load_sums(at), floor), scaled(load_sums(at + 1u), floor));
      store_direction(row * ((params.columns + 1u) / 2u) + column / 2u, pair);
    }
  }
}
