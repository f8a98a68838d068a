// The object under the patches of a batch. The file that uses this declares visits: array<u32>, Params
// with size, columns and first.
const UNUSED: u32 = 0xffffffffu;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Where the patch of visit v begins on the canvas; UNUSED for a visit that does not count.
fn first_pixel(v: u32) -> u32 {
  return visits[8u * (params.first + v) + 6u];
}

// Pixel of the canvas under the first of a pair of pixels of a patch.
fn under(start: u32, pair: u32) -> u32 {
  let half = params.size / 2u;
  return start + quotient(pair, half) * params.columns + 2u * remainder(pair, half);
}
