// Complex numbers i and i + 1 of tensor NAME through a storage texture 1024 texels wide (software adapters).
@group(0) @binding(INDEX) var NAME_texels: texture_storage_2d<rgba32float, read>;
fn load_NAME(i: u32) -> vec4f {
  let k = i >> 1u;
  let a = textureLoad(NAME_texels, vec2u(k & 1023u, k >> 10u));
  let b = textureLoad(NAME_texels, vec2u((k + 1u) & 1023u, (k + 1u) >> 10u));
  return select(a, vec4f(a.zw, b.xy), (i & 1u) != 0u);
}
