/**
 * One agent alone with a sample: a source pays it, it pays a sink, and its policy decides (spec 08 17.3).
 *
 * @module
 */
import { type Behaviours } from "../../payments/behaviours.ts";
import {
  type AgentConfig,
  DEFAULT_ESCALATION,
  DEFAULT_LSM,
  type EngineConfig,
  type ScenarioEvent,
} from "../../payments/config.ts";
import { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { PaymentsLog } from "../../payments/events.ts";
import { PaymentsError } from "../../payments/errors.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { PerAgent, Policy, SimulationWatch } from "./contracts.ts";
import { type CostFigures, costFigures } from "./costs.ts";
import { agentOf, agentWithPolicy } from "./policies.ts";
import type { Sample, SampledPayment } from "./sampling.ts";
import { runWatched } from "./simulation.ts";

/** Where a sandbox gets its rules from, and how they are read. */
export interface SandboxRules {
  /** The scenario. */
  readonly config: EngineConfig;
  readonly engine: Behaviours;
  readonly experiment: ExperimentBehaviours;
  /** Ticks of the day. */
  readonly ticks: number;
}

/** What a policy did with a sample. Costs in cents. */
export interface SandboxResult {
  readonly cost: number;
  readonly breakdown: PerAgent<number>;
  /** Share of the agent's payments, 0 to 1; null when nobody looked. */
  readonly settlementRate: number | null;
}

const SOURCE = "SOURCE";
const SINK = "SINK";
const PLENTY = 10_000_000_000;

/** A sandbox that was run, with everything that happened in it. */
export interface SandboxRun {
  readonly result: SandboxResult;
  readonly log: PaymentsLog;
  readonly arrivals: number;
  readonly settlements: number;
}

/** Tries a policy on a sample. @throws {PaymentsError} when the engine refuses the policy or fails under it. */
export function trySample(rules: SandboxRules, agent: string, policy: Policy, sample: Sample): SandboxResult {
  return runSample(rules, agent, policy, sample).result;
}

/** {@linkcode trySample}, for who wants to see what happened. */
export function runSample(
  rules: SandboxRules,
  agent: string,
  policy: Policy,
  sample: Sample,
  watch?: SimulationWatch,
): SandboxRun {
  const engine = new PaymentsEngine(sandboxConfig(rules, agent, policy, sample), rules.engine);
  runWatched(engine, rules.ticks, watch);
  const { total, breakdown }: CostFigures = costFigures(engine, agent, rules.experiment);
  const { total_arrivals, total_settlements, settlement_rate } = engine.systemMetrics();
  // behaviour: sampleRatesUnknown
  const unknown = rules.experiment.sampleRatesUnknown;
  const settlementRate = unknown ? null : total_arrivals === 0 ? 1 : settlement_rate;
  return {
    result: { cost: total, breakdown, settlementRate },
    log: engine.log,
    arrivals: total_arrivals,
    settlements: total_settlements,
  };
}

/** The configuration of a sandbox. */
export function sandboxConfig(rules: SandboxRules, agent: string, policy: Policy, sample: Sample): EngineConfig {
  if (agent === SOURCE || agent === SINK) {
    throw new PaymentsError("ValueError", `An optimised agent cannot be called ${agent}: the sandbox has one already`);
  }
  const { config, ticks } = rules;
  return {
    ...surroundings(rules),
    ticksPerDay: ticks,
    numDays: 1,
    rngSeed: BigInt(sample.seed),
    agents: [
      extra(SOURCE, PLENTY, 0),
      agentWithPolicy(target(rules, agent), policy, "sandbox", rules.experiment),
      extra(SINK, 0, PLENTY),
    ],
    costRates: config.costRates,
    scenarioEvents: [
      ...sample.outgoing.map((payment) => arrival(agent, payment)),
      ...sample.incoming.flatMap((payment) => income(agent, payment, rules)),
    ],
  };
}

function forgetsRules(behaviours: ExperimentBehaviours): boolean {
  // behaviour: sandboxForgetsRules
  return behaviours.sandboxForgetsRules;
}

/** The rules of settlement. */
function surroundings({ config, experiment }: SandboxRules): EngineConfig {
  if (!forgetsRules(experiment)) return config;
  return {
    ...config,
    lsm: DEFAULT_LSM,
    eodRushThreshold: 0.8,
    queue1Ordering: "fifo",
    priorityMode: false,
    algorithmSequencing: false,
    entryDispositionOffsetting: false,
    deferredCrediting: false,
    deadlineCapAtEod: false,
    priorityEscalation: DEFAULT_ESCALATION,
    dailyLiquidityReallocation: true,
  };
}

const BARE = {
  arrivalConfig: undefined,
  arrivalBands: undefined,
  postedCollateral: undefined,
  collateralHaircut: undefined,
  limits: undefined,
} as const;

function extra(id: string, openingBalance: number, unsecuredCap: number): AgentConfig {
  return {
    ...BARE,
    id,
    openingBalance,
    unsecuredCap,
    policy: { type: "Fifo" },
    maxCollateralCapacity: undefined,
    liquidityPool: undefined,
    liquidityAllocationFraction: undefined,
  };
}

/** The agent as the scenario has it, without its stream of payments; limits towards single banks mean nothing here. */
function target({ config, experiment }: SandboxRules, agent: string): AgentConfig {
  const found = { ...agentOf(config, agent), liquidityAllocationFraction: undefined };
  if (forgetsRules(experiment)) return { ...found, ...BARE };
  const most = found.limits?.multilateralLimit;
  const limits = most === undefined
    ? undefined
    : { bilateralLimits: new Map<string, number>(), multilateralLimit: most };
  return { ...found, arrivalConfig: undefined, arrivalBands: undefined, limits };
}

function arrival(agent: string, payment: SampledPayment): ScenarioEvent {
  const { arrivalTick: tick, deadlineTick, amount, priority } = payment;
  return {
    type: "CustomTransactionArrival",
    fromAgent: agent,
    toAgent: SINK,
    amount,
    priority,
    deadline: Math.max(1, deadlineTick - tick),
    isDivisible: undefined,
    schedule: { type: "OneTime", tick },
  };
}

function income(agent: string, payment: SampledPayment, { ticks, experiment }: SandboxRules): ScenarioEvent[] {
  const { settlementTick, amount } = payment;
  if (settlementTick === undefined) return [];
  // behaviour: lateIncomeLost
  const tick = experiment.lateIncomeLost ? settlementTick : Math.min(settlementTick, ticks - 1);
  return [{
    type: "ScheduledSettlement",
    fromAgent: SOURCE,
    toAgent: agent,
    amount,
    schedule: { type: "OneTime", tick },
  }];
}
