import type { Stated } from "../../src/simulation/recipe.ts";

/** For each field a value that is not its default, with what else it needs. */
export const OTHER: Readonly<Record<string, Stated>> = {
  N: { N: 32 },
  seed: { seed: 1 },
  nphotons: { nphotons: 1e5 },
  noise: { noise: false },
  labels: { labels: "object" },
  pixel_nm: { pixel_nm: 12 },
  "object.kind": { "object.kind": "grf" },
  "object.file": { "object.kind": "file", "object.file": "a.png" },
  "object.key": { "object.kind": "file", "object.file": "a.npz", "object.key": "image" },
  "object.parts": { "object.parts": "phase" },
  "object.height": { "object.height": 99 },
  "object.width": { "object.height": 300, "object.width": 310 },
  "object.amplitude_range": { "object.amplitude_range": [0, 1] },
  "object.phase_range": { "object.phase_range": [-1, 1] },
  "probe.kind": { "probe.kind": "curved" },
  "probe.file": { "probe.kind": "file", "probe.file": "p.npz" },
  "probe.key": { "probe.kind": "file", "probe.file": "p.npz", "probe.key": "p" },
  "probe.side": { "probe.side": 32 },
  "probe.sigma": { "probe.sigma": 5 },
  "probe.radius": { "probe.kind": "disk", "probe.radius": 7 },
  "probe.edge_phase": { "probe.edge_phase": 1 },
  "probe.scale": { "probe.kind": "default", "probe.scale": 1 },
  "probe.pupil": { "probe.kind": "zernike", "probe.pupil": 0.3 },
  "probe.zernike": { "probe.kind": "zernike", "probe.zernike": [0, 1] },
  "probe.energy_kev": { "probe.kind": "zone_plate", "probe.energy_kev": 6 },
  "probe.zone_nm": { "probe.kind": "zone_plate", "probe.zone_nm": 50 },
  "probe.stop": { "probe.kind": "zone_plate", "probe.stop": 0.2 },
  "probe.defocus_um": { "probe.kind": "zone_plate", "probe.defocus_um": 20 },
  "probe.modes": { "probe.modes": 2 },
  "probe.mode_powers": { "probe.modes": 2, "probe.mode_powers": [5, 1] },
  "probe.pipeline": { "probe.pipeline": "smooth:1" },
  "probe.mask": { "probe.mask": "disk" },
  "probe.mask_diameter": { "probe.mask": "disk", "probe.mask_diameter": 20 },
  "scan.kind": { "scan.kind": "raster" },
  "scan.count": { "scan.count": 16 },
  "scan.overlap": { "scan.overlap": 0.5 },
  "scan.step": { "scan.step": 4 },
  "scan.jitter": { "scan.jitter": 0.1 },
  "scan.gridsize": { "scan.kind": "nested", "scan.gridsize": 3 },
  "scan.offset": { "scan.kind": "nested", "scan.offset": 3 },
  "scan.outer_offset": { "scan.kind": "nested", "scan.outer_offset": 9 },
  "scan.integer": { "scan.integer": true },
  "scan.position_error": { "scan.position_error": 1 },
  "scan.position_error_kind": { "scan.position_error": 1, "scan.position_error_kind": "drift" },
  "detector.beamstop": { "detector.beamstop": 3 },
  "detector.dead_pixels": { "detector.dead_pixels": 0.01 },
  "detector.saturation": { "detector.saturation": 100 },
};

/** The same without the field, or, where its kind needs it, with another value of it. */
export function baseOf(path: string): Stated {
  if (path === "object.file") return { ...OTHER[path], [path]: "b.png" };
  if (path === "probe.file") return { ...OTHER[path], [path]: "q.npz" };
  return Object.fromEntries(Object.entries(OTHER[path]).filter(([key]) => key !== path));
}
