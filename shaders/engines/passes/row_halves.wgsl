// Two numbers of a row of the one plane in NAME, the first of which is at `at`. Rows are known while compiling, and so is
// the half where they lie.
fn NAME_row(at: u32, row: u32) -> vec4f {
  if (row < HALF) { return load_NAME_low(at + row * HALF); }
  return load_NAME_high(at + (row - HALF) * HALF);
}
