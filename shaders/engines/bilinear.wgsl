// Patches cut from the canvas between its pixels by four bilinear weights, and the adjoint.
//   extract: patches[v, i] = sum of taps of the object at corner + fraction of visit v + i
//   terms:   values[v, i] = [sum P* chi, sum |P|^2, 0], 0 for visits of weight 0
//   gather:  sums[tile, pixel] = adjoint taps of values over the visits of a tile, scalars[0] = largest third number
//   place:   gradient[pixel] = adjoint taps of patches
// The taps of a patch reach one pixel beyond it, where its fraction is not 0.
struct Params { size: u32, modes: u32, columns: u32, rows: u32, first: u32, count: u32, tiles: u32, bins: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(1) var<storage, read> probe: array<vec2f>;
@group(0) @binding(2) var<storage, read> chi: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(2) var<storage, read> known: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> scalars: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> peak: atomic<u32>;

struct Place { corner: vec2u, fraction: vec2f, weight: f32 }
fn place_of(visit: u32) -> Place {
  let a = visits[2u * (params.first + visit)];
  let b = visits[2u * (params.first + visit) + 1u];
  return Place(a.yz, bitcast<vec2f>(b.xy), bitcast<f32>(a.w));
}

@compute @workgroup_size(WORKGROUP)
fn extract(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.size * params.size;
  let p = place_of(i / pixels);
  let at = p.corner + vec2u((i % pixels) / params.size, i % params.size);
  let f = p.fraction;
  // Taps of weight 0 stay inside.
  let below = select(0u, params.columns, f.x > 0.0);
  let right = select(0u, 1u, f.y > 0.0);
  let k = at.x * params.columns + at.y;
  result[i] = (1.0 - f.x) * ((1.0 - f.y) * source[k] + f.y * source[k + right])
    + f.x * ((1.0 - f.y) * source[k + below] + f.y * source[k + below + right]);
}

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.size * params.size;
  let visit = i / pixels;
  var sum = vec4f(0.0);
  for (var m = 0u; m < params.modes; m++) {
    let q = probe[m * pixels + i % pixels];
    let c = chi[(visit * params.modes + m) * pixels + i % pixels];
    sum += vec4f(q.x * c.x + q.y * c.y, q.x * c.y - q.y * c.x, dot(q, q), 0.0);
  }
  values[i] = place_of(visit).weight * sum;
}

struct Tile { at: vec2u, first: u32, count: u32 }
fn tile_of(wid: vec3u, lane: u32) -> Tile {
  let slot = params.bins + 4u * wid.x;
  let at = vec2u(bins[slot + 1u] + lane / 16u, bins[slot] + lane % 16u);
  let inside = at.x < params.rows && at.y < params.columns;
  return Tile(at, params.bins + 4u * params.tiles + bins[slot + 2u], select(0u, bins[slot + 3u], inside));
}

// First pixel of a tap in the stack of patches, and its weight, 0 outside the patch.
struct Tap { at: u32, weight: f32 }
fn tap(visit: u32, local: vec2u, weight: f32) -> Tap {
  let inside = local.x < params.size && local.y < params.size;
  let y = select(0u, local.x, inside);
  let x = select(0u, local.y, inside);
  return Tap((visit * params.size + y) * params.size + x, select(0.0, weight, inside));
}

@compute @workgroup_size(256)
fn gather(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid, lane);
  var sum = vec4f(0.0);
  for (var k = 0u; k < tile.count; k++) {
    let v = bins[tile.first + k];
    let p = place_of(v);
    let f = p.fraction;
    let local = tile.at - p.corner;
    let a = tap(v, local, (1.0 - f.x) * (1.0 - f.y));
    let b = tap(v, local - vec2u(0u, 1u), (1.0 - f.x) * f.y);
    let c = tap(v, local - vec2u(1u, 0u), f.x * (1.0 - f.y));
    let d = tap(v, local - vec2u(1u, 1u), f.x * f.y);
    sum += a.weight * known[a.at] + b.weight * known[b.at] + c.weight * known[c.at] + d.weight * known[d.at];
  }
  if (tile.count > 0u) { sums[tile_place(tile.at.x, tile.at.y, params.columns)] = sum; }
  atomicMax(&peak, bitcast<u32>(sum.z));
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&scalars[0], atomicLoad(&peak)); }
}

@compute @workgroup_size(256)
fn place(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(wid, lane);
  if (tile.count == 0u) { return; }
  var sum = vec2f(0.0);
  for (var k = 0u; k < tile.count; k++) {
    let v = bins[tile.first + k];
    let p = place_of(v);
    let f = p.fraction;
    let local = tile.at - p.corner;
    let a = tap(v, local, (1.0 - f.x) * (1.0 - f.y));
    let b = tap(v, local - vec2u(0u, 1u), (1.0 - f.x) * f.y);
    let c = tap(v, local - vec2u(1u, 0u), f.x * (1.0 - f.y));
    let d = tap(v, local - vec2u(1u, 1u), f.x * f.y);
    sum += a.weight * source[a.at] + b.weight * source[b.at] + c.weight * source[c.at] + d.weight * source[d.at];
  }
  result[tile.at.x * params.columns + tile.at.y] = sum;
}
