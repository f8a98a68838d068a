// Maximum of 2 x 2 windows; planes are (planes, height, 4 width4), width a multiple of 8.
//   max_pool           destination (planes, height / 2, 2 width4)
//   max_pool_gradient  the first maximum of a window in row-major order takes its gradient;
//                      with RECTIFIED nothing passes where that maximum is <= 0
// One invocation per vec4 of the pooled plane, that is per 4 windows.
override WORKGROUP: u32 = 64;
struct Params { count: u32, height: u32, width4: u32, rectified: u32 }
@group(0) @binding(1) var<storage, read_write> destination: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn corner(i: u32) -> u32 {
  let columns = params.width4 / 2u;
  let rows = params.height / 2u;
  let y = (i / columns) % rows * 2u;
  let plane = i / (columns * rows);
  return (plane * params.height + y) * params.width4 + i % columns * 2u;
}

@compute @workgroup_size(WORKGROUP)
fn max_pool(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let o = corner(i);
  let p = max(load_source(o), load_source(o + params.width4));
  let q = max(load_source(o + 1u), load_source(o + params.width4 + 1u));
  destination[i] = max(vec4f(p.xz, q.xz), vec4f(p.yw, q.yw));
}

@compute @workgroup_size(WORKGROUP)
fn max_pool_gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let o = corner(i);
  let below = o + params.width4;
  let upper_left = load_source(o);
  let upper_right = load_source(o + 1u);
  let lower_left = load_source(below);
  let lower_right = load_source(below + 1u);
  // The four elements of each window, in row-major order.
  let a = vec4f(upper_left.xz, upper_right.xz);
  let b = vec4f(upper_left.yw, upper_right.yw);
  let c = vec4f(lower_left.xz, lower_right.xz);
  let e = vec4f(lower_left.yw, lower_right.yw);
  let m = max(max(a, b), max(c, e));
  let none = vec4f(0.0);
  let g = select(gradient[i], none, vec4<bool>(params.rectified != 0u) & (m <= none));
  let at_a = a == m;
  let at_b = !at_a & (b == m);
  let at_c = !at_a & !at_b & (c == m);
  let at_e = !at_a & !at_b & !at_c;
  let ga = select(none, g, at_a);
  let gb = select(none, g, at_b);
  let gc = select(none, g, at_c);
  let ge = select(none, g, at_e);
  destination[o] = vec4f(ga.x, gb.x, ga.y, gb.y);
  destination[o + 1u] = vec4f(ga.z, gb.z, ga.w, gb.w);
  destination[below] = vec4f(gc.x, ge.x, gc.y, ge.y);
  destination[below + 1u] = vec4f(gc.z, ge.z, gc.w, ge.w);
}
