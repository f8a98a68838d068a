// Light of the object on the probe over the visits of a batch: weights = sum |O|^2, scalars[1] = largest weight
// An invocation has STRIP pairs of pixels in a row.
struct Params { size: u32, columns: u32, first: u32, visits: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scalars: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // at most 4
var<workgroup> peak: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn sum_weights(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (wid.x * WORKGROUP + lane) * STRIP;
  var weight = array<vec2f, 4>();
  if (first < params.size * params.size / 2u) {
    var v = 0u;
    loop {
      let start = first_pixel(v);
      // Visits that only fill a batch stand at its end.
      if (start == UNUSED) { break; }
      let o = object_strip(under(start, first));
      for (var s = 0u; s < STRIP; s++) { weight[s] += energy(o[s]); }
      v++;
      continuing { break if v >= params.visits; }
    }
    for (var s = 0u; s < STRIP; s++) { weights[first + s] = weight[s]; }
  }
  var largest = vec2f(0.0);
  for (var s = 0u; s < STRIP; s++) { largest = max(largest, weight[s]); }
  atomicMax(&peak, bitcast<u32>(max(largest.x, largest.y)));
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&scalars[1], atomicLoad(&peak)); }
}
