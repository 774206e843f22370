/**
 * Interbank clearing at the end of the day: each pair of banks settles its net in reserves, or overnight.
 * Source: spec 01 11.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { Agent } from "./agent.ts";
import type { Ledger } from "./ledger.ts";
import { payInPieces, sumOf } from "./payment.ts";

/** Clears the client payments of the day, pair by pair in the order of their first payment. */
export function clearInterbank(ledger: Ledger): void {
  for (const { a, b, amount } of ledger.nets.take()) {
    if (amount.sign > 0) clearPair(ledger, a, b, amount);
    else if (amount.sign < 0) clearPair(ledger, b, a, amount.negated());
  }
}

/** Reserves are used in full or not at all; what they do not cover becomes a payable due tomorrow. */
function clearPair(ledger: Ledger, debtor: Agent, creditor: Agent, amount: Decimal): void {
  ledger.atomically(() => {
    const covered = !sumOf(debtor.assets.reserve_deposit).lessThan(amount);
    if (covered && payInPieces(ledger, "reserve_deposit", debtor, creditor, amount).equals(amount)) {
      ledger.log.emit("InterbankCleared", debtor.number, creditor.number, amount);
    } else {
      const dueDay = ledger.day + 1;
      const payable = ledger.register("P", "payable", amount, debtor, creditor, { dueDay });
      ledger.log.emit("InterbankOvernightCreated", debtor.number, creditor.number, amount, payable.number, dueDay);
    }
    ledger.totals.impacted++;
  });
}
