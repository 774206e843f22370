/**
 * The methods by which a debtor pays. Each returns what it paid; a method that cannot pay gives 0 and the next one is
 * tried. Source: spec 01 9.2.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Agent } from "./agent.ts";
import type { Chain } from "./chain.ts";
import type { Contract } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { type BaseMoney, clientPayment, payOwnBank, transferMoney } from "./money.ts";
import { breaks, broken } from "./rules.ts";

/** What one method contributed to a payment: an entry of `distribution` in the events. */
export interface PaymentShare {
  readonly method: string;
  readonly amount: Decimal;
}

/** A payment as far as it got. */
export interface Payment {
  readonly remaining: Decimal;
  readonly shares: readonly PaymentShare[];
}

/**
 * Pays as much of `amount` as the payer can, by its methods in order.
 *
 * @throws {SimulationError} for a method that does not exist, when it is reached.
 */
export function pay(ledger: Ledger, payer: Agent, payee: Agent, amount: Decimal): Payment {
  let remaining = amount;
  const shares: PaymentShare[] = [];
  for (const method of payer.paymentOrder) {
    if (remaining.isZero) break;
    const paid = payBy(ledger, method, payer, payee, remaining);
    remaining = remaining.minus(paid);
    if (paid.sign > 0) shares.push({ method, amount: paid });
  }
  return { remaining, shares };
}

function payBy(ledger: Ledger, method: string, payer: Agent, payee: Agent, amount: Decimal): Decimal {
  switch (method) {
    case "cash":
    case "reserve_deposit":
      return payInPieces(ledger, method, payer, payee, amount);
    case "bank_deposit":
      return payByDeposit(ledger, payer, payee, amount);
    default:
      throw broken("validation", `unknown payment method ${method}`, payer.id);
  }
}

/** Pays with cash or reserves. Nobody can pay itself: that gives 0. */
export function payInPieces(
  ledger: Ledger,
  kind: BaseMoney,
  payer: Agent,
  payee: Agent,
  amount: Decimal,
): Decimal {
  const total = sumOf(payer.assets[kind]);
  if (amount.isZero || total.isZero || payer === payee) return Decimal.ZERO;
  const part = Decimal.min(amount, total);
  return succeeds(() => transferMoney(ledger, kind, payer, payee, part)) ? part : Decimal.ZERO;
}

/** The sum of the amounts of contracts, from left to right. */
export function sumOf(contracts: Chain<Contract>): Decimal {
  let sum = Decimal.ZERO;
  for (let link = contracts.first; link !== null; link = link.next) sum = sum.plus(link.item.amount);
  return sum;
}

function payByDeposit(ledger: Ledger, payer: Agent, payee: Agent, amount: Decimal): Decimal {
  const deposits = payer.assets.bank_deposit;
  const total = sumOf(deposits);
  const bank = deposits.first?.item.issuer;
  if (bank === undefined || total.isZero) return Decimal.ZERO;
  // behaviour: depositsPayFromOneBankOnly
  if (ledger.behaviours.depositsPayFromOneBankOnly) {
    return payFromBank(
      ledger,
      payer,
      bank,
      payee,
      payee.assets.bank_deposit.first === null,
      Decimal.min(amount, total),
    );
  }
  return payFromAllBanks(ledger, payer, payee, amount);
}

/** Pays from bank after bank, in the order of the payer's first deposit at each. */
function payFromAllBanks(ledger: Ledger, payer: Agent, payee: Agent, amount: Decimal): Decimal {
  const payeeHasNoBank = payee.assets.bank_deposit.first === null;
  const balances = new Map<Agent, Decimal>();
  for (const { issuer, amount } of payer.assets.bank_deposit) {
    balances.set(issuer, (balances.get(issuer) ?? Decimal.ZERO).plus(amount));
  }
  let remaining = amount;
  for (const [bank, balance] of balances) {
    if (remaining.isZero) break;
    if (balance.isZero) continue;
    const part = Decimal.min(remaining, balance);
    remaining = remaining.minus(payFromBank(ledger, payer, bank, payee, payeeHasNoBank, part));
  }
  return amount.minus(remaining);
}

function payFromBank(
  ledger: Ledger,
  payer: Agent,
  bank: Agent,
  payee: Agent,
  payeeHasNoBank: boolean,
  amount: Decimal,
): Decimal {
  // behaviour: payingOwnBankStopsRun
  if (payee === bank && payeeHasNoBank && !ledger.behaviours.payingOwnBankStopsRun) {
    payOwnBank(ledger, payer, bank, amount);
    return amount;
  }
  const payeeBank = payee.assets.bank_deposit.first?.item.issuer ?? bank;
  return succeeds(() => clientPayment(ledger, payer, bank, payee, payeeBank, amount)) ? amount : Decimal.ZERO;
}

/** Whether an atomic operation went through; only a broken rule of class `validation` makes a method fail quietly. */
function succeeds(operation: () => void): boolean {
  try {
    operation();
    return true;
  } catch (error) {
    if (breaks(error, "validation")) return false;
    throw error;
  }
}
