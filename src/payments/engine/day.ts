/**
 * The start and the end of a day: liquidity from the pools and back, penalties, resets (spec 05 6.1, 13).
 *
 * @module
 */
import { panic } from "../errors.ts";
import { cents } from "./amounts.ts";
import { type Bank, noCosts } from "./bank.ts";
import { penaltyOn } from "./cost_rules.ts";
import type { EngineState } from "./state.ts";

/** Steps 0 and 0.25, in the first tick of each day but the first. */
export function startDay(state: EngineState): void {
  if (state.tick === 0 || !state.isFirstTickOfDay) return;
  // behaviour: costsForgottenDaily
  if (state.behaviours.costsForgottenDaily) {
    for (const bank of state.banks) Object.assign(bank.costs, noCosts());
    state.dayStartCosts = state.banks.map(noCosts);
  }
  if (!state.config.dailyLiquidityReallocation) return;
  for (const bank of state.banks) allocate(state, bank);
}

function allocate(state: EngineState, bank: Bank): void {
  if (bank.liquidityPool === undefined) return;
  const fraction = dailyFraction(state, bank);
  const amount = Math.floor(bank.liquidityPool * fraction);
  bank.adjust(amount);
  if (amount < 0) throw panic("allocated_liquidity must be non-negative");
  bank.allocatedLiquidity = amount;
  state.log.emit("LiquidityAllocation", state.day, bank.number, fraction, amount, bank.balance);
}

function dailyFraction(state: EngineState, bank: Bank): number {
  const configured = bank.config.liquidityAllocationFraction ?? 1;
  // behaviour: fractionForgottenAfterDayZero
  const otherwise = state.behaviours.fractionForgottenAfterDayZero ? 1 : configured;
  return bank.policy.initialLiquidityFraction ?? otherwise;
}

/** Step 8, in the last tick of a day; gives the penalties. */
export function endDay(state: EngineState): number {
  let penalties = 0;
  for (const bank of state.banks) penalties = cents(penalties + chargeUnsettled(state, bank));
  let waiting = state.queue2.length;
  for (const bank of state.banks) {
    for (const [key, value] of bank.registers) {
      state.log.emit("StateRegisterSet", bank.number, key, value, 0, "eod_reset", null);
    }
    bank.registers.clear();
    bank.resetOutflows();
    bank.sentAmountToday = 0;
    bank.sentSettledToday = 0;
    waiting += bank.queue1.length;
  }
  state.log.emit("EndOfDay", state.day, waiting, penalties);
  if (state.config.dailyLiquidityReallocation) {
    for (const bank of state.banks) returnLiquidity(state, bank);
  }
  return penalties;
}

/** The penalty of one agent for what is past its deadline and not settled (spec 06 5.6). */
function chargeUnsettled(state: EngineState, bank: Bank): number {
  const { deadlineTick, remaining } = state.payments;
  const { start, ids } = state.queue2.bySender();
  const own = ids.subarray(start[bank.number] ?? 0, start[bank.number + 1] ?? 0);
  let count = 0;
  let penalty = 0;
  for (const queue of [bank.queue1, own]) {
    for (const payment of queue) {
      if ((deadlineTick[payment] ?? 0) >= state.tick) continue;
      count++;
      penalty += penaltyOn(state.config.costRates.eodPenalty, remaining[payment] ?? 0);
    }
  }
  if (count === 0) return 0;
  bank.costs.penalty = cents(bank.costs.penalty + penalty);
  state.emitCosts(bank, { penalty });
  return penalty;
}

function returnLiquidity(state: EngineState, bank: Bank): void {
  const amount = bank.allocatedLiquidity;
  if (bank.liquidityPool === undefined || amount === 0) return;
  bank.adjust(-amount);
  bank.allocatedLiquidity = 0;
  state.log.emit("LiquidityReturn", bank.number, amount, bank.balance);
}
