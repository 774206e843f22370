/**
 * The market of one maturity bucket: a dealer who quotes from inventory and cash, and the outside market behind it.
 * Source: specification chapter 04, sections 3, 5 and 15.3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";
import type { DealerBucket } from "../scenario/types.ts";
import { type DealerQuotes, dealerQuotes, type OutsideQuotes, outsideQuotes, uncrossed } from "./kernel.ts";
import type { Party } from "./market_ledger.ts";
import { Shelf } from "./ticket.ts";
import type { TicketMeasure } from "./ticket_measure.ts";

/** A dealer or an outside trader with its own books. */
export class MarketMaker {
  readonly shelf: Shelf = new Shelf();
  /** Cash in the market's books, in the money unit. */
  cash: Decimal = Decimal.ZERO;
  constructor(readonly party: Party) {}
}

/** The market of a bucket. */
export class BucketMarket {
  readonly outside: OutsideQuotes;
  /** What the dealer quotes since the last {@linkcode requote}. */
  quotes: DealerQuotes;
  /** x: the dealer's inventory in face, since the last {@linkcode requote}. */
  inventory: Decimal = Decimal.ZERO;
  /** E0: the dealer's equity when the market opened, in the money unit. */
  initialEquity: Decimal = Decimal.ZERO;
  readonly #measure: TicketMeasure;
  readonly #behaviours: Behaviours;
  #quotedCash: Decimal | undefined;
  #quotedVersion = 0;

  constructor(
    readonly bucket: DealerBucket,
    /** Position in the order of buckets. */
    readonly number: number,
    readonly dealer: MarketMaker,
    readonly vbt: MarketMaker,
    measure: TicketMeasure,
    behaviours: Behaviours,
  ) {
    this.#measure = measure;
    this.#behaviours = behaviours;
    this.outside = outsideQuotes(bucket.mid, bucket.spread);
    this.quotes = this.#quote();
  }

  /** a: the number of tickets that the dealer holds. */
  get count(): number {
    return this.dealer.shelf.length;
  }

  /** The dealer's inventory in units of the mid price. */
  get valued(): Decimal {
    const { shelf } = this.dealer;
    return this.#measure.valued(shelf.length, shelf.face);
  }

  /** Recomputes inventory and quotes from what the dealer holds now. */
  requote(): void {
    const { shelf, cash } = this.dealer;
    if (this.#quotedCash !== cash || this.#quotedVersion !== shelf.version) this.quotes = this.#quote();
  }

  #quote(): DealerQuotes {
    const { shelf, cash } = this.dealer;
    const measure = this.#measure;
    this.#quotedCash = cash;
    this.#quotedVersion = shelf.version;
    this.inventory = measure.held(shelf.length, shelf.face);
    const book = { inventory: this.inventory, valued: this.valued, perTicket: measure.perTicket, cash };
    const quotes = dealerQuotes(book, this.outside, measure.size);
    // behaviour: quotesMayCross
    return this.#behaviours.quotesMayCross ? quotes : uncrossed(quotes);
  }

  /** Whether there is room in the dealer's inventory for a ticket of this face (spec 04 5.3). */
  hasRoomFor(face: Decimal): boolean {
    return !this.inventory.plus(this.#measure.weight(face)).greaterThan(this.quotes.capacity);
  }

  /** Whether the dealer sells from its inventory (spec 04 5.3). */
  get dealerSells(): boolean {
    return this.count > 0 && this.quotes.capacity.sign > 0;
  }

  /** The dealer's equity: cash and inventory at the mid price, in the money unit. */
  equity(): Decimal {
    return this.dealer.cash.plus(this.outside.mid.times(this.valued).times(this.#measure.perUnit));
  }
}
