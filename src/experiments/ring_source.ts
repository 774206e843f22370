/**
 * How a run of the ring model crosses worker and machine boundaries: the parameters of the generator, or a scenario, as
 * plain data.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../ring/behaviours.ts";
import type { DealerBucketText, DealerText, RiskAssessmentText } from "../ring/generator/dealer_text.ts";
import type { AllocationText, BalancedTermsText, RingSpecText } from "../ring/generator/spec.ts";
import { isRecord } from "./plan.ts";

/** Switches as plain data: one of the two constants, or the names of those that stand as in the reference. */
export type BehavioursText = "corrected" | "reference" | readonly string[];

/** A ring to be generated and simulated, as a sweep asks for it. */
export interface RingSpecSource {
  readonly spec: RingSpecText;
  readonly behaviours: BehavioursText;
  /** Whether a run with dealers also keeps its trades, inventories, system states and repayments; default false. */
  readonly detailedLogging?: boolean;
}

/** A scenario to be simulated: what a scenario file holds, parsed from YAML or JSON. */
export interface ScenarioSource {
  readonly scenario: unknown;
}

/** The `source` of a request for the model `ring`. */
export type RingSource = RingSpecSource | ScenarioSource;

/** The plain form of a set of switches. */
export function behavioursText(behaviours: Behaviours): BehavioursText {
  const on = BEHAVIOUR_NAMES.filter((name) => behaviours[name]);
  if (on.length === 0) return "corrected";
  return on.length === BEHAVIOUR_NAMES.length ? "reference" : on;
}

/**
 * The switches that a plain form stands for.
 *
 * @throws {UsageError} for an unknown name.
 */
export function behavioursFromText(text: BehavioursText): Behaviours {
  if (text === "corrected") return CORRECTED;
  if (text === "reference") return REFERENCE;
  const unknown = text.find((name) => !(name in CORRECTED));
  if (unknown !== undefined) throw new UsageError(`unknown behaviour ${JSON.stringify(unknown)}`);
  return { ...CORRECTED, ...Object.fromEntries(text.map((name) => [name, true])) };
}

/**
 * Checks the source of a request that came from outside.
 *
 * @throws {UsageError} when it is neither a spec nor a scenario.
 */
export function checkedRingSource(source: unknown): RingSource {
  if (isRecord(source)) {
    const { spec, behaviours, detailedLogging } = source;
    if (isRingSpecText(spec) && isBehavioursText(behaviours)) {
      if (detailedLogging === undefined) return { spec, behaviours };
      if (typeof detailedLogging === "boolean") return { spec, behaviours, detailedLogging };
    }
    if ("scenario" in source) return { scenario: source["scenario"] };
  }
  throw new UsageError("the source of a ring run must be { spec, behaviours } or { scenario }");
}

function isBehavioursText(value: unknown): value is BehavioursText {
  if (value === "corrected" || value === "reference") return true;
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isFlag: Check = (value) => typeof value === "boolean";
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);

/** One check for each key of a plain form; a key that is missing is well. */
type Checks<T> = { readonly [K in keyof Required<T>]: Check };

function holds<T>(checks: Checks<T>, value: unknown): boolean {
  return isRecord(value) &&
    Object.entries<Check>(checks).every(([key, check]) => value[key] === undefined || check(value[key]));
}

const BALANCED_FIELDS: Checks<BalancedTermsText> = {
  faceValue: isText,
  outsideMidRatio: isText,
  vbtSharePerBucket: isText,
  dealerSharePerBucket: isText,
};

const BUCKET_FIELDS: Checks<DealerBucketText> = {
  name: isText,
  tauMin: isNumber,
  tauMax: isNumber,
  mid: isText,
  spread: isText,
};

const RISK_FIELDS: Checks<RiskAssessmentText> = {
  enabled: isFlag,
  lookbackWindow: isNumber,
  smoothingAlpha: isText,
  baseRiskPremium: isText,
  urgencySensitivity: isText,
  useIssuerSpecific: isFlag,
  buyPremiumMultiplier: isText,
};

const DEALER_FIELDS: Checks<DealerText> = {
  enabled: isFlag,
  ticketSize: isText,
  buckets: (value) => Array.isArray(value) && value.every(isBucket),
  dealerShare: isText,
  vbtShare: isText,
  orderFlow: (value) => holds<DealerText["orderFlow"]>({ piSell: isText, nMax: isNumber }, value),
  traderPolicy: (value) => holds<DealerText["traderPolicy"]>({ horizonH: isNumber, bufferB: isText }, value),
  riskAssessment: (value) => value === null || holds(RISK_FIELDS, value),
  seed: isNumber,
};

function isBucket(value: unknown): boolean {
  return isRecord(value) && ["name", "tauMin", "tauMax"].every((key) => key in value) && holds(BUCKET_FIELDS, value);
}

/** What each key of a spec holds; the generator checks the values themselves. */
const SPEC_FIELDS: Checks<RingSpecText> = {
  variant: (value) => value === "plain" || value === "balanced",
  balanced: (value) => holds(BALANCED_FIELDS, value),
  namePrefix: isText,
  nAgents: isNumber,
  seed: (value) => isNumber(value) || isText(value),
  kappa: isText,
  qTotal: isTextOrNull,
  liquidityTotal: isTextOrNull,
  allocation: isAllocation,
  concentration: isText,
  monotonicity: isText,
  maturityDays: isNumber,
  mu: isText,
  mopRank: (value) => isRecord(value) && Object.values(value).every(isTextList),
  defaultHandling: (value) => value === "fail-fast" || value === "expel-agent",
  rolloverEnabled: isFlag,
  dealer: (value) => value === null || isRecord(value) && isFlag(value["enabled"]) && holds(DEALER_FIELDS, value),
};

function isRingSpecText(value: unknown): value is RingSpecText {
  if (!isRecord(value) || !isText(value["namePrefix"]) || !isText(value["kappa"])) return false;
  return holds<RingSpecText>(SPEC_FIELDS, value);
}

function isAllocation(value: unknown): value is AllocationText {
  if (!isRecord(value)) return false;
  const { mode, agent, vector } = value;
  return mode === "uniform" || mode === "single_at" && isText(agent) || mode === "vector" && isTextList(vector);
}
