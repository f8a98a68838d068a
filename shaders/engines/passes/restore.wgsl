// Last of three dispatches of the modulus projection of one-mode exit waves (engines/project.wgsl): every invocation
// takes two columns back. `turned` are the waves that the second one left. stats as in project.wgsl.
struct Params { first: u32 }
@group(0) @binding(2) var<storage, read> parts: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> stats: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(GROUP)
fn restore(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let v = wid.x / SHARE;
  let i = (wid.x % SHARE) * GROUP + lane;
  let plane = v * SIZE * HALF;
  restore_columns(plane + i, plane + i);
  if (i == 0u) {
    var total = vec4f(0.0);
    for (var k = 0u; k < SHARE; k++) {
      total = merge(total, merge(parts[wid.x + k], parts[groups.x + wid.x + k]));
    }
    stats[params.first + v] = total;
  }
}
