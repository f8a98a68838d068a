// Complex Fourier transforms down the columns of square images of N x N, N = 16 .. 512.
// One vec4 holds two neighbouring columns of one row, so an invocation transforms two columns at once.
//   stage8, stage4: one Stockham stage of radix 8 or 4 on two neighbouring butterflies
//   whole64:        all 64 points in registers, written transposed
// The last stage of a dimension writes transposed; doing it twice transforms both dimensions.
// Every input is multiplied by (1, in_imaginary) and every output by (out_real, out_imaginary):
// conjugating before and after makes the inverse, and the factor makes it orthonormal.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  done: u32,
  transpose: u32,
  in_imaginary: f32,
  out_real: f32,
  out_imaginary: f32,
}
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const QUARTER = 1.5707963267948966;
const DIAGONAL = 0.7071067811865476;

// exp(-2 pi i k / n), n a multiple of 4: the quadrant is taken off in integers, the rest is a short series.
fn twiddle(k: u32, n: u32) -> vec2f {
  let eighths = (8u * k) / n;
  let quadrant = (eighths + 1u) >> 1u;
  let rest = f32(i32(4u * k) - i32(quadrant * n)) / f32(n);
  let x = QUARTER * rest;
  let q = x * x;
  let c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0))));
  let s = x * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0)))));
  let even = select(vec2f(c, -s), vec2f(-c, s), (quadrant & 2u) != 0u);
  let odd = select(vec2f(-s, -c), vec2f(s, c), (quadrant & 2u) != 0u);
  return select(even, odd, (quadrant & 1u) != 0u);
}

fn rotate(v: vec4f, w: vec2f) -> vec4f {
  return v * w.x + vec4f(-v.y, v.x, -v.w, v.z) * w.y;
}

fn times_minus_i(v: vec4f) -> vec4f {
  return vec4f(v.y, -v.x, v.w, -v.z);
}

fn dft4(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> array<vec4f, 4> {
  let s = a + c;
  let t = a - c;
  let u = b + d;
  let v = times_minus_i(b - d);
  return array<vec4f, 4>(s + u, t + v, s - u, t - v);
}

fn dft8(a: array<vec4f, 8>) -> array<vec4f, 8> {
  let even = dft4(a[0] + a[4], a[1] + a[5], a[2] + a[6], a[3] + a[7]);
  let odd = dft4(
    a[0] - a[4],
    rotate(a[1] - a[5], vec2f(DIAGONAL, -DIAGONAL)),
    times_minus_i(a[2] - a[6]),
    rotate(a[3] - a[7], vec2f(-DIAGONAL, -DIAGONAL)),
  );
  return array<vec4f, 8>(even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]);
}

fn fetch(i: u32) -> vec4f {
  return load_image(i) * vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
}

fn store(i: u32, v: vec4f) {
  transformed[i] = v * vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary);
}

// Where a pair of butterflies reads and writes, in vec4 units.
struct Place {
  image: u32, // first vec4 of the image
  pair: u32, // column pair
  first: u32, // first butterfly of the two
}

fn place(i: u32, radix: u32) -> Place {
  let half = params.size / 2u;
  let rest = i / half;
  let pairs = params.size / (2u * radix);
  return Place((rest / pairs) * params.size * half, i % half, 2u * (rest % pairs));
}

// Writes output r of both butterflies.
fn put(p: Place, r: u32, radix: u32, a: vec4f, b: vec4f) {
  let half = params.size / 2u;
  if (params.transpose != 0u) {
    let k = (p.first + r * params.done) / 2u;
    store(p.image + 2u * p.pair * half + k, vec4f(a.xy, b.xy));
    store(p.image + (2u * p.pair + 1u) * half + k, vec4f(a.zw, b.zw));
  } else {
    let j = p.first + 1u;
    let ka = (p.first / params.done) * params.done * radix + p.first % params.done + r * params.done;
    let kb = (j / params.done) * params.done * radix + j % params.done + r * params.done;
    store(p.image + ka * half + p.pair, a);
    store(p.image + kb * half + p.pair, b);
  }
}

fn butterfly8(p: Place, j: u32) -> array<vec4f, 8> {
  let half = params.size / 2u;
  let step = (params.size / 8u) * half;
  let at = p.image + j * half + p.pair;
  let w1 = vec4f(twiddle(j % params.done, 8u * params.done), 0.0, 0.0);
  let w2 = rotate(w1, w1.xy);
  let w3 = rotate(w2, w1.xy);
  let w4 = rotate(w2, w2.xy);
  return dft8(array<vec4f, 8>(
    fetch(at),
    rotate(fetch(at + step), w1.xy),
    rotate(fetch(at + 2u * step), w2.xy),
    rotate(fetch(at + 3u * step), w3.xy),
    rotate(fetch(at + 4u * step), w4.xy),
    rotate(fetch(at + 5u * step), rotate(w4, w1.xy).xy),
    rotate(fetch(at + 6u * step), rotate(w3, w3.xy).xy),
    rotate(fetch(at + 7u * step), rotate(w4, w3.xy).xy),
  ));
}

fn butterfly4(p: Place, j: u32) -> array<vec4f, 4> {
  let half = params.size / 2u;
  let step = (params.size / 4u) * half;
  let at = p.image + j * half + p.pair;
  let w1 = vec4f(twiddle(j % params.done, 4u * params.done), 0.0, 0.0);
  let w2 = rotate(w1, w1.xy);
  return dft4(
    fetch(at),
    rotate(fetch(at + step), w1.xy),
    rotate(fetch(at + 2u * step), w2.xy),
    rotate(fetch(at + 3u * step), rotate(w2, w1.xy).xy),
  );
}

