// Tensor NAME as eight numbers at a time.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec4f>;
fn store_NAME(i: u32, a: vec4f, b: vec4f) {
  NAME[2u * i] = a;
  NAME[2u * i + 1u] = b;
}
