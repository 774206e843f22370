/**
 * Counts for the switches of the payments model that decide what is let in or how it is read: documents with faults,
 * files with keys that the reference drops, literals, rates.
 *
 * @module
 */
import { Decimal } from "../../src/core/decimal.ts";
import { ValidationError } from "../../src/core/errors.ts";
import { MersenneTwister } from "../../src/core/mersenne_twister.ts";
import type { Behaviours } from "../../src/payments/behaviours.ts";
import { DEFAULT_AGENT, DEFAULT_SYSTEM, type EngineConfig, type ScenarioEvent } from "../../src/payments/config.ts";
import { createPolicy, judgePolicy, policyCategories } from "../../src/payments/policies/mod.ts";
import { readPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { runPayments } from "../../src/payments/script.ts";
import { FAULTY_DOCUMENTS, HIDING_DOCUMENTS } from "./payments_policies.ts";

/** A count that one switch changes. */
export interface EntranceStudy {
  readonly switch: keyof Behaviours;
  /** What is counted, for people. */
  readonly text: string;
  count(behaviours: Behaviours): number;
}

function acceptedDocuments(behaviours: Behaviours): number {
  return FAULTY_DOCUMENTS.filter((text) => judgePolicy(text, behaviours).valid).length;
}

/** Faulty documents that an engine is built with. */
function startedRuns(behaviours: Behaviours): number {
  return FAULTY_DOCUMENTS.filter((json) => {
    try {
      createPolicy({ type: "FromJson", json }, behaviours);
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  }).length;
}

function categoriesFound(behaviours: Behaviours): number {
  return HIDING_DOCUMENTS.reduce((sum, text) => {
    const verdict = judgePolicy(text, behaviours);
    return verdict.valid ? sum + policyCategories(verdict.document, behaviours).length : sum;
  }, 0);
}

const int = (value: number) => Decimal.integer(value);

function fileWith(behaviours: Behaviours, agent: Readonly<Record<string, unknown>>, top = {}): boolean {
  const agents = [{ id: "A", opening_balance: int(0), ...agent }, { id: "B", opening_balance: int(0) }];
  const simulation = { ticks_per_day: int(5), num_days: int(1), rng_seed: int(1), behaviours };
  try {
    readPaymentsScenario({ simulation, agents, ...top });
    return true;
  } catch (error) {
    if (error instanceof ValidationError) return false;
    throw error;
  }
}

/** Files with a key that is misspelled, of which there are five. */
function misspelledFiles(behaviours: Behaviours): number {
  const agents = [{ unsecured_cpa: int(5) }, { limit: {} }, { colateral: int(5) }, { liquidity_pol: int(5) }];
  return agents.filter((agent) => fileWith(behaviours, agent)).length +
    Number(fileWith(behaviours, {}, { priority_modee: true }));
}

/** Files whose toggles forbid what their policy does, which they give as text. */
function forbiddenTexts(behaviours: Behaviours): number {
  const top = { policy_feature_toggles: { exclude: ["LogicalOperator", "NodeType", "PaymentAction"] } };
  return HIDING_DOCUMENTS.filter((text) => {
    return fileWith(behaviours, { policy: { type: "InlineJson", json_string: text } }, top);
  }).length;
}

function misreadLiterals(behaviours: Behaviours): number {
  const random = new MersenneTwister(1);
  return Array.from({ length: 1000 }, () => {
    const literal = `${random.random().toFixed(9)}${random.below(10 ** 9)}`;
    const value = { value: "LITERAL" };
    const tree = { type: "action", node_id: "a", action: "Reprioritize", parameters: { new_priority: value } };
    const text = JSON.stringify({ version: "1.0", policy_id: "p", parameters: { x: "LITERAL" }, payment_tree: tree });
    const verdict = judgePolicy(text.replaceAll('"LITERAL"', literal), behaviours);
    return verdict.valid && verdict.document.parameters.get("x") !== Number(literal);
  }).filter(Boolean).length;
}

/** Payments of ten ticks at a rate of 3,000 per tick. */
function largeRate(behaviours: Behaviours): number {
  const bank = (id: string, rate: number): EngineConfig["agents"][number] => ({
    id,
    ...DEFAULT_AGENT,
    openingBalance: 10 ** 9,
    arrivalConfig: {
      ratePerTick: rate,
      amountDistribution: { type: "Uniform", min: 1, max: 9 },
      counterpartyWeights: new Map(),
      deadlineRange: [5, 9],
      priorityDistribution: { type: "Fixed", value: 5 },
      divisible: false,
    },
  });
  const config: EngineConfig = {
    ...DEFAULT_SYSTEM,
    ticksPerDay: 10,
    numDays: 1,
    rngSeed: 1n,
    agents: [bank("A", 3000), bank("B", 0)],
  };
  return runPayments(config, { behaviours }).engine?.paymentCount ?? 0;
}

/** Payments of ten equal pairs that offset each other, the second bank being beyond its credit line. */
function equalPairs(behaviours: Behaviours): number {
  const [each, once] = [{ type: "Repeating", startTick: 0, interval: 1 }, { type: "OneTime", tick: 0 }] as const;
  const pay = (fromAgent: string, toAgent: string): ScenarioEvent => ({
    type: "CustomTransactionArrival",
    fromAgent,
    toAgent,
    amount: 100,
    priority: undefined,
    deadline: undefined,
    isDivisible: undefined,
    schedule: each,
  });
  const config: EngineConfig = {
    ...DEFAULT_SYSTEM,
    ticksPerDay: 10,
    numDays: 1,
    rngSeed: 1n,
    agents: ["A", "B", "C"].map((id) => ({ ...DEFAULT_AGENT, id })),
    scenarioEvents: [
      { type: "DirectTransfer", fromAgent: "B", toAgent: "C", amount: 5, schedule: once },
      pay("A", "B"),
      pay("B", "A"),
    ],
  };
  return runPayments(config, { behaviours }).engine?.systemMetrics().total_settlements ?? 0;
}

const FAULTY = `of ${FAULTY_DOCUMENTS.length} faulty documents accepted`;

/** The counts, by switch. */
export const ENTRANCE_STUDIES: readonly EntranceStudy[] = [
  { switch: "bankTreesHalfValidated", text: FAULTY, count: acceptedDocuments },
  { switch: "leftDivisionsUnchecked", text: FAULTY, count: acceptedDocuments },
  { switch: "ghostFieldsAccepted", text: FAULTY, count: acceptedDocuments },
  { switch: "actionsCheckedWhenReached", text: FAULTY, count: acceptedDocuments },
  {
    switch: "policiesCheckedWhenReached",
    text: `runs started with one of ${FAULTY_DOCUMENTS.length} faulty documents`,
    count: startedRuns,
  },
  {
    switch: "categoriesOverlooked",
    text: `categories found in ${HIDING_DOCUMENTS.length} documents with conditions inside not`,
    count: categoriesFound,
  },
  {
    switch: "jsonTextEscapesToggles",
    text: `of ${HIDING_DOCUMENTS.length} files with a forbidden policy as text accepted`,
    count: forbiddenTexts,
  },
  { switch: "filesDropValidatedKeys", text: "of 5 files with a misspelled key accepted", count: misspelledFiles },
  { switch: "longDecimalsMisread", text: "of 1,000 literals of 16 to 18 digits misread", count: misreadLiterals },
  {
    switch: "equalPairsTestOneSide",
    text: "settled of 20 payments in equal pairs, the second bank beyond its credit line",
    count: equalPairs,
  },
  { switch: "largeRatesSaturate", text: "payments of 10 ticks at a rate of 3,000 per tick", count: largeRate },
];
