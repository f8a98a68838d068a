// Pixels of the object before it is changed, from the buffer `object` that is changed.
fn pair_before(at: u32) -> vec4f {
  return vec4f(object[at], object[at + 1u]);
}
