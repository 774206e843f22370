/**
 * Balance sheets read back from the events, so that a page can show them at setup and at the end without the engine.
 * Obligations come from {@linkcode RunStory}; this keeps the means of payment and the stocks.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { amountAt } from "./event_fields.ts";
import { ByKind, type EventKind } from "./event_kinds.ts";
import type { Obligation } from "./run_story.ts";

/** One line on one side of a T-account. */
export interface AccountLine {
  /** The same for the same thing at another time. */
  readonly key: string;
  /** Place among the lines: stocks and deliveries first, then money, then payables (spec 02 11). */
  readonly rank: number;
  readonly name: string;
  /** Who stands on the other side, when it is due, how many pieces. */
  readonly detail: string;
  readonly value: Decimal;
}

/** Both sides of an agent's balance sheet. */
export interface Account {
  readonly assets: AccountLine[];
  readonly liabilities: AccountLine[];
}

interface Deposit {
  readonly customer: string;
  readonly bank: string;
  amount: Decimal;
}

interface Lot {
  owner: string;
  readonly sku: string;
  quantity: Decimal;
  readonly unitPrice: Decimal;
}

/** Reads a row of a kind. */
type LedgerReader = (row: number) => void;

/** Money and goods of every agent; feed it every event in order. */
export class Ledger {
  readonly #readers = new ByKind((kind) => this.#readerOf(kind));
  readonly #cash = new Map<string, Decimal>();
  readonly #reserves = new Map<string, Decimal>();
  readonly #deposits = new Map<string, Deposit>();
  readonly #lots = new Map<string, Lot>();

  /** Reads the event in a row of its kind; those that move no money and no goods change nothing. */
  read(kind: EventKind, row: number): void {
    this.#readers.of(kind)?.(row);
  }

  /** What to do with events of a kind; null for those that move nothing. */
  #readerOf(kind: EventKind): LedgerReader | null {
    switch (kind.name) {
      case "CashMinted":
        return minting(kind, this.#cash);
      case "ReservesMinted":
        return minting(kind, this.#reserves);
      case "CashTransferred":
        return moving(kind, this.#cash, "frm", "to");
      case "ReservesTransferred":
        return moving(kind, this.#reserves, "frm", "to");
      case "CashDeposited":
        return this.#depositing(kind, moving(kind, this.#cash, "customer", "bank"), 1);
      case "CashWithdrawn":
        return this.#depositing(kind, moving(kind, this.#cash, "bank", "customer"), -1);
      case "IntraBankPayment":
        return this.#paying(kind, "bank", "bank");
      case "ClientPayment":
        return this.#paying(kind, "payer_bank", "payee_bank");
      case "ObligationWrittenOff":
        return this.#writingOff(kind);
      case "StockCreated":
        return this.#stocking(kind);
      case "StockSplit":
        return this.#splitting(kind);
      case "StockTransferred":
        return this.#handingOver(kind);
      default:
        return null;
    }
  }

  /** Adds to a deposit or takes from it, after the cash has moved. */
  #depositing(kind: EventKind, move: LedgerReader, sign: 1 | -1): LedgerReader {
    const [customer, bank, amounts] = [kind.field("customer"), kind.field("bank"), kind.field("amount")];
    return (row) => {
      move(row);
      const amount = amountAt(amounts, row);
      this.#deposit(customer.text(row), bank.text(row), sign === 1 ? amount : amount.negated());
    };
  }

  #paying(kind: EventKind, payerBank: string, payeeBank: string): LedgerReader {
    const [payers, payees, amounts] = [kind.field("payer"), kind.field("payee"), kind.field("amount")];
    const [from, to] = [kind.field(payerBank), kind.field(payeeBank)];
    return (row) => {
      const amount = amountAt(amounts, row);
      const [payee, bank] = [payees.text(row), to.text(row)];
      this.#deposit(payers.text(row), from.text(row), amount.negated());
      if (payee !== bank) this.#deposit(payee, bank, amount);
    };
  }

  #writingOff(kind: EventKind): LedgerReader {
    const [what, creditor, debtor] = [kind.field("contract_kind"), kind.field("creditor"), kind.field("debtor")];
    return (row) => {
      if (what.text(row) === "bank_deposit") this.#deposits.delete(`${creditor.text(row)}\n${debtor.text(row)}`);
    };
  }

