// Tensor NAME of up to 8192 vectors, in two halves of a storage buffer (hardware adapters).
@group(0) @binding(INDEX) var<storage, read> NAME_low: array<vec4f>;
@group(0) @binding(SECOND) var<storage, read> NAME_high: array<vec4f>;
fn load_NAME_low(i: u32) -> vec4f {
  return NAME_low[i];
}
fn load_NAME_high(i: u32) -> vec4f {
  return NAME_high[i];
}
