// Terms of the probe of each visit of a batch apart, chi = psi' - P O, 0 for visits that do
// not count:
//   terms[v, m] = O* chi_m, weights = sum |O|^2, peaks[workgroup] = largest weight
struct Params { size: u32, modes: u32, columns: u32, first: u32, visits: u32, probe_stride: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> terms_out: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> peaks: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // pairs of pixels of an invocation, at most 4
// Known while compiling, so that the loop over one mode goes away.
override ONE_MODE: bool = false;
var<workgroup> peak: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let first = wid.x * WORKGROUP * STRIP + lane;
  let modes = opaque(params.modes, wid);
  var weights_here = array<vec2f, 4>();
  if (first + (STRIP - 1u) * WORKGROUP < pairs) {
    for (var v = 0u; v < params.visits; v++) {
      let start = first_pixel(v);
      let counts = start != UNUSED;
      for (var s = 0u; s < STRIP; s++) {
        let i = first + s * WORKGROUP;
        let o = select(vec4f(0.0), seen(select(0u, start, counts), i), counts);
        weights_here[s] += energy(o);
        var m = 0u;
        loop {
          let k = (v * modes + m) * pairs + i;
          let chi = load_waves(k) - spin(load_probe(v * params.probe_stride + m * pairs + i), o);
          terms_out[k] = spin(chi, o * vec4f(1.0, -1.0, 1.0, -1.0));
          m++;
          continuing { break if ONE_MODE || m >= modes; }
        }
      }
    }
    for (var s = 0u; s < STRIP; s++) { weights[first + s * WORKGROUP] = weights_here[s]; }
  }
  var largest = vec2f(0.0);
  for (var s = 0u; s < STRIP; s++) { largest = max(largest, weights_here[s]); }
  atomicMax(&peak, bitcast<u32>(max(largest.x, largest.y)));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}
