// scalars[slot] = largest of count non-negative numbers, by one workgroup.
struct Params { count: u32, slot: u32 }
@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> scalars: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 256u;
var<workgroup> largest: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn peak(@builtin(local_invocation_index) lane: u32) {
  var own = 0.0;
  for (var i = lane; i < params.count; i += WORKGROUP) { own = max(own, values[i]); }
  // The bits of non-negative floats are ordered as the floats are.
  atomicMax(&largest, bitcast<u32>(own));
  workgroupBarrier();
  if (lane == 0u) { scalars[params.slot] = bitcast<f32>(atomicLoad(&largest)); }
}
