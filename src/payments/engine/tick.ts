/**
 * One tick, step by step (spec 05 5).
 *
 * @module
 */
import { accrueCosts } from "./accrual.ts";
import { decideBudgets } from "./bank_step.ts";
import { decideCollateral, runTimers } from "./collateral.ts";
import type { CostRules } from "./cost_rules.ts";
import { endDay, startDay } from "./day.ts";
import { closeDay, updateDays } from "./day_records.ts";
import { escalatePriorities } from "./escalation.ts";
import { saveLiquidity } from "./liquidity_saving.ts";
import { cents } from "./amounts.ts";
import type { EngineView } from "./policy_view.ts";
import { decideQueue1, decideQueue2, sortQueues } from "./queue1.ts";
import { runScenarioEvents } from "./scenario_events.ts";
import { emitReleases, passCentralQueue, settleSubmissions } from "./settlement.ts";
import type { EngineState } from "./state.ts";

/** What a tick did. */
export interface TickResult {
  /** The tick that ran. */
  readonly tick: number;
  /** Payments made by the generator. */
  readonly numArrivals: number;
  /** Settlements by submission, by the pass over the central queue and by liquidity saving. */
  readonly numSettlements: number;
  /** Offset pairs and cycles, not payments. */
  readonly numLsmReleases: number;
  /** In cents, without the friction of splits. */
  readonly totalCost: number;
}

/** Runs the tick that the clock shows and advances the clock. */
export function runTick(state: EngineState, view: EngineView, costRules: CostRules): TickResult {
  const { tick } = state;
  state.pending = [];
  state.deferred = state.config.deferredCrediting ? new Map() : undefined;
  state.log.stamp(tick);
  startDay(state);
  runScenarioEvents(state);
  const numArrivals = generateArrivals(state);
  decideCollateral(state, view, "strategic");
  decideBudgets(state, view);
  runTimers(state);
  const waiting = state.banks.filter((bank) => bank.queue1.length > 0);
  escalatePriorities(state);
  sortQueues(state, waiting);
  decideQueue1(state, view, waiting);
  decideQueue2(state, view);
  const submitted = settleSubmissions(state);
  const released = releaseQueued(state);
  const saving = saveLiquidity(state);
  state.index = state.queue2.bySender();
  logAlgorithm(state, 2, saving.pairs, saving.offsetValue);
  logAlgorithm(state, 3, saving.cycles, saving.cycleValue);
  decideCollateral(state, view, "end_of_tick");
  applyDeferredCredits(state);
  let totalCost = accrueCosts(state, costRules);
  if (state.isLastTickOfDay) totalCost = cents(totalCost + endDay(state));
  // behaviour: dayRecordsMissLastTick
  const countsTomorrow = state.isLastTickOfDay && state.behaviours.dayRecordsMissLastTick;
  if (!countsTomorrow) updateDays(state);
  if (state.isLastTickOfDay) closeDay(state);
  state.tick++;
  if (countsTomorrow) updateDays(state);
  const numLsmReleases = saving.pairs + saving.cycles;
  const numSettlements = submitted + released + numLsmReleases + saving.retried;
  return { tick, numArrivals, numSettlements, numLsmReleases, totalCost };
}

/** Step 1: all payments of the tick, then their events. */
function generateArrivals(state: EngineState): number {
  const { arrivals, payments } = state;
  if (!arrivals.active) return 0;
  const first = payments.length;
  for (const bank of state.banks) {
    arrivals.generate(bank.number, state.tick, (receiver, amount, deadline, priority) => {
      bank.queue1.push(state.create(bank.number, receiver, amount, state.tick, deadline, priority));
    });
  }
  for (let payment = first; payment < payments.length; payment++) {
    const sender = payments.sender[payment] ?? 0;
    const today = state.openDay[sender];
    if (today !== undefined) today.counts.arrivals++;
    state.log.emit(
      "Arrival",
      payment,
      sender,
      payments.receiver[payment] ?? 0,
      payments.amount[payment] ?? 0,
      payments.deadlineTick[payment] ?? 0,
      payments.priority[payment] ?? 0,
      false,
    );
  }
  return payments.length - first;
}

/** Step 4: one pass over the central queue. */
function releaseQueued(state: EngineState): number {
  if (state.config.priorityMode) state.queue2.sortByUrgency();
  const result = passCentralQueue(state);
  emitReleases(state, result);
  logAlgorithm(state, 1, result.payments.length, result.value);
  return result.payments.length;
}

function logAlgorithm(state: EngineState, algorithm: number, settlements: number, value: number): void {
  if (!state.config.algorithmSequencing) return;
  state.log.emit("AlgorithmExecution", algorithm, settlements > 0 ? "Success" : "NoProgress", settlements, value);
}

/** Step 5.7: credits that waited for the end of the tick. */
function applyDeferredCredits(state: EngineState): void {
  if (state.deferred === undefined) return;
  const credits = [...state.deferred].sort(([a], [b]) => a - b);
  state.deferred = undefined;
  for (const [receiver, { amount, sources }] of credits) {
    state.bank(receiver).adjust(amount);
    state.log.emit("DeferredCreditApplied", receiver, amount, sources);
  }
}
