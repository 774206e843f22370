/**
 * The sections `dealer` and `balanced_dealer` of a scenario file. Source: specification chapter 01, A1.3.
 *
 * @module
 */
import { z } from "zod";
import { choice, decimal, flag, integer, mapping, named, ruled } from "./fields.ts";
import {
  BALANCED_DEFAULTS,
  BALANCED_RULES,
  BUCKET_DEFAULTS,
  DEALER_DEFAULTS,
  DEALER_RULES,
  ORDER_FLOW_DEFAULTS,
  RISK_DEFAULTS,
  TRADER_POLICY_DEFAULTS,
} from "./market_rules.ts";
import type { BalancedConfig, BalancedDealerSettings, DealerBucket, DealerSettings } from "./types.ts";

const bucketFields = mapping({
  tau_min: ruled(integer, DEALER_RULES.tau),
  tau_max: ruled(integer, DEALER_RULES.tau),
  M: ruled(decimal, DEALER_RULES.mid).default(BUCKET_DEFAULTS.mid),
  O: ruled(decimal, DEALER_RULES.spread).default(BUCKET_DEFAULTS.spread),
}, "DealerBucketConfig");

const bucket = ruled(
  bucketFields,
  ({ tau_min: tauMin, tau_max: tauMax }) => DEALER_RULES.tauRange({ tauMin, tauMax }),
);

const buckets = z.nullable(named(bucket)).default(null).transform((byName): readonly DealerBucket[] =>
  byName === null ? DEALER_DEFAULTS.buckets : Object.entries(byName).map(([name, fields]) => ({
    name,
    tauMin: fields.tau_min,
    tauMax: fields.tau_max,
    mid: fields.M,
    spread: fields.O,
  }))
);

const orderFlow = mapping({
  pi_sell: ruled(decimal, DEALER_RULES.piSell).default(ORDER_FLOW_DEFAULTS.piSell),
  N_max: ruled(integer, DEALER_RULES.nMax).default(ORDER_FLOW_DEFAULTS.nMax),
}, "DealerOrderFlowConfig").transform((fields) => ({ piSell: fields.pi_sell, nMax: fields.N_max }));

const traderPolicy = mapping({
  horizon_H: ruled(integer, DEALER_RULES.horizonH).default(TRADER_POLICY_DEFAULTS.horizonH),
  buffer_B: ruled(decimal, DEALER_RULES.bufferB).default(TRADER_POLICY_DEFAULTS.bufferB),
}, "DealerTraderPolicyConfig").transform((fields) => ({ horizonH: fields.horizon_H, bufferB: fields.buffer_B }));

const riskAssessment = mapping({
  enabled: flag.default(RISK_DEFAULTS.enabled),
  lookback_window: ruled(integer, DEALER_RULES.lookbackWindow).default(RISK_DEFAULTS.lookbackWindow),
  smoothing_alpha: ruled(decimal, DEALER_RULES.smoothingAlpha).default(RISK_DEFAULTS.smoothingAlpha),
  base_risk_premium: ruled(decimal, DEALER_RULES.premium).default(RISK_DEFAULTS.baseRiskPremium),
  urgency_sensitivity: ruled(decimal, DEALER_RULES.premium).default(RISK_DEFAULTS.urgencySensitivity),
  use_issuer_specific: flag.default(RISK_DEFAULTS.useIssuerSpecific),
  buy_premium_multiplier: ruled(decimal, DEALER_RULES.buyPremiumMultiplier).default(RISK_DEFAULTS.buyPremiumMultiplier),
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
    ticket_size: ruled(decimal, DEALER_RULES.ticketSize).default(DEALER_DEFAULTS.ticketSize),
    buckets,
    dealer_share: ruled(decimal, DEALER_RULES.share).default(DEALER_DEFAULTS.dealerShare),
    vbt_share: ruled(decimal, DEALER_RULES.share).default(DEALER_DEFAULTS.vbtShare),
    order_flow: z.nullable(orderFlow).default(null),
    trader_policy: z.nullable(traderPolicy).default(null),
    risk_assessment: z.nullable(riskAssessment).default(null),
    seed: z.nullable(integer).default(null),
  }, "DealerConfig").transform((fields): DealerSettings => ({
    enabled: fields.enabled,
    ticketSize: fields.ticket_size,
    buckets: fields.buckets,
    dealerShare: fields.dealer_share,
    vbtShare: fields.vbt_share,
    orderFlow: fields.order_flow,
    traderPolicy: fields.trader_policy,
    riskAssessment: fields.risk_assessment,
    seed: fields.seed,
  })),
).default(null);

/** The `balanced_dealer` section. */
export const balancedDealerSection = z.nullable(
  mapping({
    enabled: flag.default(false),
    face_value: ruled(decimal, BALANCED_RULES.faceValue).default(BALANCED_DEFAULTS.faceValue),
    outside_mid_ratio: ruled(decimal, BALANCED_RULES.outsideMidRatio).default(BALANCED_DEFAULTS.outsideMidRatio),
    big_entity_share: ruled(decimal, BALANCED_RULES.bigEntityShare).default(BALANCED_DEFAULTS.bigEntityShare),
    vbt_share_per_bucket: ruled(decimal, BALANCED_RULES.vbtSharePerBucket).default(BALANCED_DEFAULTS.vbtSharePerBucket),
    dealer_share_per_bucket: ruled(decimal, BALANCED_RULES.dealerSharePerBucket).default(
      BALANCED_DEFAULTS.dealerSharePerBucket,
    ),
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

/** The note `_balanced_config`, as the generator and the reference write it; shares may be 0. */
export const balancedConfigNote = mapping({
  face_value: ruled(decimal, BALANCED_RULES.faceValue),
  outside_mid_ratio: ruled(decimal, BALANCED_RULES.outsideMidRatio),
  vbt_share_per_bucket: ruled(decimal, DEALER_RULES.share),
  dealer_share_per_bucket: ruled(decimal, DEALER_RULES.share),
  mode: choice(["passive", "active"]),
  rollover_enabled: flag,
}, "BalancedConfig").transform((fields): BalancedConfig => ({
  faceValue: fields.face_value,
  outsideMidRatio: fields.outside_mid_ratio,
  vbtSharePerBucket: fields.vbt_share_per_bucket,
  dealerSharePerBucket: fields.dealer_share_per_bucket,
  mode: fields.mode,
  rolloverEnabled: fields.rollover_enabled,
}));
