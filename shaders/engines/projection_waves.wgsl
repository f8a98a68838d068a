// Waves of a chunk of visits; a visit is (pattern, row, column, weight; dy, dx, 0, 0).
//   shift: spectra of probes moved by (dy, dx); axis 1 or 2 gives their derivative along y or x;
//          own = 0 reads one probe for all visits, own = 1 one probe for each
//   exit:  exit waves = probe * patch of the object; own = 1 if each visit has its own probe
//   part:  conj(patch) * (wave - probe * patch), waves in source; the step of the probe
//   transfer: spectra in result times the transfer function in source (N, N), moved back by (dy, dx);
//          axis 1 is the adjoint of that
// source, result: (visits, modes, N, N) complex. One invocation per pixel.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  modes: u32,
  first: u32,
  columns: u32,
  own: u32,
  axis: u32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> source: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> object: array<vec2f>;
@group(0) @binding(4) var<storage, read> probes: array<vec2f>;
@group(1) @binding(0) var<uniform> params: Params;

struct Place { visit: u32, mode: u32, y: u32, x: u32, source: u32 }

fn place(i: u32) -> Place {
  let pixels = params.size * params.size;
  let at = i % pixels;
  let plane = i / pixels;
  let mode = plane % params.modes;
  let source = select(mode, plane, params.own != 0u) * pixels + at;
  return Place(plane / params.modes, mode, at / params.size, at % params.size, source);
}

fn patch_at(p: Place) -> vec2f {
  let visit = visits[2u * (params.first + p.visit)];
  return object[(visit.y + p.y) * params.columns + visit.z + p.x];
}

@compute @workgroup_size(WORKGROUP)
fn shift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i);
  let rest = visits[2u * (params.first + p.visit) + 1u];
  let phase = shift_phase(p.y, p.x, params.size, bitcast<vec2f>(rest.xy));
  var value = times(source[p.source], phase);
  if (params.axis != 0u) {
    let k = frequency(select(p.x, p.y, params.axis == 1u), params.size) * 6.2831853 / f32(params.size);
    value = k * vec2f(-value.y, value.x);
  }
  result[i] = value;
}

@compute @workgroup_size(WORKGROUP)
fn exit(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i);
  result[i] = times(source[p.source], patch_at(p));
}

@compute @workgroup_size(WORKGROUP)
fn part(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i);
  let o = patch_at(p);
  result[i] = conjugate_times(o, source[i] - times(probes[p.source], o));
}

@compute @workgroup_size(WORKGROUP)
fn transfer(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i);
  let rest = visits[2u * (params.first + p.visit) + 1u];
  let moved = shift_phase(p.y, p.x, params.size, bitcast<vec2f>(rest.xy));
  let factor = conjugate_times(moved, source[p.y * params.size + p.x]);
  result[i] = select(times(factor, result[i]), conjugate_times(factor, result[i]), params.axis != 0u);
}
