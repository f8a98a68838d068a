// Central squares of complex patches times a window, as (re w, im w, w, 0) a pixel.
// One invocation per pixel of the (patches, trim, trim) result.
override WORKGROUP: u32 = 64;
struct Params { count: u32, frame: u32, trim: u32, start: u32 }
@group(0) @binding(0) var<storage, read> patches: array<vec2f>;
@group(0) @binding(1) var<storage, read> window: array<f32>;
@group(0) @binding(2) var<storage, read_write> weighted: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn weigh(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let area = params.trim * params.trim;
  let pixel = i % area;
  let row = pixel / params.trim + params.start;
  let column = pixel % params.trim + params.start;
  let w = window[pixel];
  let z = patches[((i / area) * params.frame + row) * params.frame + column];
  weighted[i] = vec4f(w * z, w, 0.0);
}
