/**
 * How the doubles of trees become whole numbers (spec 07 3.5). Limits past 2^53 are the doubles next to the reference's
 * 64-bit limits: 2^63 stands for 2^63 - 1, 2^64 for 2^64 - 1.
 *
 * @module
 */

const LARGEST_AMOUNT = 2 ** 63;
const LARGEST_COUNT = 2 ** 64;

/** Cents: truncated toward zero, kept within 64 bits; what is no number is 0. */
export function toAmount(value: number): number {
  if (Number.isNaN(value)) return 0;
  // Adding 0 makes a positive zero of a negative one.
  return Math.trunc(Math.min(Math.max(value, -LARGEST_AMOUNT), LARGEST_AMOUNT)) + 0;
}

/** Counts and ticks: truncated; negative and no number are 0. */
export function toCount(value: number): number {
  return value > 0 ? Math.trunc(Math.min(value, LARGEST_COUNT)) : 0;
}

/** Priorities and boosts: truncated into 0 to 255; no number is 0. */
export function toByte(value: number): number {
  return value > 0 ? Math.trunc(Math.min(value, 255)) : 0;
}
