/**
 * Rounding of doubles as the generator's formulas need it. Source: specification chapter 03, section 1.2.
 *
 * @module
 */

/** The nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}
