// One axis of the adjoint of the shift of probes (engines/shift.wgsl): every invocation transforms two lines and turns
// them back by the ramp. The first dispatch takes columns and leaves them across; the last one takes the rows, which are
// columns then, and so leaves the spectrum transposed. The file that comes with it stores them, or adds them to the
// spectrum of the probe.
struct Params { first: u32, modes: u32, axis: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(1) @binding(0) var<uniform> params: Params;

fn number(at: u32, place: u32) -> vec4f {
  return source_row(at, place);
}

@compute @workgroup_size(GROUP)
fn unshift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let d = bitcast<vec2f>(visits[2u * (params.first + plane / params.modes) + 1u].xy);
  unshift_lines(plane * SIZE * HALF + i, line_place(plane, i), -select(d.x, d.y, params.axis != 0u));
}
