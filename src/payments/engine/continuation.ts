/**
 * What a checkpoint of the reference loses and ours keeps, so that a restored run goes on exactly as it would have
 * (spec 05 17.1, 17.3).
 *
 * @module
 */
import type { PolicyConfig } from "../config.ts";
import { PaymentsError } from "../errors.ts";
import type { ArrivalState } from "../arrival_contract.ts";
import type { Bank, CollateralTimer, Costs } from "./bank.ts";
import type { DayRecord, OpenDay } from "./day_records.ts";
import type { Snapshot } from "./snapshot.ts";
import type { EngineState } from "./state.ts";

/** The shape below; a checkpoint with another number was written by another version. */
const VERSION = 1;

/** What one agent keeps. Amounts in cents; an unlimited budget is null. */
interface ContinuedAgent {
  readonly costs: Costs;
  readonly day_start_costs: Costs;
  readonly open_day: OpenDay | null;
  readonly registers: readonly (readonly [string, number | string])[];
  readonly timers: readonly (readonly [number, readonly CollateralTimer[]])[];
  readonly budget: {
    readonly remaining: number | null;
    readonly focus: readonly string[] | null;
    readonly per_counterparty: number | null;
    readonly used: readonly (readonly [string, number])[];
  };
  readonly sent_amount_today: number;
  readonly sent_settled_today: number;
  readonly policy: PolicyConfig;
}

/** Everything beside the reference's keys. Payment columns stand in the order of `transactions`. */
export interface Continuation {
  readonly version: number;
  readonly original_priority: readonly number[];
  readonly rtgs_priority: readonly number[];
  readonly rtgs_submission_tick: readonly number[];
  readonly declared_rtgs_priority: readonly number[];
  /** The index of the central queue: start by agent, then payments. */
  readonly index_start: readonly number[];
  readonly index_payments: readonly number[];
  /** Parts of staggered splits, by place in `transactions`, and the ticks in which they come up. */
  readonly held_parts: readonly (readonly [number, number])[];
  readonly agents: readonly ContinuedAgent[];
  readonly day_records: readonly (readonly DayRecord[] | null)[];
  readonly arrivals: ArrivalState;
}

/** What a state would lose. */
export function continuationOf(state: EngineState): Continuation {
  const { payments, index } = state;
  const count = payments.length;
  return {
    version: VERSION,
    original_priority: [...payments.originalPriority.subarray(0, count)],
    rtgs_priority: [...payments.rtgsPriority.subarray(0, count)],
    rtgs_submission_tick: [...payments.rtgsSubmissionTick.subarray(0, count)],
    declared_rtgs_priority: [...payments.declaredRtgsPriority.subarray(0, count)],
    index_start: [...index.start],
    index_payments: [...index.ids],
    held_parts: [...state.heldParts],
    agents: state.banks.map((bank) => continuedAgent(state, bank)),
    day_records: Array.from(state.dayRecords, (records) => records ?? null),
    arrivals: state.arrivals.save(),
  };
}

function continuedAgent(state: EngineState, bank: Bank): ContinuedAgent {
  const { budget } = bank;
  return {
    costs: bank.costs,
    day_start_costs: state.dayStartCosts[bank.number] ?? bank.costs,
    open_day: state.openDay[bank.number] ?? null,
    // JSON has no infinite numbers, registers may hold them.
    registers: [...bank.registers].map(([key, value]) => [key, Number.isFinite(value) ? value : String(value)]),
    timers: [...bank.timers],
    budget: {
      remaining: budget.remaining === Infinity ? null : budget.remaining,
      focus: budget.focus ?? null,
      per_counterparty: budget.perCounterparty ?? null,
      used: [...budget.used],
    },
    sent_amount_today: bank.sentAmountToday,
    sent_settled_today: bank.sentSettledToday,
    policy: state.policyConfigs[bank.number] ?? bank.config.policy,
  };
}

/** The continuation in a checkpoint, undefined when it has none. */
export function readContinuation(snapshot: Snapshot): Continuation | undefined {
  const { continuation } = snapshot;
  if (continuation === undefined) return undefined;
  if (!isContinuation(continuation)) {
    throw new PaymentsError(
      "RuntimeError",
      "Failed to load state: the continuation in this checkpoint was written by another version",
    );
  }
  return continuation;
}

/** Our own text, written by {@linkcode continuationOf}: the version vouches for the rest. */
function isContinuation(value: unknown): value is Continuation {
  return typeof value === "object" && value !== null && "version" in value && value.version === VERSION;
}

/** Gives a restored state back what it had. */
export function continueFrom(state: EngineState, continuation: Continuation): void {
  const { payments } = state;
  payments.originalPriority.set(continuation.original_priority);
  payments.rtgsPriority.set(continuation.rtgs_priority);
  payments.rtgsSubmissionTick.set(continuation.rtgs_submission_tick);
  payments.declaredRtgsPriority.set(continuation.declared_rtgs_priority);
  state.index = {
    start: Int32Array.from(continuation.index_start),
    ids: Int32Array.from(continuation.index_payments),
  };
  for (const [part, tick] of continuation.held_parts) state.heldParts.set(part, tick);
  continuation.day_records.forEach((records, day) => {
    if (records !== null) state.dayRecords[day] = records;
  });
  continuation.agents.forEach((saved, number) => continueAgent(state, state.bank(number), saved));
  state.arrivals.restore(continuation.arrivals);
}

function continueAgent(state: EngineState, bank: Bank, saved: ContinuedAgent): void {
  Object.assign(bank.costs, saved.costs);
  state.dayStartCosts[bank.number] = { ...saved.day_start_costs };
  if (saved.open_day !== null) {
    state.openDay[bank.number] = { ...saved.open_day, counts: { ...saved.open_day.counts } };
  }
  for (const [key, value] of saved.registers) bank.registers.set(key, Number(value));
  for (const [tick, timers] of saved.timers) bank.timers.set(tick, [...timers]);
  const { budget } = saved;
  bank.budget.set(budget.remaining ?? Infinity, budget.focus ?? undefined, budget.per_counterparty ?? undefined);
  for (const [counterparty, amount] of budget.used) bank.budget.used.set(counterparty, amount);
  bank.sentAmountToday = saved.sent_amount_today;
  bank.sentSettledToday = saved.sent_settled_today;
  if (JSON.stringify(saved.policy) !== JSON.stringify(bank.config.policy)) state.replacePolicy(bank, saved.policy);
}
