/**
 * What the market notes about itself: trades, the state of every dealer and of the system at the start of each day.
 * Source: specification chapter 04, section 15.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";

/** One executed trade; amounts in the money unit, prices as fractions of face unless said otherwise. */
export interface TradeRecord {
  readonly day: number;
  readonly bucket: string;
  readonly side: "SELL" | "BUY";
  /** Id of the trader. */
  readonly trader: string;
  /** Number of the payable behind the ticket. */
  readonly claim: number;
  /** Serial of the ticket. */
  readonly ticket: number;
  /** Id of the debtor. */
  readonly issuer: string;
  readonly dueDay: number;
  readonly face: Decimal;
  /** Price times face. */
  readonly price: Decimal;
  readonly unitPrice: Decimal;
  /** Executed by the outside market rather than the dealer. */
  readonly passthrough: boolean;
  readonly before: TradeSide;
  readonly after: TradeSide;
  /** Mid price of the outside market. */
  readonly outsideMid: Decimal;
  /** The seller lacks cash for what is due today. */
  readonly liquidityDriven: boolean;
  /** The purchase turned the buyer's safety margin negative. */
  readonly reducesMarginBelowZero: boolean;
  /** The dealer had no room for the ticket. */
  readonly hitInventoryLimit: boolean;
}

/** Dealer and trader on one side of a trade in time. */
export interface TradeSide {
  /** Tickets of the dealer. */
  readonly inventory: number;
  readonly dealerCash: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly traderCash: Decimal;
  readonly margin: Decimal;
}

/** A dealer before the trades of a day. */
export interface DealerDay {
  readonly day: number;
  readonly bucket: string;
  readonly inventory: number;
  /** X*, in face. */
  readonly capacity: Decimal;
  /** Inventory in percent of the capacity. */
  readonly capacityPercent: Decimal;
  /** Whether a trade of this day went past the dealer. */
  hitOutside: boolean;
  /** Face of the traders' tickets in this bucket. */
  readonly systemFace: Decimal;
  /** The dealer's inventory in percent of that. */
  readonly sharePercent: Decimal;
  /** Mark-to-mid equity, in the money unit. */
  readonly equity: Decimal;
  readonly midline: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly outsideMid: Decimal;
  readonly outsideBid: Decimal;
  readonly outsideAsk: Decimal;
}

/** All books before the trades of a day. */
export interface SystemDay {
  readonly day: number;
  readonly totalFace: Decimal;
  /** Face by bucket, in the order of the buckets. */
  readonly bucketFaces: readonly Decimal[];
  readonly totalCash: Decimal;
  readonly debtToMoney: Decimal;
}
