// Sums over the visits of a batch for the probe; chi = psi' - P O:
//   numerators[m] = sum O* chi_m, weights = sum |O|^2, peaks[workgroup] = largest weight
// An invocation has STRIP pairs of pixels, so that what it reads of a visit serves all of them.
struct Params { size: u32, modes: u32, columns: u32, first: u32, visits: u32 }
@group(0) @binding(0) var<storage, read> visits: array<u32>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> numerators: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> peaks: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // 1 or 2
var<workgroup> peak: atomic<u32>;

// Sums of one pair so far.
struct Tally { numerator: vec4f, weight: vec2f }

fn tally(before: Tally, start: u32, pair: u32, p: vec4f, wave: u32) -> Tally {
  let o = seen(start, pair);
  let chi = load_waves(wave) - spin(p, o);
  return Tally(before.numerator + spin(chi, o * vec4f(1.0, -1.0, 1.0, -1.0)), before.weight + energy(o));
}

fn keep(at: u32, pair: u32, sums: Tally) -> f32 {
  numerators[at] = sums.numerator;
  // Every mode has found the same weights.
  if (at == pair) { weights[pair] = sums.weight; }
  return max(sums.weight.x, sums.weight.y);
}

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let all = params.modes * pairs;
  let at = id.x;
  let next = at + all / 2u;
  var largest = 0.0;
  if (at < all / STRIP) {
    let p = load_probe(at);
    let q = load_probe(next);
    var a = Tally(vec4f(0.0), vec2f(0.0));
    var b = a;
    for (var v = 0u; v < params.visits; v++) {
      let start = first_pixel(v);
      // Visits that only fill a batch stand at its end.
      if (start == UNUSED) { break; }
      a = tally(a, start, at % pairs, p, v * all + at);
      if (STRIP == 2u) { b = tally(b, start, next % pairs, q, v * all + next); }
    }
    largest = keep(at, at % pairs, a);
    if (STRIP == 2u) { largest = max(largest, keep(next, next % pairs, b)); }
  }
  atomicMax(&peak, bitcast<u32>(largest));
  workgroupBarrier();
  if (lane == 0u) { peaks[wid.x] = bitcast<f32>(atomicLoad(&peak)); }
}
