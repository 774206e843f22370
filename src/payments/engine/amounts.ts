/**
 * Sums of money: whole cents within 2^53, refused beyond.
 *
 * @module
 */
import { AmountOverflow } from "../../core/errors.ts";
import { PaymentsError } from "../errors.ts";

/** A sum of cents, as it is when it is exact. @throws {AmountOverflow} past 2^53. */
export function cents(sum: number): number {
  if (sum > Number.MAX_SAFE_INTEGER || sum < -Number.MAX_SAFE_INTEGER) {
    throw new AmountOverflow(`A sum of ${sum} cents is past 2^53: use smaller amounts or a larger unit of money`);
  }
  return sum;
}

/** An amount that came from outside. @throws {PaymentsError} for a fraction, {AmountOverflow} past 2^53. */
export function wholeCents(amount: number): number {
  if (!Number.isInteger(amount)) throw new PaymentsError("TypeError", `Amounts are whole cents, got ${amount}`);
  return cents(amount);
}

/** Nearest integer, halves away from zero (spec 06 0). */
export function roundAway(value: number): number {
  const magnitude = Math.abs(value);
  const whole = Math.floor(magnitude);
  // The difference is exact, so 0.49999999999999994 stays 0, which adding a half would not.
  return Math.sign(value) * (magnitude - whole >= 0.5 ? whole + 1 : whole);
}
