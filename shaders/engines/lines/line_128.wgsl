// Transforms of lines of 128 complex numbers: radix 16 across, then radix 8 in blocks; frequencies
// stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Two lines at a time: one
// number of each is a vec4. The file that uses this declares lit, correct, waves, measured and
// line: array<vec4f, SIZE>. Emitted by generate.ts: change that file.
const SIZE: u32 = 128u;
const HALF: u32 = 64u;
const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);

// Numbers j, j + 8, .. of the line after the stage across.
fn keep_across(j: u32, a: array<vec4f, 16>) {
  let t = turn16(a, vec4f(twiddle(j, SIZE), twiddle(j, SIZE)));
  line[j + 0u] = t[0]; line[j + 8u] = t[1]; line[j + 16u] = t[2]; line[j + 24u] = t[3]; line[j + 32u] = t[4]; line[j + 40u] = t[5]; line[j + 48u] = t[6]; line[j + 56u] = t[7]; line[j + 64u] = t[8]; line[j + 72u] = t[9]; line[j + 80u] = t[10]; line[j + 88u] = t[11]; line[j + 96u] = t[12]; line[j + 104u] = t[13]; line[j + 112u] = t[14]; line[j + 120u] = t[15];
}

// Columns of the exit wave, transformed: place i is waves[at + i * HALF].
fn light_columns(l: Light, at: u32) {
  for (var j = 0u; j < 8u; j++) {
    keep_across(j, dft16(array<vec4f, 16>(lit(l, j + 0u), lit(l, j + 8u), lit(l, j + 16u), lit(l, j + 24u), lit(l, j + 32u), lit(l, j + 40u), lit(l, j + 48u), lit(l, j + 56u), lit(l, j + 64u), lit(l, j + 72u), lit(l, j + 80u), lit(l, j + 88u), lit(l, j + 96u), lit(l, j + 104u), lit(l, j + 112u), lit(l, j + 120u))));
  }
  for (var k = 0u; k < SIZE; k += 8u) {
    let b = dft8(array<vec4f, 8>(line[k + 0u], line[k + 1u], line[k + 2u], line[k + 3u], line[k + 4u], line[k + 5u], line[k + 6u], line[k + 7u]));
    let to = at + k * HALF;
    waves[to + 0u * HALF] = b[0]; waves[to + 1u * HALF] = b[1]; waves[to + 2u * HALF] = b[2]; waves[to + 3u * HALF] = b[3]; waves[to + 4u * HALF] = b[4]; waves[to + 5u * HALF] = b[5]; waves[to + 6u * HALF] = b[6]; waves[to + 7u * HALF] = b[7];
  }
}

// The transpose of the transform, of columns, conjugated afterwards.
fn restore_columns(at: u32) {
  for (var k = 0u; k < 16u; k++) {
    let start = at + k * 8u * HALF;
    let b = dft8(array<vec4f, 8>(waves[start + 0u * HALF], waves[start + 1u * HALF], waves[start + 2u * HALF], waves[start + 3u * HALF], waves[start + 4u * HALF], waves[start + 5u * HALF], waves[start + 6u * HALF], waves[start + 7u * HALF]));
    let t = turn8(b, vec4f(twiddle(k, SIZE), twiddle(k, SIZE)));
    line[k * 8u + 0u] = t[0]; line[k * 8u + 1u] = t[1]; line[k * 8u + 2u] = t[2]; line[k * 8u + 3u] = t[3]; line[k * 8u + 4u] = t[4]; line[k * 8u + 5u] = t[5]; line[k * 8u + 6u] = t[6]; line[k * 8u + 7u] = t[7];
  }
  for (var j = 0u; j < 8u; j++) {
    let a = dft16(array<vec4f, 16>(line[j + 0u], line[j + 8u], line[j + 16u], line[j + 24u], line[j + 32u], line[j + 40u], line[j + 48u], line[j + 56u], line[j + 64u], line[j + 72u], line[j + 80u], line[j + 88u], line[j + 96u], line[j + 104u], line[j + 112u], line[j + 120u]));
    let to = at + j * HALF;
    waves[to + 0u * HALF] = a[0] * CONJUGATE; waves[to + 8u * HALF] = a[1] * CONJUGATE; waves[to + 16u * HALF] = a[2] * CONJUGATE; waves[to + 24u * HALF] = a[3] * CONJUGATE; waves[to + 32u * HALF] = a[4] * CONJUGATE; waves[to + 40u * HALF] = a[5] * CONJUGATE; waves[to + 48u * HALF] = a[6] * CONJUGATE; waves[to + 56u * HALF] = a[7] * CONJUGATE; waves[to + 64u * HALF] = a[8] * CONJUGATE; waves[to + 72u * HALF] = a[9] * CONJUGATE; waves[to + 80u * HALF] = a[10] * CONJUGATE; waves[to + 88u * HALF] = a[11] * CONJUGATE; waves[to + 96u * HALF] = a[12] * CONJUGATE; waves[to + 104u * HALF] = a[13] * CONJUGATE; waves[to + 112u * HALF] = a[14] * CONJUGATE; waves[to + 120u * HALF] = a[15] * CONJUGATE;
  }
}

