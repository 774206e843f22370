/**
 * Payments that come from outside or by the scenario, and the calls on queued payments (spec 05 16, 06 3.3).
 *
 * @module
 */
import { EngineRefusal } from "../errors.ts";
import { RTGS_PRIORITY_NAMES, type RtgsPriority } from "../policy_contract.ts";
import { wholeCents } from "./amounts.ts";
import { MAX_PRIORITY, NONE } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

const NORMAL = 2;

/** A payment order; agents by id, amount in cents, the deadline in absolute ticks. */
export interface PaymentOrder {
  readonly sender: string;
  readonly receiver: string;
  readonly amount: number;
  readonly deadlineTick: number;
  /** 0 to 255; above 10 counts as 10. */
  readonly priority: number;
  readonly isDivisible: boolean;
  /** `HighlyUrgent`, `Urgent` or `Normal`, declared for the central queue. */
  readonly rtgsPriority?: string;
}

/** Checks an order, caps its deadline, puts it into the sender's queue and logs its arrival. */
export function submit(state: EngineState, order: PaymentOrder): number {
  const sender = agent(state, order.sender);
  const receiver = agent(state, order.receiver);
  const { deadlineTick, priority } = order;
  const amount = wholeCents(order.amount);
  if (!(amount > 0)) {
    throw new EngineRefusal(`Invalid config: Transaction amount must be positive, got ${amount}`);
  }
  if (!(deadlineTick > state.tick)) {
    throw new EngineRefusal(
      `Invalid config: Transaction deadline ${deadlineTick} is in the past (current tick: ${state.tick})`,
    );
  }
  const deadline = cappedDeadline(state, deadlineTick);
  const payment = state.create(sender, receiver, amount, state.tick, deadline, Math.min(priority, MAX_PRIORITY));
  state.bank(sender).queue1.push(payment);
  const today = state.openDay[sender];
  if (today !== undefined) today.counts.arrivals++;
  state.log.emit("Arrival", payment, sender, receiver, amount, deadline, priority, order.isDivisible);
  return payment;
}

function agent(state: EngineState, id: string): number {
  const number = state.numbers.get(id);
  if (number === undefined) throw new EngineRefusal(`Agent not found: ${id}`);
  return number;
}

/** The deadline within the episode, and within the day where that is configured, but not before the next tick. */
function cappedDeadline(state: EngineState, deadline: number): number {
  const { numDays, ticksPerDay, deadlineCapAtEod } = state.config;
  let capped = Math.min(deadline, numDays * ticksPerDay);
  if (deadlineCapAtEod) capped = Math.min(capped, (state.day + 1) * ticksPerDay - 1);
  return Math.max(capped, state.tick + 1);
}

/** An RTGS priority by name, undefined for another name. */
export function rtgsPriorityNamed(name: string): RtgsPriority | undefined {
  if (name === "HighlyUrgent") return 0;
  if (name === "Urgent") return 1;
  return name === "Normal" ? NORMAL : undefined;
}

/** The name of an RTGS priority as events show it. */
export function rtgsPriorityName(priority: number | undefined): string {
  return RTGS_PRIORITY_NAMES[priority ?? NONE] ?? "None";
}

/** Gives a payment its RTGS priority, logs its submission and puts it among those to settle in this tick. */
export function enterRtgs(state: EngineState, payment: number, declared: number): void {
  const { payments } = state;
  const priority = declared === NONE ? NORMAL : declared;
  payments.rtgsPriority[payment] = priority;
  payments.rtgsSubmissionTick[payment] = state.tick;
  state.pending.push(payment);
  state.log.emit(
    "RtgsSubmission",
    payment,
    payments.sender[payment] ?? 0,
    payments.receiver[payment] ?? 0,
    payments.remaining[payment] ?? 0,
    payments.priority[payment] ?? 0,
    rtgsPriorityName(priority),
  );
}

/** Takes a payment out of the central queue; the caller closes the space (spec 05 16.3). */
export function withdrawFromQueue2(state: EngineState, payment: number): void {
  const { payments, queue2 } = state;
  if (!queue2.has(payment)) {
    throw new EngineRefusal(
      `Settlement error: Transaction ${payments.id(payment)} not found in RTGS Queue 2`,
    );
  }
  queue2.remove(payment);
  const original = payments.rtgsPriority[payment];
  payments.rtgsPriority[payment] = NONE;
  payments.rtgsSubmissionTick[payment] = NONE;
  const sender = payments.sender[payment] ?? 0;
  state.log.emit("RtgsWithdrawal", payment, sender, rtgsPriorityName(original));
}

/** Puts a payment back into its sender's queue with a new declared priority (spec 05 16.4). */
export function resubmit(state: EngineState, payment: number, priority: RtgsPriority): void {
  const { payments } = state;
  if (payments.rtgsPriority[payment] !== NONE) {
    throw new EngineRefusal(
      `Settlement error: Transaction ${payments.id(payment)} is still in RTGS Queue 2. Withdraw first.`,
    );
  }
  const sender = payments.sender[payment] ?? 0;
  const old = payments.declaredRtgsPriority[payment];
  payments.declaredRtgsPriority[payment] = priority;
  const { queue1 } = state.bank(sender);
  // behaviour: resubmittingDuplicates
  if (state.behaviours.resubmittingDuplicates || !queue1.includes(payment)) queue1.push(payment);
  state.log.emit("RtgsResubmission", payment, sender, rtgsPriorityName(old), rtgsPriorityName(priority));
}

/** Where a payment goes that its sender took out of the central queue and did not resubmit. */
export function returnWithdrawn(state: EngineState, payment: number): void {
  if (state.behaviours.withdrawnPaymentsStranded) return; // behaviour: withdrawnPaymentsStranded
  state.bank(state.payments.sender[payment] ?? 0).queue1.push(payment);
}
