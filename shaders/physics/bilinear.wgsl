// Bilinear samples of square complex planes read through load_source, zeros outside.
fn complex_at(i: u32) -> vec2f {
  let pair = load_source(i >> 1u);
  return select(pair.xy, pair.zw, (i & 1u) == 1u);
}

// Pixel (y, x) of the plane that starts at pixel `first`.
fn pixel(first: u32, side: u32, y: i32, x: i32) -> vec2f {
  let inside = y >= 0 && x >= 0 && y < i32(side) && x < i32(side);
  let v = complex_at(select(first, first + u32(y) * side + u32(x), inside));
  return select(vec2f(0.0), v, inside);
}

// Sample at (y + fraction.y, x + fraction.x), 0 <= fraction < 1.
fn bilinear(first: u32, side: u32, y: i32, x: i32, fraction: vec2f) -> vec2f {
  let near = (1.0 - fraction.x) * pixel(first, side, y, x) + fraction.x * pixel(first, side, y, x + 1);
  let far = (1.0 - fraction.x) * pixel(first, side, y + 1, x) + fraction.x * pixel(first, side, y + 1, x + 1);
  return (1.0 - fraction.y) * near + fraction.y * far;
}
