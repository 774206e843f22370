/**
 * Step 0.5: what the scenario orders for this tick (spec 06 3).
 *
 * @module
 */
import type { ScenarioEvent, Schedule } from "../config.ts";
import { EngineRefusal, panic } from "../errors.ts";
import { type JsonMember, jsonObjectText } from "./json_text.ts";
import { type EngineState, FIRST_SCHEDULED } from "./state.ts";
import { submit } from "./submissions.ts";

const SHORTEST_DEFAULT_DEADLINE = 5;

/** Carries out every event due in this tick, in the order of the configuration. */
export function runScenarioEvents(state: EngineState): void {
  for (const event of state.config.scenarioEvents ?? []) {
    if (isDue(event.schedule, state.tick)) apply(state, event);
  }
}

function isDue(schedule: Schedule, tick: number): boolean {
  if (schedule.type === "OneTime") return schedule.tick === tick;
  if (tick < schedule.startTick) return false;
  if (schedule.interval === 0) throw panic("attempt to calculate the remainder with a divisor of zero");
  return (tick - schedule.startTick) % schedule.interval === 0;
}

function apply(state: EngineState, event: ScenarioEvent): void {
  switch (event.type) {
    case "DirectTransfer":
      return directTransfer(state, event);
    case "CustomTransactionArrival":
      return customArrival(state, event);
    case "CollateralAdjustment":
      return changeCap(state, event);
    case "GlobalArrivalRateChange":
      return changeAllRates(state, event);
    case "AgentArrivalRateChange":
      return changeRate(state, event);
    case "CounterpartyWeightChange":
      return changeWeight(state, event);
    case "DeadlineWindowChange":
      return changeDeadlines(state, event);
    case "ScheduledSettlement":
      return scheduledSettlement(state, event);
  }
}

/** The event of type `T`. */
type EventOf<T extends ScenarioEvent["type"]> = Extract<ScenarioEvent, { readonly type: T }>;

function executed(state: EngineState, type: string, details: Record<string, JsonMember>): void {
  state.log.emit("ScenarioEventExecuted", type, jsonObjectText(details));
}

function knownAgent(state: EngineState, id: string, prefix: string): number {
  const number = state.numbers.get(id);
  if (number === undefined) throw new EngineRefusal(`${prefix}Agent not found: ${id}`);
  return number;
}

const FAILED = "Invalid config: Scenario event failed: ";

function directTransfer(state: EngineState, event: EventOf<"DirectTransfer" | "ScheduledSettlement">): void {
  const from = knownAgent(state, event.fromAgent, FAILED);
  const to = knownAgent(state, event.toAgent, FAILED);
  state.bank(from).adjust(-event.amount);
  state.bank(to).adjust(event.amount);
  const { amount, fromAgent, toAgent } = event;
  executed(state, "direct_transfer", { amount, from_agent: fromAgent, to_agent: toAgent });
}

function customArrival(state: EngineState, event: EventOf<"CustomTransactionArrival">): void {
  const offset = event.deadline ??
    Math.max(Math.floor(state.config.ticksPerDay / 10), SHORTEST_DEFAULT_DEADLINE);
  const deadline = state.tick + offset;
  const priority = event.priority ?? 5;
  const isDivisible = event.isDivisible ?? false;
  const { fromAgent: sender, toAgent: receiver, amount } = event;
  const payment = submit(state, { sender, receiver, amount, deadlineTick: deadline, priority, isDivisible });
  executed(state, "custom_transaction_arrival", {
    amount,
    deadline,
    from_agent: sender,
    is_divisible: isDivisible,
    priority,
    to_agent: receiver,
    tx_id: state.payments.id(payment),
  });
}

