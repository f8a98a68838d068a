// Tensor NAME as eight numbers at a time.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec4f>;
fn pack_NAME(a: vec4f, b: vec4f) -> array<vec4f, 2> {
  return array<vec4f, 2>(a, b);
}
fn keep_NAME(i: u32, packed: array<vec4f, 2>) {
  NAME[2u * i] = packed[0];
  NAME[2u * i + 1u] = packed[1];
}
fn store_NAME(i: u32, a: vec4f, b: vec4f) {
  keep_NAME(i, pack_NAME(a, b));
}
