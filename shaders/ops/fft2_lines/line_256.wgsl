// Transforms of images of 256 x 256, one workgroup an image. Every invocation takes two columns, then
// two rows through memory of its own: radix 16 across, then radix 16 in blocks. Inputs are multiplied
// by (1, in_imaginary), results by (out_real, out_imaginary), see fft2.wgsl. Emitted by generate.ts: change that file.
struct Params { in_imaginary: f32, out_real: f32, out_imaginary: f32 }
@group(0) @binding(0) var<storage, read_write> transformed: array<vec4f>;
@group(0) @binding(1) var<storage, read> image: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;
const SIZE: u32 = 256u;
const HALF: u32 = 128u;
var<private> line: array<vec4f, SIZE>;

fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// Numbers j, j + 16, .. of the line after the stage across.
fn keep_across(j: u32, a: array<vec4f, 16>) {
  let w1 = twiddle(1u * j, SIZE);
  let w2 = twiddle(2u * j, SIZE);
  let w3 = twiddle(3u * j, SIZE);
  let w4 = twiddle(4u * j, SIZE);
  let w8 = twiddle(8u * j, SIZE);
  let w12 = twiddle(12u * j, SIZE);
  line[j] = a[0];
  line[j + 16u] = rotate(a[1], w1);
  line[j + 32u] = rotate(a[2], w2);
  line[j + 48u] = rotate(a[3], w3);
  line[j + 64u] = rotate(a[4], w4);
  line[j + 80u] = rotate(a[5], times(w4, w1));
  line[j + 96u] = rotate(a[6], times(w4, w2));
  line[j + 112u] = rotate(a[7], times(w4, w3));
  line[j + 128u] = rotate(a[8], w8);
  line[j + 144u] = rotate(a[9], times(w8, w1));
  line[j + 160u] = rotate(a[10], times(w8, w2));
  line[j + 176u] = rotate(a[11], times(w8, w3));
  line[j + 192u] = rotate(a[12], w12);
  line[j + 208u] = rotate(a[13], times(w12, w1));
  line[j + 224u] = rotate(a[14], times(w12, w2));
  line[j + 240u] = rotate(a[15], times(w12, w3));
}

// The stage in blocks of two columns; place at + row * HALF.
fn put_columns(at: u32) {
  for (var k = 0u; k < 16u; k++) {
    let b = dft16(array<vec4f, 16>(line[k * 16u + 0u], line[k * 16u + 1u], line[k * 16u + 2u], line[k * 16u + 3u], line[k * 16u + 4u], line[k * 16u + 5u], line[k * 16u + 6u], line[k * 16u + 7u], line[k * 16u + 8u], line[k * 16u + 9u], line[k * 16u + 10u], line[k * 16u + 11u], line[k * 16u + 12u], line[k * 16u + 13u], line[k * 16u + 14u], line[k * 16u + 15u]));
    let to = at + k * HALF;
    transformed[to + 0u * HALF] = b[0]; transformed[to + 16u * HALF] = b[1]; transformed[to + 32u * HALF] = b[2]; transformed[to + 48u * HALF] = b[3]; transformed[to + 64u * HALF] = b[4]; transformed[to + 80u * HALF] = b[5]; transformed[to + 96u * HALF] = b[6]; transformed[to + 112u * HALF] = b[7]; transformed[to + 128u * HALF] = b[8]; transformed[to + 144u * HALF] = b[9]; transformed[to + 160u * HALF] = b[10]; transformed[to + 176u * HALF] = b[11]; transformed[to + 192u * HALF] = b[12]; transformed[to + 208u * HALF] = b[13]; transformed[to + 224u * HALF] = b[14]; transformed[to + 240u * HALF] = b[15];
  }
}

