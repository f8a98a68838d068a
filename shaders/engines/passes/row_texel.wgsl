// Two numbers of a row of a plane, the first of which NAME has at `at`.
fn NAME_row(at: u32, row: u32) -> vec4f {
  return load_NAME(at + row * HALF);
}
