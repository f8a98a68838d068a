// Makes two of the transformed numbers ready to be stored.
fn finished(at: u32, value: vec4f) -> vec4f {
  return value * params.scale;
}
