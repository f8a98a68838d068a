// Sums over the visits of a batch, in ascending order of the visits; chi = psi' - P O.
//   object_sums:  numerators[pixel] = [sum P* chi, sum |P|^2, 0] of the object, one workgroup of 64 a tile of 16 x 16;
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
// Known while compiling, so that the loop over one mode goes away.
override ONE_MODE: bool = false;
var<workgroup> peak: atomic<u32>;

struct Tile { row: u32, column: u32, first: u32, count: u32 }

fn tile_of(wid: vec3u) -> Tile {
  let slot = params.bins + 4u * wid.x;
  return Tile(bins[slot + 1u], bins[slot], params.bins + 4u * params.tiles + bins[slot + 2u], bins[slot + 3u]);
}

// Every invocation owns four rows of one column of the tile, so that visits are read once for four pixels.
@compute @workgroup_size(64)
fn object_sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid);
  let row = tile.row + 4u * (lane / TILE);
  let column = tile.column + lane % TILE;
  let n = params.size;
  let pixels = n * n;
  var largest = 0.0;
  if (tile.count > 0u && column < params.columns && row < params.rows) {
    // Rows below the canvas repeat the last one; they are not written.
    let last = params.rows - 1u;
    let at = vec4u(row, min(row + 1u, last), min(row + 2u, last), min(row + 3u, last)) * params.columns + column;
    let o0 = object[at.x];
    let o1 = object[at.y];
    let o2 = object[at.z];
    let o3 = object[at.w];
    var s0 = vec3f(0.0);
    var s1 = vec3f(0.0);
    var s2 = vec3f(0.0);
    var s3 = vec3f(0.0);
    var k = tile.first;
    let end = tile.first + tile.count;
    let modes = opaque(params.modes, wid);
    loop {
      let v = bins[k];
      let corner = visits[2u * (params.first + v)].yz;
      let x = column - corner.y;
      let y = row - corner.x;
      if (x < n && (y < n || y + 3u < n)) {
        let inside = vec4<bool>(y < n, y + 1u < n, y + 2u < n, y + 3u < n);
        let i = select(vec4u(0u), vec4u(y, y + 1u, y + 2u, y + 3u) * n + x, inside);
        var m = 0u;
        loop {
          let p = v * params.probe_stride + m * pixels;
          let w = (v * params.modes + m) * pixels;
          s0 += select(vec3f(0.0), term(p + i.x, w + i.x, o0), inside.x);
          s1 += select(vec3f(0.0), term(p + i.y, w + i.y, o1), inside.y);
          s2 += select(vec3f(0.0), term(p + i.z, w + i.z, o2), inside.z);
          s3 += select(vec3f(0.0), term(p + i.w, w + i.w, o3), inside.w);
          m++;
          continuing { break if ONE_MODE || m >= modes; }
        }
      }
      k++;
      continuing { break if k >= end; }
    }
    numerators[at.x] = vec4f(s0, 0.0);
    largest = s0.z;
    if (row + 1u <= last) {
      numerators[at.y] = vec4f(s1, 0.0);
      largest = max(largest, s1.z);
    }
    if (row + 2u <= last) {
      numerators[at.z] = vec4f(s2, 0.0);
      largest = max(largest, s2.z);
    }
    if (row + 3u <= last) {
      numerators[at.w] = vec4f(s3, 0.0);
      largest = max(largest, s3.z);
    }
  }
  atomicMax(&peak, bitcast<u32>(largest));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}

// [P* (psi' - P O), |P|^2] of one pixel.
fn term(p: u32, w: u32, o: vec2f) -> vec3f {
  let q = probe[p];
  let chi = waves[w] - vec2f(q.x * o.x - q.y * o.y, q.x * o.y + q.y * o.x);
  return vec3f(q.x * chi.x + q.y * chi.y, q.x * chi.y - q.y * chi.x, dot(q, q));
}

@compute @workgroup_size(64)
fn object_apply(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid);
  let column = tile.column + lane % TILE;
  if (column >= params.columns || tile.count == 0u) { return; }
  let first = tile.row + 4u * (lane / TILE);
  let end = min(first + 4u, params.rows);
  let floor = params.alpha * max(scalars[0], 1e-30);
  for (var row = first; row < end; row++) {
    let at = row * params.columns + column;
    let sum = sums[at];
    changed[at] += params.beta * sum.xy / ((1.0 - params.alpha) * sum.z + floor);
  }
}
