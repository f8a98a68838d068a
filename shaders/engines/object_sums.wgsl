// Sums over the visits of a batch for the object, in ascending order of the visits; chi = psi' - P O.
//   numerators[pixel] = [sum P* chi, sum |P|^2, 0], one workgroup a tile of 16 x 16;  scalars[0] = largest sum |P|^2
// Every invocation owns four columns of ROWS rows of the tile; patches begin at any column, so that its four pixels of
// a row lie in two or three texels.
struct Params {
  size: u32, modes: u32, columns: u32, rows: u32, probe_stride: u32, bins: u32, members: u32,
}
// Four numbers a tile: column, row, first member, members.
@group(0) @binding(0) var<storage, read> bins: array<u32>;
@group(0) @binding(6) var<storage, read_write> scalars: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;

// Known while compiling, so that the loop over one mode goes away.
override ONE_MODE: bool = false;
override WORKGROUP: u32 = 32u;
override ROWS: u32 = 2u; // at most 4; ROWS * WORKGROUP = 64
var<workgroup> peak: atomic<u32>;

// Four neighbours: two pairs of complex numbers.
struct Quad { a: vec4f, b: vec4f }
// Sums of four pixels.
struct Sums { numerators: Quad, weights: vec4f }

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Four of six neighbours, from the second one if `odd`; what is not wanted is 0.
fn quad(a: vec4f, b: vec4f, c: vec4f, odd: bool, wanted: vec4<bool>) -> Quad {
  let first = select(a, vec4f(a.zw, b.xy), odd);
  let second = select(b, vec4f(b.zw, c.xy), odd);
  return Quad(select(vec4f(0.0), first, wanted.xxyy), select(vec4f(0.0), second, wanted.zzww));
}

// Adds the terms of four pixels from number `probe` and number `wave` on, which are both odd or both even.
fn add(sums: Sums, o: Quad, probe: i32, wave: i32, wanted: vec4<bool>) -> Sums {
  let odd = (probe & 1) != 0;
  let i = u32(probe >> 1u);
  let k = u32(wave >> 1u);
  let p = quad(load_probe(i), load_probe(i + 1u), load_probe(i + 2u), odd, wanted);
  let psi = quad(load_waves(k), load_waves(k + 1u), load_waves(k + 2u), odd, wanted);
  let c = vec4f(1.0, -1.0, 1.0, -1.0);
  let n = sums.numerators;
  return Sums(
    Quad(n.a + spin(psi.a - spin(p.a, o.a), p.a * c), n.b + spin(psi.b - spin(p.b, o.b), p.b * c)),
    sums.weights + vec4f(energy(p.a), energy(p.b)),
  );
}

fn object_quad(at: u32) -> Quad {
  return Quad(load_object(at), load_object(at + 2u));
}

// Stores the pixels that are on the canvas; returns the largest weight.
fn keep(sums: Sums, row: u32, column: u32) -> f32 {
  let at = row * params.columns + column;
  let n = sums.numerators;
  let w = sums.weights;
  if (row >= params.rows) { return 0.0; }
  store_numerators(at, vec4f(n.a.xy, w.x, 0.0));
  if (column + 1u < params.columns) { store_numerators(at + 1u, vec4f(n.a.zw, w.y, 0.0)); }
  if (column + 2u < params.columns) { store_numerators(at + 2u, vec4f(n.b.xy, w.z, 0.0)); }
  if (column + 3u < params.columns) { store_numerators(at + 3u, vec4f(n.b.zw, w.w, 0.0)); }
  return max(max(w.x, w.y), max(w.z, w.w));
}

@compute @workgroup_size(WORKGROUP)
fn object_sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = params.bins + 4u * wid.x;
  let count = bins[slot + 3u];
  let column = bins[slot] + 4u * (lane % 4u);
  let row = bins[slot + 1u] + ROWS * (lane / 4u);
  let n = params.size;
  var largest = 0.0;
  if (count > 0u && column < params.columns && row < params.rows) {
    var o: array<Quad, 4>;
    for (var r = 0u; r < ROWS; r++) { o[r] = object_quad(min(row + r, params.rows - 1u) * params.columns + column); }
    var sums = array<Sums, 4>();
    let modes = opaque(params.modes, wid);
    var k = params.members + bins[slot + 2u];
    let end = k + count;
    loop {
      // Visit of the batch, first row and column of its patch.
      let member = vec3u(load_members(k).xyz);
      let v = member.x;
      let y = row - member.y;
      let x = column - member.z;
      let inside = vec4u(x, x + 1u, x + 2u, x + 3u) < vec4u(n);
      // The sum wraps around where the patch begins below the first row.
      if (any(inside) && y + ROWS - 1u < n + ROWS - 1u) {
        let at = i32(y * n + x);
        var m = 0u;
        loop {
          let p = i32(v * params.probe_stride + m * n * n) + at;
          let w = i32((v * params.modes + m) * n * n) + at;
          for (var r = 0u; r < ROWS; r++) {
            let next = i32(r * n);
            sums[r] = add(sums[r], o[r], p + next, w + next, inside & vec4<bool>(y + r < n));
          }
          m++;
          continuing { break if ONE_MODE || m >= modes; }
        }
      }
      k++;
      continuing { break if k >= end; }
    }
    for (var r = 0u; r < ROWS; r++) { largest = max(largest, keep(sums[r], row + r, column)); }
  }
  atomicMax(&peak, bitcast<u32>(largest));
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&scalars[0], atomicLoad(&peak)); }
}
