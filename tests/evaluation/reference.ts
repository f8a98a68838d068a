/**
 * Scores a second time: float64, from the definitions, sharing no code with `src/`.
 *
 * Images are rows of rows of numbers; transforms are sums over all pixels; planes come from the normal
 * equations with a general solver.
 *
 * @module
 */

/** A real image, row by row. */
export type Rows = number[][];

/** Scores of one map. */
export interface ReferenceScores {
  mae: number;
  mse: number;
  psnr255: number;
  psnr1: number;
  ssim: number;
  msSsim: number;
  frc: number[];
  frc50: number;
  frc1over7: number;
  frcHalfBit: number;
}

/** Scores of amplitude and phase of (re, im) images. */
export function referenceScores(
  target: { amplitude: Rows; phase: Rows },
  made: { amplitude: Rows; phase: Rows },
): { amplitude: ReferenceScores; phase: ReferenceScores } {
  const ta = inner(target.amplitude), raw = inner(made.amplitude);
  const factor = mean(ta) / mean(raw), pa = each(raw, (v) => v * factor);
  const tp = planeless(inner(target.phase)), pp = planeless(inner(made.phase));
  const turn = (rows: Rows): Rows => each(rows, (v) => 0.5 + v / (2 * Math.PI));
  const span = Math.max(...ta.flat()) - Math.min(...ta.flat());
  return {
    amplitude: scoresOf(ta, pa, ssimOf(ta, pa, span), levels(blurred(ta), blurred(pa))),
    phase: scoresOf(tp, pp, ssimOf(turn(tp), turn(pp), 1), levels(turn(tp), turn(pp))),
  };
}

function scoresOf(a: Rows, b: Rows, ssim: number, msSsim: number): ReferenceScores {
  const d = a.flatMap((row, y) => row.map((v, x) => v - b[y][x]));
  const mse = d.reduce((s, v) => s + v * v, 0) / d.length;
  const { curve, counts } = rings(squared(a), squared(b));
  return {
    mae: d.reduce((s, v) => s + Math.abs(v), 0) / d.length,
    mse,
    psnr255: 10 * Math.log10(255 * 255 / mse),
    psnr1: -10 * Math.log10(mse),
    ssim,
    msSsim,
    frc: curve,
    frc50: below(curve, curve.map(() => 0.5)),
    frc1over7: below(curve, curve.map(() => 1 / 7)),
    frcHalfBit: below(
      curve,
      counts.map((n, r) => r === 0 ? 0 : publishedHalfBit(n)),
    ),
  };
}

/** Half-bit threshold from its derivation: signal-to-noise ratio (sqrt 2 - 1) / 2 in each half. */
export function derivedHalfBit(n: number): number {
  const snr = (Math.SQRT2 - 1) / 2, root = Math.sqrt(snr);
  return (snr + (2 * root + 1) / Math.sqrt(n)) / (snr + 1 + 2 * root / Math.sqrt(n));
}

/** The same with the four digits that are published. */
function publishedHalfBit(n: number): number {
  return (0.2071 * Math.sqrt(n) + 1.9102) / (1.2071 * Math.sqrt(n) + 0.9102);
}

/** Ring correlation by the sum of the definition. */
export function rings(a: Rows, b: Rows): { curve: number[]; counts: number[] } {
  const n = a.length, low = -Math.floor(n / 2);
  const sums: { re: number; im: number; aa: number; bb: number; n: number }[] = [];
  for (let v = low; v < low + n; v++) {
    for (let u = low; u < low + n; u++) {
      const [ar, ai] = frequency(a, v, u), [br, bi] = frequency(b, v, u);
      const ring = Math.round(Math.sqrt(u * u + v * v));
      const s = sums[ring] ??= { re: 0, im: 0, aa: 0, bb: 0, n: 0 };
      s.re += ar * br + ai * bi;
      s.im += ai * br - ar * bi;
      s.aa += ar * ar + ai * ai;
      s.bb += br * br + bi * bi;
      s.n++;
    }
  }
  return {
    curve: sums.map((s, r) =>
      r === 0 ? 1 : Math.sqrt(s.re * s.re + s.im * s.im) / Math.sqrt(s.aa) / Math.sqrt(s.bb)
    ),
    counts: sums.map((s) => s.n),
  };
}

