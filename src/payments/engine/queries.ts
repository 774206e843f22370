/**
 * What a caller can ask between ticks (spec 06 8). Objects have the recorded field names.
 *
 * @module
 */
import type { PolicyConfig } from "../config.ts";
import type { CycleRecord } from "./state.ts";
import { type Bank, totalCost } from "./bank.ts";
import { penaltyOn } from "./cost_rules.ts";
import { NONE, OVERDUE, PARTIALLY_SETTLED, PENDING, SETTLED } from "./payment_store.ts";
import { RTGS_PRIORITY_NAMES } from "../policy_contract.ts";
import { estimatedDelayCost } from "./settlement.ts";
import type { EngineState } from "./state.ts";

/** A recorded object. */
export type Answer = Readonly<Record<string, unknown>>;

/** Position of an agent (spec 06 8.3). */
export function agentState(bank: Bank): Answer {
  const limit = bank.overdraftLimit;
  return {
    balance: bank.balance,
    available_liquidity: bank.availableLiquidity,
    queue1_size: bank.queue1.length,
    posted_collateral: bank.postedCollateral,
    collateral_haircut: bank.haircut,
    unsecured_cap: bank.unsecuredCap,
    credit_used: bank.creditUsed,
    allowed_overdraft_limit: limit,
    overdraft_headroom: limit - bank.creditUsed,
    max_withdrawable_collateral: bank.maxWithdrawable(0),
    max_collateral_capacity: bank.maxCollateralCapacity,
    remaining_collateral_capacity: bank.remainingCollateralCapacity,
  };
}

/** Accumulated costs of an agent (spec 06 8.2). */
export function accumulatedCosts(state: EngineState, bank: Bank): Answer {
  const { costs } = bank;
  return {
    liquidity_cost: costs.liquidity,
    collateral_cost: costs.collateral,
    delay_cost: costs.delay,
    split_friction_cost: costs.splitFriction,
    deadline_penalty: costs.penalty,
    ...(state.showsOpportunityCost ? { liquidity_opportunity_cost: costs.opportunity } : {}),
    total_cost: totalCost(costs),
  };
}

/** The same with the names of the all-agents call, keys ascending. */
export function costSummary(state: EngineState, bank: Bank): Answer {
  const { costs } = bank;
  return {
    collateral_cost: costs.collateral,
    delay_cost: costs.delay,
    liquidity_cost: costs.liquidity,
    ...(state.showsOpportunityCost ? { liquidity_opportunity_cost: costs.opportunity } : {}),
    penalty_cost: costs.penalty,
    split_friction_cost: costs.splitFriction,
    total_cost: totalCost(costs),
  };
}

/** Configured limits and today's outflows of an agent (spec 06 8.9). */
export function agentLimits(bank: Bank): Answer {
  return {
    bilateral_limits: Object.fromEntries(bank.config.limits?.bilateralLimits ?? []),
    multilateral_limit: bank.multilateralLimit ?? null,
  };
}

/** Today's settled outflows of an agent. */
export function agentOutflows(state: EngineState, bank: Bank): Answer {
  const outflows = [...bank.bilateralOutflows].map(([receiver, amount]) => [state.bank(receiver).id, amount]);
  return { bilateral_outflows: Object.fromEntries(outflows), total_outflow: bank.totalOutflow };
}

/** A tick, null for none. */
export const nullable = (tick: number | undefined): number | null => tick === undefined || tick === NONE ? null : tick;
/** The name of an RTGS priority, null for none. */
export const rtgsName = (priority: number | undefined): string | null => RTGS_PRIORITY_NAMES[priority ?? NONE] ?? null;

/** How statuses are called. */
export const STATUS_NAMES: Readonly<Record<number, string>> = {
  [PENDING]: "Pending",
  [SETTLED]: "Settled",
  [OVERDUE]: "Overdue",
  [PARTIALLY_SETTLED]: "PartiallySettled",
};

/** One payment (spec 06 8.8). */
export function paymentDetails(state: EngineState, payment: number): Answer {
  const { payments } = state;
  return {
    id: payments.id(payment),
    sender_id: state.bank(payments.sender[payment] ?? 0).id,
    receiver_id: state.bank(payments.receiver[payment] ?? 0).id,
    amount: payments.amount[payment],
    remaining_amount: payments.remaining[payment],
    arrival_tick: payments.arrivalTick[payment],
    deadline_tick: payments.deadlineTick[payment],
    priority: payments.priority[payment],
    rtgs_priority: rtgsName(payments.rtgsPriority[payment]),
    declared_rtgs_priority: rtgsName(payments.declaredRtgsPriority[payment]),
    rtgs_submission_tick: nullable(payments.rtgsSubmissionTick[payment]),
    status: STATUS_NAMES[payments.status[payment] ?? PENDING],
  };
}

