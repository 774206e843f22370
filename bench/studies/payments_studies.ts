/**
 * The standard studies of the payments model's behaviours: sets of runs, what is measured of each, and how two sets of
 * measures differ.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { sha256Hex } from "../../src/core/hash.ts";
import { MersenneTwister } from "../../src/core/mersenne_twister.ts";
import { parseYaml } from "../../src/core/yaml_text.ts";
import type { Behaviours } from "../../src/payments/behaviours.ts";
import {
  type AgentConfig,
  type AmountDistribution,
  type ArrivalBand,
  DEFAULT_COST_RATES,
  DEFAULT_LSM,
  type EngineConfig,
  type ScenarioEvent,
} from "../../src/payments/config.ts";
import type { PaymentsEngine } from "../../src/payments/engine/engine.ts";
import { readPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { type PaymentsRun, runPayments, type ScriptEntry, writtenEvents } from "../../src/payments/script.ts";
import { STUDY_POLICIES } from "./payments_policies.ts";

/** One run to make. */
export interface Case {
  readonly config: EngineConfig;
  readonly script?: readonly ScriptEntry[];
}

/** A set of runs. */
export interface Study {
  readonly name: string;
  /** What is run, for people. */
  readonly text: string;
  /** Whether only switches that move no study before this one are tried. */
  readonly forTheRest: boolean;
  /** The runs with the given switches, always in the same order. */
  cases(behaviours: Behaviours): Case[];
}

/** What is measured of one run. */
export interface Measures {
  /** Share of the submitted value that the records show as settled, 0 to 1. */
  readonly settled: number;
  /** Costs of all banks as the engine tells them at the end, in cents. */
  readonly cost: number;
  /** `avg_delay_ticks` of the metrics. */
  readonly delay: number;
  /** Whether an error ended the run. */
  readonly stopped: boolean;
  readonly events: string;
  /** Hash of the final object, records and checkpoint. */
  readonly records: string;
}

/** How much a study moves: after against before, over all runs. */
export interface Change {
  /** Mean change of the settled share, in percentage points. */
  readonly settled: number;
  /** Change of the sum of costs, as a share. */
  readonly cost: number;
  /** Mean change of the delay, in ticks. */
  readonly delay: number;
  /** Change of the share of runs that an error ended. */
  readonly stopped: number;
  /** Share of the runs with other events. */
  readonly events: number;
  /** Share of the runs with other events or other figures at the end. */
  readonly any: number;
}

/** Runs a study. */
export function measure(study: Study, behaviours: Behaviours): Measures[] {
  return study.cases(behaviours).map(({ config, script }) =>
    measuresOf(runPayments(config, { behaviours, ...(script === undefined ? {} : { script }) }))
  );
}

function measuresOf(run: PaymentsRun): Measures {
  const { engine, error, logs, final } = run;
  const events = sha256Hex([...writtenEvents(logs)].map((event) => JSON.stringify(event)).join("\n"));
  if (engine === undefined) return { settled: 0, cost: 0, delay: 0, stopped: true, events, records: "" };
  const records = engine.paymentRecords().filter((record) => record.parent_tx_id === null);
  const sum = (key: string) => records.reduce((total, record) => total + Number(record[key]), 0);
  return {
    settled: sum("amount_settled") / Math.max(sum("amount"), 1),
    cost: engine.agentIds.reduce((total, id) => total + Number(engine.accumulatedCosts(id).total_cost), 0),
    delay: engine.systemMetrics().avg_delay_ticks,
    stopped: error !== undefined,
    events,
    records: sha256Hex(JSON.stringify([final, engine.collateralRecords(), records, checkpointOf(engine)])),
  };
}

