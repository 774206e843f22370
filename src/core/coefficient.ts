/**
 * Coefficients of decimals: whole numbers that are plain while a double holds them exactly, and big integers beyond.
 *
 * @module
 */

/** Powers of ten that a double holds exactly. */
export const SMALL_POWERS: readonly number[] = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
const POWERS: bigint[] = Array.from({ length: 96 }, (_, n) => 10n ** BigInt(n));

const BEYOND_POWERS = 10n ** BigInt(POWERS.length - 1);

/** A number exactly when its magnitude is at most 2^53 - 1. */
export type Coefficient = number | bigint;

/** Ten to the power of a whole number that is not negative. */
export function powerOfTen(n: number): bigint {
  return POWERS[n] ?? 10n ** BigInt(n);
}

/** Keeps the representation unique: a number wherever it is safe. Negative zero does not exist. */
export function fitted(coefficient: bigint): Coefficient {
  return coefficient <= 9007199254740991n && coefficient >= -9007199254740991n ? Number(coefficient) : coefficient;
}

/** The number of digits of a positive big integer. */
export function digitsOfBig(magnitude: bigint): number {
  if (magnitude >= BEYOND_POWERS) return magnitude.toString().length;
  // The logarithm of the nearest double may be one off at a power of ten.
  const count = Math.floor(Math.log10(Number(magnitude))) + 1;
  if (powerOfTen(count) <= magnitude) return count + 1;
  return powerOfTen(count - 1) > magnitude ? count - 1 : count;
}

/** The number of digits; one for zero. */
export function digits(coefficient: Coefficient): number {
  if (typeof coefficient === "bigint") return digitsOfBig(coefficient < 0n ? -coefficient : coefficient);
  const magnitude = Math.abs(coefficient);
  if (magnitude < 10) return 1;
  const count = Math.floor(Math.log10(magnitude)) + 1;
  if ((SMALL_POWERS[count] ?? Infinity) <= magnitude) return count + 1;
  return (SMALL_POWERS[count - 1] ?? 0) > magnitude ? count - 1 : count;
}

/** The coefficient times a power of ten. */
export function scaled(coefficient: Coefficient, power: number): Coefficient {
  if (power === 0 || coefficient === 0) return coefficient;
  if (typeof coefficient === "number" && power < 16) {
    const product = coefficient * (SMALL_POWERS[power] ?? 0);
    if (Number.isSafeInteger(product)) return product;
  }
  return BigInt(coefficient) * powerOfTen(power);
}

/** The sum, exactly. */
export function added(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fitted(BigInt(a) + BigInt(b));
}

/** The product, exactly. */
export function multiplied(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return fitted(BigInt(a) * BigInt(b));
}

/** Drops `dropped` digits of a non-negative magnitude, rounding half to even. */
export function halfEven(magnitude: bigint, dropped: number): bigint {
  const unit = powerOfTen(dropped);
  const quotient = magnitude / unit;
  const twice = (magnitude - quotient * unit) * 2n;
  return twice > unit || (twice === unit && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

/** The coefficient with its sign turned. */
export function negative(coefficient: Coefficient): Coefficient {
  return typeof coefficient === "bigint" ? -coefficient : 0 - coefficient;
}
