import assert from "node:assert/strict";
import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { bytesSource } from "../../src/io/source.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { readScan } from "../../src/scan/dataset.ts";
import { resolveRecipe, type Stated } from "../../src/simulation/recipe.ts";
import {
  type SimulatedScan,
  type SimulateInputs,
  simulateRecipe,
  simulateScan,
} from "../../src/workflows/simulate.ts";
import { gaussianProbe } from "../../src/simulation/probes.ts";
import { baseOf, OTHER } from "./other_values.ts";
import { withGpu } from "../support/device.ts";

const BASE: Stated = { N: 16, seed: 5, nphotons: 1e4, "scan.count": 9 };

function simulate(
  gpu: Gpu,
  more: Stated = {},
  inputs: SimulateInputs = {},
): Promise<SimulatedScan> {
  return simulateRecipe(gpu, resolveRecipe({ ...BASE, ...more }), inputs);
}

const values = (scan: SimulatedScan, key: string): Float32Array => toFloat32(scan.arrays[key]);

/**
 * Amplitudes of pattern `n` straight from the stored arrays, in float64 and by the definition: the
 * object at (y, x) - N/2 + pixel, bilinear, times each mode, orthonormal transform with the zero
 * frequency at N/2, intensities of the modes added.
 */
function reference(scan: SimulatedScan, n: number, suffix = ""): Float64Array {
  const { objectGuess, probeGuess } = scan.arrays, N = scan.recipe.N;
  const [height, width] = objectGuess.shape, object = toComplex(objectGuess);
  const probe = toComplex(probeGuess), modes = probe.length / (2 * N * N);
  const y0 = (scan.arrays[`ycoords${suffix}`].data as Float64Array)[n] - N / 2;
  const x0 = (scan.arrays[`xcoords${suffix}`].data as Float64Array)[n] - N / 2;
  const at = (row: number, column: number, c: number): number =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : object[2 * (row * width + column) + c];
  const intensity = new Float64Array(N * N);
  for (let m = 0; m < modes; m++) {
    const re = new Float64Array(N * N), im = new Float64Array(N * N);
    for (let i = 0; i < N * N; i++) {
      const y = y0 + Math.floor(i / N), x = x0 + i % N;
      const r = Math.floor(y), q = Math.floor(x), fy = y - r, fx = x - q;
      const [a, b] = [0, 1].map((c) =>
        (1 - fy) * ((1 - fx) * at(r, q, c) + fx * at(r, q + 1, c)) +
        fy * ((1 - fx) * at(r + 1, q, c) + fx * at(r + 1, q + 1, c))
      );
      const [p, s] = [probe[2 * (m * N * N + i)], probe[2 * (m * N * N + i) + 1]];
      re[i] = a * p - b * s;
      im[i] = a * s + b * p;
    }
    const [fr, fi] = transform(re, im, N);
    for (let i = 0; i < N * N; i++) intensity[i] += fr[i] ** 2 + fi[i] ** 2;
  }
  return intensity.map(Math.sqrt);
}

function toComplex(array: NdArray): Float32Array {
  assert.equal(array.dtype, "c64");
  return array.data as Float32Array;
}

/** Orthonormal transform by the definition, zero frequency at (N/2, N/2). */
function transform(re: Float64Array, im: Float64Array, N: number): [Float64Array, Float64Array] {
  const pass = (a: Float64Array, b: Float64Array, line: number, step: number): void => {
    for (let l = 0; l < N; l++) {
      const from = Array.from(
        { length: N },
        (_, i) => [a[l * line + i * step], b[l * line + i * step]],
      );
      for (let k = 0; k < N; k++) {
        let x = 0, y = 0;
        for (let i = 0; i < N; i++) {
          const angle = -2 * Math.PI * (k - N / 2) * i / N,
            c = Math.cos(angle),
            s = Math.sin(angle);
          x += from[i][0] * c - from[i][1] * s;
          y += from[i][0] * s + from[i][1] * c;
        }
        a[l * line + k * step] = x / Math.sqrt(N);
        b[l * line + k * step] = y / Math.sqrt(N);
      }
    }
  };
  const [a, b] = [re.slice(), im.slice()];
  pass(a, b, N, 1);
  pass(a, b, 1, N);
  return [a, b];
}

function checkAgainstReference(scan: SimulatedScan, suffix = ""): void {
  const { N } = scan.recipe, patterns = values(scan, "diffraction"), pixels = N * N;
  for (let n = 0; n < patterns.length / pixels; n++) {
    const expected = reference(scan, n, suffix);
    const top = expected.reduce((a, b) => Math.max(a, b), 0);
    for (let i = 0; i < pixels; i++) {
      const error = Math.abs(patterns[n * pixels + i] - expected[i]) / top;
      assert(error < 1e-5, `pattern ${n} pixel ${i}: ${error}`);
    }
  }
}

