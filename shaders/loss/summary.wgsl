// The loss of a batch and what its health is judged by, from sums over each sample, in a fixed order.
//   summary = [loss, mean observation, predicted energy, observed energy]
// rows (samples, 4) hold the term, the sum of the observations, anything, and the observed energy;
// the third column of energies (samples, 4) is the predicted energy.
struct Params { batch: u32, elements: u32, divisor_stride: u32, divide_by_mean: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> energies: array<vec4f>;
@group(0) @binding(2) var<storage, read> divisors: array<f32>;
@group(0) @binding(3) var<storage, read_write> summary: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(1)
fn summarise() {
  var observed = 0.0;
  var energy = vec2f(0.0);
  for (var b = 0u; b < params.batch; b++) {
    observed += rows[b].y;
    energy += vec2f(energies[b].z, rows[b].w);
  }
  let mean = observed / f32(params.batch * params.elements);
  var term = 0.0;
  for (var b = 0u; b < params.batch; b++) {
    term += rows[b].x / select(divisors[b * params.divisor_stride], mean + 1e-8, params.divide_by_mean != 0u);
  }
  summary[0] = vec4f(params.factor * term, mean, energy);
}
