/** Channel and spatial attention in float64, loop by loop. */

/** Sizes of a block. */
export interface AttentionSizes {
  readonly B: number;
  readonly C: number;
  readonly R: number;
  readonly H: number;
  readonly W: number;
}

/** Parameters in their original shapes, flattened. */
export interface AttentionWeights {
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
  readonly conv: Float64Array;
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** Index of the first largest of `count` values. */
function firstMax(count: number, value: (i: number) => number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (value(i) > value(best)) best = i;
  return best;
}

/** All intermediate values. */
export interface AttentionForward {
  /** (B, C): first index of the max and the mean of each plane. */
  readonly at: number[];
  readonly mean: Float64Array;
  /** (B, 2, R) before the ReLU; of means, of maxima. */
  readonly hidden: Float64Array;
  readonly gate: Float64Array;
  /** (B, C, H W) */
  readonly y: Float64Array;
  /** (B, 2, H W) max and mean, and the channel of the max. */
  readonly pooled: Float64Array;
  readonly channel: number[];
  readonly q: Float64Array;
  readonly z: Float64Array;
}

/** Forward pass of x (B, C, H, W). */
export function attentionForward(
  { B, C, R, H, W }: AttentionSizes,
  x: ArrayLike<number>,
  p: AttentionWeights,
): AttentionForward {
  const n = H * W;
  const f: AttentionForward = {
    at: [],
    mean: new Float64Array(B * C),
    hidden: new Float64Array(B * 2 * R),
    gate: new Float64Array(B * C),
    y: new Float64Array(B * C * n),
    pooled: new Float64Array(B * 2 * n),
    channel: [],
    q: new Float64Array(B * n),
    z: new Float64Array(B * C * n),
  };
  for (let k = 0; k < B * C; k++) {
    f.at.push(firstMax(n, (i) => x[k * n + i]));
    for (let i = 0; i < n; i++) f.mean[k] += x[k * n + i] / n;
  }
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < R; h++) {
      let mean = p.b1[h], max = p.b1[h];
      for (let c = 0; c < C; c++) {
        mean += p.w1[h * C + c] * f.mean[b * C + c];
        max += p.w1[h * C + c] * x[(b * C + c) * n + f.at[b * C + c]];
      }
      f.hidden[b * 2 * R + h] = mean;
      f.hidden[(b * 2 + 1) * R + h] = max;
    }
    for (let c = 0; c < C; c++) {
      let u = 2 * p.b2[c];
      for (let h = 0; h < 2 * R; h++) {
        u += p.w2[c * R + h % R] * Math.max(0, f.hidden[b * 2 * R + h]);
      }
      f.gate[b * C + c] = sigmoid(u);
      for (let i = (b * C + c) * n; i < (b * C + c + 1) * n; i++) f.y[i] = f.gate[b * C + c] * x[i];
    }
    for (let i = 0; i < n; i++) {
      const best = firstMax(C, (c) => f.y[(b * C + c) * n + i]);
      f.channel.push(best);
      f.pooled[b * 2 * n + i] = f.y[(b * C + best) * n + i];
      for (let c = 0; c < C; c++) f.pooled[(b * 2 + 1) * n + i] += f.y[(b * C + c) * n + i] / C;
    }
    for (let i = 0; i < n; i++) {
      let t = 0;
      for (const [k, source] of taps(i, H, W)) {
        t += p.conv[k] * f.pooled[b * 2 * n + source] +
          p.conv[49 + k] * f.pooled[(b * 2 + 1) * n + source];
      }
      f.q[b * n + i] = sigmoid(t);
      for (let c = 0; c < C; c++) {
        f.z[(b * C + c) * n + i] = f.q[b * n + i] * f.y[(b * C + c) * n + i];
      }
    }
  }
  return f;
}

/** (kernel index, source pixel) of the taps of a 7 x 7 window that lie inside the plane. */
function taps(i: number, H: number, W: number): [number, number][] {
  const list: [number, number][] = [], row = Math.floor(i / W), column = i % W;
  for (let k = 0; k < 49; k++) {
    const r = row + Math.floor(k / 7) - 3, c = column + k % 7 - 3;
    if (r >= 0 && r < H && c >= 0 && c < W) list.push([k, r * W + c]);
  }
  return list;
}

/** Gradients of sum(z * dz) with respect to x and the parameters, by the chain rule. */
export function attentionBackward(
  { B, C, R, H, W }: AttentionSizes,
  x: ArrayLike<number>,
  p: AttentionWeights,
  dz: ArrayLike<number>,
): AttentionWeights & { readonly x: Float64Array } {
  const f = attentionForward({ B, C, R, H, W }, x, p), n = H * W;
  const zeros = (like: Float64Array): Float64Array => new Float64Array(like.length);
  const d = {
    x: zeros(f.z),
    w1: zeros(p.w1),
    b1: zeros(p.b1),
    w2: zeros(p.w2),
    b2: zeros(p.b2),
    conv: zeros(p.conv),
  };
  for (let b = 0; b < B; b++) {
    const pooled = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      let dq = 0;
      for (let c = 0; c < C; c++) dq += dz[(b * C + c) * n + i] * f.y[(b * C + c) * n + i];
      const q = f.q[b * n + i], dt = dq * q * (1 - q);
      for (const [k, source] of taps(i, H, W)) {
        for (const m of [0, 1]) {
          d.conv[49 * m + k] += dt * f.pooled[(b * 2 + m) * n + source];
          pooled[m * n + source] += dt * p.conv[49 * m + k];
        }
      }
    }
    const hidden = new Float64Array(2 * R);
    for (let c = 0; c < C; c++) {
      const plane = b * C + c;
      let ds = 0;
      for (let i = 0; i < n; i++) {
        const dy = dz[plane * n + i] * f.q[b * n + i] + pooled[n + i] / C +
          (f.channel[b * n + i] === c ? pooled[i] : 0);
        ds += dy * x[plane * n + i];
        d.x[plane * n + i] = dy * f.gate[plane];
      }
      const du = ds * f.gate[plane] * (1 - f.gate[plane]);
      d.b2[c] += 2 * du;
      for (let h = 0; h < 2 * R; h++) {
        const unit = f.hidden[b * 2 * R + h];
        d.w2[c * R + h % R] += du * Math.max(0, unit);
        if (unit > 0) hidden[h] += du * p.w2[c * R + h % R];
      }
    }
    for (let h = 0; h < R; h++) {
      d.b1[h] += hidden[h] + hidden[R + h];
      for (let c = 0; c < C; c++) {
        const plane = b * C + c, at = plane * n + f.at[plane];
        d.w1[h * C + c] += hidden[h] * f.mean[plane] + hidden[R + h] * x[at];
        d.x[at] += hidden[R + h] * p.w1[h * C + c];
        for (let i = 0; i < n; i++) d.x[plane * n + i] += hidden[h] * p.w1[h * C + c] / n;
      }
    }
  }
  return d;
}