/** The part of a checkpoint that both kinds have; null where the queues forbid one. */
function checkpointOf(engine: PaymentsEngine): unknown {
  try {
    const { agents, transactions } = JSON.parse(engine.save());
    return [agents, transactions];
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Compares the runs of a study pair by pair. */
export function changeOf(before: readonly Measures[], after: readonly Measures[]): Change {
  const mean = (value: (was: Measures, is: Measures) => number) =>
    before.reduce((sum, was, i) => sum + value(was, after[i] ?? was), 0) / before.length;
  const cost = mean((was) => was.cost);
  return {
    settled: 100 * mean((was, is) => is.settled - was.settled),
    cost: mean((was, is) => is.cost - was.cost) / (cost === 0 ? 1 : cost),
    delay: mean((was, is) => is.delay - was.delay),
    stopped: mean((was, is) => Number(is.stopped) - Number(was.stopped)),
    events: mean((was, is) => Number(is.events !== was.events)),
    any: mean((was, is) => Number(is.events !== was.events || is.records !== was.records)),
  };
}

const EXAMPLES = new URL("../../examples/payments/", import.meta.url);

function examples(behaviours: Behaviours): Case[] {
  const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name).filter((name) => name.endsWith(".yaml")).sort();
  return names.flatMap((name) => {
    const source: unknown = parseYaml(Deno.readTextFileSync(new URL(name, EXAMPLES)), name);
    return Array.from({ length: 10 }, (_, seed) => {
      const { config } = readPaymentsScenario(withBehaviours(source, behaviours), {
        seed: BigInt(seed + 1),
        readPolicy: (path) => Deno.readTextFileSync(fromFileUrl(new URL(path, EXAMPLES))),
      });
      return { config };
    });
  });
}

/** The switches decide what a file means, too. */
function withBehaviours(source: unknown, behaviours: Behaviours): unknown {
  if (typeof source !== "object" || source === null || !("simulation" in source)) return source;
  return { ...source, simulation: { ...Object(source.simulation), behaviours } };
}

const RANDOM_RUNS = 200;

function randomCases(): Case[] {
  return Array.from({ length: RANDOM_RUNS }, (_, seed) => ({ config: randomSystem(new MersenneTwister(seed), seed) }));
}

/** The random systems, saved and restored in the middle, with collateral given and taken back by hand. */
function interruptedCases(): Case[] {
  return randomCases().map(({ config }) => {
    const middle = Math.floor(config.ticksPerDay * config.numDays / 2);
    const [{ id = "" } = {}] = config.agents;
    const collateral = { agent_id: id, amount: 1000 };
    return {
      config,
      script: [
        { before_tick: 1, op: "post_collateral", args: collateral },
        { before_tick: middle, op: "checkpoint", args: {} },
        { before_tick: middle + 8, op: "withdraw_collateral", args: collateral },
      ],
    };
  });
}

/** Draws of one random system. */
class Draws {
  constructor(readonly random: MersenneTwister) {}
  chance(probability: number): boolean {
    return this.random.random() < probability;
  }
  between(least: number, most: number): number {
    return least + this.random.below(most - least + 1);
  }
  pick<T>(list: readonly T[], fallback: T): T {
    return list[this.random.below(list.length)] ?? fallback;
  }
}

function randomSystem(random: MersenneTwister, seed: number): EngineConfig {
  const draws = new Draws(random);
  const ids = ["A", "B", "C", "D", "E", "F"].slice(0, draws.between(3, 6));
  return {
    ticksPerDay: draws.between(12, 24),
    numDays: draws.between(2, 3),
    rngSeed: BigInt(seed + 1),
    agents: randomAgents(draws, ids),
    costRates: {
      ...DEFAULT_COST_RATES,
      overdraftBpsPerTick: 0.5,
      delayCostPerTickPerCent: 0.0002,
      collateralCostPerTickBps: 0.1,
      liquidityCostPerTickBps: 0.2,
      deadlinePenalty: { mode: "rate", bpsPerEvent: 20 },
      eodPenalty: { mode: "rate", bpsPerEvent: 40 },
      splitFrictionCost: 5,
    },
    lsm: { ...DEFAULT_LSM, enableBilateral: draws.chance(0.7), maxCyclesPerTick: draws.between(2, 10) },
    eodRushThreshold: 0.8,
    scenarioEvents: randomEvents(draws, ids),
    queue1Ordering: draws.chance(0.5) ? "fifo" : "priority_deadline",
    priorityMode: draws.chance(0.4),
    algorithmSequencing: draws.chance(0.5),
    entryDispositionOffsetting: draws.chance(0.3),
    deferredCrediting: draws.chance(0.3),
    deadlineCapAtEod: draws.chance(0.3),
    priorityEscalation: { enabled: draws.chance(0.3), curve: "linear", startEscalatingAtTicks: 6, maxBoost: 3 },
    dailyLiquidityReallocation: true,
  };
}

/** In every fifth system all payments have one amount, so that many pairs and cycles balance. */
function randomAgents(draws: Draws, ids: readonly string[]): AgentConfig[] {
  const one: AmountDistribution | undefined = draws.chance(0.2)
    ? { type: "Uniform", min: 10_000, max: 10_000 }
    : undefined;
  return ids.map((id) => randomAgent(draws, id, ids, one ?? randomAmounts(draws)));
}

function randomAgent(
  draws: Draws,
  id: string,
  ids: readonly string[],
  amountDistribution: AmountDistribution,
): AgentConfig {
  const weights = new Map(ids.map((other) => [other, draws.between(1, 4)]));
  const ratePerTick = draws.between(4, 16) / 10;
  const banded = draws.chance(0.25);
  const band: ArrivalBand = {
    ratePerTick: ratePerTick / 2,
    amountDistribution,
    counterpartyWeights: weights,
    deadlineOffsetMin: 3,
    deadlineOffsetMax: 14,
    divisible: false,
  };
  const limit = draws.between(40_000, 250_000);
  return {
    id,
    openingBalance: draws.between(0, 50_000),
    unsecuredCap: draws.between(0, 40_000),
    policy: draws.pick(STUDY_POLICIES, { type: "Fifo" }),
    arrivalConfig: banded ? undefined : {
      ratePerTick,
      amountDistribution,
      counterpartyWeights: weights,
      deadlineRange: [3, 14],
      priorityDistribution: { type: "Uniform", min: 0, max: 10 },
      divisible: false,
    },
    arrivalBands: banded ? { urgent: band, normal: band } : undefined,
    postedCollateral: draws.chance(0.3) ? draws.between(0, 20_000) : undefined,
    collateralHaircut: undefined,
    maxCollateralCapacity: undefined,
    limits: draws.chance(0.5)
      ? { multilateralLimit: limit, bilateralLimits: new Map([[draws.pick(ids, ""), limit / 3 | 0]]) }
      : undefined,
    liquidityPool: draws.chance(0.3) ? draws.between(5_000, 60_000) : undefined,
    liquidityAllocationFraction: draws.chance(0.5) ? 0.5 : undefined,
  };
}

function randomAmounts(draws: Draws): AmountDistribution {
  const kind = draws.between(0, 9);
  if (kind === 0) return { type: "Uniform", min: 0, max: 90 };
  if (kind < 5) return { type: "Uniform", min: 100, max: 30_000 };
  return { type: "LogNormal", mean: 15_000, stdDev: 12_000 };
}

function randomEvents(draws: Draws, ids: readonly string[]): ScenarioEvent[] {
  const at = (tick: number) => ({ type: "OneTime" as const, tick });
  const [agent = "", counterparty = ""] = ids;
  const possible: ScenarioEvent[] = [
    { type: "GlobalArrivalRateChange", multiplier: 1.4, schedule: at(8) },
    { type: "AgentArrivalRateChange", agent, multiplier: 0.5, schedule: at(10) },
    { type: "CounterpartyWeightChange", agent, counterparty, newWeight: 0.7, autoBalanceOthers: true, schedule: at(6) },
    { type: "DeadlineWindowChange", minTicksMultiplier: 3, maxTicksMultiplier: 0.3, schedule: at(14) },
    { type: "DirectTransfer", fromAgent: counterparty, toAgent: agent, amount: 90_000, schedule: at(5) },
    { type: "ScheduledSettlement", fromAgent: agent, toAgent: counterparty, amount: 9_000, schedule: at(9) },
    { type: "CollateralAdjustment", agent: counterparty, delta: 10_000, schedule: at(11) },
  ];
  return possible.filter(() => draws.chance(0.2));
}

/** The studies, in the order of the documentation. */
export const STUDIES: readonly Study[] = [
  {
    name: "examples",
    text: "60: the scenarios of examples/payments with 10 seeds each",
    forTheRest: false,
    cases: examples,
  },
  {
    name: "random",
    text: `${RANDOM_RUNS} random systems of 3 to 6 banks that are short of money, 2 or 3 days`,
    forTheRest: false,
    cases: randomCases,
  },
  {
    name: "interrupted",
    text: "the same, saved and restored in the middle, with collateral given and taken back by hand",
    forTheRest: true,
    cases: interruptedCases,
  },
];