// Two rows in place; neighbours in a row are one vec4.
fn rows(at: u32) {
  for (var h = 0u; h < 8u; h++) {
    let start = at + h;
    let p0 = transformed[start + 0u]; let q0 = transformed[start + HALF + 0u]; let p1 = transformed[start + 8u]; let q1 = transformed[start + HALF + 8u]; let p2 = transformed[start + 16u]; let q2 = transformed[start + HALF + 16u]; let p3 = transformed[start + 24u]; let q3 = transformed[start + HALF + 24u]; let p4 = transformed[start + 32u]; let q4 = transformed[start + HALF + 32u]; let p5 = transformed[start + 40u]; let q5 = transformed[start + HALF + 40u]; let p6 = transformed[start + 48u]; let q6 = transformed[start + HALF + 48u]; let p7 = transformed[start + 56u]; let q7 = transformed[start + HALF + 56u]; let p8 = transformed[start + 64u]; let q8 = transformed[start + HALF + 64u]; let p9 = transformed[start + 72u]; let q9 = transformed[start + HALF + 72u]; let p10 = transformed[start + 80u]; let q10 = transformed[start + HALF + 80u]; let p11 = transformed[start + 88u]; let q11 = transformed[start + HALF + 88u]; let p12 = transformed[start + 96u]; let q12 = transformed[start + HALF + 96u]; let p13 = transformed[start + 104u]; let q13 = transformed[start + HALF + 104u]; let p14 = transformed[start + 112u]; let q14 = transformed[start + HALF + 112u]; let p15 = transformed[start + 120u]; let q15 = transformed[start + HALF + 120u];
    keep_across(2u * h, dft16(array<vec4f, 16>(vec4f(p0.xy, q0.xy), vec4f(p1.xy, q1.xy), vec4f(p2.xy, q2.xy), vec4f(p3.xy, q3.xy), vec4f(p4.xy, q4.xy), vec4f(p5.xy, q5.xy), vec4f(p6.xy, q6.xy), vec4f(p7.xy, q7.xy), vec4f(p8.xy, q8.xy), vec4f(p9.xy, q9.xy), vec4f(p10.xy, q10.xy), vec4f(p11.xy, q11.xy), vec4f(p12.xy, q12.xy), vec4f(p13.xy, q13.xy), vec4f(p14.xy, q14.xy), vec4f(p15.xy, q15.xy))));
    keep_across(2u * h + 1u, dft16(array<vec4f, 16>(vec4f(p0.zw, q0.zw), vec4f(p1.zw, q1.zw), vec4f(p2.zw, q2.zw), vec4f(p3.zw, q3.zw), vec4f(p4.zw, q4.zw), vec4f(p5.zw, q5.zw), vec4f(p6.zw, q6.zw), vec4f(p7.zw, q7.zw), vec4f(p8.zw, q8.zw), vec4f(p9.zw, q9.zw), vec4f(p10.zw, q10.zw), vec4f(p11.zw, q11.zw), vec4f(p12.zw, q12.zw), vec4f(p13.zw, q13.zw), vec4f(p14.zw, q14.zw), vec4f(p15.zw, q15.zw))));
  }
  let factor = vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary);
  for (var k = 0u; k < 8u; k++) {
    let block = 2u * k * 16u;
    let b = dft16(array<vec4f, 16>(line[block + 0u], line[block + 1u], line[block + 2u], line[block + 3u], line[block + 4u], line[block + 5u], line[block + 6u], line[block + 7u], line[block + 8u], line[block + 9u], line[block + 10u], line[block + 11u], line[block + 12u], line[block + 13u], line[block + 14u], line[block + 15u]));
    let c = dft16(array<vec4f, 16>(line[block + 16u], line[block + 17u], line[block + 18u], line[block + 19u], line[block + 20u], line[block + 21u], line[block + 22u], line[block + 23u], line[block + 24u], line[block + 25u], line[block + 26u], line[block + 27u], line[block + 28u], line[block + 29u], line[block + 30u], line[block + 31u]));
    let to = at + k;
    transformed[to + 0u] = vec4f(b[0].xy, c[0].xy) * factor; transformed[to + HALF + 0u] = vec4f(b[0].zw, c[0].zw) * factor; transformed[to + 8u] = vec4f(b[1].xy, c[1].xy) * factor; transformed[to + HALF + 8u] = vec4f(b[1].zw, c[1].zw) * factor; transformed[to + 16u] = vec4f(b[2].xy, c[2].xy) * factor; transformed[to + HALF + 16u] = vec4f(b[2].zw, c[2].zw) * factor; transformed[to + 24u] = vec4f(b[3].xy, c[3].xy) * factor; transformed[to + HALF + 24u] = vec4f(b[3].zw, c[3].zw) * factor; transformed[to + 32u] = vec4f(b[4].xy, c[4].xy) * factor; transformed[to + HALF + 32u] = vec4f(b[4].zw, c[4].zw) * factor; transformed[to + 40u] = vec4f(b[5].xy, c[5].xy) * factor; transformed[to + HALF + 40u] = vec4f(b[5].zw, c[5].zw) * factor; transformed[to + 48u] = vec4f(b[6].xy, c[6].xy) * factor; transformed[to + HALF + 48u] = vec4f(b[6].zw, c[6].zw) * factor; transformed[to + 56u] = vec4f(b[7].xy, c[7].xy) * factor; transformed[to + HALF + 56u] = vec4f(b[7].zw, c[7].zw) * factor; transformed[to + 64u] = vec4f(b[8].xy, c[8].xy) * factor; transformed[to + HALF + 64u] = vec4f(b[8].zw, c[8].zw) * factor; transformed[to + 72u] = vec4f(b[9].xy, c[9].xy) * factor; transformed[to + HALF + 72u] = vec4f(b[9].zw, c[9].zw) * factor; transformed[to + 80u] = vec4f(b[10].xy, c[10].xy) * factor; transformed[to + HALF + 80u] = vec4f(b[10].zw, c[10].zw) * factor; transformed[to + 88u] = vec4f(b[11].xy, c[11].xy) * factor; transformed[to + HALF + 88u] = vec4f(b[11].zw, c[11].zw) * factor; transformed[to + 96u] = vec4f(b[12].xy, c[12].xy) * factor; transformed[to + HALF + 96u] = vec4f(b[12].zw, c[12].zw) * factor; transformed[to + 104u] = vec4f(b[13].xy, c[13].xy) * factor; transformed[to + HALF + 104u] = vec4f(b[13].zw, c[13].zw) * factor; transformed[to + 112u] = vec4f(b[14].xy, c[14].xy) * factor; transformed[to + HALF + 112u] = vec4f(b[14].zw, c[14].zw) * factor; transformed[to + 120u] = vec4f(b[15].xy, c[15].xy) * factor; transformed[to + HALF + 120u] = vec4f(b[15].zw, c[15].zw) * factor;
  }
}

