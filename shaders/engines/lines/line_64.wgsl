// Transforms of lines of 64 complex numbers: radix 8 across, then radix 8 in blocks; frequencies
// stay where the butterflies leave them (src/engines/spectrum.ts). No scaling. Two lines at a time: one
// number of each is a vec4. The file that uses this declares lit, correct, waves, measured and
// line: array<vec4f, SIZE>. Emitted by generate.ts: change that file.
const SIZE: u32 = 64u;
const HALF: u32 = 32u;
const CONJUGATE = vec4f(1.0, -1.0, 1.0, -1.0);

// Numbers j, j + 8, .. of the line after the stage across.
fn keep_across(j: u32, a: array<vec4f, 8>) {
  let t = turn8(a, vec4f(twiddle(j, SIZE), twiddle(j, SIZE)));
  line[j + 0u] = t[0]; line[j + 8u] = t[1]; line[j + 16u] = t[2]; line[j + 24u] = t[3]; line[j + 32u] = t[4]; line[j + 40u] = t[5]; line[j + 48u] = t[6]; line[j + 56u] = t[7];
}

// Columns of the exit wave, transformed: place i is waves[at + i * HALF].
fn light_columns(l: Light, at: u32) {
  for (var j = 0u; j < 8u; j++) {
    keep_across(j, dft8(array<vec4f, 8>(lit(l, j + 0u), lit(l, j + 8u), lit(l, j + 16u), lit(l, j + 24u), lit(l, j + 32u), lit(l, j + 40u), lit(l, j + 48u), lit(l, j + 56u))));
  }
  for (var k = 0u; k < SIZE; k += 8u) {
    let b = dft8(array<vec4f, 8>(line[k + 0u], line[k + 1u], line[k + 2u], line[k + 3u], line[k + 4u], line[k + 5u], line[k + 6u], line[k + 7u]));
    let to = at + k * HALF;
    waves[to + 0u * HALF] = b[0]; waves[to + 1u * HALF] = b[1]; waves[to + 2u * HALF] = b[2]; waves[to + 3u * HALF] = b[3]; waves[to + 4u * HALF] = b[4]; waves[to + 5u * HALF] = b[5]; waves[to + 6u * HALF] = b[6]; waves[to + 7u * HALF] = b[7];
  }
}

// The transpose of the transform, of columns, conjugated afterwards.
fn restore_columns(at: u32) {
  for (var k = 0u; k < 8u; k++) {
    let start = at + k * 8u * HALF;
    let b = dft8(array<vec4f, 8>(waves[start + 0u * HALF], waves[start + 1u * HALF], waves[start + 2u * HALF], waves[start + 3u * HALF], waves[start + 4u * HALF], waves[start + 5u * HALF], waves[start + 6u * HALF], waves[start + 7u * HALF]));
    let t = turn8(b, vec4f(twiddle(k, SIZE), twiddle(k, SIZE)));
    line[k * 8u + 0u] = t[0]; line[k * 8u + 1u] = t[1]; line[k * 8u + 2u] = t[2]; line[k * 8u + 3u] = t[3]; line[k * 8u + 4u] = t[4]; line[k * 8u + 5u] = t[5]; line[k * 8u + 6u] = t[6]; line[k * 8u + 7u] = t[7];
  }
  for (var j = 0u; j < 8u; j++) {
    let a = dft8(array<vec4f, 8>(line[j + 0u], line[j + 8u], line[j + 16u], line[j + 24u], line[j + 32u], line[j + 40u], line[j + 48u], line[j + 56u]));
    let to = at + j * HALF;
    waves[to + 0u * HALF] = a[0] * CONJUGATE; waves[to + 8u * HALF] = a[1] * CONJUGATE; waves[to + 16u * HALF] = a[2] * CONJUGATE; waves[to + 24u * HALF] = a[3] * CONJUGATE; waves[to + 32u * HALF] = a[4] * CONJUGATE; waves[to + 40u * HALF] = a[5] * CONJUGATE; waves[to + 48u * HALF] = a[6] * CONJUGATE; waves[to + 56u * HALF] = a[7] * CONJUGATE;
  }
}

