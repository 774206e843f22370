/**
 * The sections `dealer` and `balanced_dealer` of a scenario file. Source: specification chapter 01, A1.3.
 *
 * @module
 */
import { z } from "zod";
import { Decimal } from "../../core/decimal.ts";
import { choice, decimal, flag, integer, mapping, named, ruled } from "./fields.ts";
import type { BalancedDealerSettings, DealerBucket, DealerSettings } from "./types.ts";

function positive(message: string): z.ZodType<Decimal> {
  return ruled(decimal, (value) => value.sign > 0 ? undefined : `Value error, ${message}`);
}

function notNegative(message: string): z.ZodType<Decimal> {
  return ruled(decimal, (value) => value.sign >= 0 ? undefined : `Value error, ${message}`);
}

function share(message: string): z.ZodType<Decimal> {
  const inRange = (value: Decimal) => value.sign >= 0 && !value.greaterThan(Decimal.ONE);
  return ruled(decimal, (value) => inRange(value) ? undefined : `Value error, ${message}`);
}

function openShare(key: string): z.ZodType<Decimal> {
  const inRange = (value: Decimal) => value.sign > 0 && value.lessThan(Decimal.ONE);
  const message = `Value error, ${key} must be between 0 and 1 (exclusive)`;
  return ruled(decimal, (value) => inRange(value) ? undefined : message);
}

function atLeastOne(message: string): z.ZodType<number> {
  return ruled(integer, (value) => value >= 1 ? undefined : `Value error, ${message}`);
}

/** A decimal with `digits` after the point: `fraction(25, 2)` is 0.25. */
function fraction(coefficient: number, digits: number): Decimal {
  return Decimal.of(coefficient, -digits);
}

const DEFAULT_BUCKETS: readonly DealerBucket[] = [
  { name: "short", tauMin: 1, tauMax: 3, mid: fraction(10, 1), spread: fraction(20, 2) },
  { name: "mid", tauMin: 4, tauMax: 8, mid: fraction(10, 1), spread: fraction(30, 2) },
  { name: "long", tauMin: 9, tauMax: 999, mid: fraction(10, 1), spread: fraction(40, 2) },
];

const bucketFields = mapping({
  tau_min: atLeastOne("Maturity bounds must be positive"),
  tau_max: atLeastOne("Maturity bounds must be positive"),
  M: positive("Mid price M must be positive").default(fraction(10, 1)),
  O: positive("Spread O must be positive").default(fraction(30, 2)),
}, "DealerBucketConfig");

const bucket = ruled(
  bucketFields,
  (fields) => fields.tau_min <= fields.tau_max ? undefined : "Value error, tau_min must be <= tau_max",
);

const buckets = z.nullable(named(bucket)).default(null).transform((byName): readonly DealerBucket[] =>
  byName === null ? DEFAULT_BUCKETS : Object.entries(byName).map(([name, fields]) => ({
    name,
    tauMin: fields.tau_min,
    tauMax: fields.tau_max,
    mid: fields.M,
    spread: fields.O,
  }))
);

const orderFlow = mapping({
  pi_sell: share("pi_sell must be between 0 and 1").default(fraction(5, 1)),
  N_max: atLeastOne("N_max must be positive").default(3),
}, "DealerOrderFlowConfig").transform((fields) => ({ piSell: fields.pi_sell, nMax: fields.N_max }));

const traderPolicy = mapping({
  horizon_H: atLeastOne("horizon_H must be positive").default(3),
  buffer_B: notNegative("buffer_B cannot be negative").default(fraction(10, 1)),
}, "DealerTraderPolicyConfig").transform((fields) => ({ horizonH: fields.horizon_H, bufferB: fields.buffer_B }));

const riskAssessment = mapping({
  enabled: flag.default(true),
  lookback_window: atLeastOne("lookback_window must be positive").default(5),
  smoothing_alpha: positive("smoothing_alpha must be positive").default(fraction(10, 1)),
  base_risk_premium: notNegative("Premium values cannot be negative").default(fraction(2, 2)),
  urgency_sensitivity: notNegative("Premium values cannot be negative").default(fraction(10, 2)),
  use_issuer_specific: flag.default(false),
  buy_premium_multiplier: positive("buy_premium_multiplier must be positive").default(fraction(20, 1)),
}, "RiskAssessmentConfig").transform((fields) => ({
  enabled: fields.enabled,
  lookbackWindow: fields.lookback_window,
  smoothingAlpha: fields.smoothing_alpha,
  baseRiskPremium: fields.base_risk_premium,
  urgencySensitivity: fields.urgency_sensitivity,
  useIssuerSpecific: fields.use_issuer_specific,
  buyPremiumMultiplier: fields.buy_premium_multiplier,
}));

/** The `dealer` section. */
export const dealerSection = z.nullable(
  mapping({
    enabled: flag.default(false),
    ticket_size: positive("ticket_size must be positive").default(fraction(1, 0)),
    buckets,
    dealer_share: share("Share values must be between 0 and 1").default(fraction(25, 2)),
    vbt_share: share("Share values must be between 0 and 1").default(fraction(50, 2)),
    order_flow: orderFlow.default({ piSell: fraction(5, 1), nMax: 3 }),
    trader_policy: traderPolicy.default({ horizonH: 3, bufferB: fraction(10, 1) }),
    risk_assessment: z.nullable(riskAssessment).default(null),
  }, "DealerConfig").transform((fields): DealerSettings => ({
    enabled: fields.enabled,
    ticketSize: fields.ticket_size,
    buckets: fields.buckets,
    dealerShare: fields.dealer_share,
    vbtShare: fields.vbt_share,
    orderFlow: fields.order_flow,
    traderPolicy: fields.trader_policy,
    riskAssessment: fields.risk_assessment,
  })),
).default(null);

const outsideMidRatio = ruled(
  decimal,
  (value: Decimal) =>
    value.sign > 0 && !value.greaterThan(Decimal.ONE)
      ? undefined
      : "Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
);

/** The `balanced_dealer` section. */
export const balancedDealerSection = z.nullable(
  mapping({
    enabled: flag.default(false),
    face_value: positive("face_value must be positive").default(fraction(20, 0)),
    outside_mid_ratio: outsideMidRatio.default(fraction(75, 2)),
    big_entity_share: openShare("big_entity_share").default(fraction(25, 2)),
    vbt_share_per_bucket: openShare("vbt_share_per_bucket").default(fraction(25, 2)),
    dealer_share_per_bucket: openShare("dealer_share_per_bucket").default(fraction(125, 3)),
    mode: choice(["passive", "active"]).default("active"),
    rollover_enabled: flag.default(true),
  }, "BalancedDealerConfig").transform((fields): BalancedDealerSettings => ({
    enabled: fields.enabled,
    faceValue: fields.face_value,
    outsideMidRatio: fields.outside_mid_ratio,
    bigEntityShare: fields.big_entity_share,
    vbtSharePerBucket: fields.vbt_share_per_bucket,
    dealerSharePerBucket: fields.dealer_share_per_bucket,
    mode: fields.mode,
    rolloverEnabled: fields.rollover_enabled,
  })),
).default(null);
