// Tensor NAME of up to 8192 vectors through two uniform windows (software adapters), see halves_wide.wgsl.
@group(0) @binding(INDEX) var<uniform> NAME_low: array<vec4f, 4096>;
@group(0) @binding(SECOND) var<uniform> NAME_high: array<vec4f, 4096>;
fn load_NAME_low(i: u32) -> vec4f {
  return NAME_low[i];
}
fn load_NAME_high(i: u32) -> vec4f {
  return NAME_high[i];
}
