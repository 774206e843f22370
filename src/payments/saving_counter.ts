/**
 * How many payments liquidity saving released, counted from the events of a run as it goes on (spec 08 10.1).
 *
 * @module
 */
import { type PaymentsLog, writtenEvent } from "./events.ts";

/** Counts what liquidity saving released: payments, each under the one that it is a part of. */
export class SavingCounter {
  readonly #released = new Set<string>();
  readonly #parents = new Map<string, string>();
  #log: PaymentsLog | undefined;
  #next = 0;

  /** Looks at the events that came since the last call; a restored engine starts a new log. */
  look(log: PaymentsLog): void {
    if (log !== this.#log) {
      this.#log = log;
      this.#next = 0;
    }
    for (; this.#next < log.length; this.#next++) {
      const kind = log.kind(this.#next);
      if (kind === "PolicySplit") this.#split(log);
      else if (kind === "LsmBilateralOffset" || kind === "LsmCycleSettlement") this.#release(log);
    }
  }

  #split(log: PaymentsLog): void {
    const { tx_id: parent, child_ids: children } = writtenEvent(log, this.#next);
    for (const child of texts(children)) this.#parents.set(child, String(parent));
  }

  #release(log: PaymentsLog): void {
    for (const id of texts(writtenEvent(log, this.#next)["tx_ids"])) this.#released.add(this.#parents.get(id) ?? id);
  }

  get count(): number {
    return this.#released.size;
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
