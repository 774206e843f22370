/**
 * The identity of a configuration: SHA-256 of its complete compact JSON (spec 05 17.2).
 *
 * @module
 */
import { sha256Hex } from "../../core/hash.ts";
import type {
  AgentConfig,
  AmountDistribution,
  ArrivalBand,
  ArrivalConfig,
  CostRates,
  EngineConfig,
  Penalty,
  PolicyConfig,
  PriorityDistribution,
  ScenarioEvent,
} from "../config.ts";
import { type JsonMember, jsonObjectText } from "./json_text.ts";

type Members = Record<string, JsonMember>;

const double = (value: number): JsonMember => ({ double: value });
const optional = <T>(value: T | undefined, write: (value: T) => JsonMember): JsonMember =>
  value === undefined ? null : write(value);
const plain = (value: number): JsonMember => value;
const variant = (name: string, members: Members): JsonMember => ({ members: { [name]: { members } } });

/** The hash of a configuration with the policies that are in force, by agent in the order of the configuration. */
export function configHash(config: EngineConfig, policyOf: (agent: AgentConfig) => PolicyConfig): string {
  return sha256Hex(jsonObjectText({
    agent_configs: config.agents.map((agent) => agentMembers(agent, policyOf(agent))),
    algorithm_sequencing: config.algorithmSequencing,
    cost_rates: costMembers(config.costRates),
    daily_liquidity_reallocation: config.dailyLiquidityReallocation,
    deadline_cap_at_eod: config.deadlineCapAtEod,
    deferred_crediting: config.deferredCrediting,
    entry_disposition_offsetting: config.entryDispositionOffsetting,
    eod_rush_threshold: double(config.eodRushThreshold),
    lsm_config: {
      members: {
        enable_bilateral: config.lsm.enableBilateral,
        enable_cycles: config.lsm.enableCycles,
        max_cycle_length: config.lsm.maxCycleLength,
        max_cycles_per_tick: config.lsm.maxCyclesPerTick,
      },
    },
    num_days: config.numDays,
    priority_escalation: {
      members: {
        curve: config.priorityEscalation.curve,
        enabled: config.priorityEscalation.enabled,
        max_boost: config.priorityEscalation.maxBoost,
        start_escalating_at_ticks: config.priorityEscalation.startEscalatingAtTicks,
      },
    },
    priority_mode: config.priorityMode,
    queue1_ordering: config.queue1Ordering,
    rng_seed: config.rngSeed,
    scenario_events: optional(config.scenarioEvents, (events) => events.map(eventMembers)),
    ticks_per_day: config.ticksPerDay,
  }));
}

function agentMembers(agent: AgentConfig, policy: PolicyConfig): JsonMember {
  return {
    members: {
      arrival_bands: optional(agent.arrivalBands, (bands) => ({
        members: {
          urgent: optional(bands.urgent, bandMembers),
          normal: optional(bands.normal, bandMembers),
          low: optional(bands.low, bandMembers),
        },
      })),
      arrival_config: optional(agent.arrivalConfig, arrivalMembers),
      collateral_haircut: optional(agent.collateralHaircut, double),
      id: agent.id,
      limits: optional(agent.limits, (limits) => ({
        members: {
          bilateral_limits: { entries: limits.bilateralLimits },
          multilateral_limit: optional(limits.multilateralLimit, plain),
        },
      })),
      liquidity_allocation_fraction: optional(agent.liquidityAllocationFraction, double),
      liquidity_pool: optional(agent.liquidityPool, plain),
      max_collateral_capacity: optional(agent.maxCollateralCapacity, plain),
      opening_balance: agent.openingBalance,
      policy: policyMember(policy),
      posted_collateral: optional(agent.postedCollateral, plain),
      unsecured_cap: agent.unsecuredCap,
    },
  };
}

function policyMember(policy: PolicyConfig): JsonMember {
  switch (policy.type) {
    case "Fifo":
      return "Fifo";
    case "Deadline":
      return variant("Deadline", { urgency_threshold: policy.urgencyThreshold });
    case "LiquidityAware":
      return variant("LiquidityAware", {
        target_buffer: policy.targetBuffer,
        urgency_threshold: policy.urgencyThreshold,
      });
    case "LiquiditySplitting":
      return variant("LiquiditySplitting", {
        max_splits: policy.maxSplits,
        min_split_amount: policy.minSplitAmount,
      });
    case "MockSplitting":
      return variant("MockSplitting", { num_splits: policy.numSplits });
    case "FromJson":
      return variant("FromJson", { json: policy.json });
  }
}

function weights(map: ReadonlyMap<string, number>): JsonMember {
  return { entries: new Map([...map].map(([id, weight]) => [id, double(weight)])) };
}

