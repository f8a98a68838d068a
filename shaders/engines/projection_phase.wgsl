// Sine and cosine of one angle to a few ulp: the built-in ones may err by 2^-11.
// Argument reduced by pi/2 in two parts, polynomials on [-pi/4, pi/4] (Cephes). Returns (cos, sin).
fn unit_phase(x: f32) -> vec2f {
  let n = round(x * 0.63661975);
  let r = ((x - n * 1.5703125) - n * 4.8375129699707031e-4) - n * 7.5497899548918821e-8;
  let s = r * r;
  let sine = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosine = 1.0 - 0.5 * s +
    s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = i32(n) & 3;
  let odd = (quadrant & 1) == 1;
  let a = select(sine, cosine, odd);
  let b = select(cosine, sine, odd);
  return vec2f(
    select(b, -b, quadrant == 1 || quadrant == 2),
    select(a, -a, quadrant >= 2),
  );
}

// Frequency of place k of a transformed axis, -size/2 .. size/2 - 1.
fn frequency(k: u32, size: u32) -> f32 {
  return f32(i32(k) - select(0, i32(size), 2u * k >= size));
}

// Phase that moves an image by `shift` (y, x) px, for the spectrum at (ky, kx).
fn shift_phase(ky: u32, kx: u32, size: u32, shift: vec2f) -> vec2f {
  let turns = (frequency(ky, size) * shift.x + frequency(kx, size) * shift.y) / f32(size);
  return unit_phase(-6.2831853 * (turns - round(turns)));
}

fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// conj(a) b
fn conjugate_times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x + a.y * b.y, a.x * b.y - a.y * b.x);
}
