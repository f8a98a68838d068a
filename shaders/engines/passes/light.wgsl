// First of three dispatches of the modulus projection of one-mode exit waves (engines/project.wgsl): every invocation
// illuminates two columns and transforms them in registers. Between the dispatches the waves pass through a texture, or
// those of one visit through uniforms, for adapters that read both several times faster than buffers.
//   waves (visits, pixels), probe (pixels) or (visits, pixels) by probe_stride.
struct Params { first: u32, columns: u32, probe_stride: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// First numbers of object and probe.
struct Light { object: u32, probe: u32 }
fn lit(l: Light, row: u32) -> vec4f {
  let o = object_row(l.object, row);
  let p = load_probe(l.probe + row * HALF);
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
  own = vec4f(0.0);
  invocation = lane;
  let l = Light(visit.y * params.columns + visit.z + 2u * i, v * params.probe_stride + i);
  light_columns(l, (v * HALF + i) * HALF);
  let total = group_counts(lane);
  if (lane == 0u) { parts[wid.x] = total; }
}
