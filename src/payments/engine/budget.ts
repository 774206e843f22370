/**
 * How much an agent lets its policy release (spec 05 3.4). Set by the bank tree, otherwise without bounds.
 *
 * @module
 */
import { cents } from "./amounts.ts";

/** The budget of one agent, in cents. Releases are tested and counted by counterparty id. */
export class ReleaseBudget {
  remaining = Infinity;
  focus: readonly string[] | undefined;
  perCounterparty: number | undefined;
  readonly used = new Map<string, number>();

  /** Replaces the budget and forgets what was used. */
  set(maxValue: number, focus: readonly string[] | undefined, perCounterparty: number | undefined): void {
    this.remaining = maxValue;
    this.focus = focus;
    this.perCounterparty = perCounterparty;
    this.used.clear();
  }

  /** Lifts all bounds. */
  reset(): void {
    this.set(Infinity, undefined, undefined);
  }

  /** Whether `amount` may be released to a counterparty. */
  allows(counterparty: string, amount: number): boolean {
    if (amount > this.remaining) return false;
    if (this.focus !== undefined && !this.focus.includes(counterparty)) return false;
    return this.perCounterparty === undefined ||
      (this.used.get(counterparty) ?? 0) + amount <= this.perCounterparty;
  }

  /** Counts a release. */
  track(counterparty: string, amount: number): void {
    this.remaining -= amount;
    // Without a limit per counterparty nobody asks for the usage, until the limit is set, which clears it.
    if (this.perCounterparty !== undefined) {
      this.used.set(counterparty, cents((this.used.get(counterparty) ?? 0) + amount));
    }
  }
}
