// Numbers of `changed` before the change, from the buffer itself.
fn before(k: u32) -> vec4f {
  return changed[k];
}
