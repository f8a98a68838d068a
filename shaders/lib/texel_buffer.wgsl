// Hot read of tensor NAME through a storage buffer (hardware adapters).
@group(0) @binding(INDEX) var<storage, read> NAME_texels: array<vec4f>;
fn load_NAME(i: u32) -> vec4f {
  return NAME_texels[i];
}
