/**
 * Where in its grid a paired sweep finds what it finds: its pairs by the value of one parameter, and which values differ
 * by more than chance.
 *
 * @module
 */
import { canonicalScalar } from "./canonical.ts";
import type { Pair } from "./comparison.ts";
import { type PairedStatistics, pairedStatistics } from "./paired_statistics.ts";
import { deltaPair } from "./paired_summary.ts";

/** The pairs with one value of a parameter. */
export interface PairGroup {
  /** As the first of them spells it. */
  readonly value: string;
  /** Null when none of them has both deltas. */
  readonly statistics: PairedStatistics | null;
}

/** Groups pairs by the value of a parameter, so that 1 and 1.0 are one; in the order of the plan. */
export function pairGroups(pairs: readonly Pair[], parameter: string): PairGroup[] {
  const byValue = new Map<string, { value: string; pairs: Pair[] }>();
  for (const pair of pairs) {
    const value = pair.planned.baseline.parameters[parameter];
    if (value === undefined || value === null) continue;
    const key = canonicalScalar(value);
    const group = byValue.get(key);
    if (group === undefined) byValue.set(key, { value: String(value), pairs: [pair] });
    else group.pairs.push(pair);
  }
  return [...byValue.values()].map(({ value, pairs }) => ({
    value,
    statistics: pairedStatistics(pairs.flatMap((pair) => deltaPair(pair) ?? []), { resamples: 0 }),
  }));
}

/** One value of a parameter with the mean effect of its pairs. */
export interface GroupEffect {
  readonly value: string;
  readonly effect: number;
}

/** The values of a parameter at which trading helps most and least. */
export interface Contrast {
  readonly most: GroupEffect;
  readonly least: GroupEffect;
  /** Whether their effects are more than two standard errors of the difference apart. */
  readonly isClear: boolean;
}

/** Pairs below which the standard error of a group is mere chance itself. */
const FEWEST_PAIRS = 5;

/** Compares the groups of a parameter that have five pairs or more; null when fewer than two have. */
export function contrastOf(groups: readonly PairGroup[]): Contrast | null {
  const known = groups.flatMap(({ value, statistics }) => {
    const { mean, standardError } = statistics?.effect ?? { mean: 0, standardError: null };
    const isKnown = standardError !== null && (statistics?.pairs ?? 0) >= FEWEST_PAIRS;
    return isKnown ? [{ value, effect: mean, standardError }] : [];
  });
  const [first, ...others] = known;
  if (first === undefined || others.length === 0) return null;
  const most = others.reduce((best, group) => group.effect > best.effect ? group : best, first);
  const least = others.reduce((worst, group) => group.effect < worst.effect ? group : worst, first);
  const error = Math.hypot(most.standardError, least.standardError);
  return {
    most: { value: most.value, effect: most.effect },
    least: { value: least.value, effect: least.effect },
    isClear: most.effect - least.effect > 2 * error,
  };
}
