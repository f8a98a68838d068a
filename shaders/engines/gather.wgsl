// Sums over the visits of a batch, in ascending order of the visits; chi = psi' - P O.
//   object_sums:  numerators[pixel] = [sum P* chi, sum |P|^2, 0] of the object, one workgroup a tile of 16 x 16;
//                 peaks[tile] = largest sum |P|^2
//   object_apply: O += beta [sum P* chi] / ((1 - alpha) sum |P|^2 + alpha peak)
// The batch-wide form of the rPIE step (Maiden, Johnson and Li, Optica 4, 736 (2017)): one visit is rPIE.
struct Params {
  size: u32, modes: u32, columns: u32, rows: u32, first: u32, probe_stride: u32,
  tiles: u32, bins: u32, alpha: f32, beta: f32,
}
// Four numbers a tile (column, row, first member, members), then the visits of all tiles.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(1) var<storage, read> visits: array<vec4u>;
@group(0) @binding(2) var<storage, read> probe: array<vec2f>;
@group(0) @binding(3) var<storage, read> waves: array<vec2f>;
@group(0) @binding(4) var<storage, read> object: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> numerators: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> peaks: array<f32>;
@group(0) @binding(2) var<storage, read> sums: array<vec4f>;
@group(0) @binding(3) var<storage, read> scalars: array<f32>;
@group(0) @binding(4) var<storage, read_write> changed: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

const TILE: u32 = 16u;
var<workgroup> peak: atomic<u32>;

struct Tile { row: u32, column: u32, first: u32, count: u32 }

fn tile_of(wid: vec3u) -> Tile {
  let slot = params.bins + 4u * wid.x;
  return Tile(bins[slot + 1u], bins[slot], params.bins + 4u * params.tiles + bins[slot + 2u], bins[slot + 3u]);
}

@compute @workgroup_size(256)
fn object_sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid);
  let row = tile.row + lane / TILE;
  let column = tile.column + lane % TILE;
  let inside = row < params.rows && column < params.columns && tile.count > 0u;
  let pixels = params.size * params.size;
  var bright = 0.0;
  if (inside) {
    let at = row * params.columns + column;
    let o = object[at];
    var numerator = vec2f(0.0);
    for (var k = 0u; k < tile.count; k++) {
      let v = bins[tile.first + k];
      let corner = visits[2u * (params.first + v)].yz;
      let place = vec2u(row, column) - corner;
      if (place.x < params.size && place.y < params.size) {
        let i = place.x * params.size + place.y;
        for (var m = 0u; m < params.modes; m++) {
          let p = probe[v * params.probe_stride + m * pixels + i];
          let chi = waves[(v * params.modes + m) * pixels + i] - vec2f(p.x * o.x - p.y * o.y, p.x * o.y + p.y * o.x);
          numerator += vec2f(p.x * chi.x + p.y * chi.y, p.x * chi.y - p.y * chi.x);
          bright += dot(p, p);
        }
      }
    }
    numerators[at] = vec4f(numerator, bright, 0.0);
  }
  atomicMax(&peak, bitcast<u32>(bright));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}

@compute @workgroup_size(256)
fn object_apply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid);
  let row = tile.row + lane / TILE;
  let column = tile.column + lane % TILE;
  if (row >= params.rows || column >= params.columns || tile.count == 0u) { return; }
  let at = row * params.columns + column;
  let sum = sums[at];
  let weight = (1.0 - params.alpha) * sum.z + params.alpha * max(scalars[0], 1e-30);
  changed[at] += params.beta * sum.xy / weight;
}
