// Pixels of the object before it is changed, from a texture.
fn pair_before(at: u32) -> vec4f {
  return load_object_before(at);
}
