// Adds a number of the transformed lines to what was there.
fn put(at: u32, value: vec4f) {
  store_lines(at, load_before(at) + value * params.scale);
}
