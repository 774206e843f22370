/**
 * How the reference's JSON parser turns digits into doubles: one rounding for the digits and a second one for the power
 * of ten, so that long decimals can be one unit in the last place off (spec 07 2.7).
 *
 * @module
 */

const MOST = 0xffff_ffff_ffff_ffffn;
const LARGEST_POWER = 308;

/** The literal as the reference reads it; undefined where it is out of range. */
export function twiceRounded(literal: string): number | undefined {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  let significand = 0n;
  let exponent = 0;
  let full = false;
  for (const digit of whole) {
    const next = significand * 10n + BigInt(digit);
    full ||= next > MOST;
    if (full) exponent++;
    else significand = next;
  }
  full = false;
  for (const digit of fraction) {
    const next = significand * 10n + BigInt(digit);
    full ||= next > MOST;
    if (full) break;
    significand = next;
    exponent--;
  }
  const magnitude = scaled(Number(significand), exponent + Number(power));
  return magnitude === undefined ? undefined : sign === "" ? magnitude : -magnitude;
}

function scaled(significand: number, exponent: number): number | undefined {
  if (significand === 0) return 0;
  if (exponent >= 0) {
    const value = exponent > LARGEST_POWER ? Infinity : significand * powerOfTen(exponent);
    return Number.isFinite(value) ? value : undefined;
  }
  let value = significand;
  let left = -exponent;
  for (; left > LARGEST_POWER && value !== 0; left -= LARGEST_POWER) value /= 1e308;
  return value === 0 ? 0 : value / powerOfTen(left);
}

/** The double nearest to a power of ten, which `10 ** n` is not always. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}