function changeCap(state: EngineState, event: EventOf<"CollateralAdjustment">): void {
  const bank = state.bank(knownAgent(state, event.agent, FAILED));
  if (bank.unsecuredCap + event.delta < 0) {
    throw new EngineRefusal(
      `${FAILED}Credit limit cannot go negative (current: ${bank.unsecuredCap}, delta: ${event.delta})`,
    );
  }
  bank.changeCap(event.delta);
  executed(state, "collateral_adjustment", { agent: event.agent, delta: event.delta });
}

function positiveRate(multiplier: number): void {
  if (multiplier <= 0) throw new EngineRefusal("Invalid config: Arrival rate multiplier must be positive");
}

function changeAllRates(state: EngineState, event: EventOf<"GlobalArrivalRateChange">): void {
  positiveRate(event.multiplier);
  if (!state.arrivals.active) return;
  state.arrivals.scaleAllRates(event.multiplier);
  executed(state, "global_arrival_rate_change", { multiplier: { double: event.multiplier } });
}

function changeRate(state: EngineState, event: EventOf<"AgentArrivalRateChange">): void {
  positiveRate(event.multiplier);
  if (!state.arrivals.active) return;
  const agent = state.numbers.get(event.agent);
  const change = agent === undefined ? undefined : state.arrivals.scaleRate(agent, event.multiplier);
  if (change === undefined) return;
  executed(state, "agent_arrival_rate_change", {
    agent: event.agent,
    multiplier: { double: event.multiplier },
    new_rate: { double: change.newRate },
    old_rate: { double: change.oldRate },
  });
}

function changeWeight(state: EngineState, event: EventOf<"CounterpartyWeightChange">): void {
  if (event.newWeight < 0) throw new EngineRefusal("Invalid config: Counterparty weight cannot be negative");
  if (!state.arrivals.active) return;
  const agent = state.numbers.get(event.agent);
  if (agent !== undefined) {
    state.arrivals.setWeight(agent, event.counterparty, event.newWeight, event.autoBalanceOthers);
  }
  executed(state, "counterparty_weight_change", {
    agent: event.agent,
    auto_balance_others: event.autoBalanceOthers,
    counterparty: event.counterparty,
    new_weight: { double: event.newWeight },
  });
}

function changeDeadlines(state: EngineState, event: EventOf<"DeadlineWindowChange">): void {
  const { minTicksMultiplier: min, maxTicksMultiplier: max } = event;
  if ((min ?? 1) <= 0 || (max ?? 1) <= 0) {
    throw new EngineRefusal("Invalid config: Deadline multiplier must be positive");
  }
  if (!state.arrivals.active) return;
  state.arrivals.scaleDeadlines(min, max);
  executed(state, "deadline_window_change", {
    max_ticks_multiplier: max === undefined ? null : { double: max },
    min_ticks_multiplier: min === undefined ? null : { double: min },
  });
}

function scheduledSettlement(state: EngineState, event: EventOf<"DirectTransfer" | "ScheduledSettlement">): void {
  const from = knownAgent(state, event.fromAgent, "");
  const to = knownAgent(state, event.toAgent, "");
  const { amount, fromAgent, toAgent } = event;
  if (amount <= 0) {
    throw new EngineRefusal(`Invalid config: ScheduledSettlement amount must be positive, got ${amount}`);
  }
  const sender = state.bank(from);
  if (!sender.canPay(amount)) {
    executed(state, "scheduled_settlement", {
      amount,
      from_agent: fromAgent,
      reason: "insufficient_liquidity",
      settled: false,
      to_agent: toAgent,
    });
    return;
  }
  const before = sender.balance;
  sender.adjust(-amount);
  state.bank(to).adjust(amount);
  const reference = FIRST_SCHEDULED + state.scheduledIds.length;
  state.scheduledIds.push(`scheduled_settlement_${fromAgent}_${toAgent}_${amount}_${state.tick}`);
  state.log.emit("RtgsImmediateSettlement", reference, from, to, amount, before, sender.balance);
  executed(state, "scheduled_settlement", { amount, from_agent: fromAgent, settled: true, to_agent: toAgent });
}
