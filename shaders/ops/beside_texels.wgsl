// Pixels beside a tile, read.
fn left_of(i: u32, last: f32) -> f32 {
  return load_input(i - 1u).w;
}

fn right_of(i: u32, first: f32) -> f32 {
  return load_input(i + 1u).x;
}
