/**
 * Exact decimal numbers as chapters 01 to 03 of the specification need them: 28 significant digits, every result
 * rounded half to even, exponents that mean something (`1.0` is not written `1`), and the two number kinds of the
 * balance-sheet model - integers of any size and decimals.
 *
 * A number is a coefficient and a power of ten. Coefficients up to 2^53 are plain numbers, which is nearly all of them,
 * and only the others are big integers: the values are those of a decimal library at a fraction of its cost.
 *
 * @module
 */

/** Significant digits of every decimal result. */
export const PRECISION = 28;

/** Largest power of ten that a text may carry; it keeps a hostile `1e999999999` from filling the memory. */
const LARGEST_EXPONENT = 9999;

const LITERAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;

const SMALL_POWERS: readonly number[] = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
const POWERS: bigint[] = Array.from({ length: 96 }, (_, n) => 10n ** BigInt(n));

const BEYOND_POWERS = 10n ** BigInt(POWERS.length - 1);

/** The first coefficient that has too many digits. */
const LARGEST = 10n ** BigInt(PRECISION);

type Coefficient = number | bigint;

function powerOfTen(n: number): bigint {
  return POWERS[n] ?? 10n ** BigInt(n);
}

/** Keeps the representation unique: a number wherever it is safe. Negative zero does not exist. */
function fitted(coefficient: bigint): Coefficient {
  return coefficient <= 9007199254740991n && coefficient >= -9007199254740991n ? Number(coefficient) : coefficient;
}

function digitsOfBig(magnitude: bigint): number {
  if (magnitude >= BEYOND_POWERS) return magnitude.toString().length;
  // The logarithm of the nearest double may be one off at a power of ten.
  const count = Math.floor(Math.log10(Number(magnitude))) + 1;
  if (powerOfTen(count) <= magnitude) return count + 1;
  return powerOfTen(count - 1) > magnitude ? count - 1 : count;
}

function digits(coefficient: Coefficient): number {
  if (typeof coefficient === "bigint") return digitsOfBig(coefficient < 0n ? -coefficient : coefficient);
  const magnitude = Math.abs(coefficient);
  if (magnitude < 10) return 1;
  const count = Math.floor(Math.log10(magnitude)) + 1;
  if ((SMALL_POWERS[count] ?? Infinity) <= magnitude) return count + 1;
  return (SMALL_POWERS[count - 1] ?? 0) > magnitude ? count - 1 : count;
}

function scaled(coefficient: Coefficient, power: number): Coefficient {
  if (power === 0 || coefficient === 0) return coefficient;
  if (typeof coefficient === "number" && power < 16) {
    const product = coefficient * (SMALL_POWERS[power] ?? 0);
    if (Number.isSafeInteger(product)) return product;
  }
  return BigInt(coefficient) * powerOfTen(power);
}

function added(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fitted(BigInt(a) + BigInt(b));
}

function multiplied(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return fitted(BigInt(a) * BigInt(b));
}

