// Pixels of the object under two columns of a patch, from the buffer `object` that is changed.
fn object_row(start: u32, row: u32) -> vec4f {
  let at = start + row * params.columns;
  return vec4f(object[at], object[at + 1u]);
}
