// The same number, which a compiler cannot take for known. Mesa's software adapter puts uniforms into the
// text of a shader where this halves it, and then compiles it anew for every dispatch.
fn opaque(value: u32, workgroup: vec3u) -> u32 {
  return value + (workgroup.x >> 31u);
}
