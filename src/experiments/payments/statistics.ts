/**
 * Means, deviations and intervals of costs (spec 08 16.4), exact up to the last rounding.
 *
 * @module
 */

/** Critical values of the t distribution at 95 % by degrees of freedom; between two the lower one holds. */
const CRITICAL: readonly (readonly [degrees: number, value: number])[] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [6, 2.447],
  [7, 2.365],
  [8, 2.306],
  [9, 2.262],
  [10, 2.228],
  [15, 2.131],
  [20, 2.086],
  [25, 2.060],
  [30, 2.042],
  [40, 2.021],
  [50, 2.009],
  [60, 2.000],
  [80, 1.990],
  [100, 1.984],
];
const NORMAL = 1.96;

/** Two-sided 95 % critical value; `degrees` of freedom, at least 1. */
export function criticalValue(degrees: number): number {
  if (degrees > 100) return NORMAL;
  return CRITICAL.findLast(([from]) => from <= degrees)?.[1] ?? NaN;
}

/** Sample deviation and 95 % interval of the mean, cut to whole cents; null for fewer than two values. */
export interface SampleStatistics {
  readonly stdDev: number | null;
  readonly interval: readonly [low: number, high: number] | null;
}

/** Statistics of whole numbers. */
export function sampleStatistics(values: readonly number[]): SampleStatistics {
  const n = values.length;
  if (n < 2) return { stdDev: null, interval: null };
  const deviation = sampleDeviation(values);
  const margin = criticalValue(n - 1) * (deviation / Math.sqrt(n));
  const mean = sumOf(values) / n;
  return { stdDev: Math.trunc(deviation), interval: [cut(mean - margin), cut(mean + margin)] };
}

/** Towards zero, without a negative zero. */
function cut(value: number): number {
  return Math.trunc(value) + 0;
}

/** The sum of whole numbers. */
export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Square root of the unbiased variance, rounded once. */
function sampleDeviation(values: readonly number[]): number {
  const n = BigInt(values.length);
  let sum = 0n;
  let squares = 0n;
  for (const value of values) {
    const exact = BigInt(value);
    sum += exact;
    squares += exact * exact;
  }
  return rootOfRatio(n * squares - sum * sum, n * (n - 1n));
}

/** Correctly rounded square root of a ratio of non-negative integers. */
function rootOfRatio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  // Enough binary places that the root has more bits than a double; a last bit says whether something was cut off.
  const places = 130n;
  const scaled = (numerator << (2n * places)) / denominator;
  const root = integerRoot(scaled);
  const exact = root * root * denominator === numerator << (2n * places);
  return Number((root << 1n) | (exact ? 0n : 1n)) * 2 ** -Number(places + 1n);
}

function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  while (true) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Mean cut to whole cents, and the root of the mean square distance from it, cut too (spec 08 15). */
export function meanAndSpread(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const mean = cut(sumOf(values) / values.length);
  const squares = sumOf(values.map((value) => (value - mean) ** 2));
  return { mean, spread: Math.trunc(Math.sqrt(squares / values.length)) };
}

/** Whether a series rises or falls by more than chance: Mann and Kendall at 5 % (spec 08 18.2). */
export function hasTrend(values: readonly number[]): boolean {
  const n = values.length;
  if (n < 2) return false;
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) score += Math.sign((values[j] ?? 0) - (values[i] ?? 0));
  }
  const pairs = n * (n - 1) / 2;
  if (n < 4) return Math.abs(score) >= 0.75 * pairs;
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const term = (count: number) => count * (count - 1) * (2 * count + 5);
  const variance = (term(n) - sumOf([...counts.values()].map(term))) / 18;
  if (variance <= 0) return false;
  const z = score === 0 ? 0 : (score - Math.sign(score)) / Math.sqrt(variance);
  return trendProbability(z) < 0.05;
}

/** Two-sided probability of a standard normal value at least as far from 0. */
export function trendProbability(z: number): number {
  return complementaryError(Math.abs(z) / Math.SQRT2);
}

/** erfc for x of at least 0: a power series where it converges fast, a continued fraction beyond. */
function complementaryError(x: number): number {
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Deviation over the size of the mean: 0 for zeros alone, infinite for other values around 0 and for fewer than two. */
export function coefficientOfVariation(values: readonly number[]): number {
  if (values.length < 2) return Infinity;
  const mean = sumOf(values) / values.length;
  if (mean === 0) return values.every((value) => value === 0) ? 0 : Infinity;
  const variance = sumOf(values.map((value) => (value - mean) ** 2)) / values.length;
  return Math.sqrt(variance) / Math.abs(mean);
}
