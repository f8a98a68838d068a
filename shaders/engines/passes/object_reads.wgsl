// Pixels of the object under two columns of a patch, whose first pixel is number `start` in row 0.
fn object_row(start: u32, row: u32) -> vec4f {
  return load_NAME(start + row * params.columns);
}
