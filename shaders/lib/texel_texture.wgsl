// Hot read of tensor NAME through a storage texture 1024 texels wide (software adapters).
@group(0) @binding(INDEX) var NAME_texels: texture_storage_2d<rgba32float, read>;
fn load_NAME(i: u32) -> vec4f {
  return textureLoad(NAME_texels, vec2u(i & 1023u, i >> 10u));
}
