/**
 * Metrics of the whole system on demand (spec 05 14.2).
 *
 * @module
 */
import { NONE, SETTLED } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

/** Settlement, delay and queues now. Times in ticks, amounts in cents. */
export interface SystemMetrics {
  readonly total_arrivals: number;
  readonly total_settlements: number;
  /** 0 to 1. */
  readonly settlement_rate: number;
  readonly avg_delay_ticks: number;
  readonly max_delay_ticks: number;
  readonly queue1_total_size: number;
  readonly queue2_total_size: number;
  readonly peak_overdraft: number;
  readonly agents_in_overdraft: number;
}

/** Which payments have parts, and which are settled: those with parts when all parts are. */
interface Settlement {
  readonly settled: Uint8Array;
  /** The tick in which the last part settled. */
  readonly settledAt: Float64Array;
}

function effectiveSettlement(state: EngineState): Settlement {
  const { payments } = state;
  const count = payments.length;
  const settled = new Uint8Array(count);
  const settledAt = new Float64Array(count);
  const hasParts = new Uint8Array(count);
  const openParts = new Int32Array(count);
  // Parts come after the payment that they belong to, so one way back sees every part before its whole.
  for (let payment = count - 1; payment >= 0; payment--) {
    const done = hasParts[payment] ? openParts[payment] === 0 : payments.remaining[payment] === 0;
    settled[payment] = done ? 1 : 0;
    if (!hasParts[payment] && payments.status[payment] === SETTLED) {
      settledAt[payment] = payments.statusTick[payment] ?? 0;
    }
    const parent = payments.parent[payment] ?? NONE;
    if (parent === NONE) continue;
    hasParts[parent] = 1;
    if (!done) openParts[parent] = (openParts[parent] ?? 0) + 1;
    settledAt[parent] = Math.max(settledAt[parent] ?? 0, settledAt[payment] ?? 0);
  }
  return { settled, settledAt };
}

/** Computes the metrics. */
export function systemMetrics(state: EngineState): SystemMetrics {
  const { payments, behaviours } = state;
  const { settled, settledAt } = effectiveSettlement(state);
  let arrivals = 0;
  let settlements = 0;
  let delaySum = 0;
  let delayMax = 0;
  for (let payment = 0; payment < payments.length; payment++) {
    if (payments.parent[payment] !== NONE) continue;
    arrivals++;
    if (!settled[payment]) continue;
    settlements++;
    // behaviour: delaysRunToTheQuery
    const end = behaviours.delaysRunToTheQuery ? state.tick : settledAt[payment] ?? 0;
    const delay = end - (payments.arrivalTick[payment] ?? 0);
    delaySum += delay;
    delayMax = Math.max(delayMax, delay);
  }
  return {
    total_arrivals: arrivals,
    total_settlements: settlements,
    settlement_rate: arrivals === 0 ? 0 : settlements / arrivals,
    avg_delay_ticks: settlements === 0 ? 0 : delaySum / settlements,
    max_delay_ticks: delayMax,
    queue1_total_size: state.banks.reduce((sum, bank) => sum + bank.queue1.length, 0),
    queue2_total_size: state.queue2.length,
    peak_overdraft: state.banks.reduce((peak, bank) => Math.max(peak, bank.creditUsed), 0),
    agents_in_overdraft: state.banks.filter((bank) => bank.balance < 0).length,
  };
}

/** Numbers of payments (spec 06 8.9). */
export function transactionCounts(state: EngineState): Readonly<Record<string, number>> {
  const { payments } = state;
  const counts = {
    total_transactions: payments.length,
    arrivals: 0,
    children: 0,
    settled_arrivals: 0,
    settled_children: 0,
  };
  for (let payment = 0; payment < payments.length; payment++) {
    const isPart = payments.parent[payment] !== NONE;
    const isSettled = payments.remaining[payment] === 0;
    if (isPart) counts.children++;
    else counts.arrivals++;
    if (isPart && isSettled) counts.settled_children++;
    if (!isPart && isSettled) counts.settled_arrivals++;
  }
  return counts;
}
