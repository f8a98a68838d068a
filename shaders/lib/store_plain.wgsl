// Tensor NAME as four numbers at a time.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec4f>;
fn pack_NAME(v: vec4f) -> vec4f {
  return v;
}
fn keep_NAME(i: u32, packed: vec4f) {
  NAME[i] = packed;
}
fn store_NAME(i: u32, v: vec4f) {
  NAME[i] = v;
}
