// Second of three dispatches of the modulus projection of one-mode exit waves (engines/project.wgsl): every invocation
// transforms two rows, corrects their modulus and takes them back. They are left as columns, so that the
// last dispatch reads what lies together. `halfway` are the waves that the first one left.
struct Params { first: u32, poisson: u32, step: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> waves: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// v with measured amplitudes a, conjugated; counts it.
fn correct_pair(v: vec4f, a: vec2f) -> vec4f {
  const SCALE = 1.0 / f32(SIZE * SIZE);
  let predicted = energy(v) * SCALE;
  let valid = a >= vec2f(0.0);
  let difference = select(vec2f(0.0), sqrt(predicted) - a, valid);
  own.x += dot(difference, difference);
  let seen = select(vec2f(0.0), predicted, valid);
  own.w += seen.x + seen.y;
  let safe = max(predicted, vec2f(1e-20));
  let amplitude = 1.0 + params.step * (a * inverseSqrt(safe) - 1.0);
  let likelihood = 1.0 - params.step * (1.0 - a * a / max(predicted, 1e-6 + 1e-3 * a * a));
  let f = select(vec2f(1.0), select(amplitude, likelihood, params.poisson != 0u), valid) * SCALE;
  return v * vec4f(f.x, -f.x, f.y, -f.y);
}

// The parts of this dispatch follow those of the first.
@compute @workgroup_size(GROUP)
fn correct(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let v = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let visit = visits[2u * (params.first + v)];
  own = vec4f(0.0);
  let plane = v * SIZE * HALF;
  correct_rows(plane + i, plane + i * SIZE, (visit.x * SIZE * HALF + i * SIZE) / 2u);
  let total = group_counts(lane);
  if (lane == 0u) { parts[groups.x + wid.x] = total; }
}
