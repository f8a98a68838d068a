// The last stage along the rows: radix LAST, numbers next to each other, butterflies of two rows at a time.

fn take4(at: u32, next: u32) -> array<vec4f, 4> {
  let a = waves[at];
  let b = waves[at + 1u];
  let c = waves[at + next];
  let d = waves[at + next + 1u];
  return array<vec4f, 4>(vec4f(a.xy, c.xy), vec4f(a.zw, c.zw), vec4f(b.xy, d.xy), vec4f(b.zw, d.zw));
}

fn put4(at: u32, next: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) {
  waves[at] = vec4f(a.xy, b.xy);
  waves[at + 1u] = vec4f(c.xy, d.xy);
  waves[at + next] = vec4f(a.zw, b.zw);
  waves[at + next + 1u] = vec4f(c.zw, d.zw);
}

fn take8(at: u32, next: u32) -> array<vec4f, 8> {
  let a = take4(at, next);
  let b = take4(at + 2u, next);
  return array<vec4f, 8>(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]);
}

fn put8(at: u32, next: u32, v: array<vec4f, 8>) {
  put4(at, next, v[0], v[1], v[2], v[3]);
  put4(at + 2u, next, v[4], v[5], v[6], v[7]);
}

fn take16(at: u32, next: u32) -> array<vec4f, 16> {
  let a = take8(at, next);
  let b = take8(at + 4u, next);
  return array<vec4f, 16>(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}

fn put16(at: u32, next: u32, v: array<vec4f, 16>) {
  put4(at, next, v[0], v[1], v[2], v[3]);
  put4(at + 2u, next, v[4], v[5], v[6], v[7]);
  put4(at + 4u, next, v[8], v[9], v[10], v[11]);
  put4(at + 6u, next, v[12], v[13], v[14], v[15]);
}

// First vec4 of item i of the last row stage, and the number of items.
fn last_place(plane: u32, i: u32) -> u32 {
  let blocks = params.size / LAST;
  return plane + quotient(i, blocks) * params.size + remainder(i, blocks) * (LAST / 2u);
}

fn last_items() -> u32 {
  return params.size * params.size / (2u * LAST);
}
