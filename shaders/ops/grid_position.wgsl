// Where output pixel i of an axis of n pixels samples its input when content moves by d.
//
// In exact arithmetic this is i - d. The original system gets there in float32 through coordinates
// normalised to -1 .. 1, whose rounding (1e-7 n px) its merge amplifies a thousandfold where the
// weights of a group nearly vanish; following the same roundings keeps us within 1e-6 of it there.
// grid_step is 2 / (n - 1); 0 asks for the exact position (an axis of one pixel).
fn grid_position(i: u32, d: f32, n: u32, grid_step: f32) -> f32 {
  if (grid_step == 0.0) { return f32(i) - d; }
  let start = i & 0xfffffff8u;
  let anchor = select(i, start, start + 8u <= n);
  let rising = anchor < n / 2u;
  // A one that compilers cannot see through: they would cancel it against the other.
  let one = f32(min(n, 1u));
  let k = f32(select(n - 1u - anchor, anchor, rising));
  // step * k - 1 rounded once: the product with the upper half of the digits is exact.
  let upper = bitcast<f32>(bitcast<u32>(grid_step) & 0xfffff000u);
  let g = (upper * k - one) + (grid_step - upper) * k;
  let normalised = select(-g, g, rising) + grid_step * f32(i - anchor) - d * grid_step;
  return (normalised + one) * (0.5 * f32(n - 1u));
}
