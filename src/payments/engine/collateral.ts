/**
 * Collateral: what trees post and withdraw, timers, and calls from outside (spec 05 6.3, 6.5, 16.6, 06 4.3 to 4.5).
 *
 * @module
 */
import { EngineRefusal } from "../errors.ts";
import { type CollateralDecision, PolicyError } from "../policy_contract.ts";
import { wholeCents } from "./amounts.ts";
import { type Bank, type CollateralTimer, MINIMUM_HOLDING_TICKS } from "./bank.ts";
import { NONE } from "./payment_store.ts";
import type { EngineView } from "./policy_view.ts";
import type { EngineState } from "./state.ts";

const TIMER_BUFFER = 100;

/** Which of the two collateral trees decides. */
export type CollateralLayer = "strategic" | "end_of_tick";

/** Steps 1.5 and 5.5: evaluates and applies the trees agent by agent. */
export function decideCollateral(state: EngineState, view: EngineView, layer: CollateralLayer): void {
  for (const bank of state.banks) {
    const { policy } = bank;
    const tree = layer === "strategic" ? policy.strategicCollateral : policy.endOfTickCollateral;
    if (tree === undefined) continue;
    view.showDummy(bank);
    let decision: CollateralDecision;
    try {
      decision = tree(view);
    } catch (error) {
      throw treeRefusal(error, layer === "strategic" ? "strategic collateral" : "end-of-tick collateral", bank);
    }
    if (decision.kind === "post") post(state, bank, decision, layer);
    else if (decision.kind === "withdraw") withdraw(state, bank, decision.amount, decision.reason, layer);
  }
}

/** The error of a tick whose tree could not be evaluated (spec 07 3.6). */
export function treeRefusal(error: unknown, what: string, bank: Bank): unknown {
  if (!(error instanceof PolicyError)) return error;
  const step = error.stage === "validation" ? "validation" : "evaluation";
  return new EngineRefusal(
    `Invalid config: Failed to evaluate ${what} for ${bank.id}: Tree ${step} failed: ${error.message}`,
  );
}

function post(
  state: EngineState,
  bank: Bank,
  decision: Extract<CollateralDecision, { readonly kind: "post" }>,
  layer: CollateralLayer,
): void {
  const { reason, timer } = decision;
  const capacity = bank.remainingCollateralCapacity;
  let { amount } = decision;
  if (amount > capacity) {
    // behaviour: postingAboveCapacityStops
    if (state.behaviours.postingAboveCapacityStops) {
      throw new EngineRefusal(
        `Invalid config: Agent ${bank.id} tried to post ${amount} collateral but only has ${capacity} capacity remaining`,
      );
    }
    amount = capacity;
    if (amount <= 0) return;
  }
  bank.changeCollateral(amount);
  if (timer !== undefined) setTimer(state, bank, timer, { amount, reason, postedAtTick: state.tick }, layer);
  record(state, bank, "post", amount, reason, layer);
  count(state, bank, "posts");
  state.log.emit("CollateralPost", bank.number, amount, reason, bank.postedCollateral);
}

function setTimer(
  state: EngineState,
  bank: Bank,
  ticks: number,
  timer: CollateralTimer,
  layer: CollateralLayer,
): void {
  // behaviour: lateTimersNeverFire
  const delay = layer === "end_of_tick" && !state.behaviours.lateTimersNeverFire ? Math.max(ticks, 1) : ticks;
  const due = state.tick + delay;
  const timers = bank.timers.get(due);
  if (timers === undefined) bank.timers.set(due, [timer]);
  else timers.push(timer);
}

function withdraw(state: EngineState, bank: Bank, wanted: number, reason: string, layer: CollateralLayer): void {
  // behaviour: treesWithdrawNeededCollateral
  const free = state.behaviours.treesWithdrawNeededCollateral ? bank.postedCollateral : bank.maxWithdrawable(0);
  const amount = Math.min(wanted, free);
  if (amount <= 0) return;
  bank.changeCollateral(-amount);
  record(state, bank, "withdraw", amount, reason, layer);
  count(state, bank, "withdrawals");
  state.log.emit("CollateralWithdraw", bank.number, amount, reason, bank.postedCollateral);
}