Deno.test("patterns are those of the stored truth: asymmetric object, sub-pixel positions, modes", () =>
  withGpu(async (gpu) => {
    for (
      const more of [
        {},
        { "probe.kind": "zernike", "probe.modes": 3, "object.kind": "dead_leaves" },
        { N: 32, "scan.kind": "fermat", "scan.count": 4, "probe.kind": "aberrated" },
        { "object.height": 30, "object.width": 41, "scan.kind": "random", "probe.modes": 2 },
      ] as Stated[]
    ) {
      const scan = await simulate(gpu, { ...more, noise: false });
      const { objectGuess, probeGuess, xcoords } = scan.arrays;
      assert.deepEqual(objectGuess.shape, [
        scan.experiment.object.height,
        scan.experiment.object.width,
      ]);
      assert.equal(probeGuess.shape.length, scan.experiment.probe.modes > 1 ? 3 : 2);
      assert((xcoords.data as Float64Array).some((x) => !Number.isInteger(x)));
      checkAgainstReference(scan);
    }
  }));

Deno.test("with position errors patterns belong to the true positions", () =>
  withGpu(async (gpu) => {
    for (const kind of ["random", "drift"]) {
      const scan = await simulate(gpu, {
        noise: false,
        "scan.position_error": 2,
        "scan.position_error_kind": kind,
      });
      checkAgainstReference(scan, "_true");
      assert.throws(() => checkAgainstReference(scan), /pattern/);
      assert.deepEqual(scan.dataset.positions, scan.experiment.positions);
    }
    assert(!("xcoords_true" in (await simulate(gpu)).arrays));
  }));

Deno.test("x is the column and y the row: light comes from where the position points", () =>
  withGpu(async (gpu) => {
    const brightest = async (row: number, column: number): Promise<[number, number]> => {
      const data = new Float64Array(2 * 48 * 60).fill(0);
      for (let y = -1; y <= 1; y++) {
        for (let x = -1; x <= 1; x++) data[2 * ((row + y) * 60 + column + x)] = 1;
      }
      for (let i = 0; i < data.length; i += 2) data[i] += 0.01;
      const scan = await simulate(gpu, {
        "object.kind": "file",
        "object.file": "spot.npz",
        "probe.sigma": 1.5,
        "scan.kind": "raster",
        "scan.count": 320,
        noise: false,
      }, { sources: { object: { height: 48, width: 60, data } } });
      const stack = values(scan, "diffraction");
      let best = -1, light = -1;
      for (let n = 0; n < stack.length / 256; n++) {
        const sum = stack.subarray(256 * n, 256 * (n + 1)).reduce((s, v) => s + v * v, 0);
        if (sum > light) [best, light] = [n, sum];
      }
      const at = (key: string): number => (scan.arrays[key].data as Float64Array)[best];
      return [at("ycoords"), at("xcoords")];
    };
    const [y, x] = await brightest(15, 38);
    assert(Math.abs(y - 15) < 1.3 && Math.abs(x - 38) < 1.3, `${y} ${x}`);
    // An object moved 8 pixels to the right is met 8 pixels further right.
    const [below, right] = await brightest(15, 46);
    assert(Math.abs(below - 15) < 1.3 && Math.abs(right - 46) < 1.3, `${below} ${right}`);
  }));

Deno.test("energy is conserved: photons on the detector are those behind the object", () =>
  withGpu(async (gpu) => {
    const exact = await simulate(gpu, { noise: false, "probe.modes": 2, nphotons: 5e4 });
    const stack = values(exact, "diffraction"), mean = stack.reduce((s, v) => s + v * v, 0) / 9;
    assert(Math.abs(mean / 5e4 - 1) < 1e-4, `${mean}`);
    assert(Math.abs(exact.meanCounts / mean - 1) < 1e-6);
    // On an object of nothing but phase, every pattern has all the light of the probe.
    const clear = await simulate(gpu, {
      noise: false,
      "object.parts": "phase",
      "scan.integer": true,
    });
    const light = clear.experiment.probe.data.reduce((s, v) => s + v * v, 0);
    const patterns = values(clear, "diffraction");
    for (let n = 0; n < 9; n++) {
      const sum = patterns.subarray(256 * n, 256 * (n + 1)).reduce((s, v) => s + v * v, 0);
      assert(Math.abs(sum / light - 1) < 1e-4, `${sum / light}`);
    }
  }));

