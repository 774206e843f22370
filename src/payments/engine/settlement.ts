/**
 * Gross settlement: the first attempt of what was released, and passes over the central queue (spec 05 8).
 *
 * @module
 */
import { EngineRefusal } from "../errors.ts";
import { cents, roundAway } from "./amounts.ts";
import { penaltyOn } from "./cost_rules.ts";
import { NONE, OVERDUE, PENDING, SETTLED } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

/** Whether liquidity and limits let a payment of `amount` settle now. */
function canSettle(state: EngineState, payment: number, amount: number): boolean {
  const sender = state.bank(state.payments.sender[payment] ?? 0);
  if (!sender.canPay(amount)) return false;
  if (!sender.hasLimits) return true;
  return sender.withinBilateralLimit(state.payments.receiver[payment] ?? 0, amount) &&
    sender.withinMultilateralLimit(amount);
}

/** Moves the remaining amount of a payment from its sender to its receiver and marks it settled. */
export function moveAndSettle(state: EngineState, payment: number): void {
  const { payments } = state;
  const amount = payments.remaining[payment] ?? 0;
  const sender = state.bank(payments.sender[payment] ?? 0);
  const receiver = payments.receiver[payment] ?? 0;
  // The credit comes first: when it would pass 2^53, nothing has moved.
  state.credit(receiver, amount, payment);
  sender.adjust(-amount);
  sender.recordOutflow(receiver, amount);
  if (amount <= 0) throw new EngineRefusal("Settlement error: Settle failed: Settlement amount must be positive");
  payments.remaining[payment] = 0;
  payments.status[payment] = SETTLED;
  payments.statusTick[payment] = state.tick;
  sender.sentSettled += amount;
  if ((payments.arrivalTick[payment] ?? 0) >= state.day * state.config.ticksPerDay) sender.sentSettledToday += amount;
  if (state.queue2.has(payment)) state.queue2.touch();
  state.countSettlement(sender.number, receiver);
}

/** Which settlement reduces the payments that a part belongs to. */
type ParentRule = "submission" | "queue" | "offset";

/** Takes a settled part off the payment that it was split from (spec 05 8.1 step 4). */
export function reduceParents(state: EngineState, part: number, amount: number, rule: ParentRule): void {
  const { payments, behaviours } = state;
  let parent = payments.parent[part] ?? NONE;
  if (parent === NONE) return;
  if (rule === "offset" && behaviours.offsetsLeaveParentsOpen) return; // behaviour: offsetsLeaveParentsOpen
  while (parent !== NONE) {
    const remaining = payments.remaining[parent] ?? 0;
    if (amount > remaining) {
      if (rule !== "submission") return;
      throw new EngineRefusal(`Settlement error: Child amount ${amount} exceeds parent remaining amount ${remaining}`);
    }
    payments.remaining[parent] = remaining - amount;
    state.bank(payments.sender[parent] ?? 0).sentSettled += amount;
    if (remaining === amount && payments.status[parent] !== SETTLED) {
      payments.status[parent] = SETTLED;
      payments.statusTick[parent] = state.tick;
    }
    if (behaviours.onlyDirectParentsReduced) return; // behaviour: onlyDirectParentsReduced
    parent = payments.parent[parent] ?? NONE;
  }
}

/** Marks a payment that missed its deadline; the first tick stands. */
export function markOverdue(state: EngineState, payment: number): void {
  const { payments } = state;
  if (payments.status[payment] === OVERDUE || payments.status[payment] === SETTLED) return;
  payments.status[payment] = OVERDUE;
  payments.statusTick[payment] = state.tick;
}

/** Step 3: one attempt for each released payment in order; what cannot settle is queued (spec 05 8.1). */
export function settleSubmissions(state: EngineState): number {
  let settled = 0;
  for (const payment of state.pending) {
    if (attempt(state, payment)) settled++;
    else {
      state.queue2.push(payment);
      state.log.emit("QueuedRtgs", payment, state.payments.sender[payment] ?? 0);
    }
  }
  return settled;
}

