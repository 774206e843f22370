/**
 * Payables and delivery obligations by the day on which they are settled, in order of creation.
 *
 * @module
 */
import type { Contract } from "./contract.ts";
import type { Ledger } from "./ledger.ts";

/** The due days of a simulation. */
export class DueDays {
  /** The first day whose settlement has not begun; a contract made later than its due day waits for it. */
  nextSettlement = 0;
  readonly #payables = new Map<number, Contract[]>();
  readonly #deliveries = new Map<number, Contract[]>();
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Enters a payable or delivery obligation. */
  add(contract: Contract): void {
    const dueDay = contract.dueDay ?? 0;
    // behaviour: pastDueNeverSettles
    const day = this.#ledger.behaviours.pastDueNeverSettles ? dueDay : Math.max(dueDay, this.nextSettlement);
    const days = contract.kind === "payable" ? this.#payables : this.#deliveries;
    const due = days.get(day);
    if (due === undefined) days.set(day, [contract]);
    else due.push(contract);
    this.#ledger.undoable(() => {
      days.get(day)?.pop();
    });
  }

  /** The payables that are due on a day, settled ones included. */
  payables(day: number): readonly Contract[] {
    return this.#payables.get(day)?.slice() ?? [];
  }

  /** The delivery obligations that are due on a day, settled ones included. */
  deliveries(day: number): readonly Contract[] {
    return this.#deliveries.get(day)?.slice() ?? [];
  }
}
