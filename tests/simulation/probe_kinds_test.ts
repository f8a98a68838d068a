import assert from "node:assert/strict";
import type { Probe } from "../../src/scan/probe.ts";
import { probeEnergy } from "../../src/scan/probe.ts";
import { makeProbe } from "../../src/simulation/make_probe.ts";
import { modePowers, withModes } from "../../src/simulation/modes.ts";
import {
  autoDefocus,
  zernikeProbe,
  zernikeTerm,
  zonePlateProbe,
} from "../../src/simulation/optics.ts";
import { PROBE_KINDS } from "../../src/simulation/probe_kinds.ts";
import { effectiveDiameter, gaussianProbe } from "../../src/simulation/probes.ts";
import { resolveRecipe, type Stated } from "../../src/simulation/recipe.ts";

const intensity = (probe: Probe, y: number, x: number): number => {
  const i = 2 * (y * probe.N + x);
  return probe.data[i] ** 2 + probe.data[i + 1] ** 2;
};

/** <mode a | mode b>, real and imaginary part. */
function product(probe: Probe, a: number, b: number): [number, number] {
  const size = 2 * probe.N ** 2;
  let re = 0, im = 0;
  for (let i = 0; i < size; i += 2) {
    const [p, q, r, s] = [a * size + i, a * size + i + 1, b * size + i, b * size + i + 1]
      .map((at) => probe.data[at]);
    re += p * r + q * s;
    im += p * s - q * r;
  }
  return [re, im];
}

Deno.test("Zernike terms are orthonormal on the disk, in Noll's order", () => {
  const terms = 15, side = 200, sums = new Float64Array(terms * terms);
  let count = 0;
  for (let i = 0; i < side * side; i++) {
    const y = (Math.floor(i / side) + 0.5 - side / 2) / (side / 2);
    const x = (i % side + 0.5 - side / 2) / (side / 2), rho = Math.hypot(y, x);
    if (rho > 1) continue;
    count++;
    const values = Array.from(
      { length: terms },
      (_, j) => zernikeTerm(j + 1, rho, Math.atan2(y, x)),
    );
    values.forEach((a, j) => values.forEach((b, k) => sums[j * terms + k] += a * b));
  }
  for (let j = 0; j < terms; j++) {
    for (let k = 0; k < terms; k++) {
      const expected = j === k ? 1 : 0;
      assert(Math.abs(sums[j * terms + k] / count - expected) < 0.02, `${j + 1} ${k + 1}`);
    }
  }
  // Closed forms: tilt in x, defocus, astigmatism, coma, spherical.
  const [rho, angle] = [0.7, 0.4];
  assert(Math.abs(zernikeTerm(2, rho, angle) - 2 * rho * Math.cos(angle)) < 1e-12);
  assert(Math.abs(zernikeTerm(4, rho, angle) - Math.sqrt(3) * (2 * rho ** 2 - 1)) < 1e-12);
  assert(
    Math.abs(zernikeTerm(5, rho, angle) - Math.sqrt(6) * rho ** 2 * Math.sin(2 * angle)) < 1e-12,
  );
  assert(
    Math.abs(
      zernikeTerm(8, rho, angle) - Math.sqrt(8) * (3 * rho ** 3 - 2 * rho) * Math.cos(angle),
    ) < 1e-12,
  );
  assert(
    Math.abs(zernikeTerm(11, rho, angle) - Math.sqrt(5) * (6 * rho ** 4 - 6 * rho ** 2 + 1)) <
      1e-12,
  );
});

