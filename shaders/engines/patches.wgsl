// Patches of the canvas at whole pixels, and the adjoint.
//   extract: patches[v, i] = object[corner of visit v + i]
//   place:   gradient[pixel] = sum over the visits of patches[v, pixel - corner], one workgroup a tile of 16 x 16
struct Params { size: u32, columns: u32, rows: u32, first: u32, count: u32, tiles: u32, bins: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn extract(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let pixels = params.size * params.size;
  let corner = visits[2u * (params.first + i / pixels)].yz;
  let y = (i % pixels) / params.size;
  result[i] = source[(corner.x + y) * params.columns + corner.y + i % params.size];
}

@compute @workgroup_size(256)
fn place(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let at = vec2u(bins[slot + 1u] + lane / 16u, bins[slot] + lane % 16u);
  let first = params.bins + 4u * params.tiles + bins[slot + 2u];
  let count = bins[slot + 3u];
  if (count == 0u || at.x >= params.rows || at.y >= params.columns) { return; }
  var sum = vec2f(0.0);
  for (var k = 0u; k < count; k++) {
    let v = bins[first + k];
    let local = at - visits[2u * (params.first + v)].yz;
    if (local.x < params.size && local.y < params.size) {
      sum += source[(v * params.size + local.x) * params.size + local.y];
    }
  }
  result[at.x * params.columns + at.y] = sum;
}