Deno.test("the noise is that of photons: whole counts, mean and variance as expected", () =>
  withGpu(async (gpu) => {
    const more: Stated = { "scan.count": 64, nphotons: 3e4 };
    const exact = values(await simulate(gpu, { ...more, noise: false }), "diffraction");
    const noisy = values(await simulate(gpu, more), "diffraction");
    let chi = 0, bright = 0, total = 0, expected = 0;
    for (let i = 0; i < exact.length; i++) {
      const count = noisy[i] ** 2, mean = exact[i] ** 2;
      assert(Math.abs(count - Math.round(count)) < 1e-2, `${count}`);
      total += count;
      expected += mean;
      if (mean < 5) continue;
      chi += (count - mean) ** 2 / mean;
      bright++;
    }
    assert(bright > 3000);
    // (count - mean)^2 / mean has the mean 1 and a variance of 2 + 1 / mean.
    assert(Math.abs(chi / bright - 1) < 4 * Math.sqrt(2.2 / bright), `${chi / bright}`);
    assert(Math.abs(total - expected) < 4 * Math.sqrt(expected), `${total} ${expected}`);
    assert(Math.abs(expected / 64 / 3e4 - 1) < 1e-4);
  }));

Deno.test("the detector: beamstop and dead pixels are dark and masked, saturation cuts and is marked", () =>
  withGpu(async (gpu) => {
    const plain = values(await simulate(gpu), "diffraction");
    const scan = await simulate(gpu, {
      "detector.beamstop": 4,
      "detector.dead_pixels": 0.05,
      "detector.saturation": 50,
    });
    const mask = scan.arrays.mask.data as Uint8Array,
      cut = scan.arrays.saturated.data as Uint8Array;
    assert.deepEqual([scan.arrays.mask.dtype, scan.arrays.mask.shape], ["bool", [16, 16]]);
    const stack = values(scan, "diffraction");
    let dead = 0, marked = 0;
    for (let i = 0; i < 256; i++) {
      const distance = Math.hypot(Math.floor(i / 16) - 8, i % 16 - 8);
      if (distance < 2) assert.equal(mask[i], 0);
      else dead += 1 - mask[i];
    }
    assert(dead > 8 && dead <= 13, `${dead}`);
    for (let i = 0; i < stack.length; i++) {
      const top = Math.fround(Math.sqrt(50));
      const expected = mask[i % 256] === 0 ? 0 : Math.min(top, plain[i]);
      assert.equal(stack[i], expected);
      assert.equal(cut[i], mask[i % 256] === 1 && plain[i] > top ? 1 : 0);
      marked += cut[i];
    }
    assert(marked > 0 && scan.saturated === marked);
    const other = await simulate(gpu, { seed: 6, "detector.dead_pixels": 0.05 });
    assert.notDeepEqual(other.arrays.mask.data, mask);
    assert(!("mask" in (await simulate(gpu)).arrays));
  }));

Deno.test("labels are the truth at each position, in the file and in the data set", () =>
  withGpu(async (gpu) => {
    const scan = await simulate(gpu, { labels: "object", "scan.integer": true });
    assert.deepEqual(scan.arrays.label.shape, [9, 16, 16]);
    const label = toComplex(scan.arrays.label), object = toComplex(scan.arrays.objectGuess);
    const width = scan.experiment.object.width;
    for (let n = 0; n < 9; n++) {
      const [y, x] = scan.experiment.positions.subarray(2 * n);
      for (const [v, u] of [[0, 0], [3, 11], [15, 2]]) {
        const from = 2 * ((y - 8 + v) * width + x - 8 + u), to = 2 * (n * 256 + v * 16 + u);
        assert.deepEqual([label[to], label[to + 1]], [object[from], object[from + 1]]);
      }
    }
    const read = await scan.dataset.readLabels!([4, 0]);
    assert(Math.abs(read.amplitude[256 + 7] - Math.hypot(label[14], label[15])) < 1e-6);
    const lit = toComplex(
      (await simulate(gpu, { labels: "illuminated", "scan.integer": true })).arrays.label,
    );
    const probe = toComplex(scan.arrays.probeGuess),
      light = (i: number): number => Math.hypot(probe[2 * i], probe[2 * i + 1]);
    const top = Array.from({ length: 256 }, (_, i) => light(i)).reduce((a, b) => Math.max(a, b), 0);
    for (const i of [0, 100, 136, 255]) {
      assert(Math.abs(lit[2 * i] - label[2 * i] * light(i) / top) < 1e-6);
    }
  }));

