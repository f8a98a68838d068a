// Complex numbers i and i + 1 of tensor NAME through a storage buffer.
@group(0) @binding(INDEX) var<storage, read> NAME_numbers: array<vec2f>;
fn load_NAME(i: u32) -> vec4f {
  return vec4f(NAME_numbers[i], NAME_numbers[i + 1u]);
}
