/** Plain float64 references of the forward model. */
import { fft2Reference } from "./fft.ts";
import { sampleReference } from "./translate.ts";

/** Sizes of groups of patches. */
export interface ReferenceGroups {
  readonly groups: number;
  readonly channels: number;
  readonly size: number;
  readonly canvas: number;
}

/** Merged canvases (groups, M, M, 2) of the original rules or the compact one. */
export function mergeReference(
  patches: ArrayLike<number>,
  offsets: ArrayLike<number>,
  weights: ArrayLike<number>,
  { groups, channels, size, canvas }: ReferenceGroups,
  rule: "central_mask" | "uniform" | "probe" | "compact",
): Float64Array {
  const pad = Math.floor((canvas - size) / 2);
  const out = new Float64Array(groups * canvas * canvas * 2);
  for (let g = 0; g < groups; g++) {
    const den = new Float64Array(canvas * canvas), num = new Float64Array(2 * canvas * canvas);
    for (let c = 0; c < channels; c++) {
      const member = g * channels + c;
      for (let y = 0; y < canvas; y++) {
        for (let x = 0; x < canvas; x++) {
          const at = y * canvas + x;
          const py = y - pad + offsets[2 * member + 1], px = x - pad + offsets[2 * member];
          const w = sampleReference(weights, 0, size, size, 1, py, px, 0);
          den[at] += w;
          for (const part of [0, 1]) {
            const start = member * size * size * 2;
            num[2 * at + part] += w *
              sampleReference(patches, start, size, size, 2, py, px, part);
          }
        }
      }
    }
    const peak = den.reduce((a, b) => Math.max(a, b), 0);
    den.forEach((d, at) => {
      let factor = 1 / (d + 1e-4);
      if (rule === "central_mask") factor = d > 1e-6 ? 1 / (d + 1e-3) : 0;
      else if (rule !== "compact") factor = d > 1e-6 * peak ? 1 / Math.max(d, 1e-12) : 0;
      out[2 * (g * canvas * canvas + at)] = num[2 * at] * factor;
      out[2 * (g * canvas * canvas + at) + 1] = num[2 * at + 1] * factor;
    });
  }
  return out;
}

/** Patches (groups, channels, N, N, 2) cut out of canvases. */
export function extractReference(
  canvases: ArrayLike<number>,
  offsets: ArrayLike<number>,
  { groups, channels, size, canvas }: ReferenceGroups,
): Float64Array {
  const pad = Math.floor((canvas - size) / 2);
  const out = new Float64Array(groups * channels * size * size * 2);
  let at = 0;
  for (let member = 0; member < groups * channels; member++) {
    const start = Math.floor(member / channels) * canvas * canvas * 2;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const py = y + pad - offsets[2 * member + 1], px = x + pad - offsets[2 * member];
        for (const part of [0, 1]) {
          out[at++] = sampleReference(canvases, start, canvas, canvas, 2, py, px, part);
        }
      }
    }
  }
  return out;
}

/** Exit waves (planes, K, N, N, 2) of patches (planes, N, N, 2) and one probe (K, N, N, 2). */
export function illuminateReference(
  patches: ArrayLike<number>,
  probe: ArrayLike<number>,
  planes: number,
  modes: number,
  size: number,
): Float64Array {
  const pixels = size * size;
  const out = new Float64Array(planes * modes * pixels * 2);
  for (let i = 0; i < planes * modes * pixels; i++) {
    const p = 2 * (i % (modes * pixels));
    const e = 2 * (Math.floor(i / (modes * pixels)) * pixels + i % pixels);
    out[2 * i] = patches[e] * probe[p] - patches[e + 1] * probe[p + 1];
    out[2 * i + 1] = patches[e] * probe[p + 1] + patches[e + 1] * probe[p];
  }
  return out;
}

/** Intensity (planes, N, N) of exit waves (planes, K, N, N, 2), zero frequency in the middle. */
export function intensityReference(
  waves: ArrayLike<number>,
  planes: number,
  modes: number,
  size: number,
  coherent: boolean,
): Float64Array {
  const pixels = size * size, half = size / 2;
  const fields = fft2Reference(waves, planes * modes, size);
  const out = new Float64Array(planes * pixels);
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const source = ((y + half) % size) * size + (x + half) % size;
        let re = 0, im = 0, sum = 0;
        for (let k = 0; k < modes; k++) {
          const at = 2 * ((plane * modes + k) * pixels + source);
          re += fields[at];
          im += fields[at + 1];
          sum += fields[at] ** 2 + fields[at + 1] ** 2;
        }
        out[plane * pixels + y * size + x] = coherent ? re * re + im * im : sum;
      }
    }
  }
  return out;
}
