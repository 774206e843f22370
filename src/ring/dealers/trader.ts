/**
 * A trader: a household with its cash, the tickets it owns and the tickets it owes.
 * Source: specification chapter 04, sections 3, 9.5 and 15.2.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Party } from "./market_ledger.ts";
import type { Ticket } from "./ticket.ts";

/** The debts of a trader that come due on one day. */
interface Due {
  readonly day: number;
  total: Decimal;
}

/** A trader of the market. */
export class Trader {
  /** Cash in the market's books, in the money unit. */
  cash: Decimal = Decimal.ZERO;
  /** Cash at the start of the day, as the ledger had it. */
  ledgerCash: Decimal = Decimal.ZERO;
  /** In the order in which they came. */
  readonly owned: Ticket[] = [];
  readonly #obligations: Ticket[] = [];
  /** By day of first appearance; small, since most agents owe on a few days only. */
  #dues: Due[] = [];

  constructor(readonly party: Party) {}

  /** Sum of the faces of all obligations, in the money unit. */
  get owed(): Decimal {
    return Decimal.sum(this.#obligations.map(({ face }) => face));
  }

  /** Adds a ticket that the trader owes. */
  addObligation(ticket: Ticket): void {
    this.#obligations.push(ticket);
    this.#count(ticket);
  }

  #count(ticket: Ticket): void {
    const due = this.#dues.find(({ day }) => day === ticket.dueDay);
    if (due === undefined) this.#dues.push({ day: ticket.dueDay, total: Decimal.ZERO.plus(ticket.face) });
    else due.total = due.total.plus(ticket.face);
  }

  /** Forgets obligations that `left` says have left. */
  dropObligations(left: (ticket: Ticket) => boolean): void {
    if (!this.#obligations.some(left)) return;
    keep(this.#obligations, (ticket) => !left(ticket));
    this.#dues = [];
    for (const ticket of this.#obligations) this.#count(ticket);
  }

  /** Forgets owned tickets that have left the market. */
  dropOwned(): void {
    if (this.owned.some((ticket) => ticket.gone)) keep(this.owned, (ticket) => !ticket.gone);
  }

  /** Takes one ticket out of the owned ones. */
  takeOut(ticket: Ticket): void {
    const place = this.owned.indexOf(ticket);
    if (place >= 0) this.owned.splice(place, 1);
  }

  /** What is due on a day, in the money unit. */
  due(day: number): Decimal {
    return this.#dues.find((due) => due.day === day)?.total ?? Decimal.ZERO;
  }

  /** The largest sum that is due on one day between `from` and `to`, both included. */
  largestDue(from: number, to: number): Decimal {
    let largest = Decimal.ZERO;
    for (const { day, total } of this.#dues) if (day >= from && day <= to) largest = Decimal.max(largest, total);
    return largest;
  }

  /** What is missing for the dues of a day, 0 when nothing is. */
  shortfall(day: number): Decimal {
    return Decimal.max(Decimal.ZERO, this.due(day).minus(this.cash));
  }

  /** Cash and tickets at the dealers' bids less all obligations (spec 04 15.2). `bids` are by bucket. */
  safetyMargin(bids: readonly Decimal[]): Decimal {
    let margin = this.cash;
    for (const { bucket, face } of this.owned) margin = margin.plus((bids[bucket] ?? Decimal.ONE).times(face));
    return margin.minus(this.owed);
  }
}

/** Keeps the elements that pass, in place and in order. */
function keep<T>(list: T[], passes: (element: T) => boolean): void {
  let kept = 0;
  for (const element of list) if (passes(element)) list[kept++] = element;
  list.length = kept;
}
