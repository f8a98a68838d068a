// Complex Fourier transforms of whole images of 64 x 64, for adapters whose subgroups have 16 invocations: a subgroup an
// image. Every invocation has four neighbouring columns; rows are transformed across the subgroup, columns in registers.
// Inputs are multiplied by (1, in_imaginary) and results by (out_real, out_imaginary), see fft2.wgsl.
struct Params { count: u32, in_imaginary: f32, out_real: f32, out_imaginary: f32 }
@group(1) @binding(0) var<uniform> params: Params;

// What depends on the invocation: signs in the stages with partners 8, 4, 2 and 1 away, where their results are turned by
// -i, the factor between the stages 4 and 2, and those of the four columns.
struct Lane { signs: vec4f, turn4: bool, turn1: bool, factor: vec2f, a: vec4f, b: vec4f }
var<private> lane: Lane;

fn lane_of(id: u32) -> Lane {
  let one = vec2f(1.0, 0.0);
  let far = select(one, twiddle(id & 3u, 16u), (id & 8u) != 0u);
  let near = select(one, twiddle(id & 3u, 8u), (id & 4u) != 0u);
  let signs = select(vec4f(1.0), vec4f(-1.0), (vec4u(id) & vec4u(8u, 4u, 2u, 1u)) != vec4u(0u));
  let k = reversed(id);
  return Lane(
    signs,
    (id & 12u) == 12u,
    (id & 3u) == 3u,
    spin(vec4f(far, one), vec4f(near, one)).xy,
    vec4f(one, twiddle(k, 64u)),
    vec4f(twiddle(2u * k, 64u), twiddle(3u * k, 64u)),
  );
}

// Four bits backwards, by shifts: drivers make a shuffle one instruction if they see its lanes while compiling.
fn reversed(k: u32) -> u32 {
  return ((k & 1u) << 3u) | ((k & 2u) << 1u) | ((k & 4u) >> 1u) | ((k & 8u) >> 3u);
}

// Transforms of 16 numbers, one an invocation: invocation reversed(k) gets frequency k.
fn across(v: vec4f) -> vec4f {
  let a = v * lane.signs.x + subgroupShuffleXor(v, 8u);
  let b = select(a, times_minus_i(a), lane.turn4);
  let c = rotate(b * lane.signs.y + subgroupShuffleXor(b, 4u), lane.factor);
  let d = c * lane.signs.z + subgroupShuffleXor(c, 2u);
  let e = select(d, times_minus_i(d), lane.turn1);
  return e * lane.signs.w + subgroupShuffleXor(e, 1u);
}

// Four numbers of a row.
struct Quad { a: vec4f, b: vec4f }

// Number id / 4 of the four that invocation `source` has.
fn pick(r: Quad, source: u32, id: u32) -> vec2f {
  let pair = select(subgroupShuffle(r.a, source), subgroupShuffle(r.b, source), id >= 8u);
  return select(pair.xy, pair.zw, (id & 4u) != 0u);
}

// A row, transformed: invocation l has columns 4 l to 4 l + 3 before and after.
fn row(q: Quad, id: u32) -> Quad {
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  let a = spin(across(q.a * sign), lane.a);
  let b = spin(across(q.b * sign), lane.b);
  let even = vec4f(a.xy + b.xy, a.xy - b.xy);
  let odd = vec4f(a.zw + b.zw, a.w - b.w, b.z - a.z);
  // Number j is frequency k + 16 j now.
  let r = Quad(even + odd, even - odd);
  let k = 4u * (id & 3u);
  return Quad(
    vec4f(pick(r, reversed(k), id), pick(r, reversed(k + 1u), id)),
    vec4f(pick(r, reversed(k + 2u), id), pick(r, reversed(k + 3u), id)),
  );
}

// 64 rows of a pair of columns, in blocks of eight.
alias Column = array<array<vec4f, 8>, 8>;

fn transposed(c: Column) -> Column {
  return Column(
    array<vec4f, 8>(c[0][0], c[1][0], c[2][0], c[3][0], c[4][0], c[5][0], c[6][0], c[7][0]),
    array<vec4f, 8>(c[0][1], c[1][1], c[2][1], c[3][1], c[4][1], c[5][1], c[6][1], c[7][1]),
    array<vec4f, 8>(c[0][2], c[1][2], c[2][2], c[3][2], c[4][2], c[5][2], c[6][2], c[7][2]),
    array<vec4f, 8>(c[0][3], c[1][3], c[2][3], c[3][3], c[4][3], c[5][3], c[6][3], c[7][3]),
    array<vec4f, 8>(c[0][4], c[1][4], c[2][4], c[3][4], c[4][4], c[5][4], c[6][4], c[7][4]),
    array<vec4f, 8>(c[0][5], c[1][5], c[2][5], c[3][5], c[4][5], c[5][5], c[6][5], c[7][5]),
    array<vec4f, 8>(c[0][6], c[1][6], c[2][6], c[3][6], c[4][6], c[5][6], c[6][6], c[7][6]),
    array<vec4f, 8>(c[0][7], c[1][7], c[2][7], c[3][7], c[4][7], c[5][7], c[6][7], c[7][7]),
  );
}

