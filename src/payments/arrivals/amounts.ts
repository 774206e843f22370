/**
 * How large generated payments are (spec 06 2.2). All parameters are about the amount in cents: mean and standard
 * deviation of a log-normal distribution are those of the amount, not of its logarithm, and `lambda` is per cent.
 *
 * @module
 */
import type { AmountDistribution } from "../config.ts";
import { cents, roundAway } from "../engine/amounts.ts";
import type { XorShift64Star } from "../random.ts";

/** Draws one amount in whole cents. */
export type AmountDraw = (random: XorShift64Star) => number;

const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** The draw of a distribution. */
export function amountDraw(distribution: AmountDistribution): AmountDraw {
  switch (distribution.type) {
    case "Uniform": {
      const { min, max } = distribution;
      return (random) => random.range(min, max + 1);
    }
    case "Normal": {
      const { mean, stdDev } = distribution;
      return (random) => positive(mean + stdDev * random.standardNormal(), 1);
    }
    case "LogNormal":
      return logNormal(distribution.mean, distribution.stdDev);
    case "Exponential": {
      const { lambda } = distribution;
      return (random) => positive(-Math.log(Math.max(random.fraction(), SMALLEST_NORMAL)) / lambda, 1);
    }
  }
}

function logNormal(mean: number, stdDev: number): AmountDraw {
  if (mean <= 0 || stdDev < 0) return () => 1;
  const variance = Math.log(1 + stdDev * stdDev / (mean * mean));
  const deviation = Math.sqrt(variance);
  const center = Math.log(mean) - variance / 2;
  return (random) => positive(Math.exp(center + deviation * random.standardNormal()), mean);
}

/** Whole cents, at least one; `fallback` stands for what is not finite or not positive. */
function positive(raw: number, fallback: number): number {
  const value = Number.isFinite(raw) && raw > 0 ? raw : fallback;
  return cents(Math.max(Number.isNaN(value) ? 1 : roundAway(value), 1));
}
