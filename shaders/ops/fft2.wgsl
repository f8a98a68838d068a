// Complex Fourier transforms down the columns of square images of N x N, N = 16 .. 512.
// stage8, stage4: one Stockham stage of radix 8 or 4 on two neighbouring butterflies of two columns.
// The last stage of a dimension writes transposed; doing it twice transforms both dimensions.
// Every input is multiplied by (1, in_imaginary) and every output by (out_real, out_imaginary):
// conjugating before and after makes the inverse, and the factor makes it orthonormal.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  size: u32,
  done: u32,
  transpose: u32,
  in_imaginary: f32,
  out_real: f32,
  out_imaginary: f32,
}
@group(1) @binding(0) var<uniform> params: Params;

fn fetch(i: u32) -> vec4f {
  return load_image(i) * vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
}

fn store(i: u32, v: vec4f) {
  store_transformed(i, v * vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary));
}

// Where a pair of butterflies reads and writes, in vec4 units.
struct Place {
  image: u32, // first vec4 of the image
  pair: u32, // column pair
  first: u32, // first butterfly of the two
}

fn place(i: u32, radix: u32) -> Place {
  let half = params.size / 2u;
  let rest = i / half;
  let pairs = params.size / (2u * radix);
  return Place((rest / pairs) * params.size * half, i % half, 2u * (rest % pairs));
}

// Writes output r of both butterflies.
fn put(p: Place, r: u32, radix: u32, a: vec4f, b: vec4f) {
  let half = params.size / 2u;
  if (params.transpose != 0u) {
    let k = (p.first + r * params.done) / 2u;
    store(p.image + 2u * p.pair * half + k, vec4f(a.xy, b.xy));
    store(p.image + (2u * p.pair + 1u) * half + k, vec4f(a.zw, b.zw));
  } else {
    let j = p.first + 1u;
    let ka = (p.first / params.done) * params.done * radix + p.first % params.done + r * params.done;
    let kb = (j / params.done) * params.done * radix + j % params.done + r * params.done;
    store(p.image + ka * half + p.pair, a);
    store(p.image + kb * half + p.pair, b);
  }
}

fn butterfly8(p: Place, j: u32) -> array<vec4f, 8> {
  let half = params.size / 2u;
  let step = (params.size / 8u) * half;
  let at = p.image + j * half + p.pair;
  let w1 = vec4f(twiddle(j % params.done, 8u * params.done), 0.0, 0.0);
  let w2 = rotate(w1, w1.xy);
  let w3 = rotate(w2, w1.xy);
  let w4 = rotate(w2, w2.xy);
  return dft8(array<vec4f, 8>(
    fetch(at),
    rotate(fetch(at + step), w1.xy),
    rotate(fetch(at + 2u * step), w2.xy),
    rotate(fetch(at + 3u * step), w3.xy),
    rotate(fetch(at + 4u * step), w4.xy),
    rotate(fetch(at + 5u * step), rotate(w4, w1.xy).xy),
    rotate(fetch(at + 6u * step), rotate(w3, w3.xy).xy),
    rotate(fetch(at + 7u * step), rotate(w4, w3.xy).xy),
  ));
}

fn butterfly4(p: Place, j: u32) -> array<vec4f, 4> {
  let half = params.size / 2u;
  let step = (params.size / 4u) * half;
  let at = p.image + j * half + p.pair;
  let w1 = vec4f(twiddle(j % params.done, 4u * params.done), 0.0, 0.0);
  let w2 = rotate(w1, w1.xy);
  return dft4(
    fetch(at),
    rotate(fetch(at + step), w1.xy),
    rotate(fetch(at + 2u * step), w2.xy),
    rotate(fetch(at + 3u * step), rotate(w2, w1.xy).xy),
  );
}

@compute @workgroup_size(WORKGROUP)
fn stage8(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i, 8u);
  let a = butterfly8(p, p.first);
  let b = butterfly8(p, p.first + 1u);
  put(p, 0u, 8u, a[0], b[0]);
  put(p, 1u, 8u, a[1], b[1]);
  put(p, 2u, 8u, a[2], b[2]);
  put(p, 3u, 8u, a[3], b[3]);
  put(p, 4u, 8u, a[4], b[4]);
  put(p, 5u, 8u, a[5], b[5]);
  put(p, 6u, 8u, a[6], b[6]);
  put(p, 7u, 8u, a[7], b[7]);
}

@compute @workgroup_size(WORKGROUP)
fn stage4(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let p = place(i, 4u);
  let a = butterfly4(p, p.first);
  let b = butterfly4(p, p.first + 1u);
  put(p, 0u, 4u, a[0], b[0]);
  put(p, 1u, 4u, a[1], b[1]);
  put(p, 2u, 4u, a[2], b[2]);
  put(p, 3u, 4u, a[3], b[3]);
}
