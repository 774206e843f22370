/**
 * Settlement of what is due today: payables, then delivery obligations. Source: spec 01 9.1, 9.3.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { SimulationError } from "../../core/errors.ts";
import type { Agent } from "./agent.ts";
import type { Contract } from "./contract.ts";
import { defaultOnDelivery, defaultOnPayable } from "./default.ts";
import type { Ledger } from "./ledger.ts";
import { pay } from "./payment.ts";
import type { StagedActions } from "./staged.ts";
import { lotsOf, quantityOf, transferFromLots } from "./stocks.ts";

/** A payable that was settled and may be rolled over (spec 01 10). */
export interface SettledPayable {
  readonly debtor: Agent;
  readonly creditor: Agent;
  readonly amount: Decimal;
  /** Days to the next due day. */
  readonly maturityDistance: number;
}

/** What settlement needs besides the balance sheets. */
export interface Settling {
  readonly ledger: Ledger;
  readonly staged: StagedActions;
  readonly defaultHandling: "fail-fast" | "expel-agent";
}

/** Settles the payables of the day in order of creation, and returns those that were settled and have a distance. */
export function settlePayables(settling: Settling): SettledPayable[] {
  const { ledger } = settling;
  const settled: SettledPayable[] = [];
  for (const payable of ledger.due.payables(ledger.day)) {
    if (!payable.open || payable.issuer.defaulted) continue;
    settle(ledger, () => settlePayable(settling, payable, settled));
  }
  return settled;
}

/** Settles the delivery obligations of the day in order of creation. */
export function settleDeliveries(settling: Settling): void {
  const { ledger } = settling;
  for (const obligation of ledger.due.deliveries(ledger.day)) {
    if (!obligation.open || obligation.issuer.defaulted) continue;
    settle(ledger, () => settleDelivery(settling, obligation));
  }
}

/** Settles one obligation as a whole; an error that the block returns ends the run without taking the block back. */
function settle(ledger: Ledger, work: () => SimulationError | undefined): void {
  const end = ledger.atomically(work);
  if (end !== undefined) throw end;
}

function settlePayable(
  settling: Settling,
  payable: Contract,
  settled: SettledPayable[],
): SimulationError | undefined {
  const { ledger } = settling;
  const { issuer: debtor, holder, amount, maturityDistance } = payable;
  // behaviour: selfHeldDebtDefaults
  if (debtor === holder && !ledger.behaviours.selfHeldDebtDefaults) {
    discharge(ledger, payable);
    return undefined;
  }
  const payment = pay(ledger, debtor, holder, amount);
  if (!payment.remaining.isZero) return defaultOnPayable(settling, payable, payment);
  discharge(ledger, payable);
  // behaviour: rolloverToFirstCreditor
  const creditor = ledger.behaviours.rolloverToFirstCreditor ? payable.creditor : holder;
  if (maturityDistance !== null) settled.push({ debtor, creditor, amount, maturityDistance });
  return undefined;
}

function discharge(ledger: Ledger, payable: Contract): void {
  const { number, alias, issuer, holder, amount } = payable;
  ledger.remove(payable);
  ledger.log.emit("PayableSettled", number, number, alias, issuer.number, holder.number, amount);
  ledger.totals.impacted++;
}

function settleDelivery(settling: Settling, obligation: Contract): SimulationError | undefined {
  const { ledger } = settling;
  const { number, alias, issuer: debtor, holder: creditor } = obligation;
  const sku = obligation.sku ?? "";
  const required = obligation.amount.toNumber();
  const lots = lotsOf(debtor, sku);
  const delivered = transferFromLots(ledger, lots, creditor, Math.min(required, quantityOf(lots)));
  if (delivered < required) return defaultOnDelivery(settling, obligation, delivered);
  ledger.remove(obligation);
  for (const kind of ["DeliveryObligationCancelled", "DeliveryObligationSettled"] as const) {
    ledger.log.emit(kind, number, number, alias, debtor.number, creditor.number, sku, required);
  }
  ledger.totals.impacted++;
  return undefined;
}
