/**
 * Complex images in colour: the phase is the hue, the amplitude the brightness.
 *
 * @module
 */
import { colorOf, type Picture } from "../image/colors.ts";
import { emptyGrid, type Grid } from "../image/grid.ts";

const HUES = Uint8Array.from(
  { length: 3 * 256 },
  (_, i) => Math.round(colorOf("cyclic", Math.floor(i / 3) / 255)[i % 3]),
);

/**
 * Paints amplitude and phase together; the same hues as the cyclic map of phase pictures.
 *
 * @param amplitude Modulus.
 * @param phase Angle, rad, in -pi .. pi.
 * @param full Amplitude of full brightness.
 * @param mask Pixels that count; the others are dark grey.
 */
export function paintComplex(
  amplitude: Grid,
  phase: Grid,
  full: number,
  mask?: ArrayLike<number>,
): Picture {
  const { height, width } = amplitude, data = new Uint8Array(3 * height * width).fill(40);
  for (let i = 0; i < height * width; i++) {
    if (mask !== undefined && !(mask[i] > 0)) continue;
    const share = Math.min(1, Math.max(0, amplitude.data[i] / full));
    const hue = 3 * Math.round(255 * (phase.data[i] / (2 * Math.PI) + 0.5));
    for (let k = 0; k < 3; k++) data[3 * i + k] = Math.round(share * HUES[hue + k]);
  }
  return { height, width, data };
}

/** The legend of a complex picture: phase around, amplitude outwards; white outside. */
export function colorWheel(side: number): Picture {
  const amplitude = emptyGrid(side, side), phase = emptyGrid(side, side), c = (side - 1) / 2;
  for (let i = 0; i < side * side; i++) {
    const y = c - Math.floor(i / side), x = i % side - c;
    amplitude.data[i] = Math.hypot(y, x) / (side / 2);
    phase.data[i] = Math.atan2(y, x);
  }
  const wheel = paintComplex(amplitude, phase, 1);
  amplitude.data.forEach((radius, i) => {
    if (radius > 1) wheel.data.fill(255, 3 * i, 3 * i + 3);
  });
  return wheel;
}
