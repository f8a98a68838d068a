// Complex Fourier transforms of whole images of 64 x 64, one workgroup of 32 an image: every invocation
// transforms two columns in registers, exchanges them through workgroup memory and transforms two rows.
// Inputs are multiplied by (1, in_imaginary) and results by (out_real, out_imaginary), see fft2.wgsl.
struct Params { count: u32, in_imaginary: f32, out_real: f32, out_imaginary: f32 }
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> exchange: array<vec4f, 2048>;

fn fetch(i: u32) -> vec4f {
  return load_image(i) * vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
}

fn store(i: u32, v: vec4f) {
  store_transformed(i, v * vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary));
}

// Points j, j + 8, .. j + 56 of a column pair, transformed and turned.
fn octet(at: u32, j: u32) -> array<vec4f, 8> {
  let base = at + 32u * j;
  return turn64(dft8(array<vec4f, 8>(
    fetch(base),
    fetch(base + 256u),
    fetch(base + 512u),
    fetch(base + 768u),
    fetch(base + 1024u),
    fetch(base + 1280u),
    fetch(base + 1536u),
    fetch(base + 1792u),
  )), j);
}

// Points k and k + 1 of every eight, as eight vec4 of each of the two output rows.
fn put_octets(at: u32, k: u32, a: array<vec4f, 8>, b: array<vec4f, 8>) {
  let base = at + k / 2u;
  store(base, vec4f(a[0].xy, b[0].xy));
  store(base + 4u, vec4f(a[1].xy, b[1].xy));
  store(base + 8u, vec4f(a[2].xy, b[2].xy));
  store(base + 12u, vec4f(a[3].xy, b[3].xy));
  store(base + 16u, vec4f(a[4].xy, b[4].xy));
  store(base + 20u, vec4f(a[5].xy, b[5].xy));
  store(base + 24u, vec4f(a[6].xy, b[6].xy));
  store(base + 28u, vec4f(a[7].xy, b[7].xy));
  store(base + 32u, vec4f(a[0].zw, b[0].zw));
  store(base + 36u, vec4f(a[1].zw, b[1].zw));
  store(base + 40u, vec4f(a[2].zw, b[2].zw));
  store(base + 44u, vec4f(a[3].zw, b[3].zw));
  store(base + 48u, vec4f(a[4].zw, b[4].zw));
  store(base + 52u, vec4f(a[5].zw, b[5].zw));
  store(base + 56u, vec4f(a[6].zw, b[6].zw));
  store(base + 60u, vec4f(a[7].zw, b[7].zw));
}

// The same into workgroup memory.
fn keep_octets(at: u32, k: u32, a: array<vec4f, 8>, b: array<vec4f, 8>) {
  let base = at + k / 2u;
  exchange[base] = vec4f(a[0].xy, b[0].xy);
  exchange[base + 4u] = vec4f(a[1].xy, b[1].xy);
  exchange[base + 8u] = vec4f(a[2].xy, b[2].xy);
  exchange[base + 12u] = vec4f(a[3].xy, b[3].xy);
  exchange[base + 16u] = vec4f(a[4].xy, b[4].xy);
  exchange[base + 20u] = vec4f(a[5].xy, b[5].xy);
  exchange[base + 24u] = vec4f(a[6].xy, b[6].xy);
  exchange[base + 28u] = vec4f(a[7].xy, b[7].xy);
  exchange[base + 32u] = vec4f(a[0].zw, b[0].zw);
  exchange[base + 36u] = vec4f(a[1].zw, b[1].zw);
  exchange[base + 40u] = vec4f(a[2].zw, b[2].zw);
  exchange[base + 44u] = vec4f(a[3].zw, b[3].zw);
  exchange[base + 48u] = vec4f(a[4].zw, b[4].zw);
  exchange[base + 52u] = vec4f(a[5].zw, b[5].zw);
  exchange[base + 56u] = vec4f(a[6].zw, b[6].zw);
  exchange[base + 60u] = vec4f(a[7].zw, b[7].zw);
}

