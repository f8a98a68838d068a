/** ln Gamma(x), x > 0, in float64: shifted upwards, then Stirling's series. */
export function logGamma(x: number): number {
  let shift = 0;
  while (x < 20) shift += Math.log(x++);
  const r = 1 / (x * x);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) +
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / x - shift;
}

/** rate - count ln rate + ln Gamma(count + 1). */
export function poissonTerm(rate: number, count: number): number {
  return rate - (count === 0 ? 0 : count * Math.log(rate)) + logGamma(count + 1);
}
