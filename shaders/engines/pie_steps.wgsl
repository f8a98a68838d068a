// Steps of a pair of pixels. The file that uses this declares Params with alpha_object, beta_object, alpha_probe and
// beta_probe; peak = [max sum |P|^2, max |O|^2] of the visit.
//   PLAIN: both alphas are 1, so that a step is the same for all pixels
override PLAIN: bool = false;
const CONJUGATE_PAIR = vec4f(1.0, -1.0, 1.0, -1.0);

// Sum P* chi of the object becomes its change; bright = sum |P|^2.
fn object_change(numerator: vec4f, bright: vec2f, peak: vec2f) -> vec4f {
  let damped = params.beta_object / ((1.0 - params.alpha_object) * bright + params.alpha_object * peak.x);
  let step = select(damped, vec2f(params.beta_object / peak.x), PLAIN);
  return numerator * step.xxyy;
}

// chi of a mode becomes the change of the probe under object o.
fn probe_change(chi: vec4f, o: vec4f, peak: vec2f) -> vec4f {
  let damped = params.beta_probe / ((1.0 - params.alpha_probe) * energy(o) + params.alpha_probe * peak.y);
  let step = select(damped, vec2f(params.beta_probe / peak.y), PLAIN);
  return spin(chi, o * CONJUGATE_PAIR) * step.xxyy;
}
