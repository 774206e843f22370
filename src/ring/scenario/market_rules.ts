/**
 * Defaults and rules of the sections `dealer` and `balanced_dealer`, for every place that reads such settings: files,
 * sweeps, and programs. Source: specification chapter 01, A1.3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { DealerBucket, DealerSettings, RiskAssessment } from "./types.ts";

/** A rule: the sentence that a value breaks, or undefined when it is well. */
type Rule<T> = (value: T) => string | undefined;

/** A decimal with `digits` after the point: `fraction(25, 2)` is 0.25. */
function fraction(coefficient: number, digits: number): Decimal {
  return Decimal.of(coefficient, -digits);
}

function rule<T>(holds: (value: T) => boolean, message: string): Rule<T> {
  return (value) => holds(value) ? undefined : `Value error, ${message}`;
}

const positive = (value: Decimal) => value.sign > 0;
const notNegative = (value: Decimal) => value.sign >= 0;
const isShare = (value: Decimal) => value.sign >= 0 && !value.greaterThan(Decimal.ONE);
const isOpenShare = (value: Decimal) => value.sign > 0 && value.lessThan(Decimal.ONE);
const isRatio = (value: Decimal) => value.sign > 0 && !value.greaterThan(Decimal.ONE);
const atLeastOne = (value: number) => value >= 1;

/** The rules of the `dealer` section. */
export const DEALER_RULES = Object.freeze({
  ticketSize: rule(positive, "ticket_size must be positive"),
  tau: rule(atLeastOne, "Maturity bounds must be positive"),
  tauRange: rule(
    (bucket: Pick<DealerBucket, "tauMin" | "tauMax">) => bucket.tauMin <= bucket.tauMax,
    "tau_min must be <= tau_max",
  ),
  mid: rule(positive, "Mid price M must be positive"),
  spread: rule(positive, "Spread O must be positive"),
  share: rule(isShare, "Share values must be between 0 and 1"),
  piSell: rule(isShare, "pi_sell must be between 0 and 1"),
  nMax: rule(atLeastOne, "N_max must be positive"),
  horizonH: rule(atLeastOne, "horizon_H must be positive"),
  bufferB: rule(notNegative, "buffer_B cannot be negative"),
  lookbackWindow: rule(atLeastOne, "lookback_window must be positive"),
  smoothingAlpha: rule(positive, "smoothing_alpha must be positive"),
  premium: rule(notNegative, "Premium values cannot be negative"),
  buyPremiumMultiplier: rule(positive, "buy_premium_multiplier must be positive"),
});

/** The rules of the `balanced_dealer` section. */
export const BALANCED_RULES = Object.freeze({
  faceValue: rule(positive, "face_value must be positive"),
  outsideMidRatio: rule(isRatio, "outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)"),
  bigEntityShare: rule(isOpenShare, "big_entity_share must be between 0 and 1 (exclusive)"),
  vbtSharePerBucket: rule(isOpenShare, "vbt_share_per_bucket must be between 0 and 1 (exclusive)"),
  dealerSharePerBucket: rule(isOpenShare, "dealer_share_per_bucket must be between 0 and 1 (exclusive)"),
});

/** The buckets of a dealer market that names none. */
const DEFAULT_BUCKETS: readonly DealerBucket[] = [
  { name: "short", tauMin: 1, tauMax: 3, mid: fraction(10, 1), spread: fraction(20, 2) },
  { name: "mid", tauMin: 4, tauMax: 8, mid: fraction(10, 1), spread: fraction(30, 2) },
  { name: "long", tauMin: 9, tauMax: 999, mid: fraction(10, 1), spread: fraction(40, 2) },
];

/** A bucket that names no prices, as fractions of face. */
export const BUCKET_DEFAULTS = Object.freeze({ mid: fraction(10, 1), spread: fraction(30, 2) });

/** A `dealer` section that says nothing. */
export const DEALER_DEFAULTS: DealerSettings = Object.freeze({
  enabled: false,
  ticketSize: fraction(1, 0),
  buckets: DEFAULT_BUCKETS,
  dealerShare: fraction(25, 2),
  vbtShare: fraction(50, 2),
  orderFlow: null,
  traderPolicy: null,
  riskAssessment: null,
  seed: null,
});

/** An `order_flow` section that says nothing. */
export const ORDER_FLOW_DEFAULTS = Object.freeze({ piSell: fraction(5, 1), nMax: 3 });

/** A `trader_policy` section that says nothing. */
export const TRADER_POLICY_DEFAULTS = Object.freeze({ horizonH: 3, bufferB: fraction(10, 1) });

/** A `risk_assessment` section that says nothing. */
export const RISK_DEFAULTS: RiskAssessment = Object.freeze({
  enabled: true,
  lookbackWindow: 5,
  smoothingAlpha: fraction(10, 1),
  baseRiskPremium: fraction(2, 2),
  urgencySensitivity: fraction(10, 2),
  useIssuerSpecific: false,
  buyPremiumMultiplier: fraction(20, 1),
});

/** A `balanced_dealer` section that says nothing; also the terms of a balanced ring that names none (spec 03 4). */
export const BALANCED_DEFAULTS = Object.freeze({
  faceValue: fraction(20, 0),
  outsideMidRatio: fraction(75, 2),
  bigEntityShare: fraction(25, 2),
  vbtSharePerBucket: fraction(25, 2),
  dealerSharePerBucket: fraction(125, 3),
});
