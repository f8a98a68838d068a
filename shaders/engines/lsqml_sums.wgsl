// Products for the steps of LSQ-ML, VISITS visits a workgroup:
//   rows[2 v] = [<u,u>, <w,w>, Re<u,w>, weight], rows[2 v + 1] = [Re<u,chi>, Re<w,chi>, 0, 0]
//   with u = d P, w = e O, chi of the first mode (d, e: engines/lsqml_apply.wgsl)
// An invocation takes STRIP pairs of pixels in a row at a time. Where more than one visit shares a workgroup, all see the
// same probe and its direction, which are read once for them.
struct Params { size: u32, modes: u32, columns: u32, first: u32, count: u32, probe_stride: u32, direction_stride: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> rows_out: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;
override STRIP: u32 = 1u; // at most 4
override VISITS: u32 = 1u; // 1, 2 or 4
var<workgroup> shared_rows: array<vec4f, 2 * WORKGROUP * VISITS>;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

// Of one visit.
struct Sums { squares: vec3f, along: vec2f }

// A strip of a probe and its direction.
struct Light { p: array<vec4f, 4>, e: array<vec4f, 4> }

// Adds a strip of visit `v` of the batch to its sums; a visit beyond its end is not kept.
fn add(sums: Sums, v: u32, first: u32, light: Light) -> Sums {
  var result = sums;
  let half = params.size / 2u;
  let visit = min(v, params.count - 1u);
  let corner = visits[2u * (params.first + visit)].yz + vec2u(quotient(first, half), 2u * remainder(first, half));
  let objects = object_strip(corner.x * params.columns + corner.y);
  let directions = steps_strip(corner.x * 2u * ((params.columns + 1u) / 2u) + corner.y);
  let changes = visit * params.modes * params.size * half + first;
  for (var s = 0u; s < STRIP; s++) {
    let chi = load_chi(changes + s);
    let u = spin(directions[s], light.p[s]);
    let w = spin(light.e[s], objects[s]);
    result.squares += vec3f(dot(u, u), dot(w, w), dot(u, w));
    result.along += vec2f(dot(u, chi), dot(w, chi));
  }
  return result;
}

fn share(lane: u32, v: u32, sums: Sums) {
  shared_rows[2u * (VISITS * lane + v)] = vec4f(sums.squares, 0.0);
  shared_rows[2u * (VISITS * lane + v) + 1u] = vec4f(sums.along, 0.0, 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn sums(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let base = VISITS * wid.x;
  var a: Sums;
  var b: Sums;
  var c: Sums;
  var d: Sums;
  let pairs = params.size * params.size / 2u;
  var first = STRIP * lane;
  // A loop that asks before its body runs it once more, for nobody, on a software adapter.
  if (first < pairs) {
    loop {
      var light: Light;
      for (var s = 0u; s < STRIP; s++) {
        light.p[s] = load_probe(base * params.probe_stride + first + s);
        light.e[s] = load_direction(base * params.direction_stride + first + s);
      }
      a = add(a, base, first, light);
      if (VISITS > 1u) { b = add(b, base + 1u, first, light); }
      if (VISITS > 2u) { c = add(c, base + 2u, first, light); d = add(d, base + 3u, first, light); }
      first += STRIP * WORKGROUP;
      continuing { break if first >= pairs; }
    }
  }
  share(lane, 0u, a);
  if (VISITS > 1u) { share(lane, 1u, b); }
  if (VISITS > 2u) { share(lane, 2u, c); share(lane, 3u, d); }
  workgroupBarrier();
  let visit = base + lane / 2u;
  if (lane < 2u * VISITS && visit < params.count) {
    var total = vec4f(0.0);
    for (var j = lane; j < 2u * WORKGROUP * VISITS; j += 2u * VISITS) { total += shared_rows[j]; }
    if ((lane & 1u) == 0u) { total.w = bitcast<f32>(visits[2u * (params.first + visit)].w); }
    rows_out[2u * visit + (lane & 1u)] = total;
  }
}
