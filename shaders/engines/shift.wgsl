// Probes shifted by less than a pixel, by a ramp in their spectrum; one workgroup a visit and mode.
//   shift:      waves[v, m] = F^-1[ramp_v spectrum[m]]
//   unshift:    waves[v, m] = conj(ramp_v) F waves[v, m], the adjoint; unshift_add adds it to spectrum[m].
//   analyse:    waves[m] = F waves[m], orthonormal;   synthesise: its inverse.
// The ramp exp(-2 pi i (fy dy + fx dx)) is unitary, so shifting forth and back is exact. It is applied
// while the last row stage has the numbers in registers.
struct Params { size: u32, modes: u32, first: u32 }
@group(0) @binding(0) var<storage, read> visits: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> spectrum: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> waves: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const TURN = -6.283185307179586;

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
}

fn inverse_stages(plane: u32, lane: u32) {
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

fn turned(angle: f32) -> vec2f {
  return vec2f(cos(angle), sin(angle));
}

// Frequency at place q LAST of a transformed axis; the next LAST - 1 places follow N / LAST apart.
fn base_frequency(q: u32) -> u32 {
  return select(q / FIRST + FIRST * (q % FIRST), q, STAGES == 2u);
}

// Signed frequency at a place, cycles in N pixels.
fn frequency(place: u32) -> f32 {
  let f = base_frequency(place / LAST) + (place % LAST) * (params.size / LAST);
  return f32(i32(f) - select(0i, i32(params.size), 2u * f >= params.size));
}

// Ramp of the numbers of an item: rows y and y + 1, column places q LAST + k. Both halves of a vec4.
struct Ramp { low: vec4f, high: vec4f, step: vec4f }
fn ramp(item: u32, d: vec2f) -> Ramp {
  let n = f32(params.size);
  let blocks = params.size / LAST;
  let row = 2u * quotient(item, blocks);
  let base = f32(base_frequency(remainder(item, blocks)));
  let y = vec4f(turned(TURN * frequency(row) * d.x / n), turned(TURN * frequency(row + 1u) * d.x / n));
  let step = turned(TURN * d.y / f32(LAST));
  let low = turned(TURN * base * d.y / n);
  let high = turned(TURN * (base / n - 0.5) * d.y);
  return Ramp(spin(y, vec4f(low, low)), spin(y, vec4f(high, high)), vec4f(step, step));
}

fn scaled4(v: array<vec4f, 4>, f: vec4f) -> array<vec4f, 4> {
  return array<vec4f, 4>(v[0] * f, v[1] * f, v[2] * f, v[3] * f);
}

fn scaled8(v: array<vec4f, 8>, f: vec4f) -> array<vec4f, 8> {
  return array<vec4f, 8>(v[0] * f, v[1] * f, v[2] * f, v[3] * f, v[4] * f, v[5] * f, v[6] * f, v[7] * f);
}

fn spun4(v: array<vec4f, 4>, start: vec4f, step: vec4f) -> array<vec4f, 4> {
  let b = spin(start, step);
  let c = spin(b, step);
  return array<vec4f, 4>(spin(v[0], start), spin(v[1], b), spin(v[2], c), spin(v[3], spin(c, step)));
}

fn ramped4(v: array<vec4f, 4>, r: Ramp, sign: f32) -> array<vec4f, 4> {
  let f = vec4f(1.0, sign, 1.0, sign);
  let step = r.step * f;
  let low = r.low * f;
  let high = r.high * f;
  return array<vec4f, 4>(spin(v[0], low), spin(v[1], spin(low, step)), spin(v[2], high), spin(v[3], spin(high, step)));
}

fn ramped8(v: array<vec4f, 8>, r: Ramp, sign: f32) -> array<vec4f, 8> {
  let f = vec4f(1.0, sign, 1.0, sign);
  let a = spun4(array<vec4f, 4>(v[0], v[1], v[2], v[3]), r.low * f, r.step * f);
  let b = spun4(array<vec4f, 4>(v[4], v[5], v[6], v[7]), r.high * f, r.step * f);
  return array<vec4f, 8>(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]);
}

fn half16(v: array<vec4f, 16>, upper: bool) -> array<vec4f, 8> {
  if (upper) { return array<vec4f, 8>(v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]); }
  return array<vec4f, 8>(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
}

fn join16(a: array<vec4f, 8>, b: array<vec4f, 8>) -> array<vec4f, 16> {
  return array<vec4f, 16>(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}

fn spun8(v: array<vec4f, 8>, start: vec4f, step: vec4f) -> array<vec4f, 8> {
  let s2 = spin(step, step);
  let a = spun4(array<vec4f, 4>(v[0], v[1], v[2], v[3]), start, step);
  let b = spun4(array<vec4f, 4>(v[4], v[5], v[6], v[7]), spin(start, spin(s2, s2)), step);
  return array<vec4f, 8>(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]);
}

fn ramped16(v: array<vec4f, 16>, r: Ramp, sign: f32) -> array<vec4f, 16> {
  let f = vec4f(1.0, sign, 1.0, sign);
  return join16(spun8(half16(v, false), r.low * f, r.step * f), spun8(half16(v, true), r.high * f, r.step * f));
}