function* unsettled(state: EngineState): Generator<number> {
  for (let payment = 0; payment < state.payments.length; payment++) {
    if ((state.payments.remaining[payment] ?? 0) > 0) yield payment;
  }
}

function summary(state: EngineState, payment: number): Record<string, unknown> {
  const { payments } = state;
  return {
    tx_id: payments.id(payment),
    sender_id: state.bank(payments.sender[payment] ?? 0).id,
    receiver_id: state.bank(payments.receiver[payment] ?? 0).id,
    amount: payments.amount[payment],
    remaining_amount: payments.remaining[payment],
    deadline_tick: payments.deadlineTick[payment],
  };
}

/** Unsettled payments whose deadline is within so many ticks and not past (spec 06 8.8). */
export function nearDeadline(state: EngineState, within: number): Answer[] {
  const { payments, tick } = state;
  const near: Answer[] = [];
  for (const payment of unsettled(state)) {
    const deadline = payments.deadlineTick[payment] ?? 0;
    if (payments.status[payment] === OVERDUE || deadline < tick || deadline > tick + within) continue;
    near.push({ ...summary(state, payment), ticks_until_deadline: deadline - tick });
  }
  return near;
}

/** Unsettled overdue payments with what they have cost, roughly (spec 06 8.8). */
export function overduePayments(state: EngineState): Answer[] {
  const { payments, tick } = state;
  const overdue: Answer[] = [];
  for (const payment of unsettled(state)) {
    if (payments.status[payment] !== OVERDUE) continue;
    const since = payments.statusTick[payment] ?? 0;
    const estimate = estimatedDelayCost(state, payments.remaining[payment] ?? 0, tick - since);
    const penalty = penaltyOn(state.config.costRates.deadlinePenalty, payments.amount[payment] ?? 0);
    overdue.push({
      ...summary(state, payment),
      overdue_since_tick: since,
      ticks_overdue: tick - since,
      estimated_delay_cost: estimate,
      deadline_penalty_cost: penalty,
      total_overdue_cost: estimate + penalty,
    });
  }
  return overdue;
}

/** A settled offset or cycle (spec 06 8.9). */
export function cycleAnswer(state: EngineState, record: CycleRecord): Answer {
  return {
    tick: record.tick,
    day: Math.floor(record.tick / state.config.ticksPerDay),
    cycle_type: record.type,
    cycle_length: record.agents.length - 1,
    agents: record.agents.map((agent) => state.bank(agent).id),
    transactions: record.payments.map((payment) => state.payments.id(payment)),
    settled_value: record.settledValue,
    total_value: record.totalValue,
  };
}

/** The policies in force, in the order of the configuration (spec 06 8.9). */
export function agentPolicies(state: EngineState): Answer[] {
  return state.config.agents.map((agent) => ({
    agent_id: agent.id,
    policy_config: policyAnswer(state.policyConfigs[state.numbers.get(agent.id) ?? NONE] ?? agent.policy),
  }));
}

function policyAnswer(policy: PolicyConfig): Answer {
  switch (policy.type) {
    case "Fifo":
      return { type: policy.type };
    case "Deadline":
      return { type: policy.type, urgency_threshold: policy.urgencyThreshold };
    case "LiquidityAware":
      return { type: policy.type, target_buffer: policy.targetBuffer, urgency_threshold: policy.urgencyThreshold };
    case "LiquiditySplitting":
      return { type: policy.type, max_splits: policy.maxSplits, min_split_amount: policy.minSplitAmount };
    case "MockSplitting":
      return { type: policy.type, num_splits: policy.numSplits };
    case "FromJson":
      return { type: policy.type, json: policy.json };
  }
}

/** Records of collateral changes by policies (spec 06 8.4). */
export function collateralAnswers(state: EngineState): Answer[] {
  return state.collateralRecords.map((record) => ({
    agent_id: state.bank(record.agent).id,
    tick: record.tick,
    day: Math.floor(record.tick / state.config.ticksPerDay),
    action: record.action,
    amount: record.amount,
    reason: record.reason,
    layer: record.layer,
    balance_before: record.balanceBefore,
    posted_collateral_before: record.postedBefore,
    posted_collateral_after: record.postedAfter,
    available_capacity_after: record.availableCapacityAfter,
  }));
}
