// Merges the patches of each group about the group centre and keeps the central square, as
// (re, im, covered, 0) a pixel. Patch and window (1 on the central half of the frame) are
// shifted by the same bilinear weights and multiplied; the sum is divided by the
// window sum + 0.001 where that exceeds 1e-6.
// One invocation per pixel of the (groups, trim, trim) result.
override WORKGROUP: u32 = 64;
struct Params { count: u32, channels: u32, frame: u32, trim: u32, start: u32 }
@group(0) @binding(0) var<storage, read> patches: array<vec2f>;
@group(0) @binding(1) var<storage, read> shifts: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> weighted: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// (re, im, window) of a patch pixel times a bilinear weight; zero outside the frame.
fn tap(patch_index: u32, row: i32, column: i32, weight: f32) -> vec3f {
  let frame = i32(params.frame);
  if (row < 0 || column < 0 || row >= frame || column >= frame) { return vec3f(0.0); }
  let low = frame / 4;
  let high = low + frame / 2;
  let open = row >= low && row < high && column >= low && column < high;
  let z = patches[(patch_index * params.frame + u32(row)) * params.frame + u32(column)];
  return weight * vec3f(z, select(0.0, 1.0, open));
}

@compute @workgroup_size(WORKGROUP)
fn merge_group(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let area = params.trim * params.trim;
  let group = i / area;
  let pixel = i % area;
  let row = f32(pixel / params.trim + params.start);
  let column = f32(pixel % params.trim + params.start);
  var sum = vec2f(0.0);
  var windows = 0.0;
  for (var k = 0u; k < params.channels; k++) {
    let patch_index = group * params.channels + k;
    let source = vec2f(row, column) - shifts[patch_index];
    let whole = floor(source);
    let f = source - whole;
    let r = i32(whole.x);
    let c = i32(whole.y);
    let v = tap(patch_index, r, c, (1.0 - f.x) * (1.0 - f.y))
      + tap(patch_index, r, c + 1, (1.0 - f.x) * f.y)
      + tap(patch_index, r + 1, c, f.x * (1.0 - f.y))
      + tap(patch_index, r + 1, c + 1, f.x * f.y);
    sum += v.xy * v.z;
    windows += v.z;
  }
  let covered = windows > 1e-6;
  let merged = sum / (windows + 0.001);
  weighted[i] = select(vec4f(0.0), vec4f(merged, 1.0, 0.0), covered);
}
