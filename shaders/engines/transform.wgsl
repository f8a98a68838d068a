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

// Where butterfly i of a stage lies: first vec4, distance between its numbers, twiddles of both halves.
struct Butterfly { at: u32, step: u32, w: vec4f }

// axis 0: down the columns, two columns at a time. axis 1: along the rows, two neighbouring butterflies.
fn butterfly(plane: u32, i: u32, radix: u32, block: u32, axis: u32) -> Butterfly {
  let n = params.size;
  let half = n / 2u;
  let step = block / radix;
  let lines = select(half, n / (2u * radix), axis == 1u);
  let g = select(quotient(i, lines), 2u * (remainder(i, lines)), axis == 1u);
  let j = remainder(g, step);
  let base = (quotient(g, step)) * block + j;
  let a = twiddle(j, block);
  let b = twiddle(j + axis, block);
  let at = select(base * half + remainder(i, lines), quotient(i, lines) * half + base / 2u, axis == 1u);
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
