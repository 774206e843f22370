/**
 * Step 2: policies decide on every waiting payment, and the decisions take effect (spec 05 7, 07 7.3).
 *
 * @module
 */
import { EngineRefusal, panic } from "../errors.ts";
import { type PaymentDecision, PolicyError } from "../policy_contract.ts";
import type { Bank } from "./bank.ts";
import { MAX_PRIORITY, NONE } from "./payment_store.ts";
import type { EngineView } from "./policy_view.ts";
import { markOverdue } from "./settlement.ts";
import { split } from "./splits.ts";
import type { EngineState } from "./state.ts";
import { enterRtgs, resubmit, returnWithdrawn, withdrawFromQueue2 } from "./submissions.ts";

/** Step 2b: orders the queues by priority, then deadline (spec 05 10.2). A queue that is in order is left alone. */
export function sortQueues(state: EngineState, waiting: readonly Bank[]): void {
  if (state.config.queue1Ordering === "fifo") return;
  const { priority, deadlineTick } = state.payments;
  const compare = (a: number, b: number) =>
    (priority[b] ?? 0) - (priority[a] ?? 0) || (deadlineTick[a] ?? 0) - (deadlineTick[b] ?? 0);
  for (const { queue1 } of waiting) {
    if (queue1.some((payment, i) => i > 0 && compare(queue1[i - 1] ?? 0, payment) > 0)) queue1.sort(compare);
  }
}

/** Step 2c: each agent decides on its whole queue, then its decisions take effect, then the next agent decides. */
export function decideQueue1(state: EngineState, view: EngineView, waiting: readonly Bank[]): void {
  for (const bank of waiting) carryOutAll(state, bank, decide(state, view, bank));
}

/** A part of a staggered split waits for its turn as a release for a later tick does, without an event. */
const WAIT: PaymentDecision = { kind: "release", priority: undefined, atTick: Infinity };

function isHeldBack({ heldParts, tick }: EngineState, payment: number): boolean {
  const comesUp = heldParts.size === 0 ? undefined : heldParts.get(payment);
  if (comesUp === undefined) return false;
  if (comesUp > tick) return true;
  heldParts.delete(payment);
  return false;
}

function decide(state: EngineState, view: EngineView, bank: Bank): PaymentDecision[] {
  const { queue1, policy } = bank;
  const decisions: PaymentDecision[] = [];
  view.showBank(bank);
  try {
    for (const payment of queue1) {
      if (isHeldBack(state, payment)) {
        decisions.push(WAIT);
        continue;
      }
      view.showPayment(payment, false);
      decisions.push(policy.payment(view));
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const id = state.payments.id(queue1[decisions.length] ?? 0);
    if (error.stage === "validation") throw panic(`Tree validation failed: ${error.message}`);
    const step = error.stage === "traversal" ? "Tree traversal" : "Action building";
    throw panic(`${step} failed for tx ${id}: ${error.message}`);
  }
  return decisions;
}

/**
 * Carries out the decisions on a queue in order. What leaves is closed up behind the place at hand; what decisions
 * append stands after the last decision. An error leaves the queue as it is at that moment.
 */
function carryOutAll(state: EngineState, bank: Bank, decisions: readonly PaymentDecision[]): void {
  const { queue1 } = bank;
  let kept = 0;
  let place = 0;
  try {
    for (; place < decisions.length; place++) {
      const payment = queue1[place];
      const decision = decisions[place];
      if (payment === undefined || decision === undefined) break;
      if (carryOut(state, bank, payment, decision)) queue1[kept++] = payment;
    }
  } catch (error) {
    // A split takes its payment off the queue before it makes the parts.
    const decision = decisions[place];
    if ((decision?.kind === "split" || decision?.kind === "stagger") && error instanceof Error) {
      if (!(error instanceof EngineRefusal)) place++;
    }
    throw error;
  } finally {
    queue1.splice(kept, place - kept);
  }
}

/** Whether the payment stays where it was in the queue. */
function carryOut(state: EngineState, bank: Bank, payment: number, decision: PaymentDecision): boolean {
  const { log } = state;
  switch (decision.kind) {
    case "hold":
      log.emit("PolicyHold", bank.number, payment, decision.reason);
      return true;
    case "release":
      return !release(state, bank, payment, decision.priority, decision.atTick);
    case "split":
    case "stagger":
      return !split(state, bank, payment, decision);
    case "drop":
      drop(state, bank, payment);
      return false;
    case "reprioritize": {
      const { priority } = state.payments;
      log.emit("TransactionReprioritized", bank.number, payment, priority[payment] ?? 0, decision.priority);
      priority[payment] = Math.min(decision.priority, MAX_PRIORITY);
      return true;
    }
    case "withdraw":
      reporting(state, bank, payment, "WithdrawFromRtgs failed: ", () => withdrawFromQueue2(state, payment));
      state.queue2.compact();
      return true;
    case "resubmit":
      reporting(state, bank, payment, "ResubmitToRtgs failed: ", () => resubmit(state, payment, decision.rtgsPriority));
      return true;
  }
}

/** Releases a payment for settlement in this tick (spec 05 7.2); false when it must wait. */
function release(
  state: EngineState,
  bank: Bank,
  payment: number,
  priority: number | undefined,
  atTick: number | undefined,
): boolean {
  const { payments, log } = state;
  if (priority !== undefined) payments.priority[payment] = Math.min(priority, MAX_PRIORITY);
  if (atTick !== undefined && atTick > state.tick) return false;
  const amount = payments.remaining[payment] ?? 0;
  const receiver = state.bank(payments.receiver[payment] ?? 0);
  if (!bank.budget.allows(receiver.id, amount)) {
    log.emit("PolicyHold", bank.number, payment, "BudgetExhausted");
    return false;
  }
  bank.budget.track(receiver.id, amount);
  enterRtgs(state, payment, payments.declaredRtgsPriority[payment] ?? NONE);
  log.emit("PolicySubmit", bank.number, payment);
  return true;
}

/** The payment is in no queue afterwards and never settles (spec 05 7.3). */
function drop(state: EngineState, bank: Bank, payment: number): void {
  markOverdue(state, payment);
  const today = state.openDay[bank.number];
  if (today !== undefined) today.counts.dropped++;
  state.log.emit("PolicyDrop", bank.number, payment, "Expired deadline");
}

/** Does a call on a queued payment; what refuses it is logged as the reason of a hold. */
function reporting(state: EngineState, bank: Bank, payment: number, prefix: string, call: () => void): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    state.log.emit("PolicyHold", bank.number, payment, prefix + error.message);
    return false;
  }
}