// Two rows transformed, corrected (and conjugated), and the transpose of the transform. Neighbours in a
// row are one vec4; at, amplitudes: first vec4 of the upper row in waves and in measured.
fn correct_rows(at: u32, amplitudes: u32) {
  for (var h = 0u; h < 4u; h++) {
    let start = at + h;
    let p0 = waves[start + 0u]; let q0 = waves[start + HALF + 0u]; let p1 = waves[start + 4u]; let q1 = waves[start + HALF + 4u]; let p2 = waves[start + 8u]; let q2 = waves[start + HALF + 8u]; let p3 = waves[start + 12u]; let q3 = waves[start + HALF + 12u]; let p4 = waves[start + 16u]; let q4 = waves[start + HALF + 16u]; let p5 = waves[start + 20u]; let q5 = waves[start + HALF + 20u]; let p6 = waves[start + 24u]; let q6 = waves[start + HALF + 24u]; let p7 = waves[start + 28u]; let q7 = waves[start + HALF + 28u];
    keep_across(2u * h, dft8(array<vec4f, 8>(vec4f(p0.xy, q0.xy), vec4f(p1.xy, q1.xy), vec4f(p2.xy, q2.xy), vec4f(p3.xy, q3.xy), vec4f(p4.xy, q4.xy), vec4f(p5.xy, q5.xy), vec4f(p6.xy, q6.xy), vec4f(p7.xy, q7.xy))));
    keep_across(2u * h + 1u, dft8(array<vec4f, 8>(vec4f(p0.zw, q0.zw), vec4f(p1.zw, q1.zw), vec4f(p2.zw, q2.zw), vec4f(p3.zw, q3.zw), vec4f(p4.zw, q4.zw), vec4f(p5.zw, q5.zw), vec4f(p6.zw, q6.zw), vec4f(p7.zw, q7.zw))));
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
    line[8] = c[0]; line[9] = rotate(c[1], vec2f(0.9951847267, -0.0980171403)); line[10] = rotate(c[2], vec2f(0.9807852804, -0.1950903220)); line[11] = rotate(c[3], vec2f(0.9569403357, -0.2902846773)); line[12] = rotate(c[4], vec2f(0.9238795325, -0.3826834324)); line[13] = rotate(c[5], vec2f(0.8819212643, -0.4713967368)); line[14] = rotate(c[6], vec2f(0.8314696123, -0.5555702330)); line[15] = rotate(c[7], vec2f(0.7730104534, -0.6343932842));
  }
  {
    let p0 = measured[amplitudes + 4u]; let q0 = measured[amplitudes + HALF / 2u + 4u]; let p1 = measured[amplitudes + 5u]; let q1 = measured[amplitudes + HALF / 2u + 5u];
    let b = dft8(array<vec4f, 8>(line[16], line[17], line[18], line[19], line[20], line[21], line[22], line[23]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[16] = c[0]; line[17] = rotate(c[1], vec2f(0.9807852804, -0.1950903220)); line[18] = rotate(c[2], vec2f(0.9238795325, -0.3826834324)); line[19] = rotate(c[3], vec2f(0.8314696123, -0.5555702330)); line[20] = rotate(c[4], vec2f(0.7071067812, -0.7071067812)); line[21] = rotate(c[5], vec2f(0.5555702330, -0.8314696123)); line[22] = rotate(c[6], vec2f(0.3826834324, -0.9238795325)); line[23] = rotate(c[7], vec2f(0.1950903220, -0.9807852804));
  }
  {
    let p0 = measured[amplitudes + 6u]; let q0 = measured[amplitudes + HALF / 2u + 6u]; let p1 = measured[amplitudes + 7u]; let q1 = measured[amplitudes + HALF / 2u + 7u];
    let b = dft8(array<vec4f, 8>(line[24], line[25], line[26], line[27], line[28], line[29], line[30], line[31]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[24] = c[0]; line[25] = rotate(c[1], vec2f(0.9569403357, -0.2902846773)); line[26] = rotate(c[2], vec2f(0.8314696123, -0.5555702330)); line[27] = rotate(c[3], vec2f(0.6343932842, -0.7730104534)); line[28] = rotate(c[4], vec2f(0.3826834324, -0.9238795325)); line[29] = rotate(c[5], vec2f(0.0980171403, -0.9951847267)); line[30] = rotate(c[6], vec2f(-0.1950903220, -0.9807852804)); line[31] = rotate(c[7], vec2f(-0.4713967368, -0.8819212643));
  }
  {
    let p0 = measured[amplitudes + 8u]; let q0 = measured[amplitudes + HALF / 2u + 8u]; let p1 = measured[amplitudes + 9u]; let q1 = measured[amplitudes + HALF / 2u + 9u];
    let b = dft8(array<vec4f, 8>(line[32], line[33], line[34], line[35], line[36], line[37], line[38], line[39]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[32] = c[0]; line[33] = rotate(c[1], vec2f(0.9238795325, -0.3826834324)); line[34] = rotate(c[2], vec2f(0.7071067812, -0.7071067812)); line[35] = rotate(c[3], vec2f(0.3826834324, -0.9238795325)); line[36] = times_minus_i(c[4]); line[37] = rotate(c[5], vec2f(-0.3826834324, -0.9238795325)); line[38] = rotate(c[6], vec2f(-0.7071067812, -0.7071067812)); line[39] = rotate(c[7], vec2f(-0.9238795325, -0.3826834324));
  }
  {
    let p0 = measured[amplitudes + 10u]; let q0 = measured[amplitudes + HALF / 2u + 10u]; let p1 = measured[amplitudes + 11u]; let q1 = measured[amplitudes + HALF / 2u + 11u];
    let b = dft8(array<vec4f, 8>(line[40], line[41], line[42], line[43], line[44], line[45], line[46], line[47]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[40] = c[0]; line[41] = rotate(c[1], vec2f(0.8819212643, -0.4713967368)); line[42] = rotate(c[2], vec2f(0.5555702330, -0.8314696123)); line[43] = rotate(c[3], vec2f(0.0980171403, -0.9951847267)); line[44] = rotate(c[4], vec2f(-0.3826834324, -0.9238795325)); line[45] = rotate(c[5], vec2f(-0.7730104534, -0.6343932842)); line[46] = rotate(c[6], vec2f(-0.9807852804, -0.1950903220)); line[47] = rotate(c[7], vec2f(-0.9569403357, 0.2902846773));
  }
  {
    let p0 = measured[amplitudes + 12u]; let q0 = measured[amplitudes + HALF / 2u + 12u]; let p1 = measured[amplitudes + 13u]; let q1 = measured[amplitudes + HALF / 2u + 13u];
    let b = dft8(array<vec4f, 8>(line[48], line[49], line[50], line[51], line[52], line[53], line[54], line[55]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[48] = c[0]; line[49] = rotate(c[1], vec2f(0.8314696123, -0.5555702330)); line[50] = rotate(c[2], vec2f(0.3826834324, -0.9238795325)); line[51] = rotate(c[3], vec2f(-0.1950903220, -0.9807852804)); line[52] = rotate(c[4], vec2f(-0.7071067812, -0.7071067812)); line[53] = rotate(c[5], vec2f(-0.9807852804, -0.1950903220)); line[54] = rotate(c[6], vec2f(-0.9238795325, 0.3826834324)); line[55] = rotate(c[7], vec2f(-0.5555702330, 0.8314696123));
  }
  {
    let p0 = measured[amplitudes + 14u]; let q0 = measured[amplitudes + HALF / 2u + 14u]; let p1 = measured[amplitudes + 15u]; let q1 = measured[amplitudes + HALF / 2u + 15u];
    let b = dft8(array<vec4f, 8>(line[56], line[57], line[58], line[59], line[60], line[61], line[62], line[63]));
    let c = dft8(array<vec4f, 8>(correct(b[0], vec2f(p0.x, q0.x)), correct(b[1], vec2f(p0.y, q0.y)), correct(b[2], vec2f(p0.z, q0.z)), correct(b[3], vec2f(p0.w, q0.w)), correct(b[4], vec2f(p1.x, q1.x)), correct(b[5], vec2f(p1.y, q1.y)), correct(b[6], vec2f(p1.z, q1.z)), correct(b[7], vec2f(p1.w, q1.w))));
    line[56] = c[0]; line[57] = rotate(c[1], vec2f(0.7730104534, -0.6343932842)); line[58] = rotate(c[2], vec2f(0.1950903220, -0.9807852804)); line[59] = rotate(c[3], vec2f(-0.4713967368, -0.8819212643)); line[60] = rotate(c[4], vec2f(-0.9238795325, -0.3826834324)); line[61] = rotate(c[5], vec2f(-0.9569403357, 0.2902846773)); line[62] = rotate(c[6], vec2f(-0.5555702330, 0.8314696123)); line[63] = rotate(c[7], vec2f(0.0980171403, 0.9951847267));
  }
  for (var h = 0u; h < 4u; h++) {
    let a = dft8(array<vec4f, 8>(line[2u * h + 0u], line[2u * h + 8u], line[2u * h + 16u], line[2u * h + 24u], line[2u * h + 32u], line[2u * h + 40u], line[2u * h + 48u], line[2u * h + 56u]));
    let b = dft8(array<vec4f, 8>(line[2u * h + 1u], line[2u * h + 9u], line[2u * h + 17u], line[2u * h + 25u], line[2u * h + 33u], line[2u * h + 41u], line[2u * h + 49u], line[2u * h + 57u]));
    let to = at + h;
    waves[to + 0u] = vec4f(a[0].xy, b[0].xy); waves[to + HALF + 0u] = vec4f(a[0].zw, b[0].zw); waves[to + 4u] = vec4f(a[1].xy, b[1].xy); waves[to + HALF + 4u] = vec4f(a[1].zw, b[1].zw); waves[to + 8u] = vec4f(a[2].xy, b[2].xy); waves[to + HALF + 8u] = vec4f(a[2].zw, b[2].zw); waves[to + 12u] = vec4f(a[3].xy, b[3].xy); waves[to + HALF + 12u] = vec4f(a[3].zw, b[3].zw); waves[to + 16u] = vec4f(a[4].xy, b[4].xy); waves[to + HALF + 16u] = vec4f(a[4].zw, b[4].zw); waves[to + 20u] = vec4f(a[5].xy, b[5].xy); waves[to + HALF + 20u] = vec4f(a[5].zw, b[5].zw); waves[to + 24u] = vec4f(a[6].xy, b[6].xy); waves[to + HALF + 24u] = vec4f(a[6].zw, b[6].zw); waves[to + 28u] = vec4f(a[7].xy, b[7].xy); waves[to + HALF + 28u] = vec4f(a[7].zw, b[7].zw);
  }
}
