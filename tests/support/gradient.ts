import type { Numbers } from "./close.ts";

/**
 * Directional derivatives of a function in float64 against a gradient: central differences along
 * `count` of the coordinates. Fails unless all agree within `tolerance` of the largest gradient.
 */
export function assertGradient(
  name: string,
  value: (x: Float64Array) => number,
  at: Numbers,
  gradient: Numbers,
  options: { readonly step?: number; readonly tolerance?: number; readonly count?: number } = {},
): void {
  const { step = 1e-5, tolerance = 1e-4, count = 24 } = options;
  const x = Float64Array.from(at);
  let scale = 1e-30;
  for (let i = 0; i < gradient.length; i++) scale = Math.max(scale, Math.abs(gradient[i]));
  const stride = Math.max(1, Math.floor(x.length / count) | 1);
  for (let i = 0; i < x.length; i += stride) {
    const kept = x[i];
    x[i] = kept + step;
    const above = value(x);
    x[i] = kept - step;
    const below = value(x);
    x[i] = kept;
    const expected = (above - below) / (2 * step);
    if (!(Math.abs(gradient[i] - expected) <= tolerance * scale)) {
      throw new Error(
        `${name}[${i}]: gradient ${gradient[i]} instead of ${expected}, scale ${scale}`,
      );
    }
  }
}
