// Pixels of the object before it is changed, from the buffer `object` that is changed.
fn pixel_before(at: u32) -> vec2f {
  return object[at];
}

fn pair_before(at: u32) -> vec4f {
  return vec4f(object[at], object[at + 1u]);
}
