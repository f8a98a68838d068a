// scalars[0] = largest of count non-negative values, scalars[1] = largest of others, one workgroup each.
struct Params { count: u32, others: u32 }
@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> others: array<f32>;
@group(0) @binding(2) var<storage, read_write> scalars: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> largest: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn peaks(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  var own = 0.0;
  if (wid.x == 0u) {
    for (var i = lane; i < params.count; i += WORKGROUP) { own = max(own, values[i]); }
  } else {
    for (var i = lane; i < params.others; i += WORKGROUP) { own = max(own, others[i]); }
  }
  // The bits of non-negative floats are ordered as the floats are.
  atomicMax(&largest, bitcast<u32>(own));
  workgroupBarrier();
  if (lane == 0u) { scalars[wid.x] = bitcast<f32>(atomicLoad(&largest)); }
}
