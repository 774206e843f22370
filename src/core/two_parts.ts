/**
 * Sums of numbers of up to 28 digits that stand in two parts of 14 digits: a handful of operations on doubles, all of
 * them exact, where big integers would take a dozen allocations.
 *
 * @module
 */

/** Where a number is cut: `high * PART + low`, both parts below this in magnitude and of one sign. */
export const PART = 1e14;

/** Digits of a part. */
export const PART_DIGITS = 14;

/** The result of the last {@linkcode addParts}, good until the next one. */
export const sum = { high: 0, low: 0, dropped: 0 };

const POWERS: readonly number[] = Array.from({ length: PART_DIGITS + 1 }, (_, n) => Number(`1e${n}`));

function powerOf(n: number): number {
  return POWERS[n] ?? NaN;
}

/** The number of digits of a positive whole number of at most 14 of them. */
export function digitsOfPart(part: number): number {
  let count = 1;
  while (count < PART_DIGITS && part >= powerOf(count)) count++;
  return count;
}

/**
 * Puts `a * 10^shift + b` into {@linkcode sum}, rounded half to even to 28 digits; `sum.dropped` is the number of
 * digits that went.
 *
 * @param shift from 0 to 13.
 */
export function addParts(aHigh: number, aLow: number, shift: number, bHigh: number, bLow: number): void {
  const isTurned = aHigh < 0 || aLow < 0;
  if (isTurned) {
    aHigh = -aHigh;
    aLow = -aLow;
    bHigh = -bHigh;
    bLow = -bLow;
  }
  let top = 0;
  let high = aHigh;
  let low = aLow;
  if (shift > 0) {
    const unit = powerOf(shift);
    const rest = powerOf(PART_DIGITS - shift);
    top = Math.floor(aHigh / rest);
    const carried = Math.floor(aLow / rest);
    high = (aHigh - top * rest) * unit + carried;
    low = (aLow - carried * rest) * unit;
  }
  high += bHigh;
  low += bLow;
  if (low < 0) {
    low += PART;
    high--;
  } else if (low >= PART) {
    low -= PART;
    high++;
  }
  if (high < 0) {
    high += PART;
    top--;
  } else if (high >= PART) {
    high -= PART;
    top++;
  }
  if (top < 0) {
    // The difference is negative: its magnitude is what is missing to PART * PART.
    low = PART - low;
    high = PART - 1 - high;
    if (low === PART) {
      low = 0;
      high++;
    }
    keep(!isTurned, high, low, 0);
  } else if (top === 0) keep(isTurned, high, low, 0);
  else round(isTurned, top, high, low);
}

function keep(isNegative: boolean, high: number, low: number, dropped: number): void {
  sum.high = isNegative ? 0 - high : high;
  sum.low = isNegative ? 0 - low : low;
  sum.dropped = dropped;
}

/** Drops the digits by which three parts are too long. */
function round(isNegative: boolean, top: number, high: number, low: number): void {
  let dropped = digitsOfPart(top);
  const unit = powerOf(dropped);
  const rest = powerOf(PART_DIGITS - dropped);
  const keptHigh = Math.floor(high / unit);
  const keptLow = Math.floor(low / unit);
  const remainder = low - keptLow * unit;
  let newHigh = top * rest + keptHigh;
  let newLow = (high - keptHigh * unit) * rest + keptLow;
  if (remainder > unit / 2 || remainder === unit / 2 && newLow % 2 === 1) {
    newLow++;
    if (newLow === PART) {
      newLow = 0;
      newHigh++;
    }
    if (newHigh === PART) {
      newHigh = PART / 10;
      dropped++;
    }
  }
  keep(isNegative, newHigh, newLow, dropped);
}
