/**
 * The search for the kappa at which defaults vanish, one cell at a time: raise the upper end until it is stable, then
 * halve the interval. Source: spec 03 5.1.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";

/** Where the search starts and when it ends. */
export interface FrontierSearch {
  readonly low: Decimal;
  readonly high: Decimal;
  /** Serves both for delta and for the width of the kappa interval. */
  readonly tolerance: Decimal;
  readonly maxIterations: number;
}

/** One evaluation that the search asks for. */
export interface FrontierStep {
  readonly label: "low" | "high" | "mid";
  readonly kappa: Decimal;
}

const GROWTH = Decimal.of(15, -1);
const GROWTH_LIMIT = Decimal.integer(4);
const KAPPA_LIMIT = Decimal.integer(128);
const TWO = Decimal.integer(2);

/**
 * The steps of one cell. Each `yield` asks for the share of dues that was not paid (delta) at a kappa; null stands for
 * a run without dues or a failed one, and counts as unstable.
 */
export function* frontierSteps(search: FrontierSearch): Generator<FrontierStep, void, Decimal | null> {
  const stable = (delta: Decimal | null): boolean => delta !== null && !delta.greaterThan(search.tolerance);
  if (stable(yield { label: "low", kappa: search.low })) return;
  let high = search.high;
  let isStable = stable(yield { label: "high", kappa: high });
  const limit = GROWTH_LIMIT.times(search.high);
  while (!isStable && high.lessThan(limit)) {
    high = high.times(GROWTH);
    isStable = stable(yield { label: "high", kappa: high });
    if (high.greaterThan(KAPPA_LIMIT)) break;
  }
  if (!isStable) return;
  let low = search.low;
  for (let i = 0; i < search.maxIterations; i++) {
    if (!high.minus(low).greaterThan(search.tolerance)) return;
    const kappa = low.plus(high).dividedBy(TWO);
    if (stable(yield { label: "mid", kappa })) high = kappa;
    else low = kappa;
  }
}