function frequency(rows: Rows, v: number, u: number): [number, number] {
  const h = rows.length, w = rows[0].length;
  let re = 0, im = 0;
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      const angle = 2 * Math.PI * (v * y / h + u * x / w);
      re += value * Math.cos(angle);
      im -= value * Math.sin(angle);
    })
  );
  return [re, im];
}

function below(curve: number[], threshold: number[]): number {
  const r = curve.findIndex((value, k) => value < threshold[k]);
  if (r < 0) return curve.length;
  if (r === 0) return 0;
  const before = curve[r - 1] - threshold[r - 1], after = curve[r] - threshold[r];
  return r - 1 + before / (before - after);
}

/** Window by window. */
export function ssimOf(a: Rows, b: Rows, range: number): number {
  const c1 = (0.01 * range) ** 2, c2 = (0.03 * range) ** 2, values: number[] = [];
  for (let y = 3; y + 3 < a.length; y++) {
    for (let x = 3; x + 3 < a[0].length; x++) {
      const p: number[] = [], q: number[] = [];
      for (let dy = -3; dy <= 3; dy++) {
        for (let dx = -3; dx <= 3; dx++) {
          p.push(a[y + dy][x + dx]);
          q.push(b[y + dy][x + dx]);
        }
      }
      const mp = mean([p]), mq = mean([q]);
      const cov = (s: number[], ms: number, t: number[], mt: number): number =>
        s.reduce((sum, v, k) => sum + (v - ms) * (t[k] - mt), 0) / (s.length - 1);
      values.push(
        (2 * mp * mq + c1) * (2 * cov(p, mp, q, mq) + c2) /
          (mp * mp + mq * mq + c1) / (cov(p, mp, p, mp) + cov(q, mq, q, mq) + c2),
      );
    }
  }
  return mean([values]);
}

function levels(a: Rows, b: Rows): number {
  const span = (rows: Rows): number => Math.max(...rows.flat()) - Math.min(...rows.flat());
  const range = Math.max(span(a), span(b));
  let product = 1;
  for (const weight of [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]) {
    if (a.length < 7 || a[0].length < 7) break;
    product *= Math.pow(Math.max(1e-4, ssimOf(a, b, range)), weight);
    const half = (rows: Rows): Rows =>
      rows.filter((_, y) => y % 2 === 0).map((row) => row.filter((_, x) => x % 2 === 0));
    [a, b] = [half(a), half(b)];
  }
  return product;
}

/** Gaussian of one pixel, cut at 4, edge pixels mirrored with the edge doubled. */
function blurred(rows: Rows): Rows {
  const weight = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((d) => Math.exp(-d * d / 2));
  const total = weight.reduce((s, v) => s + v, 0);
  const mirror = (i: number, n: number): number => i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i;
  return rows.map((row, y) =>
    row.map((_, x) => {
      let sum = 0;
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          sum += weight[dy + 4] * weight[dx + 4] *
            rows[mirror(y + dy, rows.length)][mirror(x + dx, row.length)];
        }
      }
      return sum / (total * total);
    })
  );
}

/** Minus the plane of least squares, by elimination. */
function planeless(rows: Rows): Rows {
  const m = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]];
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      const basis = [1, y, x];
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) m[i][j] += basis[i] * basis[j];
        m[i][3] += basis[i] * value;
      }
    })
  );
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const f = m[k][i] / m[i][i];
      for (let j = 0; j < 4; j++) m[k][j] -= f * m[i][j];
    }
  }
  const [c, b, a] = m.map((row, i) => row[3] / row[i]);
  return rows.map((row, y) => row.map((v, x) => v - c - b * y - a * x));
}

function inner(rows: Rows): Rows {
  return rows.slice(2, -2).map((row) => row.slice(2, -2));
}

function squared(rows: Rows): Rows {
  const side = Math.min(rows.length, rows[0].length);
  const top = Math.floor((rows.length - side) / 2), left = Math.floor((rows[0].length - side) / 2);
  return rows.slice(top, top + side).map((row) => row.slice(left, left + side));
}

function each(rows: Rows, f: (v: number) => number): Rows {
  return rows.map((row) => row.map(f));
}

function mean(rows: Rows): number {
  const all = rows.flat();
  return all.reduce((s, v) => s + v, 0) / all.length;
}
