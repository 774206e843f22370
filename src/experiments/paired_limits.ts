/**
 * What no run of a paired sweep can accept, found before anything is made. The ticket size of a comparison is not among
 * it: only the arm with trading has tickets, and the other arm's runs stand on their own (spec 03 17.16).
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { BALANCED_RULES, DEALER_RULES } from "../ring/scenario/market_rules.ts";
import type { AnyPairedSettings, BalancedSettings, ComparisonSettings } from "./paired_settings.ts";
import { behavioursText } from "./ring_source.ts";
import { impossibleSeed, impossibleTerm, SETTING_PLACES } from "./ring_limits.ts";

/** A setting that no run can accept. */
export interface ImpossiblePairedSetting {
  readonly setting: string;
  /** The value, or the member of the list. */
  readonly value: string;
  /** What it should be: `numbers from 0 to 1`. */
  readonly expected: string;
}

/** Where a setting stands on the command line and in a sweep file (spec 03 8.3). */
export const PAIRED_PLACES: Readonly<Record<string, { readonly flag: string; readonly key: readonly string[] }>> = {
  ...SETTING_PLACES,
  outsideMidRatios: { flag: "--outside-mid-ratios", key: ["grid", "outside_mid_ratios"] },
  faceValue: { flag: "--face-value", key: ["balanced", "face_value"] },
  vbtSharePerBucket: { flag: "--vbt-share-per-bucket", key: ["balanced", "vbt_share_per_bucket"] },
  dealerSharePerBucket: { flag: "--dealer-share-per-bucket", key: ["balanced", "dealer_share_per_bucket"] },
  dealerShare: { flag: "--dealer-share", key: ["comparison", "dealer_share"] },
  vbtShare: { flag: "--vbt-share", key: ["vbt_share"] },
  baseRiskPremium: { flag: "--risk-premium", key: ["runner", "risk_assessment_config", "base_risk_premium"] },
  urgencySensitivity: { flag: "--risk-urgency", key: ["runner", "risk_assessment_config", "urgency_sensitivity"] },
};

/** How many runs a paired sweep has. */
export function plannedPairRuns(settings: AnyPairedSettings): number {
  const { kappas, concentrations, mus, monotonicities } = settings;
  const ratios = settings.kind === "balanced" ? settings.outsideMidRatios.length : 1;
  return 2 * ratios * kappas.length * concentrations.length * mus.length * monotonicities.length;
}

/** The first setting that no run can accept, undefined when there is none. */
export function impossiblePairedSetting(settings: AnyPairedSettings): ImpossiblePairedSetting | undefined {
  const term = impossibleTerm(settings);
  if (term !== undefined) return term;
  const { vbtShare, risk } = settings;
  return impossible("vbtShare", [vbtShare], DEALER_RULES.share, "a number from 0 to 1") ??
    impossible("baseRiskPremium", [risk.baseRiskPremium], DEALER_RULES.premium, "a number of at least 0") ??
    impossible("urgencySensitivity", [risk.urgencySensitivity], DEALER_RULES.premium, "a number of at least 0") ??
    (settings.kind === "balanced" ? impossibleHolders(settings) : impossibleDealers(settings)) ??
    impossibleSeed(settings.baseSeed, plannedPairRuns(settings) / 2, "pairs");
}

function impossibleDealers({ dealerShare }: ComparisonSettings): ImpossiblePairedSetting | undefined {
  return impossible("dealerShare", [dealerShare], DEALER_RULES.share, "a number from 0 to 1");
}

function impossibleHolders(settings: BalancedSettings): ImpossiblePairedSetting | undefined {
  const { outsideMidRatios, vbtSharePerBucket, dealerSharePerBucket } = settings;
  const { outsideMidRatio } = BALANCED_RULES;
  // The reference has a default for 0, in one of the arms.
  const faceValue = behavioursText(settings.behaviours) === "reference" ? undefined : settings.faceValue;
  const share = "a number of at least 0 and below 1";
  return impossible("outsideMidRatios", outsideMidRatios, outsideMidRatio, "numbers above 0 and up to 1") ??
    impossible("faceValue", [faceValue], BALANCED_RULES.faceValue, "a number above 0") ??
    impossible("vbtSharePerBucket", [vbtSharePerBucket], notHoldable, share) ??
    impossible("dealerSharePerBucket", [dealerSharePerBucket], notHoldable, share);
}

/** Nobody holds as much as the whole ring on top of it; 0 is no holding. */
const notHoldable = (value: Decimal) => value.sign < 0 || !value.lessThan(Decimal.ONE) ? "no share" : undefined;

function impossible(
  setting: string,
  values: readonly (Decimal | undefined)[],
  refusal: (value: Decimal) => string | undefined,
  expected: string,
): ImpossiblePairedSetting | undefined {
  const value = values.find((value) => value !== undefined && refusal(value) !== undefined);
  return value === undefined ? undefined : { setting, value: value.toString(), expected };
}
