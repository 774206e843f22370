/**
 * Balance sheets read back from the events, so that a page can show them at setup and at the end without the engine.
 * Obligations come from {@linkcode RunStory}; this keeps the means of payment and the stocks.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { amountOf, textOf } from "./event_fields.ts";
import type { EventRow } from "./inputs.ts";
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

/** Money and goods of every agent; feed it every event in order. */
export class Ledger {
  readonly #cash = new Map<string, Decimal>();
  readonly #reserves = new Map<string, Decimal>();
  readonly #deposits = new Map<string, Deposit>();
  readonly #lots = new Map<string, Lot>();

  /** Reads one event; those that move no money and no goods change nothing. */
  read(event: EventRow): void {
    switch (event.kind) {
      case "CashMinted":
        add(this.#cash, textOf(event, "to"), amountOf(event, "amount"));
        break;
      case "ReservesMinted":
        add(this.#reserves, textOf(event, "to"), amountOf(event, "amount"));
        break;
      case "CashTransferred":
        this.#move(this.#cash, event, "frm", "to");
        break;
      case "ReservesTransferred":
        this.#move(this.#reserves, event, "frm", "to");
        break;
      case "CashDeposited":
        this.#move(this.#cash, event, "customer", "bank");
        this.#deposit(textOf(event, "customer"), textOf(event, "bank"), amountOf(event, "amount"));
        break;
      case "CashWithdrawn":
        this.#move(this.#cash, event, "bank", "customer");
        this.#deposit(textOf(event, "customer"), textOf(event, "bank"), amountOf(event, "amount").negated());
        break;
      case "IntraBankPayment":
        this.#pay(event, textOf(event, "bank"), textOf(event, "bank"));
        break;
      case "ClientPayment":
        this.#pay(event, textOf(event, "payer_bank"), textOf(event, "payee_bank"));
        break;
      case "ObligationWrittenOff":
        if (event.contract_kind === "bank_deposit") {
          this.#deposits.delete(`${textOf(event, "creditor")}\n${textOf(event, "debtor")}`);
        }
        break;
      default:
        this.#readGoods(event);
    }
  }

  #readGoods(event: EventRow): void {
    switch (event.kind) {
      case "StockCreated":
        this.#lots.set(textOf(event, "stock_id"), {
          owner: textOf(event, "owner"),
          sku: textOf(event, "sku"),
          quantity: amountOf(event, "qty"),
          unitPrice: amountOf(event, "unit_price"),
        });
        break;
      case "StockSplit": {
        const lot = this.#lots.get(textOf(event, "original_id"));
        if (lot === undefined) break;
        lot.quantity = amountOf(event, "remaining_qty");
        this.#lots.set(textOf(event, "new_id"), { ...lot, quantity: amountOf(event, "split_qty") });
        break;
      }
      case "StockTransferred": {
        const lot = this.#lots.get(textOf(event, "stock_id"));
        if (lot !== undefined) lot.owner = textOf(event, "to");
        break;
      }
    }
  }

  #move(holdings: Map<string, Decimal>, event: EventRow, from: string, to: string): void {
    const amount = amountOf(event, "amount");
    add(holdings, textOf(event, from), amount.negated());
    add(holdings, textOf(event, to), amount);
  }

  #pay(event: EventRow, payerBank: string, payeeBank: string): void {
    const amount = amountOf(event, "amount");
    const payee = textOf(event, "payee");
    this.#deposit(textOf(event, "payer"), payerBank, amount.negated());
    if (payee !== payeeBank) this.#deposit(payee, payeeBank, amount);
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

function add(holdings: Map<string, Decimal>, agent: string, amount: Decimal): void {
  const held = holdings.get(agent);
  holdings.set(agent, held === undefined ? amount : held.plus(amount));
}
