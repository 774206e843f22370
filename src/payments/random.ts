/**
 * The random numbers of the payments model: xorshift64* and the draws that do not depend on a configuration
 * (spec 06 1). The 64-bit state is two words of 32 bits, which draw ten times as fast as big integers do.
 *
 * @module
 */
import { panic } from "./errors.ts";

const TWO_MINUS_53 = 2 ** -53;
const MASK_64 = (1n << 64n) - 1n;

/** The multiplier 2545F4914F6CDD1D, as words and as halves of its low word. */
const FACTOR_HIGH = 0x2545f491;
const FACTOR_LOW = 0x4f6cdd1d;
const FACTOR_LOW_UPPER = FACTOR_LOW >>> 16;
const FACTOR_LOW_LOWER = FACTOR_LOW & 0xffff;

/** Up to here the remainder of a 64-bit number fits into two exact steps of 16 bits. */
const TWO_STEP_DIVISOR = 2 ** 37;

/**
 * A xorshift64* generator.
 *
 * @example
 * ```ts
 * import { XorShift64Star } from "./random.ts";
 *
 * const random = new XorShift64Star(42n);
 * random.fraction(); // 0.33908526400192196
 * random.range(0, 100); // 98
 * random.state; // 47299340976525346n
 * ```
 */
export class XorShift64Star {
  #high = 0;
  #low = 0;
  /** The last output. */
  #outputHigh = 0;
  #outputLow = 0;

  /** @param seed A seed, or a state that was read; taken modulo 2^64, and 0 counts as 1. */
  constructor(seed: bigint) {
    const state = seed & MASK_64 || 1n;
    this.#high = Number(state >> 32n);
    this.#low = Number(state & 0xffffffffn);
  }

  /** The state now: a generator seeded with it goes on with the same numbers. */
  get state(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /** The next 64 random bits. */
  next(): bigint {
    this.#advance();
    return (BigInt(this.#outputHigh) << 32n) | BigInt(this.#outputLow);
  }

  #advance(): void {
    let high = this.#high;
    let low = this.#low;
    low ^= (low >>> 12) | (high << 20);
    high ^= high >>> 12;
    high ^= (high << 25) | (low >>> 7);
    low ^= low << 25;
    low ^= (low >>> 27) | (high << 5);
    high ^= high >>> 27;
    high >>>= 0;
    low >>>= 0;
    this.#high = high;
    this.#low = low;
    // The low 64 bits of the product, in halves of 16 bits where a carry can arise.
    const lower = low & 0xffff;
    const upper = low >>> 16;
    const first = lower * FACTOR_LOW_LOWER;
    const second = upper * FACTOR_LOW_LOWER + (first >>> 16);
    const third = lower * FACTOR_LOW_UPPER + (second & 0xffff);
    const carry = upper * FACTOR_LOW_UPPER + (second >>> 16) + (third >>> 16);
    this.#outputHigh = (carry + Math.imul(high, FACTOR_LOW) + Math.imul(low, FACTOR_HIGH)) >>> 0;
    this.#outputLow = Math.imul(low, FACTOR_LOW) >>> 0;
  }

  /**
   * A whole number from `from` up to `end` (exclusive): `from + next mod (end - from)`, the bias kept.
   *
   * @throws {PaymentsError} `min must be less than max` when the range is empty; nothing is drawn then.
   */
  range(from: number, end: number): number {
    const count = end - from;
    if (!(count > 0)) throw panic("min must be less than max");
    this.#advance();
    return from + this.#remainder(count);
  }

  #remainder(divisor: number): number {
    const high = this.#outputHigh;
    const low = this.#outputLow;
    if (divisor <= TWO_STEP_DIVISOR) {
      const middle = ((high % divisor) * 0x10000 + (low >>> 16)) % divisor;
      return (middle * 0x10000 + (low & 0xffff)) % divisor;
    }
    return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(divisor));
  }

  /** A double in [0, 1) with 53 random bits. */
  fraction(): number {
    this.#advance();
    return (this.#outputHigh * 2 ** 21 + (this.#outputLow >>> 11)) * TWO_MINUS_53;
  }

  /** A standard normal double by Box and Muller; uses two numbers. */
  standardNormal(): number {
    const first = this.fraction();
    const second = this.fraction();
    return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  }

  /**
   * A Poisson count by Knuth's product of fractions: uses one number more than the result, none for a mean of at most 0.
   * For means above 745 the threshold underflows and the count stays near 750.
   */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    const threshold = Math.exp(-mean);
    let count = 0;
    let product = 1;
    do {
      count++;
      product *= this.fraction();
    } while (product > threshold);
    return count - 1;
  }
}
