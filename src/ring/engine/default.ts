/**
 * What happens when an obligation cannot be met: the run stops, or the debtor is expelled and what it owes is written
 * off. Source: spec 01 9.4.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { SimulationError } from "../../core/errors.ts";
import { type Contract, idText } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import type { Payment } from "./payment.ts";
import { broken } from "./rules.ts";
import type { Settling } from "./settlement.ts";
import { namesOf } from "./staged.ts";

/**
 * Handles a payable that was paid in part or not at all. Returns the error that ends the run while this default stays.
 *
 * @throws {SimulationError} rule `default`, which takes back what was paid.
 */
export function defaultOnPayable(
  settling: Settling,
  payable: Contract,
  payment: Payment,
): SimulationError | undefined {
  const { number, alias, issuer: debtor, holder: creditor, kind, amount } = payable;
  const { remaining: shortfall, shares } = payment;
  if (settling.defaultHandling === "fail-fast") {
    const message = `Insufficient funds to settle payable ${idText(payable)}: ${shortfall} still owed`;
    throw broken("default", message, debtor.id);
  }
  const { log } = settling.ledger;
  const paid = amount.minus(shortfall);
  const sides = [number, alias, debtor.number, creditor.number, kind] as const;
  if (paid.sign > 0) {
    log.emit(
      "PartialSettlement",
      ...sides,
      "payable",
      paid,
      undefined,
      undefined,
      shortfall,
      amount,
      shares,
      undefined,
    );
  }
  log.emit(
    "ObligationDefaulted",
    ...sides,
    shortfall,
    paid,
    amount,
    undefined,
    undefined,
    shortfall,
    undefined,
    undefined,
  );
  return expelDebtor(settling, payable, shortfall);
}

/** Handles a delivery that came short; as {@linkcode defaultOnPayable}. `delivered` counts units. */
export function defaultOnDelivery(
  settling: Settling,
  obligation: Contract,
  delivered: number,
): SimulationError | undefined {
  const { number, alias, issuer: debtor, holder: creditor, kind } = obligation;
  const sku = obligation.sku ?? "";
  const required = obligation.amount.toNumber();
  const missing = required - delivered;
  if (settling.defaultHandling === "fail-fast") {
    const what = `${missing} units of ${sku} still owed`;
    throw broken(
      "default",
      `Insufficient stock to settle delivery obligation ${idText(obligation)}: ${what}`,
      debtor.id,
    );
  }
  const { log } = settling.ledger;
  const shortfall = Decimal.integer(missing);
  const sides = [number, alias, debtor.number, creditor.number, kind] as const;
  if (delivered > 0) {
    log.emit(
      "PartialSettlement",
      ...sides,
      "delivery",
      undefined,
      delivered,
      required,
      shortfall,
      undefined,
      undefined,
      sku,
    );
  }
  log.emit(
    "ObligationDefaulted",
    ...sides,
    shortfall,
    undefined,
    undefined,
    delivered,
    required,
    undefined,
    sku,
    missing,
  );
  return expelDebtor(settling, obligation, shortfall);
}

function expelDebtor(settling: Settling, trigger: Contract, shortfall: Decimal): SimulationError | undefined {
  const { ledger, staged } = settling;
  const debtor = trigger.issuer;
  ledger.remove(trigger);
  if (debtor.kind === "central_bank") throw broken("default", "Central bank cannot default", debtor.id);
  ledger.expel(debtor);
  const { number } = debtor;
  ledger.log.emit("AgentDefaulted", number, number, trigger.number, trigger.kind, shortfall, "expel-agent");
  const unpaid = debtor.liabilities();
  const cancelled = staged.isEmpty ? [] : [trigger, ...unpaid].flatMap(namesOf);
  ledger.freeAlias(trigger);
  for (const contract of unpaid) writeOff(ledger, contract);
  if (!staged.isEmpty) staged.cancel(debtor, new Set(cancelled));
  if (ledger.totals.solvent > 0) return undefined;
  const error = broken("default", "All non-central-bank agents have defaulted", debtor.id);
  // behaviour: lastDefaultUndone
  if (ledger.behaviours.lastDefaultUndone) throw error;
  return error;
}

/** Ends what an expelled agent owes. The creditor is the original one, also of a claim that was sold. */
function writeOff(ledger: Ledger, contract: Contract): void {
  const { number, alias, issuer, creditor, kind, amount, dueDay, sku } = contract;
  ledger.log.emit(
    "ObligationWrittenOff",
    number,
    alias,
    issuer.number,
    creditor.number,
    kind,
    amount,
    dueDay ?? undefined,
    sku ?? undefined,
  );
  ledger.remove(contract);
  ledger.freeAlias(contract);
}