// As octet, from workgroup memory.
fn octet_kept(at: u32, j: u32) -> array<vec4f, 8> {
  let base = at + 32u * j;
  return turn64(dft8(array<vec4f, 8>(
    exchange[base],
    exchange[base + 256u],
    exchange[base + 512u],
    exchange[base + 768u],
    exchange[base + 1024u],
    exchange[base + 1280u],
    exchange[base + 1536u],
    exchange[base + 1792u],
  )), j);
}

fn columns64(at: u32, to: u32) {
  let a = octet(at, 0u);
  let b = octet(at, 1u);
  let c = octet(at, 2u);
  let d = octet(at, 3u);
  let e = octet(at, 4u);
  let f = octet(at, 5u);
  let g = octet(at, 6u);
  let h = octet(at, 7u);
  keep_octets(to, 0u,
    dft8(array<vec4f, 8>(a[0], b[0], c[0], d[0], e[0], f[0], g[0], h[0])),
    dft8(array<vec4f, 8>(a[1], b[1], c[1], d[1], e[1], f[1], g[1], h[1])));
  keep_octets(to, 2u,
    dft8(array<vec4f, 8>(a[2], b[2], c[2], d[2], e[2], f[2], g[2], h[2])),
    dft8(array<vec4f, 8>(a[3], b[3], c[3], d[3], e[3], f[3], g[3], h[3])));
  keep_octets(to, 4u,
    dft8(array<vec4f, 8>(a[4], b[4], c[4], d[4], e[4], f[4], g[4], h[4])),
    dft8(array<vec4f, 8>(a[5], b[5], c[5], d[5], e[5], f[5], g[5], h[5])));
  keep_octets(to, 6u,
    dft8(array<vec4f, 8>(a[6], b[6], c[6], d[6], e[6], f[6], g[6], h[6])),
    dft8(array<vec4f, 8>(a[7], b[7], c[7], d[7], e[7], f[7], g[7], h[7])));
}

fn rows64(at: u32, to: u32) {
  let a = octet_kept(at, 0u);
  let b = octet_kept(at, 1u);
  let c = octet_kept(at, 2u);
  let d = octet_kept(at, 3u);
  let e = octet_kept(at, 4u);
  let f = octet_kept(at, 5u);
  let g = octet_kept(at, 6u);
  let h = octet_kept(at, 7u);
  put_octets(to, 0u,
    dft8(array<vec4f, 8>(a[0], b[0], c[0], d[0], e[0], f[0], g[0], h[0])),
    dft8(array<vec4f, 8>(a[1], b[1], c[1], d[1], e[1], f[1], g[1], h[1])));
  put_octets(to, 2u,
    dft8(array<vec4f, 8>(a[2], b[2], c[2], d[2], e[2], f[2], g[2], h[2])),
    dft8(array<vec4f, 8>(a[3], b[3], c[3], d[3], e[3], f[3], g[3], h[3])));
  put_octets(to, 4u,
    dft8(array<vec4f, 8>(a[4], b[4], c[4], d[4], e[4], f[4], g[4], h[4])),
    dft8(array<vec4f, 8>(a[5], b[5], c[5], d[5], e[5], f[5], g[5], h[5])));
  put_octets(to, 6u,
    dft8(array<vec4f, 8>(a[6], b[6], c[6], d[6], e[6], f[6], g[6], h[6])),
    dft8(array<vec4f, 8>(a[7], b[7], c[7], d[7], e[7], f[7], g[7], h[7])));
}

@compute @workgroup_size(32)
fn image64(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = min(linear_index(wid, 0u, groups, 1u), params.count - 1u);
  columns64(i * 2048u + lid, lid * 64u);
  workgroupBarrier();
  rows64(lid, i * 2048u + lid * 64u);
}
