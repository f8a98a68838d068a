// Linear index of an invocation; the grid is folded over x and y because one axis ends at 65535.
fn linear_index(workgroup: vec3u, local: u32, groups: vec3u, size: u32) -> u32 {
  return (workgroup.y * groups.x + workgroup.x) * size + local;
}