Deno.test("a lens without aberrations gives an Airy spot; tilt moves it, defocus widens it", () => {
  const airy = zernikeProbe(64, 0.25, [0]);
  assert.equal(intensity(airy, 32, 32), 1);
  // The first dark ring of a pupil of radius R = 8 px lies at 0.61 N / R = 4.88 px.
  assert(intensity(airy, 32, 37) < 0.004 && intensity(airy, 32, 34) > 0.3);
  // Tilt Z2 of c rad: slope 2 c / R rad a pixel, a shift of 2 c / R * N / (2 pi) px to the left.
  const shift = 5, tilted = zernikeProbe(64, 0.25, [0, -shift * Math.PI * 8 / 64]);
  assert(intensity(tilted, 32, 32 + shift) > 0.999, "the sign of the axis");
  assert(effectiveDiameter(zernikeProbe(64, 0.25, [0, 0, 0, 3])) > 2 * effectiveDiameter(airy));
  const astigmatic = zernikeProbe(64, 0.25, [0, 0, 0, 2, 0, 2]);
  const width = (dy: number, dx: number): number =>
    [1, 2, 3, 4, 5, 6, 7, 8].reduce(
      (s, k) => s + intensity(astigmatic, 32 + k * dy, 32 + k * dx),
      0,
    );
  assert(Math.abs(width(0, 1) / width(1, 0) - 1) > 0.5);
});

Deno.test("a zone plate: focus as wide as its zones, dark centre behind the stop, spreads with distance", () => {
  const plate = { pixel: 10, zone: 50, energy: 8, stop: 0, defocus: 0 };
  const focus = zonePlateProbe(64, plate);
  // Airy spot of an aperture: first dark ring at 1.22 zones = 6.1 px.
  assert.equal(intensity(focus, 32, 32), 1);
  assert(intensity(focus, 32, 38) < 0.003 && intensity(focus, 32, 35) > 0.2);
  const behind = zonePlateProbe(64, {
    ...plate,
    stop: 0.4,
    defocus: autoDefocus({ window: 64, pixel: 10, zone: 50, energy: 8 }),
  });
  // The beam is a disk of 0.35 windows around the shadow of the stop, 0.4 times as wide.
  const ringed = (r: number): number => {
    let sum = 0;
    for (let k = 0; k < 64; k++) {
      const angle = 2 * Math.PI * k / 64;
      sum += intensity(
        behind,
        Math.round(32 + r * Math.sin(angle)),
        Math.round(32 + r * Math.cos(angle)),
      );
    }
    return sum / 64;
  };
  assert(ringed(8) > 3 * ringed(18), `${ringed(8)} ${ringed(18)}`);
  const energyOf = (defocus: number): number =>
    probeEnergyShare(zonePlateProbe(64, { ...plate, defocus }), 4);
  assert(energyOf(0) > energyOf(40) && energyOf(40) > energyOf(80));
  assert.throws(() => zonePlateProbe(64, { ...plate, pixel: 60 }), /at most the outermost zone/);
  assert.throws(() => zonePlateProbe(64, { ...plate, defocus: 1000 }), /use up to/);
  assert.throws(() => zonePlateProbe(48, plate), /power of two/);
});

/** Share of the energy within a radius of the centre. */
function probeEnergyShare(probe: Probe, radius: number): number {
  let sum = 0;
  for (let i = 0; i < probe.N ** 2; i++) {
    const [y, x] = [Math.floor(i / probe.N), i % probe.N];
    if (Math.hypot(y - 32, x - 32) <= radius) sum += intensity(probe, y, x);
  }
  return sum / probeEnergy(probe);
}

Deno.test("modes are orthogonal, have the powers given and keep the total", () => {
  for (const kind of PROBE_KINDS.filter((k) => k !== "file")) {
    const powers = [6, 3, 2, 1], base: Stated = { "probe.kind": kind, N: 32 };
    const one = makeProbe(resolveRecipe(base)).probe;
    const probe = makeProbe(resolveRecipe({ ...base, "probe.mode_powers": powers })).probe;
    assert.equal(probe.modes, 4);
    assert(Math.abs(probeEnergy(probe) / probeEnergy(one) - 1) < 1e-5);
    modePowers(probe).forEach((p, m) =>
      assert(Math.abs(p - powers[m] / 12) < 1e-6, `${kind} ${p}`)
    );
    const total = probeEnergy(probe);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < a; b++) {
        assert(Math.hypot(...product(probe, a, b)) / total < 1e-6, `${kind} ${a} ${b}`);
      }
    }
    // The first mode is the probe itself.
    const [re] = product(
      { ...probe, data: Float32Array.from([...probe.data.slice(0, 2048), ...one.data]), modes: 2 },
      0,
      1,
    );
    assert(Math.abs(re / probeEnergy(one) - Math.sqrt(0.5)) < 1e-5);
  }
  const halves = modePowers(withModes(gaussianProbe(32), 3, null));
  assert(Math.abs(halves[0] - 4 / 7) < 1e-6 && Math.abs(halves[2] - 1 / 7) < 1e-6);
});

