/**
 * Due days round the ring. Source: specification chapter 03, section 3.7.
 *
 * @module
 */
import { roundHalfEven } from "./rounding.ts";

/**
 * The due day (1 to `days`) of each of `n` payables: agent 2 always on day 1, the others `lead` days apart round the
 * horizon. A small `mu` is rounded away, and then all fall due on day 1.
 *
 * @param days Horizon D, at least 1.
 * @param mu Spread over the horizon, 0 to 1.
 */
export function dueDays(n: number, days: number, mu: number): number[] {
  const lead = days <= 1 ? 0 : Math.min(days - 1, Math.max(0, roundHalfEven(mu * (days - 1))));
  if (lead === 0) return new Array<number>(n).fill(1);
  return Array.from({ length: n }, (_, i) => ((days + ((i * lead) % days) - lead) % days) + 1);
}
