/**
 * Operations on money: minting, transfers of cash and reserves, deposits and payments between them. Each is atomic.
 * Source: spec 01 4, 5.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Agent } from "./agent.ts";
import { type Contract, idText } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { broken } from "./rules.ts";

/** Central-bank money, which passes from hand to hand in pieces. */
export type BaseMoney = "cash" | "reserve_deposit";

/** Creates central-bank money in the hands of `to`, who is looked up after the central bank. */
export function mint(ledger: Ledger, kind: BaseMoney, to: string, amount: Decimal, alias: string | null): Contract {
  const { centralBank, log } = ledger;
  const cash = kind === "cash";
  if (centralBank === undefined) throw broken(cash ? "assertion" : "validation", "CentralBank must exist");
  const holder = ledger.agent(to);
  return ledger.atomically(() => {
    const piece = ledger.register(cash ? "C" : "R", kind, amount, centralBank, holder);
    const { totals } = ledger;
    if (cash) totals.cash = totals.cash.plus(amount);
    else totals.reserves = totals.reserves.plus(amount);
    log.emit(cash ? "CashMinted" : "ReservesMinted", holder.number, amount, piece.number, alias ?? undefined);
    return piece;
  });
}

/** Moves central-bank money piece by piece, splitting the last one, and joins the receiver's pieces. */
export function transferMoney(ledger: Ledger, kind: BaseMoney, from: Agent, to: Agent, amount: Decimal): void {
  if (from === to) throw broken("validation", "no-op transfer", from.id);
  const event = kind === "cash" ? "CashTransferred" : "ReservesTransferred";
  ledger.atomically(() => {
    const rest = movePieces(ledger, kind, from, to, amount, (piece) => {
      ledger.log.emit(event, from.number, to.number, piece.amount, piece.number);
    });
    if (!rest.isZero) {
      throw broken("validation", kind === "cash" ? "insufficient cash" : "insufficient reserves", from.id);
    }
    joinPieces(ledger, to, kind);
  });
}

/** Hands over pieces until the amount is reached and returns what is missing. */
function movePieces(
  ledger: Ledger,
  kind: BaseMoney,
  from: Agent,
  to: Agent,
  amount: Decimal,
  moved: (piece: Contract) => void,
): Decimal {
  let remaining = amount;
  for (const piece of from.assets[kind].items()) {
    let part = piece;
    if (piece.amount.greaterThan(remaining)) part = ledger.split(piece, remaining, to);
    else ledger.move(piece, to);
    moved(part);
    remaining = remaining.minus(part.amount);
    if (remaining.isZero) break;
  }
  return remaining;
}

/** Joins all pieces into the first one. Base money has one issuer, the first central bank. */
function joinPieces(ledger: Ledger, holder: Agent, kind: BaseMoney): void {
  const pieces = holder.assets[kind];
  const keep = pieces.first;
  if (keep === null) return;
  for (let link = keep.next; link !== null; link = keep.next) ledger.merge(keep.item, link.item);
}

/** The deposits of a customer at a bank, in the order in which it came to hold them. */
function depositsAt(customer: Agent, bank: Agent): Contract[] {
  const deposits: Contract[] = [];
  for (const deposit of customer.assets.bank_deposit) if (deposit.issuer === bank) deposits.push(deposit);
  return deposits;
}

/** The one deposit of a customer at a bank: opened when there is none, joined when there are several. */
function accountAt(ledger: Ledger, customer: Agent, bank: Agent): Contract {
  const [account, ...others] = depositsAt(customer, bank);
  if (account === undefined) return ledger.register("D", "bank_deposit", Decimal.ZERO, bank, customer);
  for (const other of others) ledger.merge(account, other);
  return account;
}

function credit(ledger: Ledger, customer: Agent, bank: Agent, amount: Decimal): Contract {
  const account = accountAt(ledger, customer, bank);
  ledger.setAmount(account, account.amount.plus(amount));
  return account;
}