// Four numbers of two rows of the spectrum, as take4 of the waves.
fn known4(at: u32, next: u32) -> array<vec4f, 4> {
  let a = spectrum[at];
  let b = spectrum[at + 1u];
  let c = spectrum[at + next];
  let d = spectrum[at + next + 1u];
  return array<vec4f, 4>(vec4f(a.xy, c.xy), vec4f(a.zw, c.zw), vec4f(b.xy, d.xy), vec4f(b.zw, d.zw));
}

fn known8(at: u32, next: u32) -> array<vec4f, 8> {
  let a = known4(at, next);
  let b = known4(at + 2u, next);
  return array<vec4f, 8>(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]);
}

fn add4(at: u32, next: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) {
  spectrum[at] += vec4f(a.xy, b.xy);
  spectrum[at + 1u] += vec4f(c.xy, d.xy);
  spectrum[at + next] += vec4f(a.zw, b.zw);
  spectrum[at + next + 1u] += vec4f(c.zw, d.zw);
}

fn add8(at: u32, next: u32, v: array<vec4f, 8>) {
  add4(at, next, v[0], v[1], v[2], v[3]);
  add4(at + 2u, next, v[4], v[5], v[6], v[7]);
}

// Inverse of the last row stage: spectrum (from = 1) or waves to waves, ramped.
fn rows_in(plane: u32, mode: u32, lane: u32, d: vec2f, from_spectrum: bool) {
  let half = params.size / 2u;
  let c = vec4f(1.0, -1.0, 1.0, -1.0);
  let g = c / f32(params.size);
  var k = lane;
  loop {
    let at = last_place(plane, k);
    let source = at - plane + mode;
    let r = ramp(k, d);
    if (LAST == 16u) {
      var t: array<vec4f, 16>;
      if (from_spectrum) { t = join16(known8(source, half), known8(source + 4u, half)); } else { t = take16(at, half); }
      t = ramped16(t, r, 1.0);
      let v = dft16(join16(scaled8(half16(t, false), c), scaled8(half16(t, true), c)));
      put8(at, half, scaled8(half16(v, false), g));
      put8(at + 4u, half, scaled8(half16(v, true), g));
    } else if (LAST == 8u) {
      var t: array<vec4f, 8>;
      if (from_spectrum) { t = known8(source, half); } else { t = take8(at, half); }
      put8(at, half, scaled8(dft8(scaled8(ramped8(t, r, 1.0), c)), g));
    } else {
      var t: array<vec4f, 4>;
      if (from_spectrum) { t = known4(source, half); } else { t = take4(at, half); }
      t = scaled4(ramped4(t, r, 1.0), c);
      let v = dft4(t[0], t[1], t[2], t[3]);
      put4(at, half, v[0] * g, v[1] * g, v[2] * g, v[3] * g);
    }
    k += WORKGROUP;
    continuing { break if k >= last_items(); }
  }
}

// The last row stage, ramped back, to waves or (accumulate) added to the spectrum.
fn rows_out(plane: u32, mode: u32, lane: u32, d: vec2f, accumulate: bool) {
  let half = params.size / 2u;
  let g = vec4f(1.0 / f32(params.size));
  var k = lane;
  loop {
    let at = last_place(plane, k);
    let to = at - plane + mode;
    let r = ramp(k, d);
    if (LAST == 16u) {
      let v = ramped16(dft16(take16(at, half)), r, -1.0);
      let a = scaled8(half16(v, false), g);
      let b = scaled8(half16(v, true), g);
      if (accumulate) {
        add8(to, half, a);
        add8(to + 4u, half, b);
      } else {
        put8(at, half, a);
        put8(at + 4u, half, b);
      }
    } else if (LAST == 8u) {
      let v = scaled8(ramped8(dft8(take8(at, half)), r, -1.0), g);
      if (accumulate) { add8(to, half, v); } else { put8(at, half, v); }
    } else {
      let t = take4(at, half);
      let v = scaled4(ramped4(dft4(t[0], t[1], t[2], t[3]), r, -1.0), g);
      if (accumulate) { add4(to, half, v[0], v[1], v[2], v[3]); } else { put4(at, half, v[0], v[1], v[2], v[3]); }
    }
    k += WORKGROUP;
    continuing { break if k >= last_items(); }
  }
}

fn shift_of(visit: u32) -> vec2f {
  return bitcast<vec2f>(visits[2u * (params.first + visit) + 1u].xy);
}

@compute @workgroup_size(WORKGROUP)
fn shift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let plane = wid.x * pairs;
  rows_in(plane, (wid.x % params.modes) * pairs, lane, shift_of(wid.x / params.modes), true);
  inverse_stages(plane, lane);
}

@compute @workgroup_size(WORKGROUP)
fn unshift(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let plane = wid.x * pairs;
  forward_stages(plane, lane);
  rows_out(plane, 0u, lane, shift_of(wid.x / params.modes), false);
}

@compute @workgroup_size(WORKGROUP)
fn unshift_add(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = params.size * params.size / 2u;
  let plane = wid.x * pairs;
  forward_stages(plane, lane);
  rows_out(plane, (wid.x % params.modes) * pairs, lane, shift_of(wid.x / params.modes), true);
}

@compute @workgroup_size(WORKGROUP)
fn analyse(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x * params.size * params.size / 2u;
  forward_stages(plane, lane);
  rows_out(plane, 0u, lane, vec2f(0.0), false);
}

@compute @workgroup_size(WORKGROUP)
fn synthesise(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let plane = wid.x * params.size * params.size / 2u;
  rows_in(plane, 0u, lane, vec2f(0.0), false);
  inverse_stages(plane, lane);
}
