// Transposes planes of SIZE x SIZE complex numbers in place: an invocation exchanges two of them.
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read_write> planes: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;
override SIZE: u32 = 128u;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn transpose(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let k = linear_index(wid, lid, groups, WORKGROUP);
  if (k >= params.count) { return; }
  let row = k / SIZE % SIZE;
  let column = k % SIZE;
  if (column <= row) { return; }
  let other = k - k % (SIZE * SIZE) + column * SIZE + row;
  let upper = planes[k];
  planes[k] = planes[other];
  planes[other] = upper;
}
