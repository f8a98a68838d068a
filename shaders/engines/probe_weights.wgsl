// Light of the object on the probe over the visits of a batch: weights = sum |O|^2, peaks[workgroup] = largest weight
struct Params { size: u32, columns: u32, first: u32, visits: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> peaks: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> peak: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn sum_weights(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  var weight = vec2f(0.0);
  if (id.x < params.size * params.size / 2u) {
    for (var v = 0u; v < params.visits; v++) {
      let start = first_pixel(v);
      // Visits that only fill a batch stand at its end.
      if (start == UNUSED) { break; }
      weight += energy(seen(start, id.x));
    }
    weights[id.x] = weight;
  }
  atomicMax(&peak, bitcast<u32>(max(weight.x, weight.y)));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}
