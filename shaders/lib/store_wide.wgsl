// Tensor NAME as four numbers at a time, in two 64-bit integers: a store of a software adapter is a loop over
// its lanes and, in each, over the components.
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec2<u64>>;
fn store_NAME(i: u32, v: vec4f) {
  let w = bitcast<vec4u>(v);
  NAME[i] = vec2<u64>(w.xz) | (vec2<u64>(w.yw) << vec2u(32u));
}
