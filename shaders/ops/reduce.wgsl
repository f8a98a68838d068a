// Sums of rows, always in the same order: input (rows, count) to output (rows).
//   sum:  elements are f32
//   sum4: elements are vec4f, summed separately
// One workgroup a row: each invocation adds every WORKGROUP-th element, then a tree adds the invocations.
const WORKGROUP: u32 = 64;
struct Params { rows: u32, count: u32, offset: u32, factor: f32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> partial: array<vec4f, 64>;

fn tree(lid: u32) {
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lid < width) { partial[lid] += partial[lid + width]; }
  }
}

fn put(i: u32, total: f32) {
  output[i] = params.factor * total + select(0.0, output[i], params.accumulate != 0u);
}

@compute @workgroup_size(WORKGROUP)
fn sum(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let row = linear_index(wid, 0u, groups, 1u);
  var total = 0.0;
  if (row < params.rows) {
    for (var i = lid; i < params.count; i += WORKGROUP) { total += input[row * params.count + i]; }
  }
  partial[lid] = vec4f(total, 0.0, 0.0, 0.0);
  tree(lid);
  if (lid == 0u && row < params.rows) { put(params.offset + row, partial[0].x); }
}

@compute @workgroup_size(WORKGROUP)
fn sum4(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let row = linear_index(wid, 0u, groups, 1u);
  var total = vec4f(0.0);
  if (row < params.rows) {
    for (var i = lid; i < params.count; i += WORKGROUP) {
      let at = 4u * (row * params.count + i);
      total += vec4f(input[at], input[at + 1u], input[at + 2u], input[at + 3u]);
    }
  }
  partial[lid] = total;
  tree(lid);
  if (lid == 0u && row < params.rows) {
    let at = params.offset + 4u * row;
    put(at, partial[0].x);
    put(at + 1u, partial[0].y);
    put(at + 2u, partial[0].z);
    put(at + 3u, partial[0].w);
  }
}
