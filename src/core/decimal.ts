/**
 * Exact decimal numbers as chapters 01 to 03 of the specification need them: 28 significant digits, every result
 * rounded half to even, exponents that mean something (`1.0` is not written `1`), and the two number kinds of the
 * balance-sheet model - integers of any size and decimals.
 *
 * A number is a coefficient and a power of ten. Coefficients up to 2^53 are one plain number, those of up to 28 digits
 * are two, and only products, quotients and integers beyond need big integers: the values are those of a decimal library
 * at a fraction of its cost.
 *
 * @module
 */

import {
  added,
  type Coefficient,
  digits,
  digitsOfBig,
  fitted,
  halfEven,
  multiplied,
  negative,
  powerOfTen,
  scaled,
  SMALL_POWERS,
} from "./coefficient.ts";
import { addParts, PART, PART_DIGITS, sum } from "./two_parts.ts";

/** Significant digits of every decimal result. */
export const PRECISION = 28;

/** The first coefficient that has too many digits. */
const LARGEST = 10n ** BigInt(PRECISION);

const BIG_PART = BigInt(PART);

/** Doubles of two values that differ by more than this, relative to both, stand in the order of the values. */
const CLOSE = 1e-14;

/** Largest power of ten that a text may carry; it keeps a hostile `1e999999999` from filling the memory. */
const LARGEST_EXPONENT = 9999;

const LITERAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;

/**
 * An exact decimal number. Immutable; arithmetic gives new numbers.
 *
 * Kinds (spec 01 1.1): an integer ({@linkcode isInteger}) has any size and stays one under `plus`, `minus` and `times`
 * with integers; with a decimal operand the result is a decimal of at most 28 digits. Comparison ignores the kind.
 *
 * @example
 * ```ts
 * import { Decimal } from "./decimal.ts";
 *
 * const third = Decimal.ONE.dividedBy(Decimal.integer(3));
 * third.toString(); // "0.3333333333333333333333333333"
 * Decimal.parse("1.50")?.plus(Decimal.ONE).toString(); // "2.50"
 * ```
 */
export class Decimal {
  /** Integer zero, where sums start. */
  static readonly ZERO: Decimal = new Decimal(0, 0, 0, true);
  /** Integer one. */
  static readonly ONE: Decimal = new Decimal(0, 1, 0, true);

  /** What {@linkcode toNumber} worked out from long digits: amounts are asked again and again. */
  #double: number | undefined = undefined;

  private constructor(
    /** The digits before the last 14 with their sign; 0 where {@linkcode low} holds all digits. */
    readonly high: number,
    /** The coefficient as far as a double holds it exactly (2^53 - 1), the last 14 digits of a longer one. */
    readonly low: number,
    /** The power of ten; 0 for integers. */
    readonly exponent: number,
    /** Whether this is of kind integer (exact at any size) rather than decimal. */
    readonly isInteger: boolean,
    /** The coefficient where 28 digits do not hold it; the parts are 0 then. */
    readonly beyond: bigint | null = null,
  ) {}

