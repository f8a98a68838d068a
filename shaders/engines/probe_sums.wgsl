// Sums over the visits of a batch for the probe; chi by project.wgsl:
//   numerators[m] = sum O* chi_m, weights = sum |O|^2, scalars[1] = largest weight
// An invocation has STRIP pairs of pixels in a row, so that what it reads of a visit serves all of them.
struct Params { size: u32, modes: u32, columns: u32, first: u32, visits: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> scalars: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // at most 4
var<workgroup> peak: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let all = params.modes * pairs;
  let first = (wid.x * WORKGROUP + lane) * STRIP;
  var numerator = array<vec4f, 4>();
  var weight = array<vec2f, 4>();
  if (first < all) {
    var v = 0u;
    loop {
      let start = first_pixel(v);
      // Visits that only fill a batch stand at its end.
      if (start == UNUSED) { break; }
      let o = object_strip(under(start, remainder(first, pairs)));
      for (var s = 0u; s < STRIP; s++) {
        let chi = load_chi(v * all + first + s);
        numerator[s] += chi * o[s].xxzz + vec4f(chi.y, -chi.x, chi.w, -chi.z) * o[s].yyww;
        weight[s] += energy(o[s]);
      }
      v++;
      continuing { break if v >= params.visits; }
    }
    for (var s = 0u; s < STRIP; s++) {
      let at = first + s;
      store_numerators(at, numerator[s]);
      // Every mode finds the same weights.
      if (at < pairs) { weights[at] = weight[s]; }
    }
  }
  var largest = vec2f(0.0);
  for (var s = 0u; s < STRIP; s++) { largest = max(largest, weight[s]); }
  atomicMax(&peak, bitcast<u32>(max(largest.x, largest.y)));
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&scalars[1], atomicLoad(&peak)); }
}
