/**
 * Tickets: payables as the market trades them, and the shelves on which market makers keep theirs.
 * Source: specification chapter 04, section 3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** One payable in the market. Agents and payables are the numbers of the ledger. */
export class Ticket {
  /** The shelf of a market maker on which it stands, null with a trader. */
  shelf: Shelf | null = null;
  /** Set when it has left the market; lists drop it at the next opportunity. */
  gone = false;
  constructor(
    /** Position in the order of creation: decides between tickets with the same due day. */
    readonly serial: number,
    /** Number of the payable behind it. */
    readonly claim: number,
    /** Agent that owes it. */
    readonly issuer: number,
    /** Agent that owns it. */
    public owner: number,
    /** Amount of the payable. */
    readonly face: Decimal,
    readonly dueDay: number,
    /** Position of its maturity bucket. */
    public bucket: number,
  ) {}
}

/** The inventory of one market maker in the order in which it sells: first due, then first made. */
export class Shelf {
  /** Sum of the faces, in the money unit. */
  face: Decimal = Decimal.ZERO;
  /** Changes with every ticket that comes or goes. */
  version = 0;
  readonly #tickets: Ticket[] = [];
  /** Tickets in front of this place have left. */
  #start = 0;

  /** Number of tickets. */
  get length(): number {
    return this.#tickets.length - this.#start;
  }

  /** The ticket to sell first that passes `fits`. */
  first(fits: (ticket: Ticket) => boolean): Ticket | undefined {
    for (let i = this.#start; i < this.#tickets.length; i++) {
      const ticket = this.#tickets[i];
      if (ticket !== undefined && fits(ticket)) return ticket;
    }
    return undefined;
  }

  /** Puts a ticket in its place. */
  add(ticket: Ticket): void {
    const place = this.#placeOf(ticket);
    if (place === this.#start && place > 0) this.#tickets[--this.#start] = ticket;
    else this.#tickets.splice(place, 0, ticket);
    ticket.shelf = this;
    this.face = this.face.plus(ticket.face);
    this.version++;
  }

  /** Takes a ticket of this shelf away. */
  remove(ticket: Ticket): void {
    const place = this.#placeOf(ticket);
    if (this.#tickets[place] !== ticket) return;
    if (place === this.#start) {
      this.#start++;
      // The places in front are given up in one go, once they are the greater part.
      if (this.#start > 32 && this.#start * 2 > this.#tickets.length) {
        this.#tickets.splice(0, this.#start);
        this.#start = 0;
      }
    } else this.#tickets.splice(place, 1);
    ticket.shelf = null;
    this.face = this.length === 0 ? Decimal.ZERO : this.face.minus(ticket.face);
    this.version++;
  }

  /** The place of a ticket, or where it belongs. */
  #placeOf(ticket: Ticket): number {
    let low = this.#start;
    let high = this.#tickets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#tickets[middle];
      if (other !== undefined && before(other, ticket)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function before(a: Ticket, b: Ticket): boolean {
  return a.dueDay < b.dueDay || (a.dueDay === b.dueDay && a.serial < b.serial);
}
