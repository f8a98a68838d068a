// Factors f - 1 of two numbers with predicted intensities: what is to be added to give them the measured amplitudes a,
// or to move them towards these, by the noise model (engines/project.wgsl); 0 where nothing was measured. Counts error
// and energy in own.x and own.w.
// The file that uses this declares own and Params with step.
override POISSON: bool = false;

fn modulus_change(predicted: vec2f, a: vec2f) -> vec2f {
  let valid = a >= vec2f(0.0);
  let root = sqrt(predicted);
  let difference = select(vec2f(0.0), root - a, valid);
  own.x += dot(difference, difference);
  let seen = select(vec2f(0.0), predicted, valid);
  own.w += seen.x + seen.y;
  let amplitude = a / max(root, vec2f(1e-10));
  let likelihood = a * a / max(predicted, 1e-6 + 1e-3 * a * a);
  return select(vec2f(0.0), params.step * (select(amplitude, likelihood, POISSON) - 1.0), valid);
}
