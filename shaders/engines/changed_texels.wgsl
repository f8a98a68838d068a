// Numbers of `changed` before the change, from a texture.
fn before(k: u32) -> vec4f {
  return load_old(k);
}
