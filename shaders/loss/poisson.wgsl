// Poisson negative log-likelihood of what was recorded, per element and in a fixed order of addition.
//   terms:    partial sums (samples, partials, 4) of [nll, observed, predicted energy, observed energy]
//   gradient: derivative of the loss with respect to the prediction
// amplitude = 1: prediction p and observation y are amplitudes, rate = (s p)^2 and count k = (s y)^2.
// amplitude = 0: they are intensities, rate = s p and k = s y.
// Energies are of the values before scaling. The likelihood of a sample is divided by divisors (samples) or by the mean observation:
// summary holds the mean of the observations (see summary.wgsl).
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  elements: u32,
  partials: u32,
  amplitude: u32,
  scale_stride: u32,
  divisor_stride: u32,
  divide_by_mean: u32,
  batch: u32,
  floor: f32,
}
@group(0) @binding(0) var<storage, read> predicted: array<f32>;
@group(0) @binding(1) var<storage, read> observed: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(3) var<storage, read> divisors: array<f32>;
@group(0) @binding(4) var<storage, read> summary: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

const HALF_LOG_TAU = 0.9189385332046727;

// Stirling's series of lgamma(x + 1) without x ln x - x, x >= 8.
fn stirling(x: f32) -> f32 {
  let r = 1.0 / x;
  let q = r * r;
  return 0.5 * log(x) + HALF_LOG_TAU + r * (1.0 / 12.0 - q * (1.0 / 360.0 - q * (1.0 / 1260.0)));
}

// d - k ln(rate / k) with d = rate - k, without cancellation.
fn deviance(rate: f32, k: f32, d: f32) -> f32 {
  let r = d / k;
  if (abs(r) < 0.5) {
    let z = r / (2.0 + r);
    let q = z * z;
    let tail = 1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)))));
    return d * z - k * 2.0 * z * q * tail;
  }
  return d - k * log(rate / k);
}

// lgamma(k + 1), 0 <= k < 8: the power series around 0, or Stirling's series eight further up.
fn log_factorial(k: f32) -> f32 {
  if (k < 0.2) {
    return k * (-0.5772156649 + k * (0.8224670334 - k * (0.4006856344 - k * (0.2705808084
      - k * (0.2073855510 - k * (0.1695571770 - k * (0.1440498968 - k * 0.1255096695)))))));
  }
  let x = k + 8.0;
  let low = (k + 1.0) * (k + 2.0) * (k + 3.0) * (k + 4.0);
  let high = (k + 5.0) * (k + 6.0) * (k + 7.0) * x;
  return x * log(x) - x + stirling(x) - log(low) - log(high);
}

// rate - k ln rate + lgamma(k + 1); d = rate - k. Three large terms nearly cancel: they are merged first.
fn likelihood(rate: f32, k: f32, d: f32) -> f32 {
  if (k >= 8.0) { return deviance(rate, k, d) + stirling(k); }
  return rate - k * log(rate) + log_factorial(k);
}

// Least rate. Of amplitudes it goes with the scale, so that data in any unit keep their dark pixels.
fn least_rate(s: f32) -> f32 {
  return select(params.floor, min(params.floor, 1e-12 * s * s), params.amplitude != 0u);
}

// Rate and count of element i.
struct Pair { rate: f32, k: f32, difference: f32 }
fn pair_of(p: f32, y: f32, s: f32) -> Pair {
  let a = s * p;
  let b = s * y;
  if (params.amplitude != 0u) { return Pair(a * a, b * b, (a - b) * (a + b)); }
  return Pair(a, b, a - b);
}

@compute @workgroup_size(WORKGROUP)
fn terms(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let sample = i / params.partials;
  let first = sample * params.elements;
  let s = scales[sample * params.scale_stride];
  let least = least_rate(s);
  var sum = vec4f(0.0);
  for (var j = i % params.partials; j < params.elements; j += params.partials) {
    let p = predicted[first + j];
    let y = observed[first + j];
    let v = pair_of(p, y, s);
    let energy = select(vec2f(p, y), vec2f(p * p, y * y), params.amplitude != 0u);
    let clamped = max(v.rate, least);
    sum += vec4f(likelihood(clamped, v.k, select(clamped - v.k, v.difference, v.rate >= least)), y, energy);
  }
  sums[i] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn gradient(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let sample = i / params.elements;
  let s = scales[sample * params.scale_stride];
  let v = pair_of(predicted[i], observed[i], s);
  // 1 - k / rate, the rate kept away from 0.
  let slope = v.difference / max(v.rate, least_rate(s));
  let chain = select(s, 2.0 * s * s * predicted[i], params.amplitude != 0u);
  let mean = select(divisors[sample * params.divisor_stride], summary[1] + 1e-8, params.divide_by_mean != 0u);
  result[i] = slope * chain / (mean * f32(params.batch));
}
