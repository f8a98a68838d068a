// Adds weighted patches to a canvas at sub-pixel places (four bilinear weights).
// One workgroup per 16 x 16 tile that the batch touches, one invocation per pixel of it. Every
// pixel visits the patches of its tile in ascending order, starting from the sum so far, so
// the result does not depend on scheduling or on how a scan is cut into batches.
struct Params { trim: u32, width: u32, height: u32, first_row: u32, rows: u32, members: u32 }
// Four numbers a tile (column, row, first member, members), then the patch numbers of all tiles.
@group(0) @binding(1) var<storage, read> bins: array<u32>;
// Row and column of the patch's top left corner: whole part, then fraction.
@group(0) @binding(2) var<storage, read> places: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> canvas: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const TILE: u32 = 16u;

fn tap(patch_index: u32, row: i32, column: i32, weight: f32) -> vec4f {
  let trim = i32(params.trim);
  let inside = row >= 0 && column >= 0 && row < trim && column < trim;
  let r = u32(clamp(row, 0, trim - 1));
  let c = u32(clamp(column, 0, trim - 1));
  let value = load_weighted((patch_index * params.trim + r) * params.trim + c);
  return select(vec4f(0.0), weight * value, inside);
}

@compute @workgroup_size(256)
fn gather(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let slot = 4u * (wid.y * groups.x + wid.x);
  if (slot >= params.members) { return; }
  let column = bins[slot] + lid % TILE;
  let row = bins[slot + 1u] + lid / TILE;
  let first = params.members + bins[slot + 2u];
  let count = bins[slot + 3u];
  let band_row = row - params.first_row;
  if (count == 0u || column >= params.width || row >= params.height || row < params.first_row || band_row >= params.rows) {
    return;
  }
  let at = band_row * params.width + column;
  var sum = canvas[at];
  for (var k = 0u; k < count; k++) {
    let patch_index = bins[first + k];
    let place = places[patch_index];
    let r = i32(row) - i32(place.x);
    let c = i32(column) - i32(place.y);
    let fy = place.z;
    let fx = place.w;
    sum += tap(patch_index, r, c, (1.0 - fy) * (1.0 - fx))
      + tap(patch_index, r, c - 1, (1.0 - fy) * fx)
      + tap(patch_index, r - 1, c, fy * (1.0 - fx))
      + tap(patch_index, r - 1, c - 1, fy * fx);
  }
  canvas[at] = sum;
}
