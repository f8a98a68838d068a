// Products, butterflies of sixteen and turns of their results by 1, w, w^2, ..; two complex numbers are one vec4.
// Needs butterflies (ops/fft_butterflies.wgsl).

// Products of two pairs of complex numbers.
fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

fn dft16(v: array<vec4f, 16>) -> array<vec4f, 16> {
  let a = dft4(v[0], v[4], v[8], v[12]);
  let b = dft4(v[1], v[5], v[9], v[13]);
  let c = dft4(v[2], v[6], v[10], v[14]);
  let d = dft4(v[3], v[7], v[11], v[15]);
  const E = 0.9238795325112867;
  const F = 0.3826834323650898;
  let p = dft4(a[0], b[0], c[0], d[0]);
  let q = dft4(a[1], rotate(b[1], vec2f(E, -F)), rotate(c[1], vec2f(DIAGONAL, -DIAGONAL)), rotate(d[1], vec2f(F, -E)));
  let r = dft4(a[2], rotate(b[2], vec2f(DIAGONAL, -DIAGONAL)), times_minus_i(c[2]), rotate(d[2], vec2f(-DIAGONAL, -DIAGONAL)));
  let s = dft4(a[3], rotate(b[3], vec2f(F, -E)), rotate(c[3], vec2f(-DIAGONAL, -DIAGONAL)), rotate(d[3], vec2f(-E, F)));
  return array<vec4f, 16>(p[0], q[0], r[0], s[0], p[1], q[1], r[1], s[1], p[2], q[2], r[2], s[2], p[3], q[3], r[3], s[3]);
}

fn turn8(v: array<vec4f, 8>, w: vec4f) -> array<vec4f, 8> {
  let w2 = spin(w, w);
  let w3 = spin(w2, w);
  let w4 = spin(w2, w2);
  return array<vec4f, 8>(v[0], spin(v[1], w), spin(v[2], w2), spin(v[3], w3), spin(v[4], w4),
    spin(v[5], spin(w4, w)), spin(v[6], spin(w3, w3)), spin(v[7], spin(w4, w3)));
}

fn turn16(v: array<vec4f, 16>, w: vec4f) -> array<vec4f, 16> {
  let w2 = spin(w, w);
  let w3 = spin(w2, w);
  let w4 = spin(w2, w2);
  let w5 = spin(w3, w2);
  let w6 = spin(w3, w3);
  let w7 = spin(w4, w3);
  let w8 = spin(w4, w4);
  return array<vec4f, 16>(v[0], spin(v[1], w), spin(v[2], w2), spin(v[3], w3),
    spin(v[4], w4), spin(v[5], w5), spin(v[6], w6), spin(v[7], w7),
    spin(v[8], w8), spin(v[9], spin(w8, w)), spin(v[10], spin(w8, w2)), spin(v[11], spin(w8, w3)),
    spin(v[12], spin(w8, w4)), spin(v[13], spin(w8, w5)), spin(v[14], spin(w8, w6)), spin(v[15], spin(w8, w7)));
}

// Factors exp(-2 pi i j k / 64) between the two rounds of butterflies.
fn turn64(a: array<vec4f, 8>, j: u32) -> array<vec4f, 8> {
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
