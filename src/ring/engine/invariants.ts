/**
 * What must hold whenever no step is under way. Source: spec 01 13, A3.1-4.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { INSTRUMENT_KINDS } from "./agent.ts";
import { idText } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { broken } from "./rules.ts";

/**
 * Checks the balance sheets against each other.
 *
 * @throws {SimulationError} rule `assertion`, naming the first contract or total that is wrong.
 */
export function checkInvariants(ledger: Ledger): void {
  checkLists(ledger);
  checkTotal(ledger, "cash", ledger.totals.cash);
  checkTotal(ledger, "reserve_deposit", ledger.totals.reserves);
  checkStocks(ledger);
}

/** Every open contract stands once with its holder and once with its issuer, and no list has anything else. */
function checkLists(ledger: Ledger): void {
  const held = new Uint8Array(ledger.things.length);
  const owed = new Uint8Array(ledger.things.length);
  for (const agent of ledger.agents) {
    for (const kind of INSTRUMENT_KINDS) {
      for (const contract of agent.assets[kind]) {
        const right = contract.open && contract.kind === kind && contract.holder === agent &&
          held[contract.number] === 0;
        if (!right) throw broken("assertion", `${idText(contract)} is wrong among the assets of ${agent.id}`, agent.id);
        held[contract.number] = 1;
      }
    }
    for (const contract of agent.liabilities()) {
      const right = contract.open && contract.issuer === agent && owed[contract.number] === 0;
      if (!right) throw broken("assertion", `${idText(contract)} is wrong among the debts of ${agent.id}`, agent.id);
      owed[contract.number] = 1;
    }
  }
  for (const contract of ledger.contracts()) {
    if (held[contract.number] === 0) throw broken("assertion", `${idText(contract)} missing on the asset holder`);
    if (owed[contract.number] === 0) throw broken("assertion", `${idText(contract)} missing on the issuer`);
    if (contract.amount.sign < 0) throw broken("assertion", `${idText(contract)} has a negative amount`);
  }
}

const MISMATCH = {
  cash: "CB cash mismatch",
  reserve_deposit: "CB reserves mismatch",
} as const;

/** A running total equals the sum of its contracts; only sums past 28 digits may differ in their last digits. */
function checkTotal(ledger: Ledger, kind: keyof typeof MISMATCH, total: Decimal): void {
  let sum = Decimal.ZERO;
  for (const contract of ledger.contracts()) if (contract.kind === kind) sum = sum.plus(contract.amount);
  if (sum.equals(total)) return;
  const difference = Math.abs(sum.minus(total).toNumber());
  if (difference > 1e-24 * Math.abs(total.toNumber())) {
    throw broken("assertion", `${MISMATCH[kind]}: ${sum} and ${total}`);
  }
}

/** Every lot stands once with its owner, and no quantity is negative. */
function checkStocks(ledger: Ledger): void {
  const owned = new Set<number>();
  for (const agent of ledger.agents) {
    for (const lot of agent.stocks) {
      const right = lot.owner === agent && !owned.has(lot.number);
      if (!right) throw broken("assertion", `${idText(lot)} is wrong among the stocks of ${agent.id}`, agent.id);
      owned.add(lot.number);
    }
  }
  for (const lot of ledger.lots()) {
    if (!owned.has(lot.number)) throw broken("assertion", `${idText(lot)} has no owner`);
    if (lot.quantity < 0) throw broken("assertion", `${idText(lot)} has a negative quantity`);
  }
}
