/** A log of the ring model for tests, written by hand instead of by the engine. */
import { Decimal } from "../../../src/core/decimal.ts";
import { EventLog } from "../../../src/core/event_log.ts";
import { RING_EVENTS, type RingLog } from "../../../src/ring/events.ts";

/** An empty log; agent n is `H<n>`, contract n is `PAY_<n>`. */
export function ringLog(): RingLog {
  return new EventLog(RING_EVENTS, {
    time: "day",
    phases: ["setup", "simulation"],
    names: { agent: (n) => `H${n}`, contract: (n) => `PAY_${n}` },
  });
}

export interface Payment {
  readonly debtor: number;
  readonly creditor: number;
  readonly amount: string;
  readonly day: number;
  readonly contract: number;
  readonly alias?: string | null;
}

export function create(log: RingLog, { debtor, creditor, amount, day, contract, alias = null }: Payment): void {
  log.emit("PayableCreated", debtor, creditor, decimal(amount), day, day, contract, alias);
}

/** Settles on the day with which the log is stamped; `day` does not matter. */
export function settle(log: RingLog, { debtor, creditor, amount, contract, alias = null }: Payment): void {
  log.emit("PayableSettled", contract, contract, alias, debtor, creditor, decimal(amount));
}

/** Plain digits become an integer as they do in the engine. */
export function decimal(text: string): Decimal {
  return /^\d+$/.test(text) ? Decimal.integer(BigInt(text)) : Decimal.parse(text) ?? Decimal.ZERO;
}
