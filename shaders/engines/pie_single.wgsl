// Update of object and probe after one visit, chi by project.wgsl, sums over the modes:
//   O += beta_o sum P* chi / ((1 - alpha_o) sum |P|^2 + alpha_o max sum |P|^2)
//   P += beta_p O* chi     / ((1 - alpha_p) |O|^2     + alpha_p max |O|^2)
// alpha = 1 is ePIE (Maiden and Rodenburg, Ultramicroscopy 109, 1256 (2009)), less is rPIE
// (Maiden, Johnson and Li, Optica 4, 736 (2017)).
//   direct:  the probe is changed in place
//   shifted: the probe belongs to the visit; its change replaces chi
struct Params {
  size: u32, modes: u32, columns: u32, visit: u32,
  alpha_object: f32, beta_object: f32, alpha_probe: f32, beta_probe: f32,
}
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> stats: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> object: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> probe: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> chi: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 64u;

fn spin(v: vec4f, w: vec4f) -> vec4f {
  return v * w.xxzz + vec4f(-v.y, v.x, -v.w, v.z) * w.yyww;
}

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

// Every invocation updates STRIP pairs, so that what all of them need is read once.
override STRIP: u32 = 1u;

fn update(first: u32, direct: bool) {
  let half = params.size / 2u;
  let pairs = params.size * half;
  let visit = visits[2u * params.visit];
  let peak = max(stats[params.visit].yz, vec2f(1e-30));
  let stride = pairs / STRIP;
  var i = first;
  loop {
    let at = (visit.y + quotient(i, half)) * params.columns + visit.z + 2u * (remainder(i, half));
    let o = pair_before(at);
    var numerator = vec4f(0.0);
    var bright = vec2f(0.0);
    var k = i;
    loop {
      let p = probe_at(k);
      let c = chi_at(k);
      numerator += spin(c, p * CONJUGATE_PAIR);
      bright += energy(p);
      let change = probe_change(c, o, peak);
      if (direct) {
        probe[k] = p + change;
      } else {
        chi[k] = change;
      }
      k += pairs;
      continuing { break if k >= params.modes * pairs; }
    }
    let fresh = o + object_change(numerator, bright, peak);
    object[at] = fresh.xy;
    object[at + 1u] = fresh.zw;
    i += stride;
    continuing { break if i >= pairs; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn direct(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.size * params.size / 2u / STRIP) { update(id.x, true); }
}

@compute @workgroup_size(WORKGROUP)
fn shifted(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.size * params.size / 2u / STRIP) { update(id.x, false); }
}
