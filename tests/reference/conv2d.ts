/** Sizes of a convolution: batch, channels in the input, window of it, output channels, plane. */
export interface ConvolutionSizes {
  readonly B: number;
  readonly Cx: number;
  readonly first: number;
  readonly C: number;
  readonly K: number;
  readonly H: number;
  readonly W: number;
}

type Numbers = ArrayLike<number>;

/** Calls `visit` with the index of every (output, input, weight) triple that is multiplied. */
function eachProduct(
  { B, Cx, first, C, K, H, W }: ConvolutionSizes,
  visit: (output: number, input: number, weight: number) => void,
): void {
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < K; k++) {
      for (let c = 0; c < C; c++) {
        for (let t = 0; t < 9; t++) {
          const dy = Math.floor(t / 3) - 1, dx = t % 3 - 1;
          for (let y = Math.max(0, -dy); y < Math.min(H, H - dy); y++) {
            for (let x = Math.max(0, -dx); x < Math.min(W, W - dx); x++) {
              visit(
                ((b * K + k) * H + y) * W + x,
                ((b * Cx + first + c) * H + y + dy) * W + x + dx,
                (k * C + c) * 9 + t,
              );
            }
          }
        }
      }
    }
  }
}

/** Convolution with zero padding in float64: weights (K, C, 3, 3), bias (K). */
export function convolve(
  sizes: ConvolutionSizes,
  input: Numbers,
  weights: Numbers,
  bias: Numbers | undefined,
  relu: boolean,
): Float64Array {
  const { B, K, H, W } = sizes;
  const output = new Float64Array(B * K * H * W);
  if (bias !== undefined) {
    for (let i = 0; i < output.length; i++) output[i] = bias[Math.floor(i / (H * W)) % K];
  }
  eachProduct(sizes, (o, i, w) => output[o] += weights[w] * input[i]);
  return relu ? output.map((v) => Math.max(v, 0)) : output;
}

/** Gradients with respect to input, weights and bias of a convolution without ReLU, in float64. */
export function convolutionGradients(
  sizes: ConvolutionSizes,
  input: Numbers,
  weights: Numbers,
  gradient: Numbers,
): { input: Float64Array; weights: Float64Array; bias: Float64Array } {
  const { K, H, W } = sizes;
  const result = {
    input: new Float64Array(input.length),
    weights: new Float64Array(weights.length),
    bias: new Float64Array(K),
  };
  eachProduct(sizes, (o, i, w) => {
    result.input[i] += weights[w] * gradient[o];
    result.weights[w] += input[i] * gradient[o];
  });
  for (let i = 0; i < gradient.length; i++) {
    result.bias[Math.floor(i / (H * W)) % K] += gradient[i];
  }
  return result;
}
