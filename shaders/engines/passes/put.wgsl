// Stores a number of the transformed lines.
fn put(at: u32, value: vec4f) {
  store_lines(at, value * params.scale);
}
