// STRIP pairs of pixels of NAME, from pixel `at` on, through texels of two pixels; see seen_object.wgsl.
fn NAME_strip(at: u32) -> array<vec4f, 4> {
  var pairs: array<vec4f, 4>;
  let odd = (at & 1u) != 0u;
  var texel = load_NAME(at >> 1u);
  for (var s = 0u; s < STRIP; s++) {
    let next = load_NAME((at >> 1u) + s + 1u);
    pairs[s] = select(texel, vec4f(texel.zw, next.xy), odd);
    texel = next;
  }
  return pairs;
}
