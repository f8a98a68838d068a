// Momentum of the object, applied between blocks of visits (mPIE: Maiden, Johnson and Li, Optica 4, 736 (2017)):
//   v = friction v + (O - last);  O += feedback v;  last = O
struct Params { count: u32, friction: f32, feedback: f32 }
@group(0) @binding(0) var<storage, read_write> object: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> last: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn push(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let v = params.friction * velocity[i] + object[i] - last[i];
  let o = object[i] + params.feedback * v;
  velocity[i] = v;
  object[i] = o;
  last[i] = o;
}