  #stocking(kind: EventKind): LedgerReader {
    const [id, owner, sku] = [kind.field("stock_id"), kind.field("owner"), kind.field("sku")];
    const [quantity, unitPrice] = [kind.field("qty"), kind.field("unit_price")];
    return (row) =>
      this.#lots.set(id.text(row), {
        owner: owner.text(row),
        sku: sku.text(row),
        quantity: amountAt(quantity, row),
        unitPrice: amountAt(unitPrice, row),
      });
  }

  #splitting(kind: EventKind): LedgerReader {
    const [original, part] = [kind.field("original_id"), kind.field("new_id")];
    const [remaining, split] = [kind.field("remaining_qty"), kind.field("split_qty")];
    return (row) => {
      const lot = this.#lots.get(original.text(row));
      if (lot === undefined) return;
      lot.quantity = amountAt(remaining, row);
      this.#lots.set(part.text(row), { ...lot, quantity: amountAt(split, row) });
    };
  }

  #handingOver(kind: EventKind): LedgerReader {
    const [id, to] = [kind.field("stock_id"), kind.field("to")];
    return (row) => {
      const lot = this.#lots.get(id.text(row));
      if (lot !== undefined) lot.owner = to.text(row);
    };
  }

  #deposit(customer: string, bank: string, amount: Decimal): void {
    const key = `${customer}\n${bank}`;
    const deposit = this.#deposits.get(key);
    if (deposit === undefined) this.#deposits.set(key, { customer, bank, amount });
    else deposit.amount = deposit.amount.plus(amount);
  }

  /** Cash, deposits and reserves by agent, as plain numbers for a chart. */
  money(): Map<string, number> {
    const money = new Map<string, number>();
    const put = (agent: string, amount: Decimal) => money.set(agent, (money.get(agent) ?? 0) + amount.toNumber());
    for (const [agent, amount] of this.#cash) put(agent, amount);
    for (const [agent, amount] of this.#reserves) put(agent, amount);
    for (const { customer, amount } of this.#deposits.values()) put(customer, amount);
    return money;
  }

  /** The balance sheets of some agents. Money is owed by `centralBank`, the first of its kind. */
  accounts(
    agents: ReadonlySet<string>,
    obligations: readonly Obligation[],
    centralBank: string | undefined,
  ): Map<string, Account> {
    const accounts = new Map<string, Account>();
    for (const agent of agents) accounts.set(agent, { assets: [], liabilities: [] });
    this.#listMoney(accounts, centralBank);
    for (const { customer, bank, amount } of this.#deposits.values()) {
      if (amount.isZero) continue;
      const line = { key: `deposit ${customer} ${bank}`, rank: 6, name: "bank deposit", value: amount };
      accounts.get(customer)?.assets.push({ ...line, detail: `at ${bank}` });
      accounts.get(bank)?.liabilities.push({ ...line, detail: `of ${customer}` });
    }
    this.#listLots(accounts);
    for (const obligation of obligations) if (obligation.fate === "open") listObligation(accounts, obligation);
    return accounts;
  }

  #listMoney(accounts: ReadonlyMap<string, Account>, centralBank: string | undefined): void {
    const list = (holdings: ReadonlyMap<string, Decimal>, name: string, rank: number) => {
      let total = Decimal.ZERO;
      for (const [agent, value] of holdings) {
        total = total.plus(value);
        if (!value.isZero) accounts.get(agent)?.assets.push({ key: name, rank, name, detail: "", value });
      }
      const issuer = centralBank === undefined ? undefined : accounts.get(centralBank);
      if (!total.isZero) issuer?.liabilities.push({ key: name, rank, name, detail: "in circulation", value: total });
    };
    list(this.#cash, "cash", 5);
    list(this.#reserves, "reserves", 7);
  }

  #listLots(accounts: ReadonlyMap<string, Account>): void {
    const byOwner = new Map<string, { lot: Lot; quantity: Decimal; value: Decimal }>();
    for (const lot of this.#lots.values()) {
      if (!accounts.has(lot.owner)) continue;
      const key = `${lot.owner}\n${lot.sku}`;
      const value = lot.quantity.times(lot.unitPrice);
      const sum = byOwner.get(key);
      if (sum === undefined) byOwner.set(key, { lot, quantity: lot.quantity, value });
      else {
        sum.quantity = sum.quantity.plus(lot.quantity);
        sum.value = sum.value.plus(value);
      }
    }
    for (const { lot, quantity, value } of byOwner.values()) {
      const detail = `${quantity.normalized()} pieces`;
      accounts.get(lot.owner)?.assets.push({ key: `stock ${lot.sku}`, rank: 0, name: lot.sku, detail, value });
    }
  }
}

function listObligation(accounts: ReadonlyMap<string, Account>, obligation: Obligation): void {
  const { id, alias, debtor, creditor, dueDay, sku, amount } = obligation;
  const delivery = obligation.kind === "delivery_obligation";
  const value = delivery ? amount.times(obligation.unitPrice) : amount;
  const what = delivery ? `${amount.normalized()} pieces, ` : "";
  const tail = `due day ${dueDay}${alias === "" ? "" : `, ${alias}`}`;
  const line = { key: id, rank: delivery ? 1 : 8, value };
  accounts.get(creditor)?.assets.push({
    ...line,
    name: delivery ? `${sku} receivable` : "payable",
    detail: `${what}from ${debtor}, ${tail}`,
  });
  accounts.get(debtor)?.liabilities.push({
    ...line,
    name: delivery ? `${sku} obligation` : "payable",
    detail: `${what}to ${creditor}, ${tail}`,
  });
}

function minting(kind: EventKind, holdings: Map<string, Decimal>): LedgerReader {
  const [to, amount] = [kind.field("to"), kind.field("amount")];
  return (row) => add(holdings, to.text(row), amountAt(amount, row));
}

function moving(kind: EventKind, holdings: Map<string, Decimal>, from: string, to: string): LedgerReader {
  const [payer, payee, amounts] = [kind.field(from), kind.field(to), kind.field("amount")];
  return (row) => {
    const amount = amountAt(amounts, row);
    const from = payer.text(row);
    holdings.set(from, (holdings.get(from) ?? Decimal.ZERO).minus(amount));
    add(holdings, payee.text(row), amount);
  };
}

function add(holdings: Map<string, Decimal>, agent: string, amount: Decimal): void {
  const held = holdings.get(agent);
  holdings.set(agent, held === undefined ? amount : held.plus(amount));
}
