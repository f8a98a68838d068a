// Factors that give two numbers with predicted intensities the measured amplitudes a, or move them towards these, by
// the noise model (engines/project.wgsl); 1 where nothing was measured. Counts error and energy in own.x and own.w.
// The file that uses this declares own and Params with step.
override POISSON: bool = false;

fn modulus_factor(predicted: vec2f, a: vec2f) -> vec2f {
  let valid = a >= vec2f(0.0);
  let root = sqrt(predicted);
  let difference = select(vec2f(0.0), root - a, valid);
  own.x += dot(difference, difference);
  let seen = select(vec2f(0.0), predicted, valid);
  own.w += seen.x + seen.y;
  let amplitude = 1.0 + params.step * (a / max(root, vec2f(1e-10)) - 1.0);
  let likelihood = 1.0 - params.step * (1.0 - a * a / max(predicted, 1e-6 + 1e-3 * a * a));
  return select(vec2f(1.0), select(amplitude, likelihood, POISSON), valid);
}
