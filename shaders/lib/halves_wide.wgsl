// Tensor NAME of up to 8192 vectors through two uniform windows, in 64-bit integers (software adapters): reads gather
// from memory lane by lane and component by component, without the copy that a texture needs.
@group(0) @binding(INDEX) var<uniform> NAME_low: array<vec2<u64>, 4096>;
@group(0) @binding(SECOND) var<uniform> NAME_high: array<vec2<u64>, 4096>;
fn NAME_numbers(v: vec2<u64>) -> vec4f {
  let even = vec2u(v);
  let odd = vec2u(v >> vec2u(32u));
  return bitcast<vec4f>(vec4u(even.x, odd.x, even.y, odd.y));
}
fn load_NAME_low(i: u32) -> vec4f {
  return NAME_numbers(NAME_low[i]);
}
fn load_NAME_high(i: u32) -> vec4f {
  return NAME_numbers(NAME_high[i]);
}