@compute @workgroup_size(HALF)
fn from_image(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) i: u32) {
  let at = wid.x * SIZE * HALF;
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  for (var j = 0u; j < 16u; j++) {
    let start = at + i + j * HALF;
    keep_across(j, dft16(array<vec4f, 16>(image[start + 0u * HALF] * sign, image[start + 16u * HALF] * sign, image[start + 32u * HALF] * sign, image[start + 48u * HALF] * sign, image[start + 64u * HALF] * sign, image[start + 80u * HALF] * sign, image[start + 96u * HALF] * sign, image[start + 112u * HALF] * sign, image[start + 128u * HALF] * sign, image[start + 144u * HALF] * sign, image[start + 160u * HALF] * sign, image[start + 176u * HALF] * sign, image[start + 192u * HALF] * sign, image[start + 208u * HALF] * sign, image[start + 224u * HALF] * sign, image[start + 240u * HALF] * sign)));
  }
  put_columns(at + i);
  storageBarrier();
  rows(at + i * SIZE);
}

@compute @workgroup_size(HALF)
fn in_place(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) i: u32) {
  let at = wid.x * SIZE * HALF;
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  for (var j = 0u; j < 16u; j++) {
    let start = at + i + j * HALF;
    keep_across(j, dft16(array<vec4f, 16>(transformed[start + 0u * HALF] * sign, transformed[start + 16u * HALF] * sign, transformed[start + 32u * HALF] * sign, transformed[start + 48u * HALF] * sign, transformed[start + 64u * HALF] * sign, transformed[start + 80u * HALF] * sign, transformed[start + 96u * HALF] * sign, transformed[start + 112u * HALF] * sign, transformed[start + 128u * HALF] * sign, transformed[start + 144u * HALF] * sign, transformed[start + 160u * HALF] * sign, transformed[start + 176u * HALF] * sign, transformed[start + 192u * HALF] * sign, transformed[start + 208u * HALF] * sign, transformed[start + 224u * HALF] * sign, transformed[start + 240u * HALF] * sign)));
  }
  put_columns(at + i);
  storageBarrier();
  rows(at + i * SIZE);
}