/** A decision on a payment in the central queue. */
interface Queue2Decision {
  readonly bank: Bank;
  readonly payment: number;
  readonly decision: PaymentDecision;
}

/** Step 2d: payments in the central queue, which can only be withdrawn or resubmitted (spec 05 7.6). */
export function decideQueue2(state: EngineState, view: EngineView): void {
  const decisions = state.banks.flatMap((bank) => decideOwnQueue2(state, view, bank));
  for (const { bank, payment, decision } of decisions) {
    if (decision.kind === "withdraw") {
      const done = reporting(state, bank, payment, "WithdrawFromRtgs failed: ", () => {
        withdrawFromQueue2(state, payment);
      });
      if (done) returnWithdrawn(state, payment);
    } else if (decision.kind === "resubmit") {
      const withdrawn = reporting(state, bank, payment, "ResubmitToRtgs withdraw step failed: ", () => {
        withdrawFromQueue2(state, payment);
      });
      if (!withdrawn) continue;
      reporting(state, bank, payment, "ResubmitToRtgs resubmit step failed: ", () => {
        resubmit(state, payment, decision.rtgsPriority);
      });
    }
  }
  state.queue2.compact();
}

function decideOwnQueue2(state: EngineState, view: EngineView, bank: Bank): Queue2Decision[] {
  const { start, ids } = state.index;
  const first = start[bank.number] ?? 0;
  const last = start[bank.number + 1] ?? 0;
  if (first === last) return [];
  const { policy } = bank;
  try {
    policy.validate();
  } catch (error) {
    throw error instanceof PolicyError ? panic(`Tree validation failed: ${error.message}`) : error;
  }
  if (!policy.actsOnQueue2) return [];
  view.showBank(bank);
  const decisions: Queue2Decision[] = [];
  for (let i = first; i < last; i++) {
    const payment = ids[i] ?? 0;
    view.showPayment(payment, true);
    try {
      const decision = policy.payment(view);
      if (decision.kind === "withdraw" || decision.kind === "resubmit") decisions.push({ bank, payment, decision });
    } catch (error) {
      // Here, and only here, an error counts as waiting (spec 07 3.6).
      if (!(error instanceof PolicyError)) throw error;
    }
  }
  return decisions;
}
