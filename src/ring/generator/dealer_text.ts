/**
 * The settings of a dealer market as plain data of texts and numbers, which crosses workers and machines; they become
 * the `dealer` section of the generated scenario. Source: specification chapters 01 (A1.3) and 03 (5.2, 6, 7).
 *
 * @module
 */
import {
  BUCKET_DEFAULTS,
  DEALER_DEFAULTS,
  DEALER_RULES,
  ORDER_FLOW_DEFAULTS,
  RISK_DEFAULTS,
  TRADER_POLICY_DEFAULTS,
} from "../scenario/market_rules.ts";
import type { DealerBucket, DealerSettings, RiskAssessment } from "../scenario/types.ts";
import { SpecReading } from "./spec_reading.ts";

/** A {@linkcode DealerBucket} as plain JSON. */
export interface DealerBucketText {
  readonly name: string;
  /** Days to maturity, both ends included, at least 1. */
  readonly tauMin: number;
  readonly tauMax: number;
  /** Mid price of the outside market, as a fraction of face; default 1. */
  readonly mid?: string;
  /** Outside spread, as a fraction of face; default 0.30. */
  readonly spread?: string;
}

/** A {@linkcode RiskAssessment} as plain JSON. */
export interface RiskAssessmentText {
  /** Default true. */
  readonly enabled?: boolean;
  /** Days, default 5. */
  readonly lookbackWindow?: number;
  /** Default 1. */
  readonly smoothingAlpha?: string;
  /** Default 0.02. */
  readonly baseRiskPremium?: string;
  /** Default 0.10. */
  readonly urgencySensitivity?: string;
  /** Default false. */
  readonly useIssuerSpecific?: boolean;
  /** Default 2. */
  readonly buyPremiumMultiplier?: string;
}

/** {@linkcode DealerSettings} as plain JSON: decimals are texts, and what has a default may be missing. */
export interface DealerText {
  readonly enabled: boolean;
  /** Face of a ticket, default 1. */
  readonly ticketSize?: string;
  /** Default: short 1 to 3 days, mid 4 to 8, long from 9. */
  readonly buckets?: readonly DealerBucketText[];
  /** 0 to 1, default 0.25. */
  readonly dealerShare?: string;
  /** 0 to 1, default 0.50. */
  readonly vbtShare?: string;
  /** Missing: up to ten sellers and one buyer a day. In what is given, default 0.5 and 3. */
  readonly orderFlow?: { readonly piSell?: string; readonly nMax?: number };
  /** Missing: 10 days ahead and 500 units to spare. In what is given, default 3 days and 1. */
  readonly traderPolicy?: { readonly horizonH?: number; readonly bufferB?: string };
  /** Null or missing: the scenario says nothing about it. To switch it off say `{ enabled: false }`. */
  readonly riskAssessment?: RiskAssessmentText | null;
  /** Seed of the order in which traders come; missing: that of the ring. */
  readonly seed?: number;
}

/**
 * The exact form of plain dealer settings.
 *
 * @throws {ValidationError} `Configuration validation failed`, listing every problem with its path in a scenario file.
 */
export function dealerFromText(text: DealerText): DealerSettings {
  const reading = new SpecReading(["dealer"]);
  const { orderFlow, traderPolicy, riskAssessment } = text;
  const base = DEALER_DEFAULTS;
  const settings: DealerSettings = {
    enabled: text.enabled,
    ticketSize: reading.decimal(["ticket_size"], text.ticketSize, DEALER_RULES.ticketSize, base.ticketSize),
    buckets: text.buckets?.map((bucket) => bucketOf(bucket, reading)) ?? base.buckets,
    dealerShare: reading.decimal(["dealer_share"], text.dealerShare, DEALER_RULES.share, base.dealerShare),
    vbtShare: reading.decimal(["vbt_share"], text.vbtShare, DEALER_RULES.share, base.vbtShare),
    orderFlow: orderFlow === undefined ? null : orderFlowOf(orderFlow, reading),
    traderPolicy: traderPolicy === undefined ? null : traderPolicyOf(traderPolicy, reading),
    riskAssessment: riskAssessment === undefined || riskAssessment === null ? null : riskOf(riskAssessment, reading),
    seed: text.seed ?? null,
  };
  reading.settle("Configuration validation failed");
  return settings;
}

