// Second of the two dispatches of passes/unshift.wgsl where only the sum over visits is wanted: every invocation adds up
// two lines over a run of visits of the batch. Run r of mode m is left in plane r modes + m.
struct Params { first: u32, modes: u32, count: u32, run: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(1) @binding(0) var<uniform> params: Params;

fn turn_of(v: u32) -> f32 {
  return -bitcast<vec2f>(visits[2u * (params.first + v) + 1u].xy).y;
}

@compute @workgroup_size(GROUP)
fn gather(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let first = plane / params.modes * params.run;
  let end = opaque(min(first + params.run, params.count), wid);
  let line = plane % params.modes * SIZE * HALF + i;
  gather_lines(line, params.modes * SIZE * HALF, first, end, line_place(plane, i));
}
