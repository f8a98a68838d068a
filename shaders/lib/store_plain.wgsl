// Tensor NAME as four numbers at a time.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec4f>;
fn store_NAME(i: u32, v: vec4f) {
  NAME[i] = v;
}
