/**
 * What the ring generator `ring_explorer_v1` is asked for: the exact form that the generator takes, and a plain form of
 * texts and numbers that crosses workers and machines. Source: specification chapter 03, sections 3.1 and 16.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { BALANCED_DEFAULTS } from "../scenario/market_rules.ts";
import type { BalancedConfig, DealerSettings, DefaultHandling } from "../scenario/types.ts";
import { dealerFromText, type DealerText } from "./dealer_text.ts";
import { type Rule, SpecReading } from "./spec_reading.ts";

/** Name of the generator in files. */
export const RING_GENERATOR = "ring_explorer_v1";

/** How the initial cash L is spread over the agents (spec 03 3.6). */
export type Allocation =
  | { readonly mode: "uniform" }
  | { readonly mode: "single_at"; readonly agent: string }
  | { readonly mode: "vector"; readonly vector: readonly Decimal[] };

/** The terms of the outside holders of a balanced ring (spec 03 4). */
export type BalancedTerms = Pick<
  BalancedConfig,
  "faceValue" | "outsideMidRatio" | "vbtSharePerBucket" | "dealerSharePerBucket"
>;

/** Which generator: the plain ring, or the balanced one in which outside holders also own claims on the ring. */
export type RingVariant =
  | { readonly variant: "plain" }
  | { readonly variant: "balanced"; readonly balanced: BalancedTerms };

/** A ring to be generated. Amounts in the scenario's money unit, days counted from 0. */
export type RingSpec = RingVariant & RingTerms;

/** What every ring is asked for. */
export interface RingTerms {
  readonly namePrefix: string;
  /** Number of households, at least 3. */
  readonly nAgents: number;
  /** Any whole number; a seed and its negative give the same draws. */
  readonly seed: number | bigint;
  /** Initial cash as a share of total dues, above 0. */
  readonly kappa: Decimal;
  /** Total dues Q; null when they follow from the liquidity. */
  readonly qTotal: Decimal | null;
  /** Total initial cash L; null when it follows from Q. */
  readonly liquidityTotal: Decimal | null;
  readonly allocation: Allocation;
  /** Dirichlet concentration c of the payable amounts, above 0: small is unequal. */
  readonly concentration: Decimal;
  /** Order of the amounts round the ring, -1 (ascending) to 1 (descending); 0 keeps the drawn order. */
  readonly monotonicity: Decimal;
  /** Horizon D: the last possible due day, at least 1. */
  readonly maturityDays: number;
  /** How far the due days are spread over the horizon, 0 to 1. */
  readonly mu: Decimal;
  /** Payment order by kind of debtor; kinds that are not named keep the model's order. */
  readonly mopRank: Readonly<Record<string, readonly string[]>>;
  readonly defaultHandling: DefaultHandling;
  readonly rolloverEnabled: boolean;
  /** The `dealer` section of the scenario, null for none; a balanced ring is active when it is enabled. */
  readonly dealer: DealerSettings | null;
}

/** An {@linkcode Allocation} whose decimals are texts. */
export type AllocationText =
  | { readonly mode: "uniform" }
  | { readonly mode: "single_at"; readonly agent: string }
  | { readonly mode: "vector"; readonly vector: readonly string[] };

/** {@linkcode BalancedTerms} as plain JSON. */
export interface BalancedTermsText {
  /** Above 0, default 20; noted in the scenario only, where tickets have the size that the dealer section says. */
  readonly faceValue?: string;
  /** Price of the holders' claims rho as a fraction of face, above 0 and at most 1, default 0.75. */
  readonly outsideMidRatio?: string;
  /** Holdings of each bucket's value-based trader as a share of its ring payables, 0 up to below 1, default 0.25. */
  readonly vbtSharePerBucket?: string;
  /** The same for its dealer, default 0.125. */
  readonly dealerSharePerBucket?: string;
}

