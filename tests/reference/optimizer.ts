/** Update rules and limits in float64, one number after the other. */

/** State of one rule; arrays are changed in place. */
export interface ReferenceState {
  readonly w: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

/** Settings of the rules. */
export interface ReferenceOptions {
  readonly kind: "adam" | "adamw" | "sgd";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** One update; `step` counts from 1. */
export function referenceStep(
  s: ReferenceState,
  gradient: ArrayLike<number>,
  o: ReferenceOptions,
  rate: number,
  step: number,
): void {
  for (let i = 0; i < s.w.length; i++) {
    let g = gradient[i];
    if (o.kind === "adamw") s.w[i] -= rate * o.weightDecay * s.w[i];
    else g += o.weightDecay * s.w[i];
    if (o.kind === "sgd") {
      s.m[i] = o.momentum * s.m[i] + g;
      s.w[i] -= rate * (o.nesterov ? g + o.momentum * s.m[i] : s.m[i]);
      continue;
    }
    s.m[i] = o.beta1 * s.m[i] + (1 - o.beta1) * g;
    s.v[i] = o.beta2 * s.v[i] + (1 - o.beta2) * g * g;
    const mean = s.m[i] / (1 - o.beta1 ** step), square = s.v[i] / (1 - o.beta2 ** step);
    s.w[i] -= rate * mean / (Math.sqrt(square) + o.epsilon);
  }
}

/** L2 norm of a part of an array. */
export function norm(values: ArrayLike<number>, from = 0, count = values.length): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

/** Limits gradients; segments are (first, count) for `agc`. */
export function referenceClip(
  g: Float64Array,
  w: ArrayLike<number>,
  segments: readonly (readonly [number, number])[],
  algorithm: "norm" | "value" | "agc",
  limit: number,
): void {
  if (algorithm === "value") {
    for (let i = 0; i < g.length; i++) g[i] = Math.max(-limit, Math.min(limit, g[i]));
    return;
  }
  const parts = algorithm === "norm" ? [[0, g.length] as const] : segments;
  for (const [from, count] of parts) {
    const bound = algorithm === "norm" ? limit : limit * Math.max(norm(w, from, count), 1e-3);
    const factor = Math.min(1, bound / (norm(g, from, count) + 1e-6));
    for (let i = from; i < from + count; i++) g[i] *= factor;
  }
}
