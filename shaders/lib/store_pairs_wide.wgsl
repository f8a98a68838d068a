// Tensor NAME as eight numbers at a time, in four 64-bit integers (store_wide.wgsl).
@group(0) @binding(INDEX) var<storage, read_write> NAME: array<vec4<u64>>;
fn pack_NAME(a: vec4f, b: vec4f) -> vec4<u64> {
  let v = bitcast<vec4u>(a);
  let w = bitcast<vec4u>(b);
  return vec4<u64>(vec4u(v.xz, w.xz)) | (vec4<u64>(vec4u(v.yw, w.yw)) << vec4u(32u));
}
fn keep_NAME(i: u32, packed: vec4<u64>) {
  NAME[i] = packed;
}
fn store_NAME(i: u32, a: vec4f, b: vec4f) {
  keep_NAME(i, pack_NAME(a, b));
}