/** Takes up to `amount` from deposits in order, closing those that get empty. */
function debit(
  ledger: Ledger,
  deposits: readonly Contract[],
  amount: Decimal,
): { readonly taken: Decimal; readonly missing: Decimal } {
  let remaining = amount;
  let taken = Decimal.ZERO;
  for (const deposit of deposits) {
    if (remaining.isZero) break;
    const part = Decimal.min(deposit.amount, remaining);
    ledger.setAmount(deposit, deposit.amount.minus(part));
    remaining = remaining.minus(part);
    taken = taken.plus(part);
    if (deposit.amount.isZero && part.sign > 0) ledger.remove(deposit);
  }
  return { taken, missing: remaining };
}

function checkPositive(amount: Decimal): void {
  if (amount.sign <= 0) throw broken("validation", "amount must be positive");
}

/** Brings cash to a bank; the pieces are not joined there. */
export function depositCash(ledger: Ledger, customer: Agent, bank: Agent, amount: Decimal): void {
  checkPositive(amount);
  ledger.atomically(() => {
    const pieces: string[] = [];
    const rest = movePieces(ledger, "cash", customer, bank, amount, (piece) => pieces.push(idText(piece)));
    if (!rest.isZero) throw broken("validation", "insufficient cash for deposit", customer.id);
    const account = credit(ledger, customer, bank, amount);
    ledger.log.emit("CashDeposited", customer.number, bank.number, amount, pieces, account.number);
  });
}

/** Takes cash from a bank out of the customer's deposits there; reserves are never turned into cash for it. */
export function withdrawCash(ledger: Ledger, customer: Agent, bank: Agent | undefined, amount: Decimal): void {
  checkPositive(amount);
  ledger.atomically(() => {
    const deposits = bank === undefined ? [] : depositsAt(customer, bank);
    if (bank === undefined || deposits.length === 0) throw broken("validation", "no deposit at this bank", customer.id);
    if (!debit(ledger, deposits, amount).missing.isZero) {
      throw broken("validation", "insufficient deposit balance", customer.id);
    }
    const pieces: string[] = [];
    const rest = movePieces(ledger, "cash", bank, customer, amount, (piece) => pieces.push(idText(piece)));
    if (!rest.isZero) {
      throw broken("validation", "bank has insufficient cash on hand (reserves are not converted)", bank.id);
    }
    ledger.log.emit("CashWithdrawn", customer.number, bank.number, amount, pieces);
  });
}

/** Pays from a deposit at one bank into an account at the same or another bank; no reserves move (spec 01 5). */
export function clientPayment(
  ledger: Ledger,
  payer: Agent,
  payerBank: Agent,
  payee: Agent,
  payeeBank: Agent,
  amount: Decimal,
): void {
  checkPositive(amount);
  ledger.atomically(() => {
    const { taken: paid, missing } = debit(ledger, depositsAt(payer, payerBank), amount);
    if (!missing.isZero) throw broken("validation", "insufficient funds for payment", payer.id);
    credit(ledger, payee, payeeBank, paid);
    if (payerBank === payeeBank) {
      ledger.log.emit("IntraBankPayment", payer.number, payee.number, payerBank.number, paid);
      return;
    }
    const { log, nets } = ledger;
    log.emit("ClientPayment", payer.number, payerBank.number, payee.number, payeeBank.number, paid);
    nets.add(payerBank, payeeBank, paid);
  });
}

/**
 * Pays a bank by cancelling its own debt: the deposit shrinks and nobody is credited. Written as a payment inside the
 * bank to the bank itself.
 */
export function payOwnBank(ledger: Ledger, payer: Agent, bank: Agent, amount: Decimal): void {
  ledger.atomically(() => {
    const { taken: paid } = debit(ledger, depositsAt(payer, bank), amount);
    ledger.log.emit("IntraBankPayment", payer.number, bank.number, bank.number, paid);
  });
}
