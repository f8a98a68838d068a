// Direction of a pixel of the object of LSQ-ML: sum P* chi / sqrt(W^2 + (damping max W)^2), W = sum |P|^2. The file that
// uses this declares Params with damping.
fn object_direction(sum: vec4f, peak: f32) -> vec2f {
  let floor = params.damping * peak;
  return sum.xy * inverseSqrt(max(sum.z * sum.z + floor * floor, 1e-30));
}
