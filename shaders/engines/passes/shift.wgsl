// One axis of the shift of probes by a ramp in their spectrum (engines/shift.wgsl), which lies transposed: every invocation
// takes two lines of it back. The first dispatch takes the rows, as columns, and leaves them across; the last one takes
// columns, as the waves need them.
struct Params { first: u32, modes: u32, axis: u32, whole: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(1) @binding(0) var<uniform> params: Params;

fn finished(at: u32, value: vec4f) -> vec4f {
  return value * vec4f(params.scale, -params.scale, params.scale, -params.scale);
}

@compute @workgroup_size(GROUP)
fn shift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  // The spectrum is that of all visits, what comes after it is not.
  let source = select(plane, plane % params.modes, params.whole != 0u);
  let d = bitcast<vec2f>(visits[2u * (params.first + plane / params.modes) + 1u].xy);
  shift_lines(source * SIZE * HALF + i, line_place(plane, i), select(d.x, d.y, params.axis != 0u));
}