// Two rows transformed, corrected (and conjugated), and the transpose of the transform. Neighbours in a
// row are one vec4; at, amplitudes: first vec4 of the upper row in waves and in measured.
fn correct_rows(at: u32, amplitudes: u32) {
  for (var h = 0u; h < 4u; h++) {
    let start = at + h;
    let p0 = waves[start + 0u]; let q0 = waves[start + HALF + 0u]; let p1 = waves[start + 4u]; let q1 = waves[start + HALF + 4u]; let p2 = waves[start + 8u]; let q2 = waves[start + HALF + 8u]; let p3 = waves[start + 12u]; let q3 = waves[start + HALF + 12u]; let p4 = waves[start + 16u]; let q4 = waves[start + HALF + 16u]; let p5 = waves[start + 20u]; let q5 = waves[start + HALF + 20u]; let p6 = waves[start + 24u]; let q6 = waves[start + HALF + 24u]; let p7 = waves[start + 28u]; let q7 = waves[start + HALF + 28u]; let p8 = waves[start + 32u]; let q8 = waves[start + HALF + 32u]; let p9 = waves[start + 36u]; let q9 = waves[start + HALF + 36u]; let p10 = waves[start + 40u]; let q10 = waves[start + HALF + 40u]; let p11 = waves[start + 44u]; let q11 = waves[start + HALF + 44u]; let p12 = waves[start + 48u]; let q12 = waves[start + HALF + 48u]; let p13 = waves[start + 52u]; let q13 = waves[start + HALF + 52u]; let p14 = waves[start + 56u]; let q14 = waves[start + HALF + 56u]; let p15 = waves[start + 60u]; let q15 = waves[start + HALF + 60u];
    keep_across(2u * h, dft16(array<vec4f, 16>(vec4f(p0.xy, q0.xy), vec4f(p1.xy, q1.xy), vec4f(p2.xy, q2.xy), vec4f(p3.xy, q3.xy), vec4f(p4.xy, q4.xy), vec4f(p5.xy, q5.xy), vec4f(p6.xy, q6.xy), vec4f(p7.xy, q7.xy), vec4f(p8.xy, q8.xy), vec4f(p9.xy, q9.xy), vec4f(p10.xy, q10.xy), vec4f(p11.xy, q11.xy), vec4f(p12.xy, q12.xy), vec4f(p13.xy, q13.xy), vec4f(p14.xy, q14.xy), vec4f(p15.xy, q15.xy))));
    keep_across(2u * h + 1u, dft16(array<vec4f, 16>(vec4f(p0.zw, q0.zw), vec4f(p1.zw, q1.zw), vec4f(p2.zw, q2.zw), vec4f(p3.zw, q3.zw), vec4f(p4.zw, q4.zw), vec4f(p5.zw, q5.zw), vec4f(p6.zw, q6.zw), vec4f(p7.zw, q7.zw), vec4f(p8.zw, q8.zw), vec4f(p9.zw, q9.zw), vec4f(p10.zw, q10.zw), vec4f(p11.zw, q11.zw), vec4f(p12.zw, q12.zw), vec4f(p13.zw, q13.zw), vec4f(p14.zw, q14.zw), vec4f(p15.zw, q15.zw))));
  }
  {
    let p0 = measured[amplitudes + 0u]; let q0 = measured[amplitudes + HALF / 2u + 0u]; let p1 = measured[amplitudes + 1u]; let q1 = measured[amplitudes + HALF / 2u + 1u];
    let b = dft8(array<vec4f, 8>(line[0], line[1], line[2], line[3], line[4], line[5], line[6], line[7]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[0] = c[0]; line[1] = c[1]; line[2] = c[2]; line[3] = c[3]; line[4] = c[4]; line[5] = c[5]; line[6] = c[6]; line[7] = c[7];
  }
  {
    let p0 = measured[amplitudes + 2u]; let q0 = measured[amplitudes + HALF / 2u + 2u]; let p1 = measured[amplitudes + 3u]; let q1 = measured[amplitudes + HALF / 2u + 3u];
    let b = dft8(array<vec4f, 8>(line[8], line[9], line[10], line[11], line[12], line[13], line[14], line[15]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[8] = c[0]; line[9] = rotate(c[1], vec2f(0.9987954562, -0.0490676743)); line[10] = rotate(c[2], vec2f(0.9951847267, -0.0980171403)); line[11] = rotate(c[3], vec2f(0.9891765100, -0.1467304745)); line[12] = rotate(c[4], vec2f(0.9807852804, -0.1950903220)); line[13] = rotate(c[5], vec2f(0.9700312532, -0.2429801799)); line[14] = rotate(c[6], vec2f(0.9569403357, -0.2902846773)); line[15] = rotate(c[7], vec2f(0.9415440652, -0.3368898534));
  }
  {
    let p0 = measured[amplitudes + 4u]; let q0 = measured[amplitudes + HALF / 2u + 4u]; let p1 = measured[amplitudes + 5u]; let q1 = measured[amplitudes + HALF / 2u + 5u];
    let b = dft8(array<vec4f, 8>(line[16], line[17], line[18], line[19], line[20], line[21], line[22], line[23]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[16] = c[0]; line[17] = rotate(c[1], vec2f(0.9951847267, -0.0980171403)); line[18] = rotate(c[2], vec2f(0.9807852804, -0.1950903220)); line[19] = rotate(c[3], vec2f(0.9569403357, -0.2902846773)); line[20] = rotate(c[4], vec2f(0.9238795325, -0.3826834324)); line[21] = rotate(c[5], vec2f(0.8819212643, -0.4713967368)); line[22] = rotate(c[6], vec2f(0.8314696123, -0.5555702330)); line[23] = rotate(c[7], vec2f(0.7730104534, -0.6343932842));
  }
  {
    let p0 = measured[amplitudes + 6u]; let q0 = measured[amplitudes + HALF / 2u + 6u]; let p1 = measured[amplitudes + 7u]; let q1 = measured[amplitudes + HALF / 2u + 7u];
    let b = dft8(array<vec4f, 8>(line[24], line[25], line[26], line[27], line[28], line[29], line[30], line[31]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[24] = c[0]; line[25] = rotate(c[1], vec2f(0.9891765100, -0.1467304745)); line[26] = rotate(c[2], vec2f(0.9569403357, -0.2902846773)); line[27] = rotate(c[3], vec2f(0.9039892931, -0.4275550934)); line[28] = rotate(c[4], vec2f(0.8314696123, -0.5555702330)); line[29] = rotate(c[5], vec2f(0.7409511254, -0.6715589548)); line[30] = rotate(c[6], vec2f(0.6343932842, -0.7730104534)); line[31] = rotate(c[7], vec2f(0.5141027442, -0.8577286100));
  }
  {
    let p0 = measured[amplitudes + 8u]; let q0 = measured[amplitudes + HALF / 2u + 8u]; let p1 = measured[amplitudes + 9u]; let q1 = measured[amplitudes + HALF / 2u + 9u];
    let b = dft8(array<vec4f, 8>(line[32], line[33], line[34], line[35], line[36], line[37], line[38], line[39]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[32] = c[0]; line[33] = rotate(c[1], vec2f(0.9807852804, -0.1950903220)); line[34] = rotate(c[2], vec2f(0.9238795325, -0.3826834324)); line[35] = rotate(c[3], vec2f(0.8314696123, -0.5555702330)); line[36] = rotate(c[4], vec2f(0.7071067812, -0.7071067812)); line[37] = rotate(c[5], vec2f(0.5555702330, -0.8314696123)); line[38] = rotate(c[6], vec2f(0.3826834324, -0.9238795325)); line[39] = rotate(c[7], vec2f(0.1950903220, -0.9807852804));
  }
  {
    let p0 = measured[amplitudes + 10u]; let q0 = measured[amplitudes + HALF / 2u + 10u]; let p1 = measured[amplitudes + 11u]; let q1 = measured[amplitudes + HALF / 2u + 11u];
    let b = dft8(array<vec4f, 8>(line[40], line[41], line[42], line[43], line[44], line[45], line[46], line[47]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[40] = c[0]; line[41] = rotate(c[1], vec2f(0.9700312532, -0.2429801799)); line[42] = rotate(c[2], vec2f(0.8819212643, -0.4713967368)); line[43] = rotate(c[3], vec2f(0.7409511254, -0.6715589548)); line[44] = rotate(c[4], vec2f(0.5555702330, -0.8314696123)); line[45] = rotate(c[5], vec2f(0.3368898534, -0.9415440652)); line[46] = rotate(c[6], vec2f(0.0980171403, -0.9951847267)); line[47] = rotate(c[7], vec2f(-0.1467304745, -0.9891765100));
  }
  {
    let p0 = measured[amplitudes + 12u]; let q0 = measured[amplitudes + HALF / 2u + 12u]; let p1 = measured[amplitudes + 13u]; let q1 = measured[amplitudes + HALF / 2u + 13u];
    let b = dft8(array<vec4f, 8>(line[48], line[49], line[50], line[51], line[52], line[53], line[54], line[55]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[48] = c[0]; line[49] = rotate(c[1], vec2f(0.9569403357, -0.2902846773)); line[50] = rotate(c[2], vec2f(0.8314696123, -0.5555702330)); line[51] = rotate(c[3], vec2f(0.6343932842, -0.7730104534)); line[52] = rotate(c[4], vec2f(0.3826834324, -0.9238795325)); line[53] = rotate(c[5], vec2f(0.0980171403, -0.9951847267)); line[54] = rotate(c[6], vec2f(-0.1950903220, -0.9807852804)); line[55] = rotate(c[7], vec2f(-0.4713967368, -0.8819212643));
  }
  {
    let p0 = measured[amplitudes + 14u]; let q0 = measured[amplitudes + HALF / 2u + 14u]; let p1 = measured[amplitudes + 15u]; let q1 = measured[amplitudes + HALF / 2u + 15u];
    let b = dft8(array<vec4f, 8>(line[56], line[57], line[58], line[59], line[60], line[61], line[62], line[63]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[56] = c[0]; line[57] = rotate(c[1], vec2f(0.9415440652, -0.3368898534)); line[58] = rotate(c[2], vec2f(0.7730104534, -0.6343932842)); line[59] = rotate(c[3], vec2f(0.5141027442, -0.8577286100)); line[60] = rotate(c[4], vec2f(0.1950903220, -0.9807852804)); line[61] = rotate(c[5], vec2f(-0.1467304745, -0.9891765100)); line[62] = rotate(c[6], vec2f(-0.4713967368, -0.8819212643)); line[63] = rotate(c[7], vec2f(-0.7409511254, -0.6715589548));
  }
  {
    let p0 = measured[amplitudes + 16u]; let q0 = measured[amplitudes + HALF / 2u + 16u]; let p1 = measured[amplitudes + 17u]; let q1 = measured[amplitudes + HALF / 2u + 17u];
    let b = dft8(array<vec4f, 8>(line[64], line[65], line[66], line[67], line[68], line[69], line[70], line[71]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[64] = c[0]; line[65] = rotate(c[1], vec2f(0.9238795325, -0.3826834324)); line[66] = rotate(c[2], vec2f(0.7071067812, -0.7071067812)); line[67] = rotate(c[3], vec2f(0.3826834324, -0.9238795325)); line[68] = times_minus_i(c[4]); line[69] = rotate(c[5], vec2f(-0.3826834324, -0.9238795325)); line[70] = rotate(c[6], vec2f(-0.7071067812, -0.7071067812)); line[71] = rotate(c[7], vec2f(-0.9238795325, -0.3826834324));
  }
  {
    let p0 = measured[amplitudes + 18u]; let q0 = measured[amplitudes + HALF / 2u + 18u]; let p1 = measured[amplitudes + 19u]; let q1 = measured[amplitudes + HALF / 2u + 19u];
    let b = dft8(array<vec4f, 8>(line[72], line[73], line[74], line[75], line[76], line[77], line[78], line[79]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[72] = c[0]; line[73] = rotate(c[1], vec2f(0.9039892931, -0.4275550934)); line[74] = rotate(c[2], vec2f(0.6343932842, -0.7730104534)); line[75] = rotate(c[3], vec2f(0.2429801799, -0.9700312532)); line[76] = rotate(c[4], vec2f(-0.1950903220, -0.9807852804)); line[77] = rotate(c[5], vec2f(-0.5956993045, -0.8032075315)); line[78] = rotate(c[6], vec2f(-0.8819212643, -0.4713967368)); line[79] = rotate(c[7], vec2f(-0.9987954562, -0.0490676743));
  }
  {
    let p0 = measured[amplitudes + 20u]; let q0 = measured[amplitudes + HALF / 2u + 20u]; let p1 = measured[amplitudes + 21u]; let q1 = measured[amplitudes + HALF / 2u + 21u];
    let b = dft8(array<vec4f, 8>(line[80], line[81], line[82], line[83], line[84], line[85], line[86], line[87]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[80] = c[0]; line[81] = rotate(c[1], vec2f(0.8819212643, -0.4713967368)); line[82] = rotate(c[2], vec2f(0.5555702330, -0.8314696123)); line[83] = rotate(c[3], vec2f(0.0980171403, -0.9951847267)); line[84] = rotate(c[4], vec2f(-0.3826834324, -0.9238795325)); line[85] = rotate(c[5], vec2f(-0.7730104534, -0.6343932842)); line[86] = rotate(c[6], vec2f(-0.9807852804, -0.1950903220)); line[87] = rotate(c[7], vec2f(-0.9569403357, 0.2902846773));
  }
  {
    let p0 = measured[amplitudes + 22u]; let q0 = measured[amplitudes + HALF / 2u + 22u]; let p1 = measured[amplitudes + 23u]; let q1 = measured[amplitudes + HALF / 2u + 23u];
    let b = dft8(array<vec4f, 8>(line[88], line[89], line[90], line[91], line[92], line[93], line[94], line[95]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[88] = c[0]; line[89] = rotate(c[1], vec2f(0.8577286100, -0.5141027442)); line[90] = rotate(c[2], vec2f(0.4713967368, -0.8819212643)); line[91] = rotate(c[3], vec2f(-0.0490676743, -0.9987954562)); line[92] = rotate(c[4], vec2f(-0.5555702330, -0.8314696123)); line[93] = rotate(c[5], vec2f(-0.9039892931, -0.4275550934)); line[94] = rotate(c[6], vec2f(-0.9951847267, 0.0980171403)); line[95] = rotate(c[7], vec2f(-0.8032075315, 0.5956993045));
  }
  {
    let p0 = measured[amplitudes + 24u]; let q0 = measured[amplitudes + HALF / 2u + 24u]; let p1 = measured[amplitudes + 25u]; let q1 = measured[amplitudes + HALF / 2u + 25u];
    let b = dft8(array<vec4f, 8>(line[96], line[97], line[98], line[99], line[100], line[101], line[102], line[103]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[96] = c[0]; line[97] = rotate(c[1], vec2f(0.8314696123, -0.5555702330)); line[98] = rotate(c[2], vec2f(0.3826834324, -0.9238795325)); line[99] = rotate(c[3], vec2f(-0.1950903220, -0.9807852804)); line[100] = rotate(c[4], vec2f(-0.7071067812, -0.7071067812)); line[101] = rotate(c[5], vec2f(-0.9807852804, -0.1950903220)); line[102] = rotate(c[6], vec2f(-0.9238795325, 0.3826834324)); line[103] = rotate(c[7], vec2f(-0.5555702330, 0.8314696123));
  }
  {
    let p0 = measured[amplitudes + 26u]; let q0 = measured[amplitudes + HALF / 2u + 26u]; let p1 = measured[amplitudes + 27u]; let q1 = measured[amplitudes + HALF / 2u + 27u];
    let b = dft8(array<vec4f, 8>(line[104], line[105], line[106], line[107], line[108], line[109], line[110], line[111]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[104] = c[0]; line[105] = rotate(c[1], vec2f(0.8032075315, -0.5956993045)); line[106] = rotate(c[2], vec2f(0.2902846773, -0.9569403357)); line[107] = rotate(c[3], vec2f(-0.3368898534, -0.9415440652)); line[108] = rotate(c[4], vec2f(-0.8314696123, -0.5555702330)); line[109] = rotate(c[5], vec2f(-0.9987954562, 0.0490676743)); line[110] = rotate(c[6], vec2f(-0.7730104534, 0.6343932842)); line[111] = rotate(c[7], vec2f(-0.2429801799, 0.9700312532));
  }
  {
    let p0 = measured[amplitudes + 28u]; let q0 = measured[amplitudes + HALF / 2u + 28u]; let p1 = measured[amplitudes + 29u]; let q1 = measured[amplitudes + HALF / 2u + 29u];
    let b = dft8(array<vec4f, 8>(line[112], line[113], line[114], line[115], line[116], line[117], line[118], line[119]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[112] = c[0]; line[113] = rotate(c[1], vec2f(0.7730104534, -0.6343932842)); line[114] = rotate(c[2], vec2f(0.1950903220, -0.9807852804)); line[115] = rotate(c[3], vec2f(-0.4713967368, -0.8819212643)); line[116] = rotate(c[4], vec2f(-0.9238795325, -0.3826834324)); line[117] = rotate(c[5], vec2f(-0.9569403357, 0.2902846773)); line[118] = rotate(c[6], vec2f(-0.5555702330, 0.8314696123)); line[119] = rotate(c[7], vec2f(0.0980171403, 0.9951847267));
  }
  {
    let p0 = measured[amplitudes + 30u]; let q0 = measured[amplitudes + HALF / 2u + 30u]; let p1 = measured[amplitudes + 31u]; let q1 = measured[amplitudes + HALF / 2u + 31u];
    let b = dft8(array<vec4f, 8>(line[120], line[121], line[122], line[123], line[124], line[125], line[126], line[127]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[120] = c[0]; line[121] = rotate(c[1], vec2f(0.7409511254, -0.6715589548)); line[122] = rotate(c[2], vec2f(0.0980171403, -0.9951847267)); line[123] = rotate(c[3], vec2f(-0.5956993045, -0.8032075315)); line[124] = rotate(c[4], vec2f(-0.9807852804, -0.1950903220)); line[125] = rotate(c[5], vec2f(-0.8577286100, 0.5141027442)); line[126] = rotate(c[6], vec2f(-0.2902846773, 0.9569403357)); line[127] = rotate(c[7], vec2f(0.4275550934, 0.9039892931));
  }
  for (var h = 0u; h < 4u; h++) {
    let a = dft16(array<vec4f, 16>(line[2u * h + 0u], line[2u * h + 8u], line[2u * h + 16u], line[2u * h + 24u], line[2u * h + 32u], line[2u * h + 40u], line[2u * h + 48u], line[2u * h + 56u], line[2u * h + 64u], line[2u * h + 72u], line[2u * h + 80u], line[2u * h + 88u], line[2u * h + 96u], line[2u * h + 104u], line[2u * h + 112u], line[2u * h + 120u]));
    let b = dft16(array<vec4f, 16>(line[2u * h + 1u], line[2u * h + 9u], line[2u * h + 17u], line[2u * h + 25u], line[2u * h + 33u], line[2u * h + 41u], line[2u * h + 49u], line[2u * h + 57u], line[2u * h + 65u], line[2u * h + 73u], line[2u * h + 81u], line[2u * h + 89u], line[2u * h + 97u], line[2u * h + 105u], line[2u * h + 113u], line[2u * h + 121u]));
    let to = at + h;
    waves[to + 0u] = vec4f(a[0].xy, b[0].xy); waves[to + HALF + 0u] = vec4f(a[0].zw, b[0].zw); waves[to + 4u] = vec4f(a[1].xy, b[1].xy); waves[to + HALF + 4u] = vec4f(a[1].zw, b[1].zw); waves[to + 8u] = vec4f(a[2].xy, b[2].xy); waves[to + HALF + 8u] = vec4f(a[2].zw, b[2].zw); waves[to + 12u] = vec4f(a[3].xy, b[3].xy); waves[to + HALF + 12u] = vec4f(a[3].zw, b[3].zw); waves[to + 16u] = vec4f(a[4].xy, b[4].xy); waves[to + HALF + 16u] = vec4f(a[4].zw, b[4].zw); waves[to + 20u] = vec4f(a[5].xy, b[5].xy); waves[to + HALF + 20u] = vec4f(a[5].zw, b[5].zw); waves[to + 24u] = vec4f(a[6].xy, b[6].xy); waves[to + HALF + 24u] = vec4f(a[6].zw, b[6].zw); waves[to + 28u] = vec4f(a[7].xy, b[7].xy); waves[to + HALF + 28u] = vec4f(a[7].zw, b[7].zw); waves[to + 32u] = vec4f(a[8].xy, b[8].xy); waves[to + HALF + 32u] = vec4f(a[8].zw, b[8].zw); waves[to + 36u] = vec4f(a[9].xy, b[9].xy); waves[to + HALF + 36u] = vec4f(a[9].zw, b[9].zw); waves[to + 40u] = vec4f(a[10].xy, b[10].xy); waves[to + HALF + 40u] = vec4f(a[10].zw, b[10].zw); waves[to + 44u] = vec4f(a[11].xy, b[11].xy); waves[to + HALF + 44u] = vec4f(a[11].zw, b[11].zw); waves[to + 48u] = vec4f(a[12].xy, b[12].xy); waves[to + HALF + 48u] = vec4f(a[12].zw, b[12].zw); waves[to + 52u] = vec4f(a[13].xy, b[13].xy); waves[to + HALF + 52u] = vec4f(a[13].zw, b[13].zw); waves[to + 56u] = vec4f(a[14].xy, b[14].xy); waves[to + HALF + 56u] = vec4f(a[14].zw, b[14].zw); waves[to + 60u] = vec4f(a[15].xy, b[15].xy); waves[to + HALF + 60u] = vec4f(a[15].zw, b[15].zw);
  }
}
