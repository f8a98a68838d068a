// In-place Fourier transform of a plane of N x N complex numbers by one workgroup, in storage.
// A stage of radix R takes numbers `step` apart, transforms them and puts result k where number k was, so
// the last stage leaves frequencies in the order of src/engines/spectrum.ts; the inverse runs the
// stages backwards. Stages of the two axes commute. No scaling: that is left to the caller.
// Two complex numbers, neighbours in a row, are one vec4. The file that uses this declares
// `waves: array<vec4f>` (read_write) and `params.size`, and brings butterflies (ops/fft_butterflies.wgsl).
override FIRST: u32 = 8u; // radix of all stages but the last
override LAST: u32 = 8u; // radix of the last stage
override STAGES: u32 = 2u; // stages of an axis
override WORKGROUP: u32 = 64u;

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

// Where butterfly i of a stage lies: first vec4, distance between its numbers, twiddles of both halves.
struct Butterfly { at: u32, step: u32, w: vec4f }

// axis 0: down the columns, two columns at a time. axis 1: along the rows, two neighbouring butterflies.
fn butterfly(plane: u32, i: u32, radix: u32, block: u32, axis: u32) -> Butterfly {
  let n = params.size;
  let half = n / 2u;
  let step = block / radix;
  let lines = select(half, n / (2u * radix), axis == 1u);
  let g = select(i / lines, 2u * (i % lines), axis == 1u);
  let j = g % step;
  let base = (g / step) * block + j;
  let a = twiddle(j, block);
  let b = twiddle(j + axis, block);
  let at = select(base * half + i % lines, (i / lines) * half + base / 2u, axis == 1u);
  return Butterfly(plane + at, select(step * half, step / 2u, axis == 1u), vec4f(a, b));
}

// sign = 1 forward, -1 inverse: the inverse conjugates before and after, and turns before instead of after.
fn stage4(b: Butterfly, sign: f32) {
  let f = vec4f(1.0, sign, 1.0, sign);
  let forward = sign > 0.0;
  let one = vec4f(1.0, 0.0, 1.0, 0.0);
  let u1 = select(b.w, one, forward);
  let u2 = spin(u1, u1);
  let w1 = select(one, b.w, forward);
  let w2 = spin(w1, w1);
  let at = b.at;
  let s = b.step;
  let v = dft4(
    waves[at] * f,
    spin(waves[at + s] * f, u1),
    spin(waves[at + 2u * s] * f, u2),
    spin(waves[at + 3u * s] * f, spin(u2, u1)),
  );
  waves[at] = v[0] * f;
  waves[at + s] = spin(v[1], w1) * f;
  waves[at + 2u * s] = spin(v[2], w2) * f;
  waves[at + 3u * s] = spin(v[3], spin(w2, w1)) * f;
}

fn turn8(v: array<vec4f, 8>, w: vec4f) -> array<vec4f, 8> {
  let w2 = spin(w, w);
  let w3 = spin(w2, w);
  let w4 = spin(w2, w2);
  return array<vec4f, 8>(v[0], spin(v[1], w), spin(v[2], w2), spin(v[3], w3), spin(v[4], w4),
    spin(v[5], spin(w4, w)), spin(v[6], spin(w3, w3)), spin(v[7], spin(w4, w3)));
}

fn stage8(b: Butterfly, sign: f32) {
  let f = vec4f(1.0, sign, 1.0, sign);
  let forward = sign > 0.0;
  let one = vec4f(1.0, 0.0, 1.0, 0.0);
  let at = b.at;
  let s = b.step;
  let v = turn8(dft8(turn8(array<vec4f, 8>(
    waves[at] * f,
    waves[at + s] * f,
    waves[at + 2u * s] * f,
    waves[at + 3u * s] * f,
    waves[at + 4u * s] * f,
    waves[at + 5u * s] * f,
    waves[at + 6u * s] * f,
    waves[at + 7u * s] * f,
  ), select(b.w, one, forward))), select(one, b.w, forward));
  waves[at] = v[0] * f;
  waves[at + s] = v[1] * f;
  waves[at + 2u * s] = v[2] * f;
  waves[at + 3u * s] = v[3] * f;
  waves[at + 4u * s] = v[4] * f;
  waves[at + 5u * s] = v[5] * f;
  waves[at + 6u * s] = v[6] * f;
  waves[at + 7u * s] = v[7] * f;
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

fn stage16(b: Butterfly, sign: f32) {
  let f = vec4f(1.0, sign, 1.0, sign);
  let forward = sign > 0.0;
  let one = vec4f(1.0, 0.0, 1.0, 0.0);
  let at = b.at;
  let s = b.step;
  let v = turn16(dft16(turn16(array<vec4f, 16>(
    waves[at] * f,
    waves[at + s] * f,
    waves[at + 2u * s] * f,
    waves[at + 3u * s] * f,
    waves[at + 4u * s] * f,
    waves[at + 5u * s] * f,
    waves[at + 6u * s] * f,
    waves[at + 7u * s] * f,
    waves[at + 8u * s] * f,
    waves[at + 9u * s] * f,
    waves[at + 10u * s] * f,
    waves[at + 11u * s] * f,
    waves[at + 12u * s] * f,
    waves[at + 13u * s] * f,
    waves[at + 14u * s] * f,
    waves[at + 15u * s] * f,
  ), select(b.w, one, forward))), select(one, b.w, forward));
  waves[at] = v[0] * f;
  waves[at + s] = v[1] * f;
  waves[at + 2u * s] = v[2] * f;
  waves[at + 3u * s] = v[3] * f;
  waves[at + 4u * s] = v[4] * f;
  waves[at + 5u * s] = v[5] * f;
  waves[at + 6u * s] = v[6] * f;
  waves[at + 7u * s] = v[7] * f;
  waves[at + 8u * s] = v[8] * f;
  waves[at + 9u * s] = v[9] * f;
  waves[at + 10u * s] = v[10] * f;
  waves[at + 11u * s] = v[11] * f;
  waves[at + 12u * s] = v[12] * f;
  waves[at + 13u * s] = v[13] * f;
  waves[at + 14u * s] = v[14] * f;
  waves[at + 15u * s] = v[15] * f;
}

// All butterflies of one stage. Loops test at their end: the software adapter runs one more round otherwise.
fn run_stage(plane: u32, lane: u32, radix: u32, block: u32, axis: u32, sign: f32) {
  let items = params.size * params.size / (2u * radix);
  var i = lane;
  loop {
    let b = butterfly(plane, i, radix, block, axis);
    if (radix == 16u) {
      stage16(b, sign);
    } else if (radix == 8u) {
      stage8(b, sign);
    } else {
      stage4(b, sign);
    }
    i += WORKGROUP;
    continuing { break if i >= items; }
  }
}
