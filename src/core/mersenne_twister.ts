/**
 * The 32-bit Mersenne Twister MT19937 with the draws that the reference derives from it, word for word. The only source
 * of chance in the models: the same seed gives the same draws on every machine. Source: `spec 03 2.1` to `2.3`.
 *
 * @module
 */
import { gammaDraw } from "./gamma.ts";

const SIZE = 624;
const SHIFT = 397;
let firstState: Int32Array | undefined;

/** The state that every seed starts from (`spec 03 2.1`, step 2), made once. */
function startState(): Int32Array {
  if (firstState !== undefined) return firstState;
  const state = new Int32Array(SIZE);
  let word = 19650218;
  state[0] = word;
  for (let i = 1; i < SIZE; i++) {
    word = (Math.imul(1812433253, word ^ (word >>> 30)) + i) | 0;
    state[i] = word;
  }
  firstState = state;
  return state;
}

/** The 32-bit words of a seed without its sign, least significant first. */
function seedKey(seed: number | bigint): Int32Array {
  if (typeof seed === "number") {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is an integer, got ${seed}`);
    const size = Math.abs(seed);
    return size < 2 ** 32 ? Int32Array.of(size | 0) : Int32Array.of(size | 0, Math.floor(size / 2 ** 32) | 0);
  }
  let rest = seed < 0n ? -seed : seed;
  const words: number[] = [];
  do {
    words.push(Number(rest & 0xffffffffn) | 0);
    rest >>= 32n;
  } while (rest > 0n);
  return Int32Array.from(words);
}

function seededState(key: Int32Array): Int32Array {
  const state = startState().slice();
  const length = key.length;
  let previous = state[0] ?? 0;
  let i = 1;
  let j = 0;
  for (let step = Math.max(SIZE, length); step > 0; step--) {
    const mixed = Math.imul(previous ^ (previous >>> 30), 1664525);
    previous = (((state[i] ?? 0) ^ mixed) + (key[j] ?? 0) + j) | 0;
    state[i] = previous;
    if (++i === SIZE) {
      state[0] = previous;
      i = 1;
    }
    if (++j === length) j = 0;
  }
  for (let step = SIZE - 1; step > 0; step--) {
    const mixed = Math.imul(previous ^ (previous >>> 30), 1566083941);
    previous = (((state[i] ?? 0) ^ mixed) - i) | 0;
    state[i] = previous;
    if (++i === SIZE) {
      state[0] = previous;
      i = 1;
    }
  }
  state[0] = 0x80000000 | 0;
  return state;
}

function elementAt<T extends NonNullable<unknown>>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`the list has no element ${index}`);
  return element;
}

/**
 * A seeded generator.
 *
 * @example
 * ```ts
 * import { MersenneTwister } from "./mersenne_twister.ts";
 *
 * const generator = new MersenneTwister(42);
 * generator.random(); // 0.6394267984578837
 * ```
 */
export class MersenneTwister {
  readonly #state: Int32Array;
  #next = 0;

  /**
   * Seeds the generator.
   *
   * @param seed An integer of any size; its sign does not count (`spec 03 2.1`).
   * @throws {RangeError} for a number that is not a safe integer.
   */
  constructor(seed: number | bigint) {
    this.#state = seededState(seedKey(seed));
  }

  /** The next 32-bit word, from 0 to 2^32 - 1 (`spec 03 2.2`). */
  word(): number {
    return this.#signedWord() >>> 0;
  }

  /** Refills word by word, which gives the same words as a refill of the whole state and costs only what is drawn. */
  #signedWord(): number {
    const state = this.#state;
    const k = this.#next;
    const after = k + 1 === SIZE ? 0 : k + 1;
    this.#next = after;
    const source = k < SIZE - SHIFT ? k + SHIFT : k + SHIFT - SIZE;
    const y = ((state[k] ?? 0) & 0x80000000) | ((state[after] ?? 0) & 0x7fffffff);
    let word = (state[source] ?? 0) ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
    state[k] = word;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return word ^ (word >>> 18);
  }

  /** Uniform in [0, 1) with 53 random bits; two words. */
  random(): number {
    const high = this.#signedWord() >>> 5;
    const low = this.#signedWord() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An integer of `bits` (1 to 32) random bits; one word. */
  bits(bits: number): number {
    if (!(bits >= 1 && bits <= 32)) throw new RangeError(`a draw has 1 to 32 bits, got ${bits}`);
    return this.#signedWord() >>> (32 - bits);
  }

  /**
   * A uniform integer from 0 to `n` - 1, `n` from 1 to 2^32 - 1; one word or more. The bit length is that of `n`, so
   * that even `below(1)` takes words (`spec 03 2.3`).
   */
  below(n: number): number {
    if (!(n >= 1 && n < 2 ** 32)) throw new RangeError(`the bound of a draw is 1 to 2^32 - 1, got ${n}`);
    const shift = Math.clz32(n);
    while (true) {
      const value = this.#signedWord() >>> shift;
      if (value < n) return value;
    }
  }

  /** A uniform integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** One element of a list that is not empty. */
  choice<T extends NonNullable<unknown>>(list: readonly T[]): T {
    return elementAt(list, this.below(list.length));
  }

  /** Puts a list in random order, in place. Lists of length 0 and 1 draw nothing. */
  shuffle<T extends NonNullable<unknown>>(list: T[]): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = elementAt(list, i);
      list[i] = elementAt(list, j);
      list[j] = kept;
    }
  }

  /** `count` different elements of a list in random order; the list stays as it is (`spec 03 2.3`). */
  sample<T extends NonNullable<unknown>>(list: readonly T[], count: number): T[] {
    const length = list.length;
    if (!(count >= 0 && count <= length)) throw new RangeError(`cannot take ${count} of ${length} elements`);
    const poolSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
    const taken: T[] = [];
    if (length <= poolSize) {
      const pool = [...list];
      for (let i = 0; i < count; i++) {
        const j = this.below(length - i);
        taken.push(elementAt(pool, j));
        pool[j] = elementAt(pool, length - i - 1);
      }
      return taken;
    }
    const chosen = new Set<number>();
    while (taken.length < count) {
      const j = this.below(length);
      if (chosen.has(j)) continue;
      chosen.add(j);
      taken.push(elementAt(list, j));
    }
    return taken;
  }

  /** Uniform between `low` and `high`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** An exponential draw with `rate` per unit of time. */
  exponential(rate: number): number {
    return -Math.log(1 - this.random()) / rate;
  }

  /** A gamma draw of shape `alpha` and scale 1, see {@linkcode gammaDraw}. */
  gamma(alpha: number): number {
    return gammaDraw(this, alpha);
  }

  /** A beta draw; 0 without a second gamma draw when the first is 0 (`spec 03 2.3`). */
  beta(a: number, b: number): number {
    const y = this.gamma(a);
    return y === 0 ? 0 : y / (y + this.gamma(b));
  }
}
