// Sums over the visits of a batch for the object, in the order of its tile list; chi by project.wgsl:
//   numerators[tile, pixel] = [sum P* chi, sum |P|^2, 0], one workgroup a tile of 16 x 16;  scalars[0] = largest sum |P|^2
// Every invocation owns 2 PAIRS columns of ROWS rows of the tile; patches begin at any column, so that its pixels of
// a row lie in PAIRS texels or one more: the leading visits of a tile that begin at even columns, as many as the first
// member says, are added without that one.
struct Params {
  size: u32, modes: u32, columns: u32, rows: u32, probe_stride: u32, bins: u32, members: u32,
}
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(5) var<storage, read_write> scalars: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;

// Known while compiling, so that the loop over one mode goes away.
override ONE_MODE: bool = false;
override WORKGROUP: u32 = 32u;
override PAIRS: u32 = 2u; // at most 4
override ROWS: u32 = 2u; // at most 4; PAIRS * ROWS * WORKGROUP = 128
var<workgroup> peak: atomic<u32>;

// Neighbours of a row: sum P* chi and sum |P|^2.
struct Row { along: array<vec4f, 4>, weights: array<vec2f, 4> }

// a* b of two pairs.
fn along(a: vec4f, b: vec4f) -> vec4f {
  return b * a.xxzz + vec4f(b.y, -b.x, b.w, -b.z) * a.yyww;
}

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Adds the terms of a row from numbers `probe` and `first` on, which are both even if `even`, else both odd or both even.
fn add(sums: Row, probe: i32, first: i32, x: u32, inside: bool, even: bool) -> Row {
  var result = sums;
  let odd = (probe & 1) != 0;
  let i = u32(probe >> 1u);
  let k = u32(first >> 1u);
  var p = load_probe(i);
  var next = load_chi(k);
  for (var s = 0u; s < PAIRS; s++) {
    var seen = p;
    var chi = next;
    if (!even || s + 1u < PAIRS) {
      p = load_probe(i + s + 1u);
      next = load_chi(k + s + 1u);
    }
    if (!even) {
      seen = select(seen, vec4f(seen.zw, p.xy), odd);
      chi = select(chi, vec4f(chi.zw, next.xy), odd);
    }
    let term = along(seen, chi);
    // Numbers beyond the patch are those of another place.
    let wanted = (vec2u(x + 2u * s, x + 2u * s + 1u) < vec2u(params.size)) & vec2<bool>(inside);
    result.along[s] += select(vec4f(0.0), term, wanted.xxyy);
    result.weights[s] += select(vec2f(0.0), energy(seen), wanted);
  }
  return result;
}

// Adds the terms of a member of the tile to the rows of an invocation.
fn add_member(sums: ptr<function, array<Row, 4>>, k: u32, row: u32, column: u32, modes: u32, even: bool) {
  // Visit of the batch, first row and column of its patch.
  let member = vec3u(load_members(k).xyz);
  let n = params.size;
  let v = member.x;
  let y = row - member.y;
  let x = column - member.z;
  // The sums wrap around where the patch begins beyond the first row or column.
  if (x + 2u * PAIRS - 1u < n + 2u * PAIRS - 1u && y + ROWS - 1u < n + ROWS - 1u) {
    let at = i32(y * n + x);
    var m = 0u;
    loop {
      let p = i32(v * params.probe_stride + m * n * n) + at;
      let w = i32((v * params.modes + m) * n * n) + at;
      for (var r = 0u; r < ROWS; r++) {
        let next = i32(r * n);
        (*sums)[r] = add((*sums)[r], p + next, w + next, x, y + r < n, even);
      }
      m++;
      continuing { break if ONE_MODE || m >= modes; }
    }
  }
}

// Stores the pixels of a row, also those of the tile that are not on the canvas; returns the largest weight of the others.
fn keep(sums: Row, row: u32, column: u32) -> f32 {
  var largest = 0.0;
  let place = tile_place(row, column, params.columns) / 2u;
  for (var s = 0u; s < PAIRS; s++) {
    let x = column + 2u * s;
    let weight = sums.weights[s];
    let sum = sums.along[s];
    store_numerators(place + s, vec4f(sum.xy, weight.x, 0.0), vec4f(sum.zw, weight.y, 0.0));
    let on = (vec2u(x, x + 1u) < vec2u(params.columns)) & vec2<bool>(row < params.rows);
    let seen = select(vec2f(0.0), weight, on);
    largest = max(largest, max(seen.x, seen.y));
  }
  return largest;
}

@compute @workgroup_size(WORKGROUP)
fn object_sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let count = bins[slot + 3u];
  let across = 8u / PAIRS;
  let column = bins[slot] + 2u * PAIRS * (lane % across);
  let row = bins[slot + 1u] + ROWS * (lane / across);
  var largest = 0.0;
  if (count > 0u && column < params.columns && row < params.rows) {
    var sums = array<Row, 4>();
    let modes = opaque(params.modes, wid);
    let first = params.members + bins[slot + 2u];
    let evens = first + u32(load_members(first).w);
    var k = first;
    // Loops that ask before their body run it once more, for nobody, on a software adapter.
    if (k < evens) {
      loop {
        add_member(&sums, k, row, column, modes, true);
        k++;
        continuing { break if k >= evens; }
      }
    }
    if (k < first + count) {
      loop {
        add_member(&sums, k, row, column, modes, false);
        k++;
        continuing { break if k >= first + count; }
      }
    }
    for (var r = 0u; r < ROWS; r++) { largest = max(largest, keep(sums[r], row + r, column)); }
  }
  atomicMax(&peak, bitcast<u32>(largest));
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&scalars[0], atomicLoad(&peak)); }
}