function orderFlowOf(text: NonNullable<DealerText["orderFlow"]>, reading: SpecReading): DealerSettings["orderFlow"] {
  const base = ORDER_FLOW_DEFAULTS;
  return {
    piSell: reading.decimal(["order_flow", "pi_sell"], text.piSell, DEALER_RULES.piSell, base.piSell),
    nMax: reading.integer(["order_flow", "N_max"], text.nMax ?? base.nMax, DEALER_RULES.nMax),
  };
}

function traderPolicyOf(
  text: NonNullable<DealerText["traderPolicy"]>,
  reading: SpecReading,
): DealerSettings["traderPolicy"] {
  const base = TRADER_POLICY_DEFAULTS;
  return {
    horizonH: reading.integer(["trader_policy", "horizon_H"], text.horizonH ?? base.horizonH, DEALER_RULES.horizonH),
    bufferB: reading.decimal(["trader_policy", "buffer_B"], text.bufferB, DEALER_RULES.bufferB, base.bufferB),
  };
}

function bucketOf(text: DealerBucketText, reading: SpecReading): DealerBucket {
  const path = ["buckets", text.name];
  const bucket: DealerBucket = {
    name: text.name,
    tauMin: reading.integer([...path, "tau_min"], text.tauMin, DEALER_RULES.tau),
    tauMax: reading.integer([...path, "tau_max"], text.tauMax, DEALER_RULES.tau),
    mid: reading.decimal([...path, "M"], text.mid, DEALER_RULES.mid, BUCKET_DEFAULTS.mid),
    spread: reading.decimal([...path, "O"], text.spread, DEALER_RULES.spread, BUCKET_DEFAULTS.spread),
  };
  const disorder = DEALER_RULES.tauRange(bucket);
  if (disorder !== undefined) reading.refuse(path, disorder, `${bucket.tauMin} to ${bucket.tauMax}`);
  return bucket;
}

function riskOf(text: RiskAssessmentText, reading: SpecReading): RiskAssessment {
  const at = (key: string) => ["risk_assessment", key];
  const { premium, smoothingAlpha, buyPremiumMultiplier, lookbackWindow } = DEALER_RULES;
  const base = RISK_DEFAULTS;
  return {
    enabled: text.enabled ?? base.enabled,
    lookbackWindow: reading.integer(at("lookback_window"), text.lookbackWindow ?? base.lookbackWindow, lookbackWindow),
    smoothingAlpha: reading.decimal(at("smoothing_alpha"), text.smoothingAlpha, smoothingAlpha, base.smoothingAlpha),
    baseRiskPremium: reading.decimal(at("base_risk_premium"), text.baseRiskPremium, premium, base.baseRiskPremium),
    urgencySensitivity: reading.decimal(
      at("urgency_sensitivity"),
      text.urgencySensitivity,
      premium,
      base.urgencySensitivity,
    ),
    useIssuerSpecific: text.useIssuerSpecific ?? base.useIssuerSpecific,
    buyPremiumMultiplier: reading.decimal(
      at("buy_premium_multiplier"),
      text.buyPremiumMultiplier,
      buyPremiumMultiplier,
      base.buyPremiumMultiplier,
    ),
  };
}

/** The plain form of dealer settings; {@linkcode dealerFromText} gives them back. */
export function dealerText(settings: DealerSettings): DealerText {
  const { orderFlow, traderPolicy, riskAssessment: risk } = settings;
  return {
    enabled: settings.enabled,
    ticketSize: settings.ticketSize.toString(),
    buckets: settings.buckets.map((bucket) => ({
      name: bucket.name,
      tauMin: bucket.tauMin,
      tauMax: bucket.tauMax,
      mid: bucket.mid.toString(),
      spread: bucket.spread.toString(),
    })),
    dealerShare: settings.dealerShare.toString(),
    vbtShare: settings.vbtShare.toString(),
    ...(orderFlow === null ? {} : { orderFlow: { piSell: orderFlow.piSell.toString(), nMax: orderFlow.nMax } }),
    ...(traderPolicy === null
      ? {}
      : { traderPolicy: { horizonH: traderPolicy.horizonH, bufferB: traderPolicy.bufferB.toString() } }),
    ...(settings.seed === null ? {} : { seed: settings.seed }),
    riskAssessment: risk === null ? null : {
      enabled: risk.enabled,
      lookbackWindow: risk.lookbackWindow,
      smoothingAlpha: risk.smoothingAlpha.toString(),
      baseRiskPremium: risk.baseRiskPremium.toString(),
      urgencySensitivity: risk.urgencySensitivity.toString(),
      useIssuerSpecific: risk.useIssuerSpecific,
      buyPremiumMultiplier: risk.buyPremiumMultiplier.toString(),
    },
  };
}
