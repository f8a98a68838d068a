// Modulus projection of exit waves, one workgroup a visit; what is left is the change of the waves:
//   chi = psi' - psi = F^-1[ (f - 1) F psi ],  psi = P O,
//   f = sqrt(I / Ip)               amplitude-Gaussian noise, relaxed: 1 + step (f - 1)
//   f = 1 - step (1 - I / Ip)      Poisson noise
//   Ip = sum over modes of |F psi|^2; f = 1 where nothing was measured (measured < 0).
// Thibault et al., Ultramicroscopy 109, 338 (2009); modes: Thibault and Menzel, Nature 494, 68 (2013).
//   waves (visits, modes, pixels), probe (modes, pixels) or (visits, modes, pixels) by probe_stride.
//   stats (visits) = [sum (|Psi| - sqrt I)^2, max sum |P|^2, max |O|^2, sum Ip], over measured pixels.
override MODES: u32 = 1u;
struct Params {
  size: u32,
  first: u32,
  columns: u32,
  probe_stride: u32,
  step: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> object: array<vec2f>;
@group(0) @binding(2) var<storage, read> probe: array<vec4f>;
@group(0) @binding(3) var<storage, read> measured: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> waves: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> shared_sums: array<vec4f, WORKGROUP>;
// Sums and maxima of one invocation, as in stats.
var<private> own: vec4f;

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Factor f - 1 of two transformed numbers with model intensity q N^2 and measured amplitudes a; counts them.
fn factor(q: vec2f, a: vec2f) -> vec4f {
  let scale = 1.0 / f32(params.size * params.size);
  let f = modulus_change(q * scale, a) * scale;
  return f.xxyy;
}

fn middle4(at: u32, amplitudes: u32) {
  let half = params.size / 2u;
  let plane = params.size * half;
  var v: array<vec4f, 4>;
  var q = array<vec2f, 4>();
  var m = 0u;
  loop {
    v = take4(at + m * plane, half);
    v = dft4(v[0], v[1], v[2], v[3]);
    q = array<vec2f, 4>(q[0] + energy(v[0]), q[1] + energy(v[1]), q[2] + energy(v[2]), q[3] + energy(v[3]));
    if (MODES > 1u) { put4(at + m * plane, half, v[0], v[1], v[2], v[3]); }
    m++;
    continuing { break if m >= MODES; }
  }
  let a = measured[amplitudes];
  let b = measured[amplitudes + half / 2u];
  let f0 = factor(q[0], vec2f(a.x, b.x));
  let f1 = factor(q[1], vec2f(a.y, b.y));
  let f2 = factor(q[2], vec2f(a.z, b.z));
  let f3 = factor(q[3], vec2f(a.w, b.w));
  let c = vec4f(1.0, -1.0, 1.0, -1.0);
  m = 0u;
  loop {
    if (MODES > 1u) { v = take4(at + m * plane, half); }
    v = dft4(v[0] * f0 * c, v[1] * f1 * c, v[2] * f2 * c, v[3] * f3 * c);
    put4(at + m * plane, half, v[0] * c, v[1] * c, v[2] * c, v[3] * c);
    m++;
    continuing { break if m >= MODES; }
  }
}

fn energies8(v: array<vec4f, 8>, q: array<vec2f, 8>) -> array<vec2f, 8> {
  return array<vec2f, 8>(q[0] + energy(v[0]), q[1] + energy(v[1]), q[2] + energy(v[2]), q[3] + energy(v[3]),
    q[4] + energy(v[4]), q[5] + energy(v[5]), q[6] + energy(v[6]), q[7] + energy(v[7]));
}

// Factors of eight, conjugated.
fn factors8(q: array<vec2f, 8>, at: u32) -> array<vec4f, 8> {
  let next = params.size / 4u;
  let a = measured[at];
  let b = measured[at + 1u];
  let c = measured[at + next];
  let d = measured[at + next + 1u];
  let s = vec4f(1.0, -1.0, 1.0, -1.0);
  return array<vec4f, 8>(
    s * factor(q[0], vec2f(a.x, c.x)), s * factor(q[1], vec2f(a.y, c.y)),
    s * factor(q[2], vec2f(a.z, c.z)), s * factor(q[3], vec2f(a.w, c.w)),
    s * factor(q[4], vec2f(b.x, d.x)), s * factor(q[5], vec2f(b.y, d.y)),
    s * factor(q[6], vec2f(b.z, d.z)), s * factor(q[7], vec2f(b.w, d.w)),
  );
}

fn times8(v: array<vec4f, 8>, f: array<vec4f, 8>) -> array<vec4f, 8> {
  return array<vec4f, 8>(v[0] * f[0], v[1] * f[1], v[2] * f[2], v[3] * f[3], v[4] * f[4], v[5] * f[5], v[6] * f[6], v[7] * f[7]);
}

fn conjugate8(v: array<vec4f, 8>) -> array<vec4f, 8> {
  let c = vec4f(1.0, -1.0, 1.0, -1.0);
  return array<vec4f, 8>(v[0] * c, v[1] * c, v[2] * c, v[3] * c, v[4] * c, v[5] * c, v[6] * c, v[7] * c);
}

fn middle8(at: u32, amplitudes: u32) {
  let half = params.size / 2u;
  let plane = params.size * half;
  var v: array<vec4f, 8>;
  var q = array<vec2f, 8>();
  var m = 0u;
  loop {
    v = dft8(take8(at + m * plane, half));
    q = energies8(v, q);
    if (MODES > 1u) { put8(at + m * plane, half, v); }
    m++;
    continuing { break if m >= MODES; }
  }
  let f = factors8(q, amplitudes);
  m = 0u;
  loop {
    if (MODES > 1u) { v = take8(at + m * plane, half); }
    put8(at + m * plane, half, conjugate8(dft8(times8(v, f))));
    m++;
    continuing { break if m >= MODES; }
  }
}

fn low8(v: array<vec4f, 16>) -> array<vec4f, 8> {
  return array<vec4f, 8>(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
}

fn high8(v: array<vec4f, 16>) -> array<vec4f, 8> {
  return array<vec4f, 8>(v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]);
}

fn join16(a: array<vec4f, 8>, b: array<vec4f, 8>) -> array<vec4f, 16> {
  return array<vec4f, 16>(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}

fn middle16(at: u32, amplitudes: u32) {
  let half = params.size / 2u;
  let plane = params.size * half;
  var v: array<vec4f, 16>;
  var low = array<vec2f, 8>();
  var high = array<vec2f, 8>();
  var m = 0u;
  loop {
    v = dft16(take16(at + m * plane, half));
    low = energies8(low8(v), low);
    high = energies8(high8(v), high);
    if (MODES > 1u) { put16(at + m * plane, half, v); }
    m++;
    continuing { break if m >= MODES; }
  }
  let f = factors8(low, amplitudes);
  let g = factors8(high, amplitudes + 2u);
  m = 0u;
  loop {
    if (MODES > 1u) { v = take16(at + m * plane, half); }
    v = dft16(join16(times8(low8(v), f), times8(high8(v), g)));
    put8(at + m * plane, half, conjugate8(low8(v)));
    put8(at + m * plane + 4u, half, conjugate8(high8(v)));
    m++;
    continuing { break if m >= MODES; }
  }
}

fn merge(a: vec4f, b: vec4f) -> vec4f {
  let largest = max(a, b);
  let sum = a + b;
  return vec4f(sum.x, largest.yz, sum.w);
}

// Exit waves of all modes.
fn illuminate(corner: vec2u, visit: u32, plane: u32, lane: u32) {
  let half = params.size / 2u;
  let pairs = params.size * half;
  var i = lane;
  loop {
    let at = (corner.x + quotient(i, half)) * params.columns + corner.y + 2u * (remainder(i, half));
    let o = vec4f(object[at], object[at + 1u]);
    var bright = vec2f(0.0);
    var m = 0u;
    loop {
      let p = probe[visit * params.probe_stride + m * pairs + i];
      bright += energy(p);
      waves[plane + m * pairs + i] = spin(p, o);
      m++;
      continuing { break if m >= MODES; }
    }
    let e = energy(o);
    own = vec4f(0.0, max(own.y, max(bright.x, bright.y)), max(own.z, max(e.x, e.y)), 0.0);
    i += WORKGROUP;
    continuing { break if i >= pairs; }
  }
}

// Number r of a butterfly of the first stage down the columns, lit.
struct Light { object: u32, probe: u32, rows: u32 }
fn lit(l: Light, r: u32) -> vec4f {
  let at = l.object + r * l.rows * params.columns;
  let o = vec4f(object[at], object[at + 1u]);
  let p = probe[l.probe + r * l.rows * (params.size / 2u)];
  let b = energy(p);
  let e = energy(o);
  own = vec4f(0.0, max(own.y, max(b.x, b.y)), max(own.z, max(e.x, e.y)), 0.0);
  return spin(p, o);
}

// The first stage of one mode, illuminating what it reads.
fn first_stage(corner: vec2u, plane: u32, lane: u32) {
  let n = params.size;
  let half = n / 2u;
  let items = n * half / FIRST;
  let visit = plane / (n * half);
  var i = lane;
  loop {
    let row = quotient(i, half);
    let column = remainder(i, half);
    let l = Light(
      (corner.x + row) * params.columns + corner.y + 2u * column,
      visit * params.probe_stride + row * half + column,
      n / FIRST,
    );
    let w = vec4f(twiddle(row, n), twiddle(row, n));
    let at = plane + row * half + column;
    let s = l.rows * half;
    if (FIRST == 16u) {
      let v = turn16(dft16(array<vec4f, 16>(lit(l, 0u), lit(l, 1u), lit(l, 2u), lit(l, 3u), lit(l, 4u), lit(l, 5u),
        lit(l, 6u), lit(l, 7u), lit(l, 8u), lit(l, 9u), lit(l, 10u), lit(l, 11u), lit(l, 12u), lit(l, 13u),
        lit(l, 14u), lit(l, 15u))), w);
      keep8(at, s, low8(v));
      keep8(at + 8u * s, s, high8(v));
    } else if (FIRST == 8u) {
      keep8(at, s, turn8(dft8(array<vec4f, 8>(lit(l, 0u), lit(l, 1u), lit(l, 2u), lit(l, 3u), lit(l, 4u), lit(l, 5u),
        lit(l, 6u), lit(l, 7u))), w));
    } else {
      let v = dft4(lit(l, 0u), lit(l, 1u), lit(l, 2u), lit(l, 3u));
      let w2 = spin(w, w);
      waves[at] = v[0];
      waves[at + s] = spin(v[1], w);
      waves[at + 2u * s] = spin(v[2], w2);
      waves[at + 3u * s] = spin(v[3], spin(w2, w));
    }
    i += WORKGROUP;
    continuing { break if i >= items; }
  }
}

fn keep8(at: u32, s: u32, v: array<vec4f, 8>) {
  waves[at] = v[0];
  waves[at + s] = v[1];
  waves[at + 2u * s] = v[2];
  waves[at + 3u * s] = v[3];
  waves[at + 4u * s] = v[4];
  waves[at + 5u * s] = v[5];
  waves[at + 6u * s] = v[6];
  waves[at + 7u * s] = v[7];
}

@compute @workgroup_size(WORKGROUP)
fn project(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = params.size;
  let half = n / 2u;
  let pairs = n * half;
  let visit = visits[2u * (params.first + wid.x)];
  let plane = wid.x * MODES * pairs;
  own = vec4f(0.0);
  // A single mode is illuminated while its first stage reads it, several are before.
  if (MODES == 1u) {
    first_stage(visit.yz, plane, lane);
  } else {
    illuminate(visit.yz, wid.x, plane, lane);
  }
  storageBarrier();
  var m = 0u;
  loop {
    let mode = plane + m * pairs;
    var s = select(0u, 1u, MODES == 1u);
    var block = n;
    loop {
      run_stage(mode, lane, FIRST, block, s & 1u, 1.0);
      storageBarrier();
      block = select(block, block / FIRST, (s & 1u) != 0u);
      s++;
      continuing { break if s >= 2u * (STAGES - 1u); }
    }
    run_stage(mode, lane, LAST, LAST, 0u, 1.0);
    m++;
    continuing { break if m >= MODES; }
  }
  storageBarrier();
  var k = lane;
  loop {
    let at = last_place(plane, k);
    let amplitudes = (visit.x * pairs + at - plane) / 2u;
    if (LAST == 16u) {
      middle16(at, amplitudes);
    } else if (LAST == 8u) {
      middle8(at, amplitudes);
    } else {
      middle4(at, amplitudes);
    }
    k += WORKGROUP;
    continuing { break if k >= last_items(); }
  }
  shared_sums[lane] = own;
  storageBarrier();
  m = 0u;
  loop {
    let mode = plane + m * pairs;
    run_stage(mode, lane, LAST, LAST, 0u, -1.0);
    storageBarrier();
    var s = 2u * (STAGES - 1u);
    var block = LAST;
    loop {
      s--;
      block = select(block, block * FIRST, (s & 1u) != 0u);
      run_stage(mode, lane, FIRST, block, s & 1u, -1.0);
      storageBarrier();
      continuing { break if s == 0u; }
    }
    m++;
    continuing { break if m >= MODES; }
  }
  workgroupBarrier();
  if (lane == 0u) {
    var total = shared_sums[0];
    for (var j = 1u; j < WORKGROUP; j++) { total = merge(total, shared_sums[j]); }
    stats[params.first + wid.x] = total;
  }
}