/** A {@linkcode RingSpec} as plain JSON: decimals are texts, and what has a default may be missing. */
export interface RingSpecText {
  /** Default `plain`. */
  readonly variant?: "plain" | "balanced";
  /** For the variant `balanced` only. */
  readonly balanced?: BalancedTermsText;
  readonly namePrefix: string;
  /** Default 5. */
  readonly nAgents?: number;
  /** Default 42; a text where a number would not be exact. */
  readonly seed?: number | string;
  readonly kappa: string;
  readonly qTotal?: string | null;
  readonly liquidityTotal?: string | null;
  /** Default uniform. */
  readonly allocation?: AllocationText;
  /** Default 1. */
  readonly concentration?: string;
  /** Default 0. */
  readonly monotonicity?: string;
  /** Default 1. */
  readonly maturityDays?: number;
  /** Default 0. */
  readonly mu?: string;
  readonly mopRank?: Readonly<Record<string, readonly string[]>>;
  /** Default `fail-fast`. */
  readonly defaultHandling?: DefaultHandling;
  /** Default true for a balanced ring, false for a plain one. */
  readonly rolloverEnabled?: boolean;
  /** Default none. */
  readonly dealer?: DealerText | null;
}

/** What a spec holds where nothing is said (spec 03 16). */
export const RING_DEFAULTS = Object.freeze({
  nAgents: 5,
  seed: 42,
  concentration: Decimal.of(1, 0),
  monotonicity: Decimal.of(0, 0),
  maturityDays: 1,
  mu: Decimal.of(0, 0),
});

/** Largest ring that is generated: beyond it a machine's memory ends before the simulation starts. */
const MOST_AGENTS = 1_000_000;

function within(low: Decimal, high: Decimal): Rule<Decimal> {
  return (value) =>
    value.lessThan(low)
      ? `Input should be greater than or equal to ${low}`
      : value.greaterThan(high)
      ? `Input should be less than or equal to ${high}`
      : undefined;
}

function atLeast(low: number, high: number): Rule<number> {
  return (value) =>
    value < low
      ? `Input should be greater than or equal to ${low}`
      : value > high
      ? `Input should be less than or equal to ${high}`
      : undefined;
}

const ONE = Decimal.ONE;

/** The rules of the generator's numbers, one sentence each (spec 01 A1.4, 03 16). */
export const RING_RULES = Object.freeze({
  nAgents: atLeast(3, MOST_AGENTS),
  kappa: (value: Decimal) => value.sign > 0 ? undefined : "Input should be greater than 0",
  liquidityTotal: (value: Decimal) =>
    value.sign > 0 ? undefined : "Value error, liquidity.total must be positive when provided",
  concentration: concentrationRule,
  monotonicity: within(ONE.negated(), ONE),
  maturityDays: atLeast(1, Number.MAX_SAFE_INTEGER - 5),
  mu: within(Decimal.ZERO, ONE),
  agent: (agent: string | null) =>
    agent ? undefined : "Value error, liquidity.allocation.agent is required for single_at mode",
  vector: (vector: readonly Decimal[] | null) =>
    vector === null || vector.length === 0
      ? "Value error, liquidity.allocation.vector is required for vector mode"
      : vector.some((share) => share.sign <= 0)
      ? "Value error, liquidity.allocation.vector must contain positive values"
      : undefined,
});

function concentrationRule(value: Decimal): string | undefined {
  if (value.sign <= 0) return "Value error, inequality.concentration must be positive";
  const shape = value.toNumber();
  // The draws are doubles: beyond their range no ring can be drawn.
  if (shape > 0 && Number.isFinite(shape)) return undefined;
  return "Value error, inequality.concentration must lie between 1e-300 and 1e300";
}

/** Shares and ratio of a balanced ring; what 0 stands for is the generator's affair. */
const BALANCED_SPEC_RULES = Object.freeze({
  faceValue: (value: Decimal) => value.sign >= 0 ? undefined : "Value error, face_value must be positive",
  outsideMidRatio: (value: Decimal) =>
    value.sign >= 0 && !value.greaterThan(ONE)
      ? undefined
      : "Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
  share: (value: Decimal) =>
    value.sign >= 0 && value.lessThan(ONE) ? undefined : "Value error, must be at least 0 and below 1",
});

/**
 * The exact form of a plain spec.
 *
 * @throws {ValidationError} `Generator validation failed`, listing every problem with its path in a generator file;
 * `Configuration validation failed` for the dealer's settings.
 */
