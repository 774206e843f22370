/**
 * Step 6: payments become overdue, and everyone pays for the tick (spec 05 12, 06 5.4).
 *
 * @module
 */
import { cents } from "./amounts.ts";
import { type Bank, noCosts, totalCost } from "./bank.ts";
import { type CostRules, penaltyOn, queuedPlace } from "./cost_rules.ts";
import { OVERDUE } from "./payment_store.ts";
import { markOverdue } from "./settlement.ts";
import type { EngineState } from "./state.ts";

const PLACES = 6;

/** Accrues the costs of the tick for all agents and gives their sum. */
export function accrueCosts(state: EngineState, rules: CostRules): number {
  const sums = new Float64Array(PLACES);
  let total = 0;
  for (const bank of state.banks) {
    const costs = noCosts();
    costs.penalty = chargeOverdue(state, bank);
    costs.liquidity = rules.overdraft(bank.balance);
    if (rules.hasDelayCost) {
      sumQueues(state, bank, sums);
      costs.delay = rules.delay(sums);
    }
    costs.collateral = rules.collateral(bank.postedCollateral);
    costs.opportunity = rules.opportunity(bank.allocatedLiquidity);
    const sum = cents(totalCost(costs));
    bank.costs.liquidity += costs.liquidity;
    bank.costs.delay += costs.delay;
    bank.costs.collateral += costs.collateral;
    bank.costs.penalty += costs.penalty;
    bank.costs.opportunity += costs.opportunity;
    cents(totalCost(bank.costs));
    if (sum > 0) state.emitCosts(bank, costs);
    total = cents(total + sum);
  }
  return total;
}

/** Marks and reports what became overdue; gives the penalties. */
function chargeOverdue(state: EngineState, bank: Bank): number {
  const { payments, tick } = state;
  const { deadlineTick, status, statusTick } = payments;
  const late: number[] = [];
  for (const payment of bank.queue1) {
    if ((deadlineTick[payment] ?? 0) < tick && status[payment] !== OVERDUE) late.push(payment);
  }
  const { start, ids } = state.queue2.bySender();
  for (let i = start[bank.number] ?? 0; i < (start[bank.number + 1] ?? 0); i++) {
    const payment = ids[i] ?? 0;
    if (status[payment] === OVERDUE && statusTick[payment] === tick) late.push(payment);
  }
  let penalties = 0;
  for (const payment of late) {
    markOverdue(state, payment);
    const amount = payments.amount[payment] ?? 0;
    const penalty = penaltyOn(state.config.costRates.deadlinePenalty, amount);
    penalties += penalty;
    const deadline = deadlineTick[payment] ?? 0;
    state.log.emit(
      "TransactionWentOverdue",
      payment,
      bank.number,
      payments.receiver[payment] ?? 0,
      amount,
      payments.remaining[payment] ?? 0,
      deadline,
      tick - deadline,
      penalty,
    );
  }
  return penalties;
}

/** Adds up what waits in an agent's two queues, by lateness and band (spec 06 5.2). */
function sumQueues(state: EngineState, bank: Bank, sums: Float64Array): void {
  sums.fill(0);
  const { remaining, priority, status } = state.payments;
  for (const payment of bank.queue1) {
    const place = queuedPlace(priority[payment] ?? 0, status[payment] === OVERDUE);
    sums[place] = (sums[place] ?? 0) + (remaining[payment] ?? 0);
  }
  const { start, ids } = state.index;
  for (let i = start[bank.number] ?? 0; i < (start[bank.number + 1] ?? 0); i++) {
    const payment = ids[i] ?? 0;
    const place = queuedPlace(priority[payment] ?? 0, status[payment] === OVERDUE);
    sums[place] = (sums[place] ?? 0) + (remaining[payment] ?? 0);
  }
}
