/**
 * Whether a proposed policy replaces the current one (spec 08 16.3).
 *
 * @module
 */
import type { AcceptanceSettings } from "./settings.ts";

/** What was measured. Costs in cents. */
export interface Measured {
  /** Old minus new cost, summed over the samples. */
  readonly deltaSum: number;
  /** Share of payments that the new policy settles; null when unknown. */
  readonly settlementRate: number | null;
  /** The same of the policy that is to be replaced, on the same payments; null when that does not matter. */
  readonly currentRate?: number | null;
  readonly meanNewCost: number;
  /** Of the new costs. */
  readonly stdDev: number | null;
  /** What significance is judged by. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** The answer and its reason. */
export interface Verdict {
  readonly accepted: boolean;
  readonly reason: string;
}

/** Goes through the criteria in order; the first that fails rejects. */
export function judge(measured: Measured, settings: AcceptanceSettings): Verdict {
  const refusal = rateRefusal(measured, settings) ?? (measured.deltaSum <= 0 ? "delta_sum ≤ 0" : undefined) ??
    (settings.requireSignificance ? significanceRefusal(measured.interval) : undefined) ??
    varianceRefusal(measured, settings.maxCoefficientOfVariation);
  if (refusal !== undefined) return { accepted: false, reason: refusal };
  const passed = [
    "passed: delta_sum > 0",
    ...(settings.requireSignificance ? ["CI > 0"] : []),
    ...(settings.maxCoefficientOfVariation === null ? [] : [`CV ≤ ${settings.maxCoefficientOfVariation}`]),
  ];
  return { accepted: true, reason: passed.join(", ") };
}

/** A least rate must not protect a policy that settles even less. */
function rateRefusal(
  { settlementRate: rate, currentRate = null }: Measured,
  { minSettlementRate: least }: AcceptanceSettings,
): string | undefined {
  if (rate === null || rate >= least || (currentRate !== null && rate >= currentRate)) return undefined;
  const bound = Number((least * 100).toFixed(4));
  return `Settlement rate ${(rate * 100).toFixed(1)}% below minimum ${bound}%. Policy rejected.`;
}

/** Why an improvement is not significant; undefined when it is, or when there is no interval. */
export function significanceRefusal(interval: Measured["interval"]): string | undefined {
  if (interval === null || interval[0] > 0) return undefined;
  return `Improvement not statistically significant: 95% CI [${interval[0]}, ${interval[1]}] includes zero`;
}

/** Why costs vary too much; undefined when they do not, or when that is not known. */
export function varianceRefusal(
  { stdDev, meanNewCost }: Pick<Measured, "stdDev" | "meanNewCost">,
  most: number | null,
): string | undefined {
  if (most === null || stdDev === null || meanNewCost <= 0) return undefined;
  const cv = stdDev / meanNewCost;
  if (cv <= most) return undefined;
  const units = (cents: number) => `$${(cents / 100).toFixed(2)}`;
  return `Variance too high: CV=${cv.toFixed(2)} exceeds threshold ${most}. Policy is unstable ` +
    `(std_dev=${units(stdDev)}, mean=${units(meanNewCost)})`;
}
