/**
 * Settling rings of payments: each bank pays and receives its net position only (spec 05 9.5).
 *
 * @module
 */
import type { Candidate } from "./cycle_search.ts";
import type { SavingProgress } from "./offsetting.ts";
import { moveAndSettle, reduceParents } from "./settlement.ts";
import type { EngineState } from "./state.ts";

/** Net position of each bank of a ring, in ascending order of the banks. */
type NetPositions = ReadonlyMap<number, number>;

/** Settles a candidate if everyone can; false otherwise. */
export function settleCycle(state: EngineState, candidate: Candidate, progress: SavingProgress): boolean {
  const { payments } = state;
  if (candidate.payments.some((payment) => payments.remaining[payment] === 0)) return false;
  const nets = netPositions(state, candidate);
  for (const [agent, net] of nets) {
    if (net < 0 && !state.bank(agent).canPay(-net)) return false;
  }
  if (!withinLimits(state, candidate)) return false;
  for (const payment of candidate.payments) {
    const amount = payments.remaining[payment] ?? 0;
    // A payment listed twice settles once; the rest of the ring is left (spec 05 9.5).
    if (amount === 0) return false;
    moveAndSettle(state, payment);
    reduceParents(state, payment, amount, "offset");
    state.queue2.remove(payment);
  }
  progress.cycles++;
  progress.value += candidate.total;
  progress.cycleValue += candidate.total;
  report(state, candidate, nets);
  return true;
}

function netPositions(state: EngineState, candidate: Candidate): NetPositions {
  const { remaining, sender, receiver } = state.payments;
  const nets = new Map<number, number>();
  for (const agent of candidate.agents.toSorted((a, b) => a - b)) nets.set(agent, 0);
  for (const payment of candidate.payments) {
    const amount = remaining[payment] ?? 0;
    const from = sender[payment] ?? 0;
    const to = receiver[payment] ?? 0;
    nets.set(from, (nets.get(from) ?? 0) - amount);
    nets.set(to, (nets.get(to) ?? 0) + amount);
  }
  return nets;
}

function withinLimits(state: EngineState, candidate: Candidate): boolean {
  const { remaining, sender, receiver } = state.payments;
  const sentBefore = new Map<string | number, number>();
  const cumulative = !state.behaviours.cycleLimitsPerPayment; // behaviour: cycleLimitsPerPayment
  for (const payment of candidate.payments) {
    const amount = remaining[payment] ?? 0;
    const from = sender[payment] ?? 0;
    const to = receiver[payment] ?? 0;
    const bank = state.bank(from);
    if (!bank.hasLimits) continue;
    const pair = `${from} ${to}`;
    const toReceiver = amount + (sentBefore.get(pair) ?? 0);
    const toAll = amount + (sentBefore.get(from) ?? 0);
    if (!bank.withinBilateralLimit(to, toReceiver) || !bank.withinMultilateralLimit(toAll)) return false;
    if (cumulative) {
      sentBefore.set(pair, toReceiver);
      sentBefore.set(from, toAll);
    }
  }
  return true;
}

function report(state: EngineState, candidate: Candidate, nets: NetPositions): void {
  const { agents, payments: ids, total } = candidate;
  let maxOutflow = 0;
  let maxAgent = "";
  for (const [agent, net] of nets) {
    if (net < 0 && -net >= maxOutflow) {
      maxOutflow = -net;
      maxAgent = state.bank(agent).id;
    }
  }
  state.cycleRecords.push({
    tick: state.tick,
    type: "multilateral",
    agents,
    payments: ids,
    settledValue: total,
    totalValue: total,
  });
  state.log.emit(
    "LsmCycleSettlement",
    agents,
    ids.map((payment) => state.payments.amount[payment] ?? 0),
    total,
    agents.map((agent) => nets.get(agent) ?? 0),
    maxOutflow,
    maxAgent,
    ids,
    total,
  );
}
