// Tensor NAME as four numbers at a time, in two 64-bit integers: a store of a software adapter is a loop over
// its lanes and, in each, over the components.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec2<u64>>;
fn pack_NAME(v: vec4f) -> vec2<u64> {
  let w = bitcast<vec4u>(v);
  return vec2<u64>(w.xz) | (vec2<u64>(w.yw) << vec2u(32u));
}
fn keep_NAME(i: u32, packed: vec2<u64>) {
  NAME[i] = packed;
}
fn store_NAME(i: u32, v: vec4f) {
  keep_NAME(i, pack_NAME(v));
}
