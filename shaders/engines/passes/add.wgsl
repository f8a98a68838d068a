// Adds two of the transformed numbers to what was there.
fn finished(at: u32, value: vec4f) -> vec4f {
  return load_before(at) + value * params.scale;
}
