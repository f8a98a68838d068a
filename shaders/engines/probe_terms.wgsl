// Terms of the probe of each visit of a batch apart, two pixels an invocation; chi = psi' - P O, 0 for visits that do
// not count:
//   terms[v, m] = O* chi_m, weights = sum |O|^2, peaks[workgroup] = largest weight
struct Params { size: u32, modes: u32, columns: u32, first: u32, visits: u32, probe_stride: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> terms_out: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> peaks: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
var<workgroup> peak: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  var weight = vec2f(0.0);
  if (id.x < pairs) {
    for (var v = 0u; v < params.visits; v++) {
      let start = first_pixel(v);
      let counts = start != UNUSED;
      let o = select(vec4f(0.0), seen(select(0u, start, counts), id.x), counts);
      weight += energy(o);
      for (var m = 0u; m < params.modes; m++) {
        let k = (v * params.modes + m) * pairs + id.x;
        let chi = load_waves(k) - spin(load_probe(v * params.probe_stride + m * pairs + id.x), o);
        terms_out[k] = spin(chi, o * vec4f(1.0, -1.0, 1.0, -1.0));
      }
    }
    weights[id.x] = weight;
  }
  atomicMax(&peak, bitcast<u32>(max(weight.x, weight.y)));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}
