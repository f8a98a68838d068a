// Second of three dispatches of the modulus projection of one-mode exit waves (engines/project.wgsl): every invocation
// transforms two rows and takes the change that gives them their modulus back. They are left as columns, so that the
// last dispatch reads what lies together. `halfway` are the waves that the first one left.
struct Params { first: u32, step: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Change of v by measured amplitudes a, conjugated; counts it.
fn correct_pair(v: vec4f, a: vec2f) -> vec4f {
  const SCALE = 1.0 / f32(SIZE * SIZE);
  let f = modulus_change(energy(v) * SCALE, a) * SCALE;
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
  correct_rows(plane + i, (v * HALF + i) * HALF, (visit.x * SIZE * HALF + i * SIZE) / 2u);
  let total = group_counts(lane);
  if (lane == 0u) { parts[groups.x + wid.x] = total; }
}
