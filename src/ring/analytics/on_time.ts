/**
 * Which settlements of a day paid dues of that day, by contract id or, failing that, by alias. Source: `spec 02 3.6`.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { NONE, type PaymentHistory } from "./history.ts";

/** Matches the settlements of one day after the other with the dues of the day. */
export class OnTimePayments {
  readonly #history: PaymentHistory;
  /** The last day, counted from 1 in the order of the calls, on which a payable of this id or alias was due. */
  readonly #lastDue: number[];
  #calls = 0;

  constructor(history: PaymentHistory) {
    this.#history = history;
    this.#lastDue = new Array(history.nameCount).fill(0);
  }

  /** The sum of the settlements among these rows of one day that pay one of these dues of the same day. */
  amount(dues: readonly number[], settlements: readonly number[]): Decimal {
    this.#calls++;
    const { dues: due, settlements: settled, aliasOffset } = this.#history;
    for (const row of dues) {
      this.#mark(due.ids[row] ?? NONE, 0);
      this.#mark(due.aliases[row] ?? NONE, aliasOffset);
    }
    let sum = Decimal.ZERO;
    for (const row of settlements) {
      if (!this.#marked(settled.ids[row] ?? NONE, 0) && !this.#marked(settled.aliases[row] ?? NONE, aliasOffset)) {
        continue;
      }
      sum = sum.plus(settled.amounts[row] ?? Decimal.ZERO);
    }
    return sum;
  }

  #mark(number: number, offset: number): void {
    if (number >= 0) this.#lastDue[number + offset] = this.#calls;
  }

  #marked(number: number, offset: number): boolean {
    return number >= 0 && this.#lastDue[number + offset] === this.#calls;
  }
}
