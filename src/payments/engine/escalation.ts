/**
 * Priorities that grow as the deadline comes near (spec 05 10.1). Only unsettled payments inside the window are looked
 * at, in order of creation.
 *
 * @module
 */
import type { PriorityEscalation } from "../config.ts";
import { roundAway } from "./amounts.ts";
import { MAX_PRIORITY, type PaymentStore } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

const LARGEST_BOOST = 255;

/** The payments whose priority can grow, now or later. */
export class Escalation {
  /** Payments whose window has begun. */
  #active: number[] = [];
  #unordered = false;
  /** Payments whose window begins later, by its first tick. */
  readonly #waiting = new Map<number, number[]>();
  #tick = NONE_YET;

  constructor(readonly rule: PriorityEscalation, readonly payments: PaymentStore) {}

  /** Takes a new payment under watch. */
  admit(payment: number): void {
    const first = (this.payments.deadlineTick[payment] ?? 0) - this.rule.startEscalatingAtTicks;
    if (first <= this.#tick) this.#activate(payment);
    else {
      const list = this.#waiting.get(first);
      if (list === undefined) this.#waiting.set(first, [payment]);
      else list.push(payment);
    }
  }

  #activate(payment: number): void {
    const last = this.#active[this.#active.length - 1];
    this.#unordered ||= last !== undefined && last > payment;
    this.#active.push(payment);
  }

  /** The watched payments that are not settled and in their window at a tick, in order of creation. */
  due(tick: number): readonly number[] {
    for (let t = this.#tick === NONE_YET ? tick : this.#tick + 1; t <= tick; t++) this.#open(t);
    if (this.#tick === NONE_YET) {
      // The first tick of a run, or of a restored one: windows may have begun long before.
      for (const first of [...this.#waiting.keys()]) if (first < tick) this.#open(first);
    }
    this.#tick = tick;
    if (this.#unordered) this.#active.sort((a, b) => a - b);
    this.#unordered = false;
    const { remaining } = this.payments;
    this.#active = this.#active.filter((payment) => (remaining[payment] ?? 0) > 0);
    return this.#active;
  }

  #open(tick: number): void {
    const list = this.#waiting.get(tick);
    if (list === undefined) return;
    this.#waiting.delete(tick);
    for (const payment of list) this.#activate(payment);
  }
}

const NONE_YET = -1;

/** Step 2a: raises priorities. */
export function escalatePriorities(state: EngineState): void {
  const { escalation, payments, tick } = state;
  if (escalation === undefined) return;
  const { startEscalatingAtTicks: window, maxBoost } = escalation.rule;
  for (const payment of escalation.due(tick)) {
    const left = Math.max(0, (payments.deadlineTick[payment] ?? 0) - tick);
    const progress = window === 0 ? 1 : 1 - left / window;
    const boost = Math.min(roundAway(maxBoost * progress), LARGEST_BOOST);
    const original = payments.originalPriority[payment] ?? 0;
    const raised = Math.min(MAX_PRIORITY, original + boost);
    if (raised <= (payments.priority[payment] ?? 0)) continue;
    payments.priority[payment] = raised;
    const sender = payments.sender[payment] ?? 0;
    state.log.emit("PriorityEscalated", payment, sender, original, raised, left, boost);
  }
}
