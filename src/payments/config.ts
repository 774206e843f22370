/**
 * What the engine is constructed from: the engine dictionary of spec 06 9 with every default filled in. Money is whole
 * cents, times are ticks, rates are per tick, fractions are 0 to 1. Scenario files and engine dictionaries are turned
 * into this by `scenario/`; the engine reads nothing else.
 *
 * @module
 */

/** How the amounts of generated payments are drawn (spec 06 2.2). Parameters are cents, `lambda` is per cent of money. */
export type AmountDistribution =
  | { readonly type: "Normal"; readonly mean: number; readonly stdDev: number }
  | { readonly type: "LogNormal"; readonly mean: number; readonly stdDev: number }
  | { readonly type: "Uniform"; readonly min: number; readonly max: number }
  | { readonly type: "Exponential"; readonly lambda: number };

/** How priorities are drawn (spec 06 2.5). */
export type PriorityDistribution =
  | { readonly type: "Fixed"; readonly value: number }
  | { readonly type: "Categorical"; readonly values: readonly number[]; readonly weights: readonly number[] }
  | { readonly type: "Uniform"; readonly min: number; readonly max: number };

/** An agent's stream of payments with one priority distribution (spec 06 12.2). */
export interface ArrivalConfig {
  /** Mean number of payments per tick. */
  readonly ratePerTick: number;
  readonly amountDistribution: AmountDistribution;
  /** Weight by receiver id; empty means that all receivers are alike. */
  readonly counterpartyWeights: ReadonlyMap<string, number>;
  /** Ticks from arrival to deadline, both ends included. */
  readonly deadlineRange: readonly [min: number, max: number];
  readonly priorityDistribution: PriorityDistribution;
  /** Without effect; part of the configuration's hash. */
  readonly divisible: boolean;
}

/** One of the three streams of an agent with bands: its priorities are given by the band (spec 06 2.5). */
export interface ArrivalBand {
  readonly ratePerTick: number;
  readonly amountDistribution: AmountDistribution;
  readonly counterpartyWeights: ReadonlyMap<string, number>;
  readonly deadlineOffsetMin: number;
  readonly deadlineOffsetMax: number;
  readonly divisible: boolean;
}

/** The streams by band; an absent band generates nothing. */
export interface ArrivalBands {
  readonly urgent?: ArrivalBand;
  readonly normal?: ArrivalBand;
  readonly low?: ArrivalBand;
}

/** Where an agent's policy comes from (spec 07 8.2). */
export type PolicyConfig =
  | { readonly type: "Fifo" }
  | { readonly type: "Deadline"; readonly urgencyThreshold: number }
  | { readonly type: "LiquidityAware"; readonly targetBuffer: number; readonly urgencyThreshold: number }
  | { readonly type: "LiquiditySplitting"; readonly maxSplits: number; readonly minSplitAmount: number }
  | { readonly type: "MockSplitting"; readonly numSplits: number }
  | { readonly type: "FromJson"; readonly json: string };

/** Caps on the settled outflow of a day, in cents (spec 05 3.3). */
export interface LimitsConfig {
  readonly bilateralLimits: ReadonlyMap<string, number>;
  readonly multilateralLimit: number | undefined;
}

/** One bank (spec 06 12.2). Undefined means that the key is absent, which its default then stands for. */
export interface AgentConfig {
  readonly id: string;
  readonly openingBalance: number;
  readonly unsecuredCap: number;
  readonly policy: PolicyConfig;
  readonly arrivalConfig: ArrivalConfig | undefined;
  readonly arrivalBands: ArrivalBands | undefined;
  readonly postedCollateral: number | undefined;
  /** Default 0.02. */
  readonly collateralHaircut: number | undefined;
  /** Default 10 times the unsecured cap at each use. */
  readonly maxCollateralCapacity: number | undefined;
  readonly limits: LimitsConfig | undefined;
  readonly liquidityPool: number | undefined;
  /** Default 1. */
  readonly liquidityAllocationFraction: number | undefined;
}

/** What a penalty costs: cents each time, or basis points of the payment (spec 06 5.3). */
export type Penalty =
  | { readonly mode: "fixed"; readonly amount: number }
  | { readonly mode: "rate"; readonly bpsPerEvent: number };

/** Rates of all costs, per tick (spec 06 12.3). */
export interface CostRates {
  readonly overdraftBpsPerTick: number;
  readonly delayCostPerTickPerCent: number;
  readonly collateralCostPerTickBps: number;
  readonly liquidityCostPerTickBps: number;
  readonly eodPenalty: Penalty;
  readonly deadlinePenalty: Penalty;
  readonly splitFrictionCost: number;
  readonly overdueDelayMultiplier: number;
  readonly priorityDelayMultipliers:
    | { readonly urgentMultiplier: number; readonly normalMultiplier: number; readonly lowMultiplier: number }
    | undefined;
}

/** The liquidity-saving pass (spec 05 9). */
export interface LsmConfig {
  readonly enableBilateral: boolean;
  readonly enableCycles: boolean;
  readonly maxCycleLength: number;
  readonly maxCyclesPerTick: number;
}

/** When a scenario event happens, in ticks from the start of the run (spec 06 3.1). */
export type Schedule =
  | { readonly type: "OneTime"; readonly tick: number }
  | { readonly type: "Repeating"; readonly startTick: number; readonly interval: number };

