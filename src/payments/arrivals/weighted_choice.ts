/**
 * A choice by weights, with the reference's rounding (spec 06 1.2).
 *
 * @module
 */
import type { XorShift64Star } from "../random.ts";

/**
 * The position that one random number chooses, or -1 when rounding leaves none, for which the last one stands. The walk
 * subtracts weight after weight: a search in cumulated weights would round otherwise.
 *
 * @param total The sum of the weights from left to right.
 */
export function weightedChoice(random: XorShift64Star, weights: Float64Array, total: number): number {
  let target = random.fraction() * total;
  for (let i = 0; i < weights.length; i++) {
    target -= weights[i] ?? 0;
    if (target <= 0) return i;
  }
  return -1;
}