export function ringSpecFromText(text: RingSpecText): RingSpec {
  const reading = new SpecReading([RING_GENERATOR]);
  const variant = variantOf(text, reading);
  const terms: RingTerms = {
    namePrefix: text.namePrefix,
    nAgents: reading.integer(at("n_agents"), text.nAgents ?? RING_DEFAULTS.nAgents, RING_RULES.nAgents),
    seed: reading.bigInteger(at("seed"), text.seed ?? RING_DEFAULTS.seed),
    kappa: reading.decimal(at("kappa"), text.kappa, RING_RULES.kappa),
    ...totalsOf(text, reading),
    allocation: allocationOf(text.allocation, reading),
    ...shapeOf(text, reading),
    mopRank: text.mopRank ?? {},
    defaultHandling: text.defaultHandling ?? "fail-fast",
    rolloverEnabled: text.rolloverEnabled ?? variant.variant === "balanced",
    dealer: text.dealer === undefined || text.dealer === null ? null : dealerFromText(text.dealer),
  };
  reading.settle("Generator validation failed");
  return { ...variant, ...terms };
}

/** The place of a parameter in a generator file. */
function at(...keys: string[]): string[] {
  return ["params", ...keys];
}

function totalsOf(text: RingSpecText, reading: SpecReading): Pick<RingTerms, "qTotal" | "liquidityTotal"> {
  const { qTotal = null, liquidityTotal = null } = text;
  return {
    qTotal: qTotal === null ? null : reading.decimal(at("Q_total"), qTotal),
    liquidityTotal: liquidityTotal === null
      ? null
      : reading.decimal(at("liquidity", "total"), liquidityTotal, RING_RULES.liquidityTotal),
  };
}

function shapeOf(
  text: RingSpecText,
  reading: SpecReading,
): Pick<RingTerms, "concentration" | "monotonicity" | "maturityDays" | "mu"> {
  const { concentration, monotonicity, maturityDays, mu } = RING_DEFAULTS;
  return {
    concentration: reading.decimal(
      at("inequality", "concentration"),
      text.concentration,
      RING_RULES.concentration,
      concentration,
    ),
    monotonicity: reading.decimal(
      at("inequality", "monotonicity"),
      text.monotonicity,
      RING_RULES.monotonicity,
      monotonicity,
    ),
    maturityDays: reading.integer(at("maturity", "days"), text.maturityDays ?? maturityDays, RING_RULES.maturityDays),
    mu: reading.decimal(at("maturity", "mu"), text.mu, RING_RULES.mu, mu),
  };
}

function variantOf(text: RingSpecText, reading: SpecReading): RingVariant {
  const { variant = "plain", balanced } = text;
  if (variant === "plain") {
    if (balanced !== undefined) reading.refuse(["balanced"], "Only the variant balanced has these terms", variant);
    return { variant };
  }
  const { faceValue, outsideMidRatio, vbtSharePerBucket, dealerSharePerBucket } = BALANCED_DEFAULTS;
  const { faceValue: face, outsideMidRatio: ratio, vbtSharePerBucket: vbt, dealerSharePerBucket: dealer } = balanced ??
    {};
  const { share } = BALANCED_SPEC_RULES;
  return {
    variant,
    balanced: {
      faceValue: reading.decimal(["face_value"], face, BALANCED_SPEC_RULES.faceValue, faceValue),
      outsideMidRatio: reading.decimal(
        ["outside_mid_ratio"],
        ratio,
        BALANCED_SPEC_RULES.outsideMidRatio,
        outsideMidRatio,
      ),
      vbtSharePerBucket: reading.decimal(["vbt_share_per_bucket"], vbt, share, vbtSharePerBucket),
      dealerSharePerBucket: reading.decimal(["dealer_share_per_bucket"], dealer, share, dealerSharePerBucket),
    },
  };
}

function allocationOf(text: AllocationText | undefined, reading: SpecReading): Allocation {
  const path = at("liquidity", "allocation");
  if (text === undefined || text.mode === "uniform") return { mode: "uniform" };
  if (text.mode === "single_at") {
    return { mode: "single_at", agent: reading.checked(path, RING_RULES.agent, text.agent) };
  }
  const vector = text.vector.map((share, i) => reading.decimal([...path, "vector", i], share));
  return { mode: "vector", vector: reading.checked(path, RING_RULES.vector, vector) };
}
