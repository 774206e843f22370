/**
 * Where tickets change hands: a seller's first ticket goes to the dealer or past it to the outside market, a buyer gets
 * one ticket from the first bucket that offers an acceptable one.
 * Source: specification chapter 04, sections 5.3, 6, 9.7 and 9.8.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import { SimulationError } from "../../core/errors.ts";
import type { Behaviours } from "../behaviours.ts";
import type { BucketMarket, MarketMaker } from "./bucket_market.ts";
import type { CashRoute } from "./cash_route.ts";
import type { MarketLedger } from "./market_ledger.ts";
import type { OrderTaker } from "./order_flow.ts";
import type { DealerDay, TradeRecord, TradeSide } from "./records.ts";
import type { RiskAssessor } from "./risk.ts";
import type { Ticket } from "./ticket.ts";
import type { Trader } from "./trader.ts";

/** What the trading floor works with. */
export interface FloorParts {
  readonly ledger: MarketLedger;
  readonly markets: readonly BucketMarket[];
  readonly assessor: RiskAssessor | null;
  readonly cash: CashRoute;
  readonly behaviours: Behaviours;
}

/** A trade that both sides agree to. */
interface Deal {
  readonly market: BucketMarket;
  readonly maker: MarketMaker;
  readonly ticket: Ticket;
  /** As a fraction of face. */
  readonly price: Decimal;
  readonly passthrough: boolean;
}

/** A deal that was carried out. */
interface Execution {
  readonly side: "SELL" | "BUY";
  readonly trader: Trader;
  readonly deal: Deal;
  /** Price times face. */
  readonly amount: Decimal;
  readonly before: TradeSide;
  readonly after: TradeSide;
  readonly flags: Pick<TradeRecord, "liquidityDriven" | "reducesMarginBelowZero" | "hitInventoryLimit">;
}

/** The trading floor of a run. */
export class TradingFloor implements OrderTaker {
  /** Executed trades in order. */
  readonly trades: TradeRecord[] = [];
  readonly #parts: FloorParts;
  #day = 0;
  /** Rows of the current day by bucket. */
  #rows: readonly DealerDay[] = [];

  constructor(parts: FloorParts) {
    this.#parts = parts;
  }

  /** Opens a day; `rows` are the dealers' records of it. */
  openDay(day: number, rows: readonly DealerDay[]): void {
    this.#day = day;
    this.#rows = rows;
  }

  /** Offers the first ticket of a seller (spec 04 9.7). */
  sell(seller: Trader): void {
    const ticket = seller.owned[0];
    const market = ticket === undefined ? undefined : this.#parts.markets[ticket.bucket];
    if (ticket === undefined || market === undefined) return;
    const shortfall = seller.shortfall(this.#day);
    const interior = this.#dealerBuys(market, ticket);
    const deal: Deal = {
      market,
      ticket,
      maker: interior ? market.dealer : market.vbt,
      price: interior ? market.quotes.bid : market.outside.bid,
      passthrough: !interior,
    };
    if (this.#sellerRefuses(seller, deal, shortfall)) return;
    if (!this.#canSpend(deal.maker.cash, this.#makerShare(deal))) return;
    this.#executeSale(seller, deal, shortfall.sign > 0);
  }

  /** Whether the dealer takes a ticket itself: it has room and cash. */
  #dealerBuys(market: BucketMarket, { face }: Ticket): boolean {
    const { quotes: { bid }, dealer } = market;
    return market.hasRoomFor(face) && !dealer.cash.lessThan(this.#unitsOf(bid, face));
  }

  /** What a price moves in a market maker's books. */
  #unitsOf(price: Decimal, face: Decimal): Decimal {
    // behaviour: marketMakersPayUnitPrice
    return this.#parts.behaviours.marketMakersPayUnitPrice ? price : price.times(face);
  }

  #makerShare({ price, ticket }: Deal): Decimal {
    return this.#unitsOf(price, ticket.face);
  }

  /** Whether an amount can be paid out of some cash. */
  #canSpend(cash: Decimal, amount: Decimal): boolean {
    // behaviour: marketRunsOnCredit
    return this.#parts.behaviours.marketRunsOnCredit || !cash.lessThan(amount);
  }

