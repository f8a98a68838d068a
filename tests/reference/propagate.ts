/** Angular spectrum in float64: F^-1 [ F(u) exp(2 pi i z (sqrt(1/l^2 - f^2) - 1/l)) ]. */
import type { NearField } from "../../src/physics/propagate.ts";
import { fft2Reference } from "./fft.ts";

/** Waves (batch, N, N, 2) after a distance; decaying waves included; `adjoint` conjugates the transfer. */
export function nearFieldReference(
  waves: ArrayLike<number>,
  batch: number,
  size: number,
  { wavelength, distance, pixel }: NearField,
  adjoint = false,
): Float64Array {
  const fields = fft2Reference(waves, batch, size);
  for (let i = 0; i < batch * size * size; i++) {
    const ky = Math.floor(i / size) % size, kx = i % size;
    const fy = (ky < size / 2 ? ky : ky - size) / (size * pixel);
    const fx = (kx < size / 2 ? kx : kx - size) / (size * pixel);
    const inside = 1 / wavelength ** 2 - fy * fy - fx * fx;
    const along = inside >= 0 ? 2 * Math.PI * distance * Math.sqrt(inside) : 0;
    const decay = inside >= 0
      ? 1
      : Math.exp(-2 * Math.PI * Math.abs(distance) * Math.sqrt(-inside));
    const angle = (adjoint ? -1 : 1) * (along - 2 * Math.PI * distance / wavelength);
    const c = decay * Math.cos(angle), s = decay * Math.sin(angle);
    const re = fields[2 * i], im = fields[2 * i + 1];
    fields[2 * i] = c * re - s * im;
    fields[2 * i + 1] = c * im + s * re;
  }
  return fft2Reference(fields, batch, size, true);
}