/** What happens in a scenario event (spec 06 3.2). Undefined stands for a key that is absent. */
export type ScenarioEvent =
  & { readonly schedule: Schedule }
  & (
    | {
      readonly type: "DirectTransfer" | "ScheduledSettlement";
      readonly fromAgent: string;
      readonly toAgent: string;
      readonly amount: number;
    }
    | {
      readonly type: "CustomTransactionArrival";
      readonly fromAgent: string;
      readonly toAgent: string;
      readonly amount: number;
      readonly priority: number | undefined;
      /** Ticks from arrival. */
      readonly deadline: number | undefined;
      readonly isDivisible: boolean | undefined;
    }
    | { readonly type: "CollateralAdjustment"; readonly agent: string; readonly delta: number }
    | { readonly type: "GlobalArrivalRateChange"; readonly multiplier: number }
    | { readonly type: "AgentArrivalRateChange"; readonly agent: string; readonly multiplier: number }
    | {
      readonly type: "CounterpartyWeightChange";
      readonly agent: string;
      readonly counterparty: string;
      readonly newWeight: number;
      readonly autoBalanceOthers: boolean;
    }
    | {
      readonly type: "DeadlineWindowChange";
      readonly minTicksMultiplier: number | undefined;
      readonly maxTicksMultiplier: number | undefined;
    }
  );

/** How priorities grow towards the deadline (spec 05 10.1). `curve` is kept for the hash and not interpreted. */
export interface PriorityEscalation {
  readonly enabled: boolean;
  readonly curve: string;
  readonly startEscalatingAtTicks: number;
  readonly maxBoost: number;
}

/** The complete configuration of one simulation. */
export interface EngineConfig {
  readonly ticksPerDay: number;
  readonly numDays: number;
  /** 0 to 2^64 - 1. */
  readonly rngSeed: bigint;
  /** In the order of the configuration, which is also the order of possible receivers (spec 06 2.3). */
  readonly agents: readonly AgentConfig[];
  readonly costRates: CostRates;
  readonly lsm: LsmConfig;
  readonly eodRushThreshold: number;
  /** Undefined when the key is absent, which the hash tells apart from an empty list. */
  readonly scenarioEvents: readonly ScenarioEvent[] | undefined;
  readonly queue1Ordering: "fifo" | "priority_deadline";
  readonly priorityMode: boolean;
  readonly algorithmSequencing: boolean;
  readonly entryDispositionOffsetting: boolean;
  readonly deferredCrediting: boolean;
  readonly deadlineCapAtEod: boolean;
  readonly priorityEscalation: PriorityEscalation;
  readonly dailyLiquidityReallocation: boolean;
}

/** What stands in the engine dictionary for an absent `cost_rates` (spec 06 12.3). */
export const DEFAULT_COST_RATES: CostRates = Object.freeze({
  overdraftBpsPerTick: 0.001,
  delayCostPerTickPerCent: 0.0001,
  collateralCostPerTickBps: 0.0002,
  liquidityCostPerTickBps: 0,
  eodPenalty: Object.freeze({ mode: "fixed", amount: 10_000 }),
  deadlinePenalty: Object.freeze({ mode: "fixed", amount: 50_000 }),
  splitFrictionCost: 1000,
  overdueDelayMultiplier: 5,
  priorityDelayMultipliers: undefined,
});

/** What stands for an absent `lsm_config`. */
export const DEFAULT_LSM: LsmConfig = Object.freeze({
  enableBilateral: true,
  enableCycles: true,
  maxCycleLength: 4,
  maxCyclesPerTick: 10,
});

/** What stands for an absent `priority_escalation`. */
export const DEFAULT_ESCALATION: PriorityEscalation = Object.freeze({
  enabled: false,
  curve: "linear",
  startEscalatingAtTicks: 20,
  maxBoost: 3,
});

/** The order of agents everywhere in the engine: by the bytes of their ids in UTF-8 (spec 05 1). */
export function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Surrogates stand for code points above every other unit, so they sort after the units E000 to FFFF.
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** What stands for the absent keys of an agent. */
export const DEFAULT_AGENT: Omit<AgentConfig, "id"> = Object.freeze({
  openingBalance: 0,
  unsecuredCap: 0,
  policy: Object.freeze({ type: "Fifo" }),
  arrivalConfig: undefined,
  arrivalBands: undefined,
  postedCollateral: undefined,
  collateralHaircut: undefined,
  maxCollateralCapacity: undefined,
  limits: undefined,
  liquidityPool: undefined,
  liquidityAllocationFraction: undefined,
});

/** The rules of a system of which only the agents and the length of the run are given. */
export const DEFAULT_SYSTEM: Omit<EngineConfig, "agents" | "ticksPerDay" | "numDays" | "rngSeed"> = Object.freeze({
  costRates: DEFAULT_COST_RATES,
  lsm: DEFAULT_LSM,
  eodRushThreshold: 0.8,
  scenarioEvents: undefined,
  queue1Ordering: "fifo",
  priorityMode: false,
  algorithmSequencing: false,
  entryDispositionOffsetting: false,
  deferredCrediting: false,
  deadlineCapAtEod: false,
  priorityEscalation: DEFAULT_ESCALATION,
  dailyLiquidityReallocation: true,
});