@compute @workgroup_size(WORKGROUP)
fn stage8(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i, 8u);
  let a = butterfly8(p, p.first);
  let b = butterfly8(p, p.first + 1u);
  put(p, 0u, 8u, a[0], b[0]);
  put(p, 1u, 8u, a[1], b[1]);
  put(p, 2u, 8u, a[2], b[2]);
  put(p, 3u, 8u, a[3], b[3]);
  put(p, 4u, 8u, a[4], b[4]);
  put(p, 5u, 8u, a[5], b[5]);
  put(p, 6u, 8u, a[6], b[6]);
  put(p, 7u, 8u, a[7], b[7]);
}

@compute @workgroup_size(WORKGROUP)
fn stage4(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i, 4u);
  let a = butterfly4(p, p.first);
  let b = butterfly4(p, p.first + 1u);
  put(p, 0u, 4u, a[0], b[0]);
  put(p, 1u, 4u, a[1], b[1]);
  put(p, 2u, 4u, a[2], b[2]);
  put(p, 3u, 4u, a[3], b[3]);
}

// Points j, j + 8, .. j + 56 of a column pair, transformed and multiplied by exp(-2 pi i j k / 64).
fn octet(at: u32, j: u32) -> array<vec4f, 8> {
  let base = at + 32u * j;
  let a = dft8(array<vec4f, 8>(
    fetch(base),
    fetch(base + 256u),
    fetch(base + 512u),
    fetch(base + 768u),
    fetch(base + 1024u),
    fetch(base + 1280u),
    fetch(base + 1536u),
    fetch(base + 1792u),
  ));
  return array<vec4f, 8>(
    a[0],
    rotate(a[1], twiddle(j, 64u)),
    rotate(a[2], twiddle(2u * j, 64u)),
    rotate(a[3], twiddle(3u * j, 64u)),
    rotate(a[4], twiddle(4u * j, 64u)),
    rotate(a[5], twiddle(5u * j, 64u)),
    rotate(a[6], twiddle(6u * j, 64u)),
    rotate(a[7], twiddle(7u * j, 64u)),
  );
}

// Points k and k + 1 of every eight, as eight vec4 of each of the two output rows.
fn put_octets(at: u32, k: u32, a: array<vec4f, 8>, b: array<vec4f, 8>) {
  let base = at + k / 2u;
  store(base, vec4f(a[0].xy, b[0].xy));
  store(base + 4u, vec4f(a[1].xy, b[1].xy));
  store(base + 8u, vec4f(a[2].xy, b[2].xy));
  store(base + 12u, vec4f(a[3].xy, b[3].xy));
  store(base + 16u, vec4f(a[4].xy, b[4].xy));
  store(base + 20u, vec4f(a[5].xy, b[5].xy));
  store(base + 24u, vec4f(a[6].xy, b[6].xy));
  store(base + 28u, vec4f(a[7].xy, b[7].xy));
  store(base + 32u, vec4f(a[0].zw, b[0].zw));
  store(base + 36u, vec4f(a[1].zw, b[1].zw));
  store(base + 40u, vec4f(a[2].zw, b[2].zw));
  store(base + 44u, vec4f(a[3].zw, b[3].zw));
  store(base + 48u, vec4f(a[4].zw, b[4].zw));
  store(base + 52u, vec4f(a[5].zw, b[5].zw));
  store(base + 56u, vec4f(a[6].zw, b[6].zw));
  store(base + 60u, vec4f(a[7].zw, b[7].zw));
}

@compute @workgroup_size(WORKGROUP)
fn whole64(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let image = (i / 32u) * 2048u;
  let at = image + i % 32u;
  let a = octet(at, 0u);
  let b = octet(at, 1u);
  let c = octet(at, 2u);
  let d = octet(at, 3u);
  let e = octet(at, 4u);
  let f = octet(at, 5u);
  let g = octet(at, 6u);
  let h = octet(at, 7u);
  let to = image + (i % 32u) * 64u;
  put_octets(to, 0u,
    dft8(array<vec4f, 8>(a[0], b[0], c[0], d[0], e[0], f[0], g[0], h[0])),
    dft8(array<vec4f, 8>(a[1], b[1], c[1], d[1], e[1], f[1], g[1], h[1])));
  put_octets(to, 2u,
    dft8(array<vec4f, 8>(a[2], b[2], c[2], d[2], e[2], f[2], g[2], h[2])),
    dft8(array<vec4f, 8>(a[3], b[3], c[3], d[3], e[3], f[3], g[3], h[3])));
  put_octets(to, 4u,
    dft8(array<vec4f, 8>(a[4], b[4], c[4], d[4], e[4], f[4], g[4], h[4])),
    dft8(array<vec4f, 8>(a[5], b[5], c[5], d[5], e[5], f[5], g[5], h[5])));
  put_octets(to, 6u,
    dft8(array<vec4f, 8>(a[6], b[6], c[6], d[6], e[6], f[6], g[6], h[6])),
    dft8(array<vec4f, 8>(a[7], b[7], c[7], d[7], e[7], f[7], g[7], h[7])));
}
