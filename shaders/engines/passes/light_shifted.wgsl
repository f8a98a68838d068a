// First of three dispatches of the modulus projection of one-mode exit waves, as light.wgsl, and in the same one the last
// of two that shift their probes, as shift.wgsl: the columns that come back from the spectrum are kept and lit.
struct Params { first: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> parts: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// First number of the object.
struct Light { object: u32 }
fn lit(l: Light, p: vec4f, row: u32) -> vec4f {
  let o = object_row(l.object, row);
  let b = energy(p);
  let e = energy(o);
  own = vec4f(0.0, max(own.y, max(b.x, b.y)), max(own.z, max(e.x, e.y)), 0.0);
  return spin(p, o);
}

@compute @workgroup_size(GROUP)
fn light(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let visit = visits[2u * (params.first + v)];
  let d = bitcast<vec2f>(visits[2u * (params.first + v) + 1u].xy);
  own = vec4f(0.0);
  invocation = lane;
  let l = Light(visit.y * params.columns + visit.z + 2u * i);
  light_shifted_columns(v * SIZE * HALF + i, l, (v * HALF + i) * HALF, d.x);
  let total = group_counts(lane);
  if (lane == 0u) { parts[wid.x] = total; }
}
