// Adds a number of the transformed lines to what was there.
fn put(at: u32, value: vec4f) {
  lines[at] = load_before(at) + value * params.scale;
}
