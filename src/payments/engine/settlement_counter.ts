/**
 * Counts payments and settlements as {@linkcode systemMetrics} does, without looking at settled payments again: whoever
 * asks at the end of every day would otherwise count all payments of the run every time.
 *
 * @module
 */
import { NONE } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

/** Payments that came in, and those that are settled; parts of a payment count as that payment. */
export interface SettlementTotals {
  readonly total_arrivals: number;
  readonly total_settlements: number;
}

/** Counts the payments of one engine. What is settled stays settled. */
export class SettlementCounter {
  readonly #state: EngineState;
  /** Payments that were met. */
  #met = 0;
  #arrivals = 0;
  #settlements = 0;
  /** Payments that were open when they were looked at last. */
  #open: number[] = [];
  readonly #parts = new Map<number, number[]>();

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** The totals now. */
  totals(): SettlementTotals {
    this.#meet();
    const open = this.#open.filter((payment) => !this.#isSettled(payment));
    this.#settlements += this.#open.length - open.length;
    this.#open = open;
    return { total_arrivals: this.#arrivals, total_settlements: this.#settlements };
  }

  #meet(): void {
    const { payments } = this.#state;
    for (; this.#met < payments.length; this.#met++) {
      const parent = payments.parent[this.#met] ?? NONE;
      if (parent === NONE) {
        this.#arrivals++;
        this.#open.push(this.#met);
        continue;
      }
      const parts = this.#parts.get(parent);
      if (parts === undefined) this.#parts.set(parent, [this.#met]);
      else parts.push(this.#met);
    }
  }

  #isSettled(payment: number): boolean {
    const parts = this.#parts.get(payment);
    return parts === undefined
      ? this.#state.payments.remaining[payment] === 0
      : parts.every((part) => this.#isSettled(part));
  }
}
