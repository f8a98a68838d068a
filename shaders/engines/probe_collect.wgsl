// Adds the terms of the visits of a batch to the spectrum of the probe, two numbers an invocation:
//   spectrum += factor sum terms[v], factor = 1, or beta / peak unless beta is negative
struct Params { count: u32, visits: u32, beta: f32 }
@group(0) @binding(0) var<storage, read> scalars: array<f32>;
@group(0) @binding(2) var<storage, read_write> spectrum: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn collect(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  var sum = vec4f(0.0);
  var v = 0u;
  loop {
    sum += load_terms(v * params.count + id.x);
    v++;
    continuing { break if v >= params.visits; }
  }
  let peak = max(scalars[1], 1e-30);
  spectrum[id.x] += select(1.0, params.beta / peak, params.beta >= 0.0) * sum;
}