function attempt(state: EngineState, payment: number): boolean {
  const { payments, log } = state;
  const amount = payments.remaining[payment] ?? 0;
  const from = payments.sender[payment] ?? 0;
  const to = payments.receiver[payment] ?? 0;
  const sender = state.bank(from);
  if (sender.hasLimits) {
    if (!sender.withinBilateralLimit(to, amount)) {
      const outflow = sender.bilateralOutflows.get(to) ?? 0;
      log.emit("BilateralLimitExceeded", from, to, payment, amount, outflow, sender.bilateralLimits.get(to) ?? null);
    }
    if (!sender.withinMultilateralLimit(amount)) {
      const limit = sender.multilateralLimit ?? null;
      log.emit("MultilateralLimitExceeded", from, payment, amount, sender.totalOutflow, limit);
    }
  }
  if (!canSettle(state, payment, amount)) return false;
  const overdueSince = payments.status[payment] === OVERDUE ? payments.statusTick[payment] ?? 0 : NONE;
  const before = sender.balance;
  moveAndSettle(state, payment);
  reduceParents(state, payment, amount, "submission");
  if (overdueSince !== NONE) emitOverdueSettled(state, payment, amount, overdueSince);
  // A payment to oneself leaves the balance as it was.
  log.emit("RtgsImmediateSettlement", payment, from, to, amount, before, sender.balance);
  return true;
}

function emitOverdueSettled(state: EngineState, payment: number, settled: number, overdueSince: number): void {
  const { payments, tick } = state;
  const amount = payments.amount[payment] ?? 0;
  state.log.emit(
    "OverdueTransactionSettled",
    payment,
    payments.sender[payment] ?? 0,
    payments.receiver[payment] ?? 0,
    amount,
    settled,
    payments.deadlineTick[payment] ?? 0,
    overdueSince,
    tick - overdueSince,
    penaltyOn(state.config.costRates.deadlinePenalty, amount),
    estimatedDelayCost(state, settled, tick - overdueSince),
  );
}

/** What an overdue amount has cost so far, roughly (spec 06 5.7). */
export function estimatedDelayCost(state: EngineState, amount: number, ticks: number): number {
  const { delayCostPerTickPerCent, overdueDelayMultiplier } = state.config.costRates;
  return roundAway(amount * delayCostPerTickPerCent * overdueDelayMultiplier * ticks);
}

/** What a pass over the central queue settled, in order. */
export interface PassResult {
  readonly payments: readonly number[];
  readonly amounts: readonly number[];
  readonly value: number;
}

const NOTHING: PassResult = Object.freeze({ payments: [], amounts: [], value: 0 });

/**
 * One pass over the central queue (spec 05 8.2). A payment that a pass left is tested again only when its sender became
 * able to pay more since: until then it would fail again.
 */
export function passCentralQueue(state: EngineState): PassResult {
  const { queue2, payments, clock, tick } = state;
  queue2.compact();
  const entries = queue2.length;
  const since = clock.pass;
  clock.pass++;
  const untested = queue2.firstUntested;
  if (untested >= entries && clock.lastImprovement < since && tick <= queue2.nextDeadline) return NOTHING;
  const { ids } = queue2;
  const { remaining, status, deadlineTick, sender, queue2Entries } = payments;
  const settled: number[] = [];
  const amounts: number[] = [];
  let value = 0;
  let kept = 0;
  let nextDeadline = Infinity;
  for (let i = 0; i < entries; i++) {
    const payment = ids[i] ?? 0;
    const amount = remaining[payment] ?? 0;
    if (amount === 0) {
      // A second entry of a payment that settled.
      queue2Entries[payment] = (queue2Entries[payment] ?? 1) - 1;
      continue;
    }
    const deadline = deadlineTick[payment] ?? 0;
    if (status[payment] === PENDING) {
      if (tick > deadline) markOverdue(state, payment);
      else if (deadline < nextDeadline) nextDeadline = deadline;
    }
    const bank = state.bank(sender[payment] ?? 0);
    if ((i >= untested || bank.improvedAt >= since) && canSettle(state, payment, amount)) {
      queue2Entries[payment] = (queue2Entries[payment] ?? 1) - 1;
      moveAndSettle(state, payment);
      reduceParents(state, payment, amount, "queue");
      settled.push(payment);
      amounts.push(amount);
      value = cents(value + amount);
    } else ids[kept++] = payment;
  }
  queue2.nextDeadline = nextDeadline;
  queue2.keep(kept);
  return { payments: settled, amounts, value };
}

/** Logs what a pass settled. */
export function emitReleases(state: EngineState, result: PassResult): void {
  const { payments, log, tick } = state;
  result.payments.forEach((payment, i) => {
    log.emit(
      "Queue2LiquidityRelease",
      payment,
      payments.sender[payment] ?? 0,
      payments.receiver[payment] ?? 0,
      result.amounts[i] ?? 0,
      tick - (payments.arrivalTick[payment] ?? 0),
      "liquidity_available",
    );
  });
}
