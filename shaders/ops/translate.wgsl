// Bilinear translation of planes, one offset (x, y) a plane, zeros outside: content moves by +offset.
// Interleaved complex planes are translated component by component. With sign = -1 the same gather
// is the adjoint. One invocation per element of the output.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  rows: u32,
  columns: u32,
  components: u32,
  row_step: f32,
  column_step: f32,
  sign: f32,
}
@group(0) @binding(1) var<storage, read> offsets: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> moved: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

fn pixel(plane: u32, y: i32, x: i32, component: u32) -> f32 {
  let inside = y >= 0 && x >= 0 && y < i32(params.rows) && x < i32(params.columns);
  let at = ((plane * params.rows + u32(y)) * params.columns + u32(x)) * params.components + component;
  let i = select(0u, at, inside);
  let v = load_image(i / 4u)[i % 4u];
  return select(0.0, v, inside);
}

@compute @workgroup_size(WORKGROUP)
fn translate(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let component = i % params.components;
  let at = i / params.components;
  let plane = at / (params.rows * params.columns);
  let y = (at / params.columns) % params.rows;
  let x = at % params.columns;
  let d = params.sign * offsets[plane];
  let at_point = vec2f(
    grid_position(x, d.x, params.columns, params.column_step),
    grid_position(y, d.y, params.rows, params.row_step),
  );
  let whole = floor(at_point);
  let f = at_point - whole;
  let x0 = i32(whole.x);
  let y0 = i32(whole.y);
  moved[i] = (1.0 - f.y) * ((1.0 - f.x) * pixel(plane, y0, x0, component) + f.x * pixel(plane, y0, x0 + 1, component))
    + f.y * ((1.0 - f.x) * pixel(plane, y0 + 1, x0, component) + f.x * pixel(plane, y0 + 1, x0 + 1, component));
}
