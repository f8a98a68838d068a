// Joins the centre and the border of the split decoder, for planes of side N, N a multiple of 4.
//   forward:        y = padded(inner) + (outside the central N/2 x N/2 ? outer : 0)
//   inner_backward: gradient of inner, the central part of dy
//   outer_backward: gradient of outer, dy outside the centre
// `inner` has side `inner_side` = N/2 (zero-padded by N/4) or N. `source` is inner or dy.
// One invocation per vec4 of a result.
override WORKGROUP: u32 = 64;
struct Params { count: u32, side: u32, inner_side: u32, has_outer: u32 }
@group(0) @binding(1) var<storage, read> outer: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn element_of_inner(plane: u32, row: u32, column: u32) -> f32 {
  let e = (plane * params.inner_side + row) * params.inner_side + column;
  var v = load_source(e >> 2u);
  return v[e & 3u];
}

// Per column: is (row, column) in the central half?
fn central(row: u32, column: vec4u) -> vec4<bool> {
  let low = params.side / 4u;
  let high = params.side - low;
  return vec4<bool>(row >= low && row < high) & (column >= vec4u(low)) & (column < vec4u(high));
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let quads = params.side / 4u;
  let row = (i / quads) % params.side;
  let plane = i / (quads * params.side);
  var column = (i % quads) * 4u + vec4u(0u, 1u, 2u, 3u);
  var centre = central(row, column);
  var value = vec4f(0.0);
  if (params.inner_side == params.side) {
    value = load_source(i);
  } else if (any(centre)) {
    let low = params.side / 4u;
    for (var k = 0u; k < 4u; k++) {
      if (centre[k]) { value[k] = element_of_inner(plane, row - low, column[k] - low); }
    }
  }
  if (params.has_outer == 1u && !all(centre)) {
    value += select(outer[i], vec4f(0.0), centre);
  }
  y[i] = value;
}

@group(0) @binding(1) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn inner_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  if (params.inner_side == params.side) {
    gradient[i] = load_source(i);
    return;
  }
  let n = params.inner_side;
  let low = params.side / 4u;
  var value = vec4f(0.0);
  for (var k = 0u; k < 4u; k++) {
    // A plane of side N/2 has a whole number of vec4, but its rows may not.
    let e = 4u * i + k;
    let row = (e / n) % n + low;
    let source = (e / (n * n) * params.side + row) * params.side + e % n + low;
    var v = load_source(source >> 2u);
    value[k] = v[source & 3u];
  }
  gradient[i] = value;
}

@compute @workgroup_size(WORKGROUP)
fn outer_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let quads = params.side / 4u;
  let row = (i / quads) % params.side;
  let column = (i % quads) * 4u + vec4u(0u, 1u, 2u, 3u);
  gradient[i] = select(load_source(i), vec4f(0.0), central(row, column));
}