function record(
  state: EngineState,
  bank: Bank,
  action: "post" | "withdraw",
  amount: number,
  reason: string,
  layer: CollateralLayer,
): void {
  const change = action === "post" ? amount : -amount;
  const posted = bank.postedCollateral;
  // behaviour: collateralRecordsCountTwice
  const postedBefore = state.behaviours.collateralRecordsCountTwice ? posted : posted - change;
  state.collateralRecords.push({
    agent: bank.number,
    tick: state.tick,
    action,
    amount,
    reason,
    layer,
    balanceBefore: bank.balance,
    postedBefore,
    postedAfter: postedBefore + change,
    availableCapacityAfter: bank.maxCollateralCapacity - (postedBefore + change),
  });
}

function count(state: EngineState, bank: Bank, what: "posts" | "withdrawals"): void {
  const today = state.openDay[bank.number];
  if (today !== undefined) today.counts[what]++;
}

/** Step 1.8: withdrawals that postings ordered for this tick. */
export function runTimers(state: EngineState): void {
  for (const bank of state.banks) {
    const timers = bank.timers.get(state.tick);
    if (timers === undefined) continue;
    for (const timer of timers) runTimer(state, bank, timer);
    bank.timers.delete(state.tick);
  }
}

function runTimer(state: EngineState, bank: Bank, timer: CollateralTimer): void {
  const { reason, postedAtTick } = timer;
  const outcome = bank.guardedWithdrawal(timer.amount, state.tick, TIMER_BUFFER);
  if ("blocked" in outcome) {
    state.log.emit("CollateralTimerBlocked", bank.number, timer.amount, outcome.blocked, reason, postedAtTick);
    return;
  }
  bank.changeCollateral(-outcome.amount);
  if (bank.postedCollateral === 0) bank.collateralPostedAt = NONE;
  count(state, bank, "withdrawals");
  const total = bank.postedCollateral;
  state.log.emit("CollateralTimerWithdrawn", bank.number, outcome.amount, reason, postedAtTick, total);
}

/** The answer to a call from outside. */
export interface CallAnswer {
  readonly success: boolean;
  readonly message: string;
}

function refused(message: string): CallAnswer {
  return { success: false, message };
}

/** Posts collateral from outside, whatever the capacity (spec 06 4.5). */
export function postByHand(state: EngineState, agentId: string, amount: number): CallAnswer {
  if (!(amount > 0)) return refused("Collateral amount must be positive");
  const bank = state.banks[state.numbers.get(agentId) ?? NONE];
  if (bank === undefined) return refused(`Agent '${agentId}' not found`);
  bank.changeCollateral(wholeCents(amount));
  bank.collateralPostedAt = state.tick;
  count(state, bank, "posts");
  state.log.emit("CollateralPost", bank.number, amount, "ManualPost", bank.postedCollateral);
  return { success: true, message: `Posted ${amount} cents collateral at tick ${state.tick}` };
}

/** Withdraws collateral from outside, all of the amount or nothing (spec 06 4.5). */
export function withdrawByHand(state: EngineState, agentId: string, amount: number): CallAnswer {
  if (!(amount > 0)) return refused("Withdrawal amount must be positive");
  const bank = state.banks[state.numbers.get(agentId) ?? NONE];
  if (bank === undefined) return refused(`Agent '${agentId}' not found`);
  const heldUntil = bank.collateralPostedAt + MINIMUM_HOLDING_TICKS;
  if (bank.collateralPostedAt !== NONE && state.tick < heldUntil) {
    return refused(`Minimum holding period not met. ${heldUntil - state.tick} tick(s) remaining`);
  }
  const most = bank.maxWithdrawable(0);
  if (amount > most) return refused(breachText(bank, most, amount));
  bank.changeCollateral(-wholeCents(amount));
  // behaviour: emptyCollateralPostedAtZero
  if (bank.postedCollateral === 0) {
    bank.collateralPostedAt = state.behaviours.emptyCollateralPostedAtZero ? 0 : NONE;
  }
  count(state, bank, "withdrawals");
  state.log.emit("CollateralWithdraw", bank.number, amount, "ManualWithdraw", bank.postedCollateral);
  return { success: true, message: `Withdrew ${amount} cents collateral` };
}

function breachText(bank: Bank, most: number, requested: number): string {
  const { creditUsed, overdraftLimit } = bank;
  return `Withdrawal would breach collateralized headroom. Max withdrawable: ${most}, requested: ${requested}. ` +
    `Current state: credit_used=${creditUsed}, allowed_limit=${overdraftLimit}, ` +
    `headroom=${overdraftLimit - creditUsed}. ` +
    "Ensure balance is restored or post more collateral before withdrawing.";
}
