// Butterflies of two complex numbers at a time (one vec4: two neighbouring columns).
const QUARTER = 1.5707963267948966;
const DIAGONAL = 0.7071067811865476;

// exp(-2 pi i k / n), n a power of two, at least 4: the quadrant is taken off in integers, the rest is a short series.
fn twiddle(k: u32, n: u32) -> vec2f {
  let eighths = (8u * k) >> firstTrailingBit(n);
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
