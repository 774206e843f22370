/**
 * Rollover: a creditor lends again what it was just paid. Source: spec 01 10.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { Ledger } from "./ledger.ts";
import { pay, payInPieces } from "./payment.ts";
import type { SettledPayable } from "./settlement.ts";

/** Rolls over what was settled today, in the order of settlement. Expelled agents neither lend nor borrow. */
export function rollOver(ledger: Ledger, settled: readonly SettledPayable[]): void {
  if (settled.length === 0) return;
  ledger.log.emit("SubphaseB_Rollover");
  for (const payable of settled) {
    if (payable.debtor.defaulted || payable.creditor.defaulted) continue;
    ledger.atomically(() => {
      // behaviour: rolloverKeepsUnlentAmount
      if (ledger.behaviours.rolloverKeepsUnlentAmount) renewInFull(ledger, payable);
      else renewWhatIsLent(ledger, payable);
    });
  }
}

/** The distance of the new payable, in days. */
function newDistance(ledger: Ledger, { maturityDistance }: SettledPayable): number {
  // behaviour: rolloverWithoutDistance
  return ledger.behaviours.rolloverWithoutDistance ? maturityDistance : Math.max(1, maturityDistance);
}

/** Makes the new payable first, for the full amount, and lends in cash only. */
function renewInFull(ledger: Ledger, settled: SettledPayable): void {
  const { debtor, creditor, amount } = settled;
  const maturityDistance = newDistance(ledger, settled);
  const payable = renew(ledger, settled, amount, maturityDistance);
  const lent = payInPieces(ledger, "cash", creditor, debtor, amount);
  report(ledger, settled, lent, maturityDistance, payable);
}

/** Lends by the creditor's payment methods and makes a payable for what was lent. */
function renewWhatIsLent(ledger: Ledger, settled: SettledPayable): void {
  const { debtor, creditor, amount } = settled;
  if (amount.isZero) return;
  const lent = amount.minus(pay(ledger, creditor, debtor, amount).remaining);
  const maturityDistance = newDistance(ledger, settled);
  const payable = lent.isZero ? null : renew(ledger, settled, lent, maturityDistance);
  report(ledger, settled, lent, maturityDistance, payable);
}

function renew(ledger: Ledger, settled: SettledPayable, amount: Decimal, maturityDistance: number): number {
  const dueDay = ledger.day + maturityDistance;
  const { debtor, creditor } = settled;
  return ledger.register("PAY", "payable", amount, debtor, creditor, { dueDay, maturityDistance }).number;
}

function report(
  ledger: Ledger,
  { debtor, creditor, amount }: SettledPayable,
  lent: Decimal,
  distance: number,
  payable: number | null,
): void {
  const dueDay = ledger.day + distance;
  const { log } = ledger;
  if (lent.equals(amount)) {
    log.emit("PayableRolledOver", debtor.number, creditor.number, amount, dueDay, distance, payable);
  } else {
    log.emit("RolloverPartial", debtor.number, creditor.number, amount, lent, dueDay, payable);
  }
}
