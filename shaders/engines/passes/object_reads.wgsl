// Pixels of a canvas with COLUMNS columns under two columns of a patch, whose first pixel is number `start` in row 0.
fn CANVAS_row(start: u32, row: u32) -> vec4f {
  return load_NAME(start + row * COLUMNS);
}