/** Drops `dropped` digits of a non-negative magnitude, rounding half to even. */
function halfEven(magnitude: bigint, dropped: number): bigint {
  const unit = powerOfTen(dropped);
  const quotient = magnitude / unit;
  const twice = (magnitude - quotient * unit) * 2n;
  return twice > unit || (twice === unit && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

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
  static readonly ZERO: Decimal = new Decimal(0, 0, true);
  /** Integer one. */
  static readonly ONE: Decimal = new Decimal(1, 0, true);

  /** What {@linkcode toNumber} worked out from long digits: amounts are asked again and again. */
  #double: number | undefined = undefined;

  private constructor(
    /** The digits with their sign: a number up to 2^53 - 1 in magnitude, a big integer beyond. */
    readonly coefficient: number | bigint,
    /** The power of ten; 0 for integers. */
    readonly exponent: number,
    /** Whether this is of kind integer (exact at any size) rather than decimal. */
    readonly isInteger: boolean,
  ) {}

  /** The decimal coefficient * 10^exponent, not rounded. */
  static of(coefficient: number | bigint, exponent: number): Decimal {
    return new Decimal(typeof coefficient === "bigint" ? fitted(coefficient) : coefficient + 0, exponent, false);
  }

  /** An integer. @throws {RangeError} for a number that is not a safe integer. */
  static integer(value: number | bigint): Decimal {
    if (typeof value === "bigint") return new Decimal(fitted(value), 0, true);
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not a whole number that a double holds exactly`);
    }
    return new Decimal(value + 0, 0, true);
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
    return new Decimal(coefficient, exponent, false);
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
      return new Decimal(coefficient, place + 1 - text.length, false);
    }
    const [mantissa = "0", power = "0"] = value.toExponential().split("e");
    const point = mantissa.indexOf(".");
    const fractionLength = point < 0 ? 0 : mantissa.length - point - 1;
    const leading = Number(power);
    const exponent = leading - fractionLength;
    const coefficient = fitted(BigInt(mantissa.replace(".", "")));
    // Positional text of a whole number ends in `.0`, so that the exponent is -1.
    if (exponent > -1 && leading < 16) return new Decimal(scaled(coefficient, exponent + 1), -1, false);
    return new Decimal(coefficient, exponent, false);
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
    return this.coefficient > 0 ? 1 : this.coefficient < 0 ? -1 : 0;
  }

  /** Whether the value is zero. */
  get isZero(): boolean {
    return this.coefficient === 0;
  }

  /** Whether the value is a whole number, whatever its kind. */
  get isIntegral(): boolean {
    return this.exponent >= 0 || this.normalized().exponent >= 0;
  }

  /** This + other. */
  plus(other: Decimal): Decimal {
    return this.#sum(other.coefficient, other);
  }

  /** This - other. */
  minus(other: Decimal): Decimal {
    return this.#sum(negative(other.coefficient), other);
  }

  #sum(coefficient: Coefficient, other: Decimal): Decimal {
    if (this.exponent === other.exponent) {
      const sum = added(this.coefficient, coefficient);
      if (this.isInteger && other.isInteger) return new Decimal(sum, 0, true);
      return rounded(sum, this.exponent, PRECISION);
    }
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
    if (this.isInteger && other.isInteger) return new Decimal(product, 0, true);
    return rounded(product, this.exponent + other.exponent, PRECISION);
  }

  /**
   * This / other, a decimal. An exact quotient keeps the exponent closest to the difference of the exponents.
   *
   * @throws {RangeError} when `other` is zero.
   */
  dividedBy(other: Decimal): Decimal {
    if (other.coefficient === 0) throw new RangeError(`division of ${this} by zero`);
    const ideal = this.exponent - other.exponent;
    if (this.coefficient === 0) return new Decimal(0, ideal, false);
    if (typeof this.coefficient === "number" && typeof other.coefficient === "number") {
      if (this.coefficient % other.coefficient === 0) {
        return new Decimal(this.coefficient / other.coefficient, ideal, false);
      }
    }
    const shift = Math.max(0, digits(other.coefficient) - digits(this.coefficient) + PRECISION + 1);
    const dividend = BigInt(this.coefficient) * powerOfTen(shift);
    const divisor = BigInt(other.coefficient);
    let quotient = dividend / divisor;
    let exponent = ideal - shift;
    if (quotient * divisor !== dividend) {
      // The digits that were cut decide ties: any digit but 0 and 5 at the end stands for them.
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
    if (this.coefficient === 0) return Decimal.of(0, 0);
    const exact = multiplied(this.coefficient, this.coefficient);
    const guarded = rounded(exact, this.exponent * 2, PRECISION + 3);
    return rounded(guarded.coefficient, guarded.exponent, PRECISION);
  }

  /** The number with its sign turned. */
  negated(): Decimal {
    const coefficient = negative(this.coefficient);
    return this.isInteger ? new Decimal(coefficient, 0, true) : rounded(coefficient, this.exponent, PRECISION);
  }

  /** Negative, zero or positive as this is below, equal to or above `other`; kinds and exponents do not matter. */
  compare(other: Decimal): number {
    if (this.exponent === other.exponent) {
      return this.coefficient < other.coefficient ? -1 : this.coefficient > other.coefficient ? 1 : 0;
    }
    if (this.sign !== other.sign || this.sign === 0) return this.sign - other.sign;
    const order = digits(this.coefficient) + this.exponent - digits(other.coefficient) - other.exponent;
    if (order !== 0) return order * this.sign;
    const exponent = Math.min(this.exponent, other.exponent);
    const a = scaled(this.coefficient, this.exponent - exponent);
    const b = scaled(other.coefficient, other.exponent - exponent);
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
    if (this.exponent >= 0) return new Decimal(refitted(scaled(this.coefficient, this.exponent)), 0, true);
    if (typeof this.coefficient === "number") {
      if (this.exponent < -16) return Decimal.ZERO;
      return new Decimal(Math.trunc(this.coefficient / (SMALL_POWERS[-this.exponent] ?? Infinity)) + 0, 0, true);
    }
    return new Decimal(fitted(this.coefficient / powerOfTen(-this.exponent)), 0, true);
  }

  /** The nearest integer, halves to even. */
  roundedHalfEven(): Decimal {
    if (this.exponent >= 0) return this.truncated();
    const big = BigInt(this.coefficient);
    const magnitude = halfEven(big < 0n ? -big : big, -this.exponent);
    return new Decimal(fitted(big < 0n ? -magnitude : magnitude), 0, true);
  }

  /** Rounded to 28 digits, without trailing zeros; zero has exponent 0. */
  normalized(): Decimal {
    if (this.coefficient === 0) return new Decimal(0, 0, false);
    // Nearly every amount that was computed is in its shortest form.
    if (!this.isInteger && !endsInZero(this.coefficient) && fits(this.coefficient)) return this;
    let { coefficient, exponent } = rounded(this.coefficient, this.exponent, PRECISION);
    while (typeof coefficient === "bigint" && coefficient % 10n === 0n) {
      coefficient = fitted(coefficient / 10n);
      exponent++;
    }
    while (typeof coefficient === "number" && coefficient % 10 === 0) {
      coefficient /= 10;
      exponent++;
    }
    return new Decimal(coefficient, exponent, false);
  }

  /** The nearest double. */
  toNumber(): number {
    const { coefficient, exponent } = this;
    if (typeof coefficient === "number") {
      // Both operands are exact doubles, so that the one operation rounds correctly.
      if (exponent === 0) return coefficient;
      if (exponent < 0 && exponent >= -22) return coefficient / (SMALL_POWERS[-exponent] ?? NaN);
      if (exponent > 0 && exponent <= 22) return coefficient * (SMALL_POWERS[exponent] ?? NaN);
    }
    return this.#double ??= Number(`${coefficient}e${exponent}`);
  }

  /** The text with its trailing zeros, `0.50`, `1E-7`, `4.0E+2` (spec 02 1.2, 03 1.1). */
  toString(): string {
    const { coefficient, exponent } = this;
    if (exponent === 0) return coefficient.toString();
    const sign = coefficient < 0 ? "-" : "";
    const figures = sign === "" ? coefficient.toString() : coefficient.toString().slice(1);
    const adjusted = exponent + figures.length - 1;
    if (exponent < 0 && adjusted >= -6) {
      const point = figures.length + exponent;
      if (point > 0) return `${sign}${figures.slice(0, point)}.${figures.slice(point)}`;
      return `${sign}0.${"0".repeat(-point)}${figures}`;
    }
    const rest = figures.length > 1 ? `.${figures.slice(1)}` : "";
    return `${sign}${figures[0]}${rest}E${adjusted < 0 ? "" : "+"}${adjusted}`;
  }

  /** As {@linkcode toString}, for a debugger's console. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function negative(coefficient: Coefficient): Coefficient {
  return typeof coefficient === "bigint" ? -coefficient : 0 - coefficient;
}

function refitted(coefficient: Coefficient): Coefficient {
  return typeof coefficient === "bigint" ? fitted(coefficient) : coefficient;
}

function endsInZero(coefficient: Coefficient): boolean {
  return typeof coefficient === "bigint" ? coefficient % 10n === 0n : coefficient % 10 === 0;
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
  let dropped = digitsOfBig(magnitude) - precision;
  let kept = halfEven(magnitude, dropped);
  if (kept === limit) {
    kept /= 10n;
    dropped++;
  }
  return Decimal.of(coefficient < 0n ? -kept : kept, exponent + dropped);
}
