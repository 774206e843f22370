/**
 * The pricing kernel: what a dealer quotes, given what it holds, its cash, and the outside market around it.
 * Source: specification chapter 04, section 5. Prices are fractions of face; every operation is rounded to 28 digits
 * in the order of the chapter, because the digits stand in files.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** The quotes of the outside market: a fixed mid price and spread, and the bid and ask they give. */
export interface OutsideQuotes {
  /** Mid price M, as a fraction of face. */
  readonly mid: Decimal;
  /** Spread O, as a fraction of face. */
  readonly spread: Decimal;
  /** What the outside market sells at: A. */
  readonly ask: Decimal;
  /** What the outside market buys at: B, never negative. */
  readonly bid: Decimal;
}

/** What a dealer brings to the kernel. */
export interface DealerBook {
  /** Inventory x in face. */
  readonly inventory: Decimal;
  /** What the inventory counts as in the dealer's wealth, in units of M. */
  readonly valued: Decimal;
  /** What one more ticket counts as, in units of M. */
  readonly perTicket: Decimal;
  /** Cash C, in the money unit. */
  readonly cash: Decimal;
}

/** The quotes of a dealer and what they come from. */
export interface DealerQuotes {
  /** V: wealth in the money unit, inventory at the mid price of the outside market. */
  readonly wealth: Decimal;
  /** K*: the number of tickets that the wealth buys; negative when the dealer is ruined. */
  readonly maxTickets: Decimal;
  /** X*: the largest inventory, in face. */
  readonly capacity: Decimal;
  /** lambda: the part of the outside spread that is left inside, layoff probability. */
  readonly layoff: Decimal;
  /** I: the inside spread. */
  readonly insideSpread: Decimal;
  readonly midline: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly bidPinned: boolean;
  readonly askPinned: boolean;
}

const TWO = Decimal.integer(2);
/** At or below this mid price a dealer makes no market of its own. */
const SMALLEST_MID = Decimal.of(2, -2);

/** The outside quotes around a mid price; the smallest spread is 0 and a bid is never negative (spec 04 5.1). */
export function outsideQuotes(mid: Decimal, spread: Decimal): OutsideQuotes {
  const half = Decimal.max(spread, Decimal.ZERO).dividedBy(TWO);
  return { mid, spread, ask: mid.plus(half), bid: Decimal.max(mid.minus(half), Decimal.ZERO) };
}

/**
 * The quotes of a dealer (spec 04 5.2).
 *
 * @param size S: the face of a standard ticket, above 0.
 *
 * @example
 * ```ts ignore
 * const two = Decimal.integer(2);
 * const book = { inventory: two, valued: two, perTicket: Decimal.ONE, cash: two };
 * dealerQuotes(book, outsideQuotes(mid, spread), Decimal.ONE).bid; // 0.970 for mid 1 and spread 0.30
 * ```
 */
export function dealerQuotes(book: DealerBook, outside: OutsideQuotes, size: Decimal): DealerQuotes {
  const { mid, spread } = outside;
  if (!mid.greaterThan(SMALLEST_MID)) return guardedQuotes(book, outside);
  const { inventory, cash } = book;
  const wealth = mid.times(book.valued).plus(cash);
  const maxTickets = floor(wealth.dividedBy(mid.times(book.perTicket)));
  const capacity = size.times(maxTickets);
  const reach = capacity.plus(size);
  const layoff = reach.sign > 0 ? size.dividedBy(reach) : Decimal.ONE;
  const insideSpread = layoff.times(spread);
  const width = capacity.plus(TWO.times(size));
  const midline = width.sign > 0
    ? mid.minus(spread.dividedBy(width).times(inventory.minus(capacity.dividedBy(TWO))))
    : mid;
  const half = insideSpread.dividedBy(TWO);
  const ask = Decimal.min(outside.ask, midline.plus(half));
  const bid = Decimal.max(outside.bid, midline.minus(half));
  const askPinned = ask.equals(outside.ask);
  const bidPinned = bid.equals(outside.bid);
  return { wealth, maxTickets, capacity, layoff, insideSpread, midline, bid, ask, bidPinned, askPinned };
}

/** The same quotes with an ask that is not below the bid, so that no price is negative. */
export function uncrossed(quotes: DealerQuotes): DealerQuotes {
  const { bid, ask } = quotes;
  return ask.lessThan(bid) ? { ...quotes, ask: bid } : quotes;
}

function guardedQuotes({ cash }: DealerBook, { mid, spread, ask, bid }: OutsideQuotes): DealerQuotes {
  return {
    wealth: cash,
    maxTickets: Decimal.ZERO,
    capacity: Decimal.ZERO,
    layoff: Decimal.ONE,
    insideSpread: spread,
    midline: mid,
    bid,
    ask,
    bidPinned: true,
    askPinned: true,
  };
}

/** The largest integer that is not above a value. */
function floor(value: Decimal): Decimal {
  const whole = value.truncated();
  return whole.greaterThan(value) ? whole.minus(Decimal.ONE) : whole;
}