function arrivalMembers(arrivals: ArrivalConfig): JsonMember {
  return {
    members: {
      amount_distribution: amountMember(arrivals.amountDistribution),
      counterparty_weights: weights(arrivals.counterpartyWeights),
      deadline_range: [...arrivals.deadlineRange],
      divisible: arrivals.divisible,
      priority_distribution: priorityMember(arrivals.priorityDistribution),
      rate_per_tick: double(arrivals.ratePerTick),
    },
  };
}

function bandMembers(band: ArrivalBand): JsonMember {
  return {
    members: {
      amount_distribution: amountMember(band.amountDistribution),
      counterparty_weights: weights(band.counterpartyWeights),
      deadline_offset_max: band.deadlineOffsetMax,
      deadline_offset_min: band.deadlineOffsetMin,
      divisible: band.divisible,
      rate_per_tick: double(band.ratePerTick),
    },
  };
}

function amountMember(amounts: AmountDistribution): JsonMember {
  switch (amounts.type) {
    case "Normal":
      return variant("Normal", { mean: amounts.mean, std_dev: amounts.stdDev });
    case "LogNormal":
      return variant("LogNormal", { mean: double(amounts.mean), std_dev: double(amounts.stdDev) });
    case "Uniform":
      return variant("Uniform", { min: amounts.min, max: amounts.max });
    case "Exponential":
      return variant("Exponential", { rate: double(amounts.lambda) });
  }
}

function priorityMember(priorities: PriorityDistribution): JsonMember {
  switch (priorities.type) {
    case "Fixed":
      return variant("Fixed", { value: priorities.value });
    case "Categorical":
      return variant("Categorical", {
        values: [...priorities.values],
        weights: priorities.weights.map(double),
      });
    case "Uniform":
      return variant("Uniform", { min: priorities.min, max: priorities.max });
  }
}

function penaltyMember(penalty: Penalty): JsonMember {
  return {
    members: penalty.mode === "fixed"
      ? { mode: "fixed", amount: penalty.amount }
      : { mode: "rate", bps_per_event: double(penalty.bpsPerEvent) },
  };
}

function costMembers(rates: CostRates): JsonMember {
  return {
    members: {
      collateral_cost_per_tick_bps: double(rates.collateralCostPerTickBps),
      deadline_penalty: penaltyMember(rates.deadlinePenalty),
      delay_cost_per_tick_per_cent: double(rates.delayCostPerTickPerCent),
      eod_penalty: penaltyMember(rates.eodPenalty),
      liquidity_cost_per_tick_bps: double(rates.liquidityCostPerTickBps),
      overdraft_bps_per_tick: double(rates.overdraftBpsPerTick),
      overdue_delay_multiplier: double(rates.overdueDelayMultiplier),
      priority_delay_multipliers: optional(rates.priorityDelayMultipliers, (bands) => ({
        members: {
          urgent_multiplier: double(bands.urgentMultiplier),
          normal_multiplier: double(bands.normalMultiplier),
          low_multiplier: double(bands.lowMultiplier),
        },
      })),
      split_friction_cost: rates.splitFrictionCost,
    },
  };
}

function eventMembers(event: ScenarioEvent): JsonMember {
  const { schedule } = event;
  return {
    members: {
      event: eventMember(event),
      schedule: {
        members: schedule.type === "OneTime"
          ? { tick: schedule.tick }
          : { start_tick: schedule.startTick, interval: schedule.interval },
      },
    },
  };
}

/** `CollateralAdjustment` is `{"type":"collateral_adjustment",...}` here. */
function tagged(type: string, members: Members): JsonMember {
  const name = type.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return { members: { type: name, ...members } };
}

function eventMember(event: ScenarioEvent): JsonMember {
  switch (event.type) {
    case "DirectTransfer":
    case "ScheduledSettlement":
      return tagged(event.type, { from_agent: event.fromAgent, to_agent: event.toAgent, amount: event.amount });
    case "CustomTransactionArrival":
      return tagged(event.type, {
        from_agent: event.fromAgent,
        to_agent: event.toAgent,
        amount: event.amount,
        priority: optional(event.priority, plain),
        deadline: optional(event.deadline, plain),
        is_divisible: event.isDivisible ?? null,
      });
    case "CollateralAdjustment":
      return tagged(event.type, { agent: event.agent, delta: event.delta });
    case "GlobalArrivalRateChange":
      return tagged(event.type, { multiplier: double(event.multiplier) });
    case "AgentArrivalRateChange":
      return tagged(event.type, { agent: event.agent, multiplier: double(event.multiplier) });
    case "CounterpartyWeightChange":
      return tagged(event.type, {
        agent: event.agent,
        counterparty: event.counterparty,
        new_weight: double(event.newWeight),
        auto_balance_others: event.autoBalanceOthers,
      });
    case "DeadlineWindowChange":
      return tagged(event.type, {
        min_ticks_multiplier: optional(event.minTicksMultiplier, double),
        max_ticks_multiplier: optional(event.maxTicksMultiplier, double),
      });
  }
}