  /** A number from a coefficient of any size. */
  static #of(coefficient: Coefficient, exponent: number, isInteger: boolean): Decimal {
    if (typeof coefficient === "number") return new Decimal(0, coefficient + 0, exponent, isInteger);
    const small = fitted(coefficient);
    if (typeof small === "number") return new Decimal(0, small, exponent, isInteger);
    if (!fits(coefficient)) return new Decimal(0, 0, exponent, isInteger, coefficient);
    const high = coefficient / BIG_PART;
    return new Decimal(Number(high), Number(coefficient - high * BIG_PART), exponent, isInteger);
  }

  /** A decimal from two parts of one sign. */
  static #ofParts(high: number, low: number, exponent: number): Decimal {
    if (high > -91 && high < 91) {
      const whole = high * PART + low;
      if (Number.isSafeInteger(whole)) return new Decimal(0, whole, exponent, false);
    }
    return new Decimal(high, low, exponent, false);
  }

  /** The digits with their sign: a number up to 2^53 - 1 in magnitude, a big integer beyond. */
  get coefficient(): number | bigint {
    if (this.beyond !== null) return this.beyond;
    return this.high === 0 ? this.low : BigInt(this.high) * BIG_PART + BigInt(this.low);
  }

  /** The decimal coefficient * 10^exponent, not rounded. */
  static of(coefficient: number | bigint, exponent: number): Decimal {
    return Decimal.#of(coefficient, exponent, false);
  }

  /** An integer. @throws {RangeError} for a number that is not a safe integer. */
  static integer(value: number | bigint): Decimal {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not a whole number that a double holds exactly`);
    }
    return Decimal.#of(value, 0, true);
  }

  /**
   * The decimal that a text spells, exactly, trailing zeros kept; undefined when it spells none. Blanks around it and
   * underscores are allowed, `nan` and `infinity` are not numbers here.
   */
  static parse(text: string): Decimal | undefined {
    const match = LITERAL.exec(text.trim().replaceAll("_", ""));
    if (match === null) return undefined;
    const fraction = match[3] ?? match[4] ?? "";
    const exponent = Number(match[5] ?? 0) - fraction.length;
    if (Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
    const written = `${match[2] ?? ""}${fraction}`;
    const magnitude: Coefficient = written.length < 16 ? Number(written) : fitted(BigInt(written));
    const coefficient = match[1] === "-" ? negative(magnitude) : magnitude;
    return Decimal.#of(coefficient, exponent, false);
  }

  /**
   * The decimal of a double's shortest round-trip text, as the reference reads floats: 500 gives `500.0`.
   *
   * @throws {RangeError} for NaN and infinities.
   */
  static fromNumber(value: number): Decimal {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
    const text = String(value);
    const place = text.indexOf(".");
    if (place > 0 && !text.includes("e")) {
      // The shortest text with a point has all its digits in order.
      const figures = text.slice(0, place) + text.slice(place + 1);
      const coefficient = figures.length < 16 ? Number(figures) + 0 : fitted(BigInt(figures));
      return Decimal.#of(coefficient, place + 1 - text.length, false);
    }
    const [mantissa = "0", power = "0"] = value.toExponential().split("e");
    const point = mantissa.indexOf(".");
    const fractionLength = point < 0 ? 0 : mantissa.length - point - 1;
    const leading = Number(power);
    const exponent = leading - fractionLength;
    const coefficient = fitted(BigInt(mantissa.replace(".", "")));
    // Positional text of a whole number ends in `.0`, so that the exponent is -1.
    if (exponent > -1 && leading < 16) return Decimal.#of(scaled(coefficient, exponent + 1), -1, false);
    return Decimal.#of(coefficient, exponent, false);
  }

  /** The smaller of two; the first when they are equal. */
  static min(a: Decimal, b: Decimal): Decimal {
    return b.compare(a) < 0 ? b : a;
  }

  /** The larger of two; the first when they are equal. */
  static max(a: Decimal, b: Decimal): Decimal {
    return b.compare(a) > 0 ? b : a;
  }

  /** The sum from left to right, starting at integer 0, rounded after every addition. */
  static sum(values: Iterable<Decimal>): Decimal {
    let sum = Decimal.ZERO;
    for (const value of values) sum = sum.plus(value);
    return sum;
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    if (this.high > 0 || this.low > 0) return 1;
    if (this.high < 0 || this.low < 0) return -1;
    return this.beyond === null ? 0 : this.beyond > 0n ? 1 : -1;
  }

  /** Whether {@linkcode low} is the whole coefficient. */
  get isShort(): boolean {
    return this.high === 0 && this.beyond === null;
  }

  /** Whether the value is zero. */
  get isZero(): boolean {
    return this.high === 0 && this.low === 0 && this.beyond === null;
  }

  /** Whether the value is a whole number, whatever its kind. */
  get isIntegral(): boolean {
    return this.exponent >= 0 || this.normalized().exponent >= 0;
  }

  /** This + other. */
  plus(other: Decimal): Decimal {
    return this.#sum(other, 1);
  }

  /** This - other. */
  minus(other: Decimal): Decimal {
    return this.#sum(other, -1);
  }

  /** This + turn * other. */
  #sum(other: Decimal, turn: 1 | -1): Decimal {
    if (this.beyond !== null || other.beyond !== null) return this.#longSum(other, turn);
    const gap = this.exponent - other.exponent;
    if (gap === 0) {
      const isInteger = this.isInteger && other.isInteger;
      if (this.high === 0 && other.high === 0) {
        const sum = this.low + turn * other.low;
        if (Number.isSafeInteger(sum)) return new Decimal(0, sum, this.exponent, isInteger);
      }
      return isInteger ? this.#longSum(other, turn) : Decimal.#sumOfParts(this, 1, 0, other, turn);
    }
    // A zero with the greater exponent changes nothing.
    if (gap < 0 && other.high === 0 && other.low === 0 && !this.isInteger) return this;
    if (gap > 0 && this.high === 0 && this.low === 0 && !other.isInteger) return turn === 1 ? other : other.negated();
    if (gap > 0 && gap < PART_DIGITS) return Decimal.#sumOfParts(this, 1, gap, other, turn);
    if (gap < 0 && gap > -PART_DIGITS) return Decimal.#sumOfParts(other, turn, -gap, this, 1);
    return this.#longSum(other, turn);
  }

  /** The sum of numbers of any size and distance. */
  #longSum(other: Decimal, turn: 1 | -1): Decimal {
    const coefficient = turn === 1 ? other.coefficient : negative(other.coefficient);
    if (this.isInteger && other.isInteger) return Decimal.#of(added(this.coefficient, coefficient), 0, true);
    const high = this.exponent > other.exponent ? this : other;
    const highCoefficient = high === this ? this.coefficient : coefficient;
    const low = high === this ? other : this;
    let lowCoefficient = high === this ? coefficient : this.coefficient;
    let lowExponent = low.exponent;
    // Far below the last digit of the result an operand matters by its sign only.
    const sticky = high.exponent + Math.min(-1, digits(highCoefficient) - PRECISION - 2);
    if (highCoefficient !== 0 && lowCoefficient !== 0 && digits(lowCoefficient) + lowExponent - 1 < sticky) {
      lowCoefficient = lowCoefficient < 0 ? -1 : 1;
      lowExponent = sticky;
    }
    return rounded(added(scaled(highCoefficient, high.exponent - lowExponent), lowCoefficient), lowExponent, PRECISION);
  }

  /** This * other. */
  times(other: Decimal): Decimal {
    const product = multiplied(this.coefficient, other.coefficient);
    if (this.isInteger && other.isInteger) return Decimal.#of(product, 0, true);
    return rounded(product, this.exponent + other.exponent, PRECISION);
  }

  /**
   * This / other, a decimal. An exact quotient keeps the exponent closest to the difference of the exponents.
   *
   * @throws {RangeError} when `other` is zero.
   */
  dividedBy(other: Decimal): Decimal {
    if (other.isZero) throw new RangeError(`division of ${this} by zero`);
    const ideal = this.exponent - other.exponent;
    const numerator = this.coefficient;
    const denominator = other.coefficient;
    if (numerator === 0) return new Decimal(0, 0, ideal, false);
    if (typeof numerator === "number" && typeof denominator === "number" && numerator % denominator === 0) {
      return new Decimal(0, numerator / denominator, ideal, false);
    }
    const shift = Math.max(0, digits(denominator) - digits(numerator) + PRECISION + 1);
    const dividend = BigInt(numerator) * powerOfTen(shift);
    const divisor = BigInt(denominator);
    let quotient = dividend / divisor;
    let exponent = ideal - shift;
    if (quotient * divisor !== dividend) {
      // The digits that were cut decide ties; a last digit other than 0 and 5 stands for them.
      if (quotient % 5n === 0n) {
        quotient += (quotient === 0n ? dividend < 0n !== divisor < 0n : quotient < 0n) ? -1n : 1n;
      }
    } else {
      // Zeros go in halving portions, so that a short quotient such as 0.5 takes a few divisions and not thirty.
      for (let zeros = 32; zeros >= 1; zeros /= 2) {
        const unit = powerOfTen(zeros);
        while (exponent + zeros <= ideal && quotient % unit === 0n) {
          quotient /= unit;
          exponent += zeros;
        }
      }
    }
    return rounded(fitted(quotient), exponent, PRECISION);
  }

  /** The square as the reference's power function gives it: rounded to 31 digits, then to 28 (spec 02 1.1). */
  squared(): Decimal {
    // A power of zero is a bare zero, whatever its exponent.
    if (this.isZero) return Decimal.of(0, 0);
    const exact = multiplied(this.coefficient, this.coefficient);
    const guarded = rounded(exact, this.exponent * 2, PRECISION + 3);
    return rounded(guarded.coefficient, guarded.exponent, PRECISION);
  }

  /** The number with its sign turned. */
  negated(): Decimal {
    if (this.beyond === null) return new Decimal(0 - this.high, 0 - this.low, this.exponent, this.isInteger);
    return this.isInteger ? Decimal.#of(-this.beyond, 0, true) : rounded(-this.beyond, this.exponent, PRECISION);
  }

  /** Negative, zero or positive as this is below, equal to or above `other`; kinds and exponents do not matter. */
  compare(other: Decimal): number {
    const gap = this.exponent - other.exponent;
    if (this.beyond === null && other.beyond === null) {
      if (gap === 0) {
        if (this.high !== other.high) return this.high < other.high ? -1 : 1;
        return this.low < other.low ? -1 : this.low > other.low ? 1 : 0;
      }
      if (gap < SMALL_POWERS.length && gap > -SMALL_POWERS.length) {
        // Doubles decide unless the values are all but equal.
        let a = this.high * PART + this.low;
        let b = other.high * PART + other.low;
        if (gap > 0) a *= SMALL_POWERS[gap] ?? NaN;
        else b *= SMALL_POWERS[-gap] ?? NaN;
        if (Math.abs(a - b) > (Math.abs(a) + Math.abs(b)) * CLOSE) return a < b ? -1 : 1;
      }
    }
    return this.#longCompare(other);
  }

  #longCompare(other: Decimal): number {
    const { sign } = this;
    if (sign !== other.sign || sign === 0) return sign - other.sign;
    const mine = this.coefficient;
    const theirs = other.coefficient;
    const order = digits(mine) + this.exponent - digits(theirs) - other.exponent;
    if (order !== 0) return order * sign;
    const exponent = Math.min(this.exponent, other.exponent);
    const a = scaled(mine, this.exponent - exponent);
    const b = scaled(theirs, other.exponent - exponent);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Whether the values are equal. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** Whether this is below `other`. */
  lessThan(other: Decimal): boolean {
    return this.compare(other) < 0;
  }

  /** Whether this is above `other`. */
  greaterThan(other: Decimal): boolean {
    return this.compare(other) > 0;
  }

  /** The integer left of the decimal point: rounded toward zero. */
  truncated(): Decimal {
    if (this.isInteger) return this;
    const { coefficient, exponent } = this;
    if (exponent >= 0) return Decimal.#of(scaled(coefficient, exponent), 0, true);
    if (typeof coefficient === "number") {
      if (exponent < -16) return Decimal.ZERO;
      return new Decimal(0, Math.trunc(coefficient / (SMALL_POWERS[-exponent] ?? Infinity)) + 0, 0, true);
    }
    return Decimal.#of(coefficient / powerOfTen(-exponent), 0, true);
  }

  /** The nearest integer, halves to even. */
  roundedHalfEven(): Decimal {
    if (this.exponent >= 0) return this.truncated();
    const big = BigInt(this.coefficient);
    const magnitude = halfEven(big < 0n ? -big : big, -this.exponent);
    return Decimal.#of(big < 0n ? -magnitude : magnitude, 0, true);
  }

  /** Rounded to 28 digits, without trailing zeros; zero has exponent 0. */
  normalized(): Decimal {
    if (this.isZero) return new Decimal(0, 0, 0, false);
    if (this.beyond !== null) {
      const short = rounded(this.beyond, this.exponent, PRECISION);
      return short.normalized();
    }
    // Nearly every amount that was computed is in its shortest form.
    if (!this.isInteger && !endsInZero(this.low)) return this;
    let { high, low, exponent } = this;
    while (high !== 0 && endsInZero(low)) {
      const rest = high % 10;
      high = (high - rest) / 10;
      low = low / 10 + rest * (PART / 10);
      exponent++;
    }
    while (high === 0 && endsInZero(low)) {
      low /= 10;
      exponent++;
    }
    return Decimal.#ofParts(high, low, exponent);
  }

  /** The nearest double. */
  toNumber(): number {
    const { low, exponent } = this;
    if (this.high === 0 && this.beyond === null) {
      // Both operands are exact doubles, so that the one operation rounds correctly.
      if (exponent === 0) return low;
      if (exponent < 0 && exponent >= -22) return low / (SMALL_POWERS[-exponent] ?? NaN);
      if (exponent > 0 && exponent <= 22) return low * (SMALL_POWERS[exponent] ?? NaN);
    }
    return this.#double ??= Number(`${this.#figures}e${exponent}`);
  }

  /** The text of the coefficient. */
  get #figures(): string {
    if (this.beyond !== null) return this.beyond.toString();
    if (this.high === 0) return this.low.toString();
    return `${this.high}${Math.abs(this.low).toString().padStart(PART_DIGITS, "0")}`;
  }

  /** The text with its trailing zeros, `0.50`, `1E-7`, `4.0E+2` (spec 02 1.2, 03 1.1). */
  toString(): string {
    const { exponent } = this;
    const signed = this.#figures;
    if (exponent === 0) return signed;
    const sign = this.sign < 0 ? "-" : "";
    const figures = sign === "" ? signed : signed.slice(1);
    const adjusted = exponent + figures.length - 1;
    if (exponent < 0 && adjusted >= -6) {
      const point = figures.length + exponent;
      if (point > 0) return `${sign}${figures.slice(0, point)}.${figures.slice(point)}`;
      return `${sign}0.${"0".repeat(-point)}${figures}`;
    }
    const rest = figures.length > 1 ? `.${figures.slice(1)}` : "";
    return `${sign}${figures[0]}${rest}E${adjusted < 0 ? "" : "+"}${adjusted}`;
  }

  /** A rounded sum of two numbers of at most 28 digits, `a` shifted by 0 to 13 digits. */
  static #sumOfParts(a: Decimal, aTurn: 1 | -1, shift: number, b: Decimal, bTurn: 1 | -1): Decimal {
    let aHigh = a.high;
    let aLow = a.low;
    if (aHigh === 0 && (aLow >= PART || aLow <= -PART)) {
      aHigh = Math.trunc(aLow / PART);
      aLow -= aHigh * PART;
    }
    let bHigh = b.high;
    let bLow = b.low;
    if (bHigh === 0 && (bLow >= PART || bLow <= -PART)) {
      bHigh = Math.trunc(bLow / PART);
      bLow -= bHigh * PART;
    }
    addParts(aTurn * aHigh, aTurn * aLow, shift, bTurn * bHigh, bTurn * bLow);
    return Decimal.#ofParts(sum.high, sum.low, b.exponent + sum.dropped);
  }

  /** As {@linkcode toString}, for a debugger's console. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** Whether the last digit is 0; the remainder of large doubles is slow. */
function endsInZero(whole: number): boolean {
  return whole === Math.trunc(whole / 10) * 10;
}

/** Whether a coefficient has at most 28 digits. */
function fits(coefficient: Coefficient): boolean {
  return typeof coefficient === "number" || coefficient < LARGEST && coefficient > -LARGEST;
}

/** A decimal of at most `precision` digits, rounded half to even. */
function rounded(coefficient: Coefficient, exponent: number, precision: number): Decimal {
  if (typeof coefficient === "number") return Decimal.of(coefficient, exponent);
  const magnitude = coefficient < 0n ? -coefficient : coefficient;
  const limit = powerOfTen(precision);
  if (magnitude < limit) return Decimal.of(coefficient, exponent);
  let dropped = 1;
  while (dropped < 4 && magnitude >= powerOfTen(precision + dropped)) dropped++;
  if (dropped === 4) dropped = digitsOfBig(magnitude) - precision;
  let kept = halfEven(magnitude, dropped);
  if (kept === limit) {
    kept /= 10n;
    dropped++;
  }
  return Decimal.of(coefficient < 0n ? -kept : kept, exponent + dropped);
}