  #sellerRefuses(seller: Trader, deal: Deal, shortfall: Decimal): boolean {
    const { assessor, behaviours, ledger } = this.#parts;
    if (assessor === null) return false;
    const { market, ticket } = deal;
    // behaviour: sellersJudgeDealerBid
    const offered = behaviours.sellersJudgeDealerBid ? market.quotes.bid : deal.price;
    const expected = assessor.expectedValue(ticket);
    const threshold = assessor.sellThreshold(seller.cash, shortfall, () => {
      let assets = seller.cash.minus(seller.cash);
      for (const owned of seller.owned) assets = assets.plus(assessor.expectedValue(owned));
      return assets;
    });
    if (assessor.acceptsSale(offered, ticket.face, expected, threshold)) return false;
    // behaviour: effectiveThresholdUnreported
    const reported = behaviours.effectiveThresholdUnreported ? assessor.basePremium : threshold;
    ledger.log.emit(
      "sell_rejected",
      seller.party.number,
      ticket.claim,
      market.bucket.name,
      offered.toNumber(),
      expected.toNumber(),
      reported.toNumber(),
      "price_below_ev_threshold",
    );
    return true;
  }

  #executeSale(seller: Trader, deal: Deal, liquidityDriven: boolean): void {
    const { market, maker, ticket, price } = deal;
    const hitInventoryLimit = this.#isFull(deal);
    const before = this.#sideOf(seller, market);
    maker.shelf.add(ticket);
    maker.cash = maker.cash.minus(this.#makerShare(deal));
    ticket.owner = maker.party.number;
    market.requote();
    const amount = price.times(ticket.face);
    seller.takeOut(ticket);
    seller.cash = seller.cash.plus(amount);
    this.#parts.cash.paid(maker.party, seller.party, amount);
    const after = this.#sideOf(seller, market);
    const flags = { liquidityDriven, reducesMarginBelowZero: false, hitInventoryLimit };
    this.#note({ side: "SELL", trader: seller, deal, amount, before, after, flags });
  }

  /** Whether a sale goes past the dealer for want of room; noted for the trade and the day. */
  #isFull({ market, ticket, passthrough }: Deal): boolean {
    // behaviour: limitFlagsNeverSet
    if (this.#parts.behaviours.limitFlagsNeverSet) return false;
    const row = this.#rows[market.number];
    if (passthrough && row !== undefined) row.hitOutside = true;
    return !market.hasRoomFor(ticket.face);
  }

  /** Looks for one ticket to buy, bucket by bucket (spec 04 9.8). */
  buy(buyer: Trader): void {
    for (const market of this.#parts.markets) {
      const deal = this.#offerTo(buyer, market);
      if (deal === undefined) continue;
      const amount = deal.price.times(deal.ticket.face);
      if (!this.#canSpend(buyer.cash, amount) || this.#buyerRefuses(buyer, deal, amount)) continue;
      this.#executePurchase(buyer, deal, amount);
      return;
    }
  }

  /** @throws {SimulationError} when the dealer cannot sell and the outside market has nothing, in the reference. */
  #offerTo(buyer: Trader, market: BucketMarket): Deal | undefined {
    const { dealer, vbt, quotes, outside } = market;
    if (dealer.shelf.length + vbt.shelf.length === 0) return undefined;
    const fits = (ticket: Ticket) => this.#mayBuy(buyer, ticket);
    if (market.dealerSells) {
      const ticket = dealer.shelf.first(fits);
      if (ticket !== undefined) return { market, maker: dealer, ticket, price: quotes.ask, passthrough: false };
    } else if (vbt.shelf.length === 0) {
      this.#refuseEmptyMarket(market);
    }
    const ticket = vbt.shelf.first(fits);
    return ticket && { market, maker: vbt, ticket, price: outside.ask, passthrough: true };
  }

  #mayBuy(buyer: Trader, ticket: Ticket): boolean {
    // behaviour: ownDebtForSale
    return this.#parts.behaviours.ownDebtForSale || ticket.issuer !== buyer.party.number;
  }

  #refuseEmptyMarket({ bucket: { name } }: BucketMarket): void {
    // behaviour: emptyVbtStopsRun
    if (!this.#parts.behaviours.emptyVbtStopsRun) return;
    throw new SimulationError(
      `VBT has no inventory to provide for passthrough buy. Bucket: ${name}. ` +
        "This indicates insufficient VBT capitalization or configuration error.",
      { rule: "validation" },
    );
  }

  #buyerRefuses(buyer: Trader, deal: Deal, amount: Decimal): boolean {
    const { assessor, behaviours, ledger } = this.#parts;
    if (assessor === null) return false;
    const { market, ticket, price } = deal;
    const expected = assessor.expectedValue(ticket);
    if (assessor.acceptsPurchase(price, ticket.face, expected)) return false;
    // behaviour: undonePurchaseDebits
    if (behaviours.undonePurchaseDebits) this.#executeAndUndo(deal, amount);
    ledger.log.emit(
      "buy_rejected",
      buyer.party.number,
      ticket.claim,
      market.bucket.name,
      price.toNumber(),
      expected.toNumber(),
      assessor.buyPremium.toNumber(),
      "ev_below_price_threshold",
    );
    return true;
  }

  /** The reference sells first and asks then: the market maker gets its share and gives back the whole price. */
  #executeAndUndo(deal: Deal, amount: Decimal): void {
    const { market, maker, ticket } = deal;
    maker.shelf.remove(ticket);
    maker.cash = maker.cash.plus(this.#makerShare(deal));
    market.requote();
    maker.shelf.add(ticket);
    maker.cash = maker.cash.minus(amount);
  }

  #executePurchase(buyer: Trader, deal: Deal, amount: Decimal): void {
    const { market, maker, ticket } = deal;
    const before = this.#sideOf(buyer, market);
    maker.shelf.remove(ticket);
    maker.cash = maker.cash.plus(this.#makerShare(deal));
    ticket.owner = buyer.party.number;
    market.requote();
    buyer.owned.push(ticket);
    buyer.cash = buyer.cash.minus(amount);
    this.#parts.cash.paid(buyer.party, maker.party, amount);
    const after = this.#sideOf(buyer, market);
    const reducesMarginBelowZero = before.margin.sign >= 0 && after.margin.sign < 0;
    const flags = { liquidityDriven: false, reducesMarginBelowZero, hitInventoryLimit: false };
    this.#note({ side: "BUY", trader: buyer, deal, amount, before, after, flags });
  }

  #sideOf(trader: Trader, { count, dealer, quotes }: BucketMarket): TradeSide {
    return {
      inventory: count,
      dealerCash: dealer.cash,
      bid: quotes.bid,
      ask: quotes.ask,
      traderCash: trader.cash,
      margin: trader.safetyMargin(this.#parts.markets.map((market) => market.quotes.bid)),
    };
  }

  /** Notes an executed trade and logs it. */
  #note({ side, trader, deal, amount, before, after, flags }: Execution): void {
    const { market: { bucket, outside }, ticket, price: unitPrice, passthrough } = deal;
    const { ledger } = this.#parts;
    const { face, claim, serial, dueDay, issuer } = ticket;
    this.trades.push({
      day: this.#day,
      bucket: bucket.name,
      side,
      trader: trader.party.id,
      claim,
      ticket: serial,
      issuer: ledger.parties[issuer]?.id ?? "",
      dueDay,
      face,
      price: amount,
      unitPrice,
      passthrough,
      before,
      after,
      outsideMid: outside.mid,
      ...flags,
    });
    const sale = side === "SELL";
    ledger.log.emit(
      "dealer_trade",
      trader.party.number,
      sale ? "sell" : "buy",
      claim,
      bucket.name,
      amount.toNumber(),
      unitPrice.toNumber(),
      face.toNumber(),
      passthrough,
      sale ? flags.liquidityDriven : undefined,
      sale ? undefined : flags.reducesMarginBelowZero,
    );
  }
}
