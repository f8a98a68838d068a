// A plane in the centre of a plane twice its size.
//   pad_half   small -> large, zeros around; one invocation per element of the large plane
//   crop_half  large -> small; one invocation per element of the small plane
// height and width are those of the small plane, both even.
override WORKGROUP: u32 = 64;
struct Params { count: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> destination: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn pad_half(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  // Outside the small plane the subtraction wraps around and fails the comparison.
  let x = i % (2u * params.width) - params.width / 2u;
  let y = i / (2u * params.width) % (2u * params.height) - params.height / 2u;
  let plane = i / (4u * params.width * params.height);
  if (x < params.width && y < params.height) {
    destination[i] = source[(plane * params.height + y) * params.width + x];
  } else {
    destination[i] = 0.0;
  }
}

@compute @workgroup_size(WORKGROUP)
fn crop_half(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let x = i % params.width + params.width / 2u;
  let y = i / params.width % params.height + params.height / 2u;
  let plane = i / (params.width * params.height);
  destination[i] = source[(plane * 2u * params.height + y) * 2u * params.width + x];
}
