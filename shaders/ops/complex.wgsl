// Complex patches from two real maps, interleaved (re, im): two complex numbers a vec4.
//   polar_*:     z = a exp(i phi); with mode = 1 the amplitude is `constant` and its gradient zero
//   cartesian_*: z = re + i im
//   parts:       modulus and argument of z
// One invocation per four pixels.
override WORKGROUP: u32 = 64;
struct Params { count: u32, mode: u32, constant: f32 }
@group(0) @binding(0) var<storage, read> first: array<vec4f>;
@group(0) @binding(1) var<storage, read> second: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> z: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

struct SineCosine { sine: vec4f, cosine: vec4f }

// Sine and cosine to a few ulp for |x| < 1e5: the built-in ones may err by 2^-11 beyond +-pi.
// Argument reduced by pi/2 in three parts (Cody and Waite), polynomials on [-pi/4, pi/4] (Cephes).
fn sine_cosine(x: vec4f) -> SineCosine {
  let n = round(x * 0.63661975);
  let r = ((x - n * 1.5703125) - n * 4.8375129699707031e-4) - n * 7.5497899548918821e-8;
  let s = r * r;
  let sine = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosine = 1.0 - 0.5 * s +
    s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = vec4i(n) & vec4i(3);
  let odd = (quadrant & vec4i(1)) == vec4i(1);
  let a = select(sine, cosine, odd);
  let b = select(cosine, sine, odd);
  return SineCosine(
    select(a, -a, quadrant >= vec4i(2)),
    select(b, -b, (quadrant == vec4i(1)) | (quadrant == vec4i(2))),
  );
}

fn amplitude(i: u32) -> vec4f {
  return select(first[i], vec4f(params.constant), params.mode == 1u);
}

@compute @workgroup_size(WORKGROUP)
fn polar_forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let a = amplitude(i);
  let u = sine_cosine(second[i]);
  let re = a * u.cosine;
  let im = a * u.sine;
  z[2u * i] = vec4f(re.x, im.x, re.y, im.y);
  z[2u * i + 1u] = vec4f(re.z, im.z, re.w, im.w);
}

@compute @workgroup_size(WORKGROUP)
fn cartesian_forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let re = first[i];
  let im = second[i];
  z[2u * i] = vec4f(re.x, im.x, re.y, im.y);
  z[2u * i + 1u] = vec4f(re.z, im.z, re.w, im.w);
}

@group(0) @binding(0) var<storage, read> z_gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> phase: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read> modulus: array<vec4f>;

fn real_parts(i: u32) -> vec4f {
  return vec4f(z_gradient[2u * i].xz, z_gradient[2u * i + 1u].xz);
}

fn imaginary_parts(i: u32) -> vec4f {
  return vec4f(z_gradient[2u * i].yw, z_gradient[2u * i + 1u].yw);
}

@compute @workgroup_size(WORKGROUP)
fn polar_amplitude_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let u = sine_cosine(phase[i]);
  let g = real_parts(i) * u.cosine + imaginary_parts(i) * u.sine;
  gradient[i] = select(g, vec4f(0.0), params.mode == 1u);
}

@compute @workgroup_size(WORKGROUP)
fn polar_phase_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let a = select(modulus[i], vec4f(params.constant), params.mode == 1u);
  let u = sine_cosine(phase[i]);
  gradient[i] = a * (imaginary_parts(i) * u.cosine - real_parts(i) * u.sine);
}

@group(0) @binding(1) var<storage, read_write> part: array<vec4f>;

// Real parts (mode = 0) or imaginary parts (mode = 1) of a gradient.
@compute @workgroup_size(WORKGROUP)
fn cartesian_backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  part[i] = select(real_parts(i), imaginary_parts(i), params.mode == 1u);
}

// Arc tangent of t in [0, 1], reduced at tan(pi/8) (Cephes).
fn arc_tangent(t: vec4f) -> vec4f {
  let large = t > vec4f(0.41421357);
  let u = select(t, (t - 1.0) / (t + 1.0), large);
  let s = u * u;
  let p = u + u * s *
    (-3.33329491539e-1 + s * (1.99777106478e-1 + s * (-1.38776856032e-1 + s * 8.05374449538e-2)));
  return p + select(vec4f(0.0), vec4f(0.78539816), large);
}

// Modulus (mode = 0) or argument (mode = 1) of a complex tensor.
@compute @workgroup_size(WORKGROUP)
fn parts(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let re = real_parts(i);
  let im = imaginary_parts(i);
  let large = max(abs(re), abs(im));
  let ratio = min(abs(re), abs(im)) / select(vec4f(1.0), large, large > vec4f(0.0));
  if (params.mode == 0u) {
    part[i] = large * sqrt(1.0 + ratio * ratio);
    return;
  }
  var angle = arc_tangent(ratio);
  angle = select(angle, 1.5707963 - angle, abs(im) > abs(re));
  angle = select(angle, 3.1415927 - angle, re < vec4f(0.0));
  part[i] = select(angle, -angle, im < vec4f(0.0));
}
