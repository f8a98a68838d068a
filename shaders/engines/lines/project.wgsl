// Modulus projection of one-mode exit waves, one workgroup of SIZE / 2 a visit: the formulas of project.wgsl.
// Every invocation takes two columns through the whole transform, then two rows through transform,
// correction and inverse, then its columns back: three visits to memory instead of seven, for adapters
// on which these cost more than all arithmetic.
//   waves (visits, pixels), probe (pixels) or (visits, pixels) by probe_stride; stats as in project.wgsl.
struct Params {
  size: u32,
  first: u32,
  columns: u32,
  probe_stride: u32,
  step: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> object: array<vec2f>;
@group(0) @binding(2) var<storage, read> probe: array<vec4f>;
@group(0) @binding(3) var<storage, read> measured: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> waves: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
var<workgroup> shared_sums: array<vec4f, HALF>;
var<private> line: array<vec4f, SIZE>;
// Sums and maxima of one invocation, as in stats.
var<private> own: vec4f;

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Two columns of a patch: first numbers of object and probe.
struct Light { object: u32, probe: u32 }
fn lit(l: Light, row: u32) -> vec4f {
  let at = l.object + row * params.columns;
  let o = vec4f(object[at], object[at + 1u]);
  let p = probe[l.probe + row * HALF];
  let b = energy(p);
  let e = energy(o);
  own = vec4f(0.0, max(own.y, max(b.x, b.y)), max(own.z, max(e.x, e.y)), 0.0);
  return spin(p, o);
}

// Change of v by measured amplitudes a, conjugated; counts it.
fn correct(v: vec4f, a: vec2f) -> vec4f {
  const SCALE = 1.0 / f32(SIZE * SIZE);
  let f = modulus_change(energy(v) * SCALE, a) * SCALE;
  return v * vec4f(f.x, -f.x, f.y, -f.y);
}

@compute @workgroup_size(HALF)
fn project(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) i: u32) {
  let visit = visits[2u * (params.first + wid.x)];
  own = vec4f(0.0);
  let plane = wid.x * SIZE * HALF;
  let l = Light(visit.y * params.columns + visit.z + 2u * i, wid.x * params.probe_stride + i);
  light_columns(l, plane + i);
  storageBarrier();
  correct_rows(plane + i * SIZE, (visit.x * SIZE * HALF + i * SIZE) / 2u);
  shared_sums[i] = own;
  storageBarrier();
  restore_columns(plane + i);
  workgroupBarrier();
  if (i == 0u) {
    var total = vec4f(0.0);
    for (var k = 0u; k < HALF; k++) {
      let a = shared_sums[k];
      total = vec4f(total.x + a.x, max(total.yz, a.yz), total.w + a.w);
    }
    stats[params.first + wid.x] = total;
  }
}