// A column, transformed: number q of block k is frequency k + 8 q.
fn down(rows: Column) -> Column {
  let r = transposed(rows);
  let t = transposed(Column(
    turn64(dft8(r[0]), 0u),
    turn64(dft8(r[1]), 1u),
    turn64(dft8(r[2]), 2u),
    turn64(dft8(r[3]), 3u),
    turn64(dft8(r[4]), 4u),
    turn64(dft8(r[5]), 5u),
    turn64(dft8(r[6]), 6u),
    turn64(dft8(r[7]), 7u),
  ));
  return Column(dft8(t[0]), dft8(t[1]), dft8(t[2]), dft8(t[3]), dft8(t[4]), dft8(t[5]), dft8(t[6]), dft8(t[7]));
}

fn put(to: u32, a: vec4f, b: vec4f) {
  let factor = vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary);
  store_transformed(to, a * factor, b * factor);
}

// Rows k, k + 8, .. k + 56 of the result.
fn put_rows(to: u32, k: u32, a: array<vec4f, 8>, b: array<vec4f, 8>) {
  let base = to + 16u * k;
  put(base, a[0], b[0]);
  put(base + 128u, a[1], b[1]);
  put(base + 256u, a[2], b[2]);
  put(base + 384u, a[3], b[3]);
  put(base + 512u, a[4], b[4]);
  put(base + 640u, a[5], b[5]);
  put(base + 768u, a[6], b[6]);
  put(base + 896u, a[7], b[7]);
}

@compute @workgroup_size(16)
fn image64(@builtin(workgroup_id) wid: vec3u, @builtin(subgroup_invocation_id) id: u32, @builtin(num_workgroups) groups: vec3u) {
  let image = min(linear_index(wid, 0u, groups, 1u), params.count - 1u);
  lane = lane_of(id);
  var a: Column;
  var b: Column;
  // A loop over blocks of rows keeps the code small; those that are there move up.
  for (var j = 0u; j < 8u; j++) {
    a = Column(a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[0]);
    b = Column(b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[0]);
    let at = image * 2048u + 256u * j + 2u * id;
    let q0 = Quad(load_image(at), load_image(at + 1u));
    let q1 = Quad(load_image(at + 32u), load_image(at + 32u + 1u));
    let q2 = Quad(load_image(at + 64u), load_image(at + 64u + 1u));
    let q3 = Quad(load_image(at + 96u), load_image(at + 96u + 1u));
    let q4 = Quad(load_image(at + 128u), load_image(at + 128u + 1u));
    let q5 = Quad(load_image(at + 160u), load_image(at + 160u + 1u));
    let q6 = Quad(load_image(at + 192u), load_image(at + 192u + 1u));
    let q7 = Quad(load_image(at + 224u), load_image(at + 224u + 1u));
    let r0 = row(q0, id);
    let r1 = row(q1, id);
    let r2 = row(q2, id);
    let r3 = row(q3, id);
    let r4 = row(q4, id);
    let r5 = row(q5, id);
    let r6 = row(q6, id);
    let r7 = row(q7, id);
    a[7] = array<vec4f, 8>(r0.a, r1.a, r2.a, r3.a, r4.a, r5.a, r6.a, r7.a);
    b[7] = array<vec4f, 8>(r0.b, r1.b, r2.b, r3.b, r4.b, r5.b, r6.b, r7.b);
  }
  let x = down(a);
  let y = down(b);
  let to = image * 1024u + id;
  put_rows(to, 0u, x[0], y[0]);
  put_rows(to, 1u, x[1], y[1]);
  put_rows(to, 2u, x[2], y[2]);
  put_rows(to, 3u, x[3], y[3]);
  put_rows(to, 4u, x[4], y[4]);
  put_rows(to, 5u, x[5], y[5]);
  put_rows(to, 6u, x[6], y[6]);
  put_rows(to, 7u, x[7], y[7]);
}
