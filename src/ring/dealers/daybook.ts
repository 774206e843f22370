/**
 * The state of the market at the start of every trading day, for the time series and the figures.
 * Source: specification chapter 04, sections 15.3 to 15.5.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { BucketMarket } from "./bucket_market.ts";
import type { DealerDay, SystemDay } from "./records.ts";
import type { TicketMeasure } from "./ticket_measure.ts";
import type { Trader } from "./trader.ts";

const HUNDRED = Decimal.integer(100);

/** The tickets of all traders in one bucket. */
interface Held {
  count: number;
  face: Decimal;
}

/** Collects the records of a run. */
export class Daybook {
  readonly dealerDays: DealerDay[] = [];
  readonly systemDays: SystemDay[] = [];

  /** Records the books before the trades of a day; returns the rows of the dealers by bucket. */
  open(
    day: number,
    markets: readonly BucketMarket[],
    traders: readonly Trader[],
    measure: TicketMeasure,
  ): readonly DealerDay[] {
    const faces = heldFaces(markets.length, traders, measure);
    const rows = markets.map((market) => dealerDay(day, market, faces[market.number] ?? Decimal.ZERO));
    this.dealerDays.push(...rows);
    this.systemDays.push(systemDay(day, markets, traders, faces));
    return rows;
  }
}

/** The face of the traders' tickets by bucket. */
function heldFaces(buckets: number, traders: readonly Trader[], measure: TicketMeasure): readonly Decimal[] {
  const held: Held[] = Array.from({ length: buckets }, () => ({ count: 0, face: Decimal.ZERO }));
  for (const { owned } of traders) {
    for (const { bucket, face } of owned) {
      const sum = held[bucket];
      if (sum === undefined) continue;
      sum.count++;
      if (measure.countsFace) sum.face = sum.face.plus(face);
    }
  }
  // A sum over no tickets is a bare zero, whatever the digits of the ticket size.
  return held.map(({ count, face }) => count === 0 ? Decimal.ZERO : measure.held(count, face));
}

function percent(part: Decimal, whole: Decimal): Decimal {
  return whole.isZero ? Decimal.ZERO : part.dividedBy(whole).times(HUNDRED);
}

function dealerDay(day: number, market: BucketMarket, systemFace: Decimal): DealerDay {
  const { bucket, quotes, inventory, count, outside } = market;
  return {
    day,
    bucket: bucket.name,
    inventory: count,
    capacity: quotes.capacity,
    capacityPercent: percent(market.valued, quotes.capacity),
    hitOutside: false,
    systemFace,
    sharePercent: percent(inventory, systemFace),
    equity: market.equity(),
    midline: quotes.midline,
    bid: quotes.bid,
    ask: quotes.ask,
    outsideMid: outside.mid,
    outsideBid: outside.bid,
    outsideAsk: outside.ask,
  };
}

function systemDay(
  day: number,
  markets: readonly BucketMarket[],
  traders: readonly Trader[],
  faces: readonly Decimal[],
): SystemDay {
  const bucketFaces = markets.map(({ number, inventory }) => (faces[number] ?? Decimal.ZERO).plus(inventory));
  const totalFace = Decimal.sum(bucketFaces);
  let totalCash = Decimal.ZERO;
  for (const { cash } of traders) totalCash = totalCash.plus(cash);
  for (const { dealer } of markets) totalCash = totalCash.plus(dealer.cash);
  for (const { vbt } of markets) totalCash = totalCash.plus(vbt.cash);
  const debtToMoney = totalCash.sign > 0 ? totalFace.dividedBy(totalCash) : Decimal.ZERO;
  return { day, totalFace, bucketFaces, totalCash, debtToMoney };
}
