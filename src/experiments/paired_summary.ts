/**
 * What a paired sweep found, in numbers: `aggregate/summary.json`. The first keys are those of the reference, behind
 * them stands how sure the means are. Source: spec 02 7.3 and 7.4, 03 6 and 7.
 *
 * @module
 */
import { type ComparisonOptions, type Pair, shownStatus } from "./comparison.ts";
import type { PairedDesign } from "./paired_plan.ts";
import { type DeltaPair, type Interval, type PairedStatistics, pairedStatistics } from "./paired_statistics.ts";
import type { PlanHeader, PlanSetting } from "./plan.ts";

/** The summary of a paired sweep. */
export interface PairedSummary {
  /** Pairs whose runs have both ended. */
  readonly total: number;
  /** Those with both deltas known: they are what the statistics are of. */
  readonly completed: number;
  readonly failedBaselineRuns: number;
  readonly failedTradingRuns: number;
  /** Null without a completed pair. */
  readonly statistics: PairedStatistics | null;
}

/** Summarises the pairs that have ended. */
export function pairedSummary(pairs: readonly Pair[], options: ComparisonOptions = {}): PairedSummary {
  const deltas = pairs.flatMap((pair) => deltaPair(pair) ?? []);
  return {
    total: pairs.length,
    completed: deltas.length,
    failedBaselineRuns: pairs.filter((pair) => shownStatus(pair.baseline, options) === "failed").length,
    failedTradingRuns: pairs.filter((pair) => shownStatus(pair.trading, options) === "failed").length,
    statistics: pairedStatistics(deltas),
  };
}

/** The numbers of a pair, null unless both deltas are known. */
export function deltaPair({ baseline, trading, effect, relief }: Pair): DeltaPair | null {
  if (baseline.delta === null || trading.delta === null || effect === null || relief === null) return null;
  return {
    baseline: baseline.delta.toNumber(),
    trading: trading.delta.toNumber(),
    effect: effect.toNumber(),
    relief: relief.toNumber(),
  };
}

/** The object of `summary.json`. */
export function summaryObject(
  summary: PairedSummary,
  design: PairedDesign,
  header: PlanHeader,
): Readonly<Record<string, unknown>> {
  const { statistics } = summary;
  const { baseline, trading } = design;
  const balanced = design.kind === "balanced";
  return {
    total_pairs: summary.total,
    completed_pairs: summary.completed,
    ...(balanced ? {} : {
      [`failed_${baseline.name}_runs`]: summary.failedBaselineRuns,
      [`failed_${trading.name}_runs`]: summary.failedTradingRuns,
    }),
    [`mean_delta_${baseline.name}`]: statistics?.meanBaseline ?? null,
    [`mean_delta_${trading.name}`]: statistics?.meanTrading ?? null,
    ...(balanced ? { mean_trading_effect: statistics?.effect.mean ?? null } : {}),
    mean_relief_ratio: statistics?.relief.mean ?? null,
    pairs_with_improvement: statistics?.improved ?? 0,
    pairs_unchanged: statistics?.unchanged ?? 0,
    pairs_worsened: statistics?.worsened ?? 0,
    config: balanced ? balancedConfig(header) : gridConfig(header),
    ...(header.reference ? {} : certainty(summary, design)),
  };
}

/** The text of `summary.json`. */
export function summaryText(summary: PairedSummary, design: PairedDesign, header: PlanHeader): string {
  return JSON.stringify(summaryObject(summary, design, header), null, 2);
}

/** How sure the means are: both runs of a pair share their seed, so their difference varies less than they do. */
function certainty(summary: PairedSummary, { kind, baseline, trading }: PairedDesign): Record<string, unknown> {
  const { statistics } = summary;
  return {
    pairs_used: statistics?.pairs ?? 0,
    ...(kind === "balanced"
      ? {
        [`failed_${baseline.name}_runs`]: summary.failedBaselineRuns,
        [`failed_${trading.name}_runs`]: summary.failedTradingRuns,
      }
      : { mean_delta_reduction: statistics?.effect.mean ?? null }),
    paired_standard_error_effect: statistics?.effect.standardError ?? null,
    unpaired_standard_error_effect: statistics?.unpairedStandardError ?? null,
    effect_interval_95: bounds(statistics?.effect.interval),
    paired_standard_error_relief_ratio: statistics?.relief.standardError ?? null,
    relief_ratio_interval_95: bounds(statistics?.relief.interval),
    correlation_of_arms: statistics?.correlation ?? null,
  };
}

function bounds(interval: Interval | null | undefined): readonly [number, number] | null {
  return interval === null || interval === undefined ? null : [interval.low, interval.high];
}

function gridConfig({ settings }: PlanHeader): Record<string, PlanSetting> {
  return {
    n_agents: settings["n-agents"] ?? null,
    maturity_days: settings["maturity-days"] ?? null,
    Q_total: settings["q-total"] ?? null,
    base_seed: settings["base-seed"] ?? null,
    kappas: settings["kappas"] ?? [],
    concentrations: settings["concentrations"] ?? [],
    mus: settings["mus"] ?? [],
  };
}

function balancedConfig(header: PlanHeader): Record<string, PlanSetting> {
  const { settings } = header;
  const { kappas = [], concentrations = [], mus = [], ...ring } = gridConfig(header);
  return {
    ...ring,
    face_value: settings["face-value"] ?? null,
    big_entity_share: settings["big-entity-share"] ?? null,
    vbt_share_per_bucket: settings["vbt-share-per-bucket"] ?? null,
    dealer_share_per_bucket: settings["dealer-share-per-bucket"] ?? null,
    rollover_enabled: settings["rollover"] ?? null,
    kappas,
    concentrations,
    mus,
    outside_mid_ratios: settings["outside-mid-ratios"] ?? [],
  };
}
