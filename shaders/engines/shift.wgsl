// Probes shifted by less than a pixel, by a ramp in their spectrum; one workgroup a visit and mode.
//   shift:   waves[v, m] = F^-1[ramp_v spectrum[m]]
//   unshift: waves[v, m] = conj(ramp_v) F waves[v, m], the adjoint; accumulate = 1 adds it to spectrum[m].
//   analyse: waves[m] = F waves[m], orthonormal.
// The ramp exp(-2 pi i (fy dy + fx dx)) is unitary, so shifting forth and back is exact.
struct Params { size: u32, modes: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read> frequency: array<f32>; // signed, cycles a pixel, in the order of the transform
@group(0) @binding(2) var<storage, read_write> spectrum: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> waves: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn forward_stages(plane: u32, lane: u32) {
  var s = 0u;
  var block = params.size;
  loop {
    run_stage(plane, lane, FIRST, block, s & 1u, 1.0);
    storageBarrier();
    block = select(block, block / FIRST, (s & 1u) != 0u);
    s++;
    continuing { break if s >= 2u * (STAGES - 1u); }
  }
  run_stage(plane, lane, LAST, LAST, 0u, 1.0);
  storageBarrier();
  last_rows(plane, lane, 1.0);
  storageBarrier();
}

fn inverse_stages(plane: u32, lane: u32) {
  last_rows(plane, lane, -1.0);
  storageBarrier();
  run_stage(plane, lane, LAST, LAST, 0u, -1.0);
  storageBarrier();
  var s = 2u * (STAGES - 1u);
  var block = LAST;
  loop {
    s--;
    block = select(block, block * FIRST, (s & 1u) != 0u);
    run_stage(plane, lane, FIRST, block, s & 1u, -1.0);
    storageBarrier();
    continuing { break if s == 0u; }
  }
}

// The last stage along the rows; sign as in run_stage. Scales by 1 / N.
fn last_rows(plane: u32, lane: u32, sign: f32) {
  let half = params.size / 2u;
  let f = vec4f(1.0, sign, 1.0, sign);
  let g = f / f32(params.size);
  var k = lane;
  loop {
    let at = last_place(plane, k);
    if (LAST == 16u) {
      let t = take16(at, half);
      let v = dft16(array<vec4f, 16>(t[0] * f, t[1] * f, t[2] * f, t[3] * f, t[4] * f, t[5] * f, t[6] * f, t[7] * f,
        t[8] * f, t[9] * f, t[10] * f, t[11] * f, t[12] * f, t[13] * f, t[14] * f, t[15] * f));
      put16(at, half, array<vec4f, 16>(v[0] * g, v[1] * g, v[2] * g, v[3] * g, v[4] * g, v[5] * g, v[6] * g, v[7] * g,
        v[8] * g, v[9] * g, v[10] * g, v[11] * g, v[12] * g, v[13] * g, v[14] * g, v[15] * g));
    } else if (LAST == 8u) {
      let t = take8(at, half);
      let v = dft8(array<vec4f, 8>(t[0] * f, t[1] * f, t[2] * f, t[3] * f, t[4] * f, t[5] * f, t[6] * f, t[7] * f));
      put8(at, half, array<vec4f, 8>(v[0] * g, v[1] * g, v[2] * g, v[3] * g, v[4] * g, v[5] * g, v[6] * g, v[7] * g));
    } else {
      let t = take4(at, half);
      let v = dft4(t[0] * f, t[1] * f, t[2] * f, t[3] * f);
      put4(at, half, v[0] * g, v[1] * g, v[2] * g, v[3] * g);
    }
    k += WORKGROUP;
    continuing { break if k >= last_items(); }
  }
}

// exp(-2 pi i (fy dy + fx dx)) of pair i of a plane.
fn ramp(i: u32, shift: vec2f) -> vec4f {
  let half = params.size / 2u;
  let y = frequency[i / half] * shift.x;
  let x = 2u * (i % half);
  let angle = -6.283185307179586 * (vec2f(frequency[x], frequency[x + 1u]) * shift.y + y);
  let c = cos(angle);
  let s = sin(angle);
  return vec4f(c.x, s.x, c.y, s.y);
}

fn shift_of(visit: u32) -> vec2f {
  return bitcast<vec2f>(visits[2u * (params.first + visit) + 1u].xy);
}

@compute @workgroup_size(WORKGROUP)
fn shift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let plane = wid.x * pairs;
  let mode = (wid.x % params.modes) * pairs;
  let d = shift_of(wid.x / params.modes);
  var i = lane;
  loop {
    waves[plane + i] = spin(spectrum[mode + i], ramp(i, d));
    i += WORKGROUP;
    continuing { break if i >= pairs; }
  }
  storageBarrier();
  inverse_stages(plane, lane);
}

@compute @workgroup_size(WORKGROUP)
fn unshift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let plane = wid.x * pairs;
  let mode = (wid.x % params.modes) * pairs;
  let d = shift_of(wid.x / params.modes);
  forward_stages(plane, lane);
  var i = lane;
  loop {
    let v = spin(waves[plane + i], ramp(i, d) * vec4f(1.0, -1.0, 1.0, -1.0));
    if (params.accumulate != 0u) {
      spectrum[mode + i] += v;
    } else {
      waves[plane + i] = v;
    }
    i += WORKGROUP;
    continuing { break if i >= pairs; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn analyse(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  forward_stages(wid.x * params.size * params.size / 2u, lane);
}

@compute @workgroup_size(WORKGROUP)
fn synthesise(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  inverse_stages(wid.x * params.size * params.size / 2u, lane);
}
