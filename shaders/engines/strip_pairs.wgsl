// STRIP pairs of pixels of NAME, from pixel `at` on, out of a buffer; see seen_object.wgsl.
fn NAME_strip(at: u32) -> array<vec4f, 4> {
  var pairs: array<vec4f, 4>;
  for (var s = 0u; s < STRIP; s++) { pairs[s] = load_NAME(at + 2u * s); }
  return pairs;
}
