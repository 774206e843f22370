/**
 * Statistics of paired runs: both runs of a pair share their seed, so what differs between them is the treatment and
 * not the draw. Means come with standard errors of the paired differences and with percentile intervals of a seeded
 * paired bootstrap: the same pairs give the same intervals on every machine.
 *
 * @module
 */
import { MersenneTwister } from "../core/mersenne_twister.ts";

/** The shares of dues not settled on time in both runs of a pair, from 0 to 1. */
export interface DeltaPair {
  /** Without trading: the passive or control run. */
  readonly baseline: number;
  /** With trading: the active or treatment run. */
  readonly trading: number;
  /** `baseline - trading`; positive where trading lowered the share. Given, because decimals subtract exactly. */
  readonly effect: number;
  /** `effect / baseline`, 0 where the baseline is 0 (spec 03 7). */
  readonly relief: number;
}

/** Both ends of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A mean and how sure it is. */
export interface Estimate {
  readonly mean: number;
  /** Sample standard deviation over the root of the count; null for a single pair. */
  readonly standardError: number | null;
  /** Percentile interval of the bootstrap; null for a single pair. */
  readonly interval: Interval | null;
}

/** What a group of pairs says. */
export interface PairedStatistics {
  /** Pairs with both runs measured. */
  readonly pairs: number;
  /** Pairs whose effect is above, at, and below zero. */
  readonly improved: number;
  readonly unchanged: number;
  readonly worsened: number;
  readonly meanBaseline: number;
  readonly meanTrading: number;
  readonly effect: Estimate;
  readonly relief: Estimate;
  /** Correlation of both runs over the pairs, from -1 to 1; null where one of them does not vary. */
  readonly correlation: number | null;
  /**
   * Standard error that the mean effect would have if the runs of a pair did not share their seed: the variances of
   * both arms add up. Null for a single pair.
   */
  readonly unpairedStandardError: number | null;
}

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** Default 2,000. */
  readonly resamples?: number;
  /** Coverage of the intervals, default 0.95. */
  readonly level?: number;
  /** Seed of the resampling, default 42. Each call starts from it: a group's interval does not depend on others. */
  readonly seed?: number;
}

/** The statistics of some pairs, null where there is none. */
export function pairedStatistics(
  pairs: readonly DeltaPair[],
  options: BootstrapOptions = {},
): PairedStatistics | null {
  const count = pairs.length;
  if (count === 0) return null;
  const effects = Float64Array.from(pairs, ({ effect }) => effect);
  const reliefs = Float64Array.from(pairs, ({ relief }) => relief);
  const baselines = Float64Array.from(pairs, ({ baseline }) => baseline);
  const tradings = Float64Array.from(pairs, ({ trading }) => trading);
  const intervals = pairedBootstrap(effects, reliefs, options);
  const improved = effects.reduce((sum, effect) => sum + (effect > 0 ? 1 : 0), 0);
  const worsened = effects.reduce((sum, effect) => sum + (effect < 0 ? 1 : 0), 0);
  const spread = count < 2 ? null : Math.sqrt((variance(baselines) + variance(tradings)) / count);
  return {
    pairs: count,
    improved,
    unchanged: count - improved - worsened,
    worsened,
    meanBaseline: mean(baselines),
    meanTrading: mean(tradings),
    effect: { mean: mean(effects), standardError: standardError(effects), interval: intervals?.[0] ?? null },
    relief: { mean: mean(reliefs), standardError: standardError(reliefs), interval: intervals?.[1] ?? null },
    correlation: correlation(baselines, tradings),
    unpairedStandardError: spread,
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample variance (divisor count - 1) of two values or more. */
function variance(values: Float64Array): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

function standardError(values: Float64Array): number | null {
  return values.length < 2 ? null : Math.sqrt(variance(values) / values.length);
}

/** Pearson's correlation; null where a side has no spread beyond rounding. */
function correlation(a: Float64Array, b: Float64Array): number | null {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [productSum, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    productSum += x * y;
    squaresA += x * x;
    squaresB += y * y;
  });
  const negligible = 1e-24 * a.length;
  if (squaresA <= negligible || squaresB <= negligible) return null;
  return Math.min(1, Math.max(-1, productSum / Math.sqrt(squaresA * squaresB)));
}

/** Intervals of the means of both columns; pairs are drawn whole, so both columns come from the same draws. */
function pairedBootstrap(
  first: Float64Array,
  second: Float64Array,
  { resamples = 2000, level = 0.95, seed = 42 }: BootstrapOptions,
): [Interval, Interval] | null {
  const count = first.length;
  if (count < 2) return null;
  const generator = new MersenneTwister(seed);
  const firstMeans = new Float64Array(resamples);
  const secondMeans = new Float64Array(resamples);
  const scale = count / 2 ** 32;
  for (let resample = 0; resample < resamples; resample++) {
    let firstSum = 0;
    let secondSum = 0;
    for (let i = 0; i < count; i++) {
      // A word scaled down: uneven by less than count / 2^32, and faster than drawing again.
      const drawn = Math.floor(generator.word() * scale);
      firstSum += first[drawn] ?? 0;
      secondSum += second[drawn] ?? 0;
    }
    firstMeans[resample] = firstSum / count;
    secondMeans[resample] = secondSum / count;
  }
  return [percentiles(firstMeans, level), percentiles(secondMeans, level)];
}

function percentiles(values: Float64Array, level: number): Interval {
  values.sort();
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}

/** A quantile of sorted values, between neighbours by proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (place - below);
}