Deno.test("same recipe, same bytes; another seed, other ones; the file is a scan with its identity", () =>
  withGpu(async (gpu) => {
    const make = async (more: Stated = {}): Promise<Uint8Array> =>
      await writeNpz((await simulate(gpu, more)).arrays, { compress: true });
    const first = await make();
    assert.deepEqual(await make(), first);
    assert.notDeepEqual(await make({ seed: 6 }), first);
    const npz = await openNpz(bytesSource("scan.npz", first));
    const metadata = JSON.parse(((await npz.read("_metadata")).data as string[])[0]);
    const scan = await simulate(gpu);
    assert.equal(metadata.recipe_sha256, scan.identity);
    assert.equal(metadata.physics_parameters.nphotons, 1e4);
    assert.deepEqual([metadata.N, metadata.gridsize, metadata.seed], [16, 1, 5]);
    assert.equal(metadata.recipe.probe.kind, "gaussian");
    assert.deepEqual(metadata.probe_mode_powers, [1]);
    const dataset = await readScan(npz, { metadata });
    assert.deepEqual([dataset.N, dataset.count, dataset.nphotons], [16, 9, 1e4]);
  }));

Deno.test("nested scans store their groups; zone plates their optics; pipelines their steps", () =>
  withGpu(async (gpu) => {
    const scan = await simulate(gpu, { "scan.kind": "nested", "scan.count": 16 });
    assert.deepEqual(scan.arrays.nn_indices.shape, [4, 4]);
    assert.deepEqual([...(scan.arrays.nn_indices.data as BigInt64Array)].map(Number), [
      ...Array(16).keys(),
    ]);
    const about = (
      made: SimulatedScan,
    ): Record<string, unknown> & { physics_parameters: Record<string, number> } =>
      JSON.parse((made.arrays._metadata.data as string[])[0]);
    assert.equal(about(scan).gridsize, 2);
    const plate = about(
      await simulate(gpu, {
        "probe.kind": "zone_plate",
        "probe.side": 8,
        "probe.pipeline": "interp:16",
      }),
    );
    assert(Math.abs(plate.physics_parameters.pixel_size_m - 20e-9) < 1e-20);
    assert.equal(plate.physics_parameters.energy_kev, 8);
    assert.deepEqual(plate.probe_pipeline, [{ step: "interp", value: 16, from: 8, to: 16 }]);
  }));

Deno.test("sides from 16 to 512 px are simulated", () =>
  withGpu(async (gpu) => {
    for (const N of [16, 64, 512]) {
      const scan = await simulate(gpu, { N, "scan.count": 2, "scan.kind": "raster", noise: false });
      assert.deepEqual(scan.arrays.diffraction.shape.slice(1), [N, N]);
      assert(Math.abs(scan.meanCounts / 1e4 - 1) < 1e-3, `${N} ${scan.meanCounts}`);
    }
  }));

Deno.test("the short form makes the recipe it says", () =>
  withGpu(async (gpu) => {
    const short = {
      object: "grf",
      probe: "disk",
      scan: "raster",
      N: 16,
      count: 9,
      nphotons: 100,
      seed: 2,
    } as const;
    const seen: number[] = [];
    const scan = await simulateScan(gpu, {
      ...short,
      overlap: 0.5,
      onProgress: (done) => seen.push(done),
    });
    assert.equal(scan.recipe.scan.overlap, 0.5);
    assert.deepEqual(seen, [9]);
    const sized = await simulateScan(gpu, {
      ...short,
      overlap: 0.5,
      objectSide: 50,
      noise: false,
      integerPositions: true,
    });
    assert.deepEqual([sized.recipe.object.height, sized.recipe.object.width], [50, 50]);
    assert(!sized.recipe.noise && sized.recipe.scan.integer);
  }));

Deno.test("every field of a recipe changes what is stored", () =>
  withGpu(async (gpu) => {
    const sources = {
      object: {
        height: 60,
        width: 60,
        data: Float64Array.from({ length: 3600 }, (_, i) => i % 61),
      },
      probe: gaussianProbe(16, 2, 1),
    };
    // Which file is read is up to the command; the optics of a zone plate at a free distance are
    // drawn in its own units, so that only their description changes.
    const described = ["object.file", "object.key", "probe.file", "probe.key", "pixel_nm"];
    described.push("probe.energy_kev", "probe.zone_nm");
    for (const [path, stated] of Object.entries(OTHER)) {
      if (path === "N") continue;
      const make = async (more: Stated): Promise<Record<string, NdArray>> => {
        const side = more["probe.side"] === undefined ? {} : { "probe.pipeline": "crop:16" };
        const scan = await simulate(gpu, { ...more, ...side }, { sources });
        return { ...scan.arrays };
      };
      const [changed, base] = [await make(stated), await make(baseOf(path))];
      assert.notDeepEqual(changed._metadata, base._metadata, path);
      if (described.includes(path)) continue;
      changed._metadata = base._metadata;
      assert.notDeepEqual(changed, base, path);
    }
  }));