Deno.test("modes of a Gaussian beam are Hermite-Gauss modes", () => {
  const s = 5, probe = withModes(gaussianProbe(64, s), 4, [1, 1, 1, 1]), size = 2 * 64 * 64;
  const forms = [
    () => 1,
    (_: number, u: number) => u,
    (v: number) => v,
    (_: number, u: number) => 4 * u * u - 2,
  ];
  forms.forEach((form, m) => {
    let dot = 0, own = 0, other = 0;
    for (let i = 0; i < 4096; i++) {
      const v = (Math.floor(i / 64) - 32) / s, u = (i % 64 - 32) / s;
      const expected = form(v, u) * Math.exp(-(v * v + u * u) / 2),
        value = probe.data[m * size + 2 * i];
      dot += expected * value;
      own += value * value;
      other += expected * expected;
    }
    assert(
      Math.abs(dot / Math.sqrt(own * other) - 1) < 1e-5,
      `mode ${m} ${dot / Math.sqrt(own * other)}`,
    );
  });
});

Deno.test("a probe of several modes keeps them, gives the first ones, or takes powers", () => {
  const two = withModes(gaussianProbe(16), 2, [3, 1]);
  assert.deepEqual(withModes(two, null, null).data, two.data);
  assert.deepEqual(withModes(two, 1, null).modes, 1);
  assert(Math.abs(modePowers(withModes(two, 2, [1, 1]))[0] - 0.5) < 1e-6);
  assert.throws(() => withModes(two, 3, null), /the file has 2/);
});

Deno.test("every field of a kind changes the probe", () => {
  const changes: Record<string, Stated> = {
    disk: { "probe.radius": 5, "probe.edge_phase": 1 },
    gaussian: { "probe.sigma": 5, "probe.edge_phase": 5 },
    curved: { "probe.sigma": 5, "probe.edge_phase": 5 },
    aberrated: { "probe.sigma": 5 },
    default: { "probe.scale": 0.9 },
    zernike: { "probe.pupil": 0.3, "probe.zernike": [0, 0, 0, 1] },
    zone_plate: { "probe.zone_nm": 50, "probe.stop": 0.2, "probe.defocus_um": 30, pixel_nm: 15 },
  };
  for (const [kind, fields] of Object.entries(changes)) {
    // With a pixel of its own the zone plate is not scaled with its zones.
    const pixel = kind === "zone_plate" ? { pixel_nm: 20 } : {};
    const base: Stated = { "probe.kind": kind, N: 32, ...pixel },
      before = makeProbe(resolveRecipe(base)).probe;
    const common: Stated = { "probe.mask": "disk", "probe.pipeline": "smooth:2" };
    for (const [path, value] of Object.entries({ ...fields, ...common })) {
      const after = makeProbe(resolveRecipe({ ...base, [path]: value })).probe;
      assert.notDeepEqual(after.data, before.data, `${kind} ${path}`);
    }
  }
  const masked: Stated = { N: 32, "probe.mask": "disk" };
  const narrow = makeProbe(resolveRecipe({ ...masked, "probe.mask_diameter": 6 })).probe;
  assert.equal(intensity(narrow, 16, 25), 0);
  assert(intensity(makeProbe(resolveRecipe({ N: 32 })).probe, 16, 25) > 0);
});
