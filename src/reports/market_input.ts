/**
 * What the pages know of a dealer market: plain readonly values, as in `inputs.ts`. Prices are fractions of face.
 *
 * @module
 */
import type { Quantity } from "./inputs.ts";

/** The dealer and the trader on one side of a trade in time. */
export interface MarketTradeSide {
  /** Tickets of the dealer. */
  readonly inventory: number;
  readonly bid: Quantity;
  readonly ask: Quantity;
  /** The trader's safety margin, in the money unit. */
  readonly margin: Quantity;
}

/** An executed trade (spec 04 15.1). */
export interface MarketTrade {
  readonly day: number;
  readonly bucket: string;
  readonly side: "SELL" | "BUY";
  /** Id of the trader. */
  readonly trader: string;
  /** Number of the payable that changed hands. */
  readonly claim: number;
  /** Id of the debtor. */
  readonly issuer: string;
  readonly dueDay: number;
  readonly face: Quantity;
  /** Price times face, in the money unit. */
  readonly price: Quantity;
  readonly unitPrice: Quantity;
  /** Executed by the outside market rather than the dealer. */
  readonly passthrough: boolean;
  readonly before: MarketTradeSide;
  readonly after: MarketTradeSide;
  readonly liquidityDriven: boolean;
  readonly reducesMarginBelowZero: boolean;
  readonly hitInventoryLimit: boolean;
}

/** A bucket before the trades of a day. */
export interface MarketDay {
  readonly day: number;
  readonly bucket: string;
  /** Tickets of the dealer. */
  readonly inventory: number;
  readonly bid: Quantity;
  readonly ask: Quantity;
  readonly outsideBid: Quantity;
  readonly outsideAsk: Quantity;
}

/** The market of a run. */
export interface MarketInput {
  /** Names in order. */
  readonly buckets: readonly string[];
  /** One for each bucket and day, in the order of days. */
  readonly days: readonly MarketDay[];
  /** In the order of execution. */
  readonly trades: readonly MarketTrade[];
  /** Gain of all dealers, in the money unit. */
  readonly dealerProfit: Quantity;
  /** The gain as a share of what they started with. */
  readonly dealerReturn: Quantity;
  /** Sales in need that brought a safety margin back to zero or above. */
  readonly rescues: number;
  /** Sales and purchases that a trader refused at the price. */
  readonly refusedSales: number;
  readonly refusedPurchases: number;
  /** The id of a payable. */
  claimName(claim: number): string;
}
