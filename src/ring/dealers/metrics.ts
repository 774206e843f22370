/**
 * The figures of `dealer_metrics.json`. Source: specification chapter 04, section 15.6; chapter 02, section 10.1.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { DealerDay, TradeRecord } from "./records.ts";

/** What the figures are computed from. */
export interface MarketRecords {
  /** Bucket names in order with the dealers' equity at the start. */
  readonly initialEquity: ReadonlyMap<string, Decimal>;
  readonly trades: readonly TradeRecord[];
  readonly dealerDays: readonly DealerDay[];
  /** Payables when the market opened, in the money unit. */
  readonly initialDebt: Decimal;
  /** Cash of all agents but market makers when the market opened. */
  readonly initialMoney: Decimal;
  /** Realised returns of purchased tickets, by purchaser, in order of first purchase. */
  readonly returns: readonly (readonly Decimal[])[];
  /** Safety margins of the traders that defaulted, on their last day. */
  readonly marginsAtDefault: readonly Decimal[];
}

/** Figures by bucket name. */
export type ByBucket = Readonly<Record<string, Decimal>>;

/** The figures in the order of the file; counts are numbers, everything else exact. */
export interface DealerMetrics {
  readonly dealer_total_pnl: Decimal;
  readonly dealer_total_return: Decimal;
  readonly dealer_profitable: boolean;
  readonly dealer_pnl_by_bucket: ByBucket;
  readonly dealer_return_by_bucket: ByBucket;
  readonly spread_income_total: Decimal;
  readonly interior_trades: number;
  readonly passthrough_trades: number;
  readonly mean_trader_return: Decimal;
  readonly fraction_profitable_traders: Decimal;
  readonly liquidity_driven_sales: number;
  readonly rescue_events: number;
  readonly unsafe_buy_count: number;
  readonly fraction_unsafe_buys: Decimal;
  readonly mean_margin_at_default: Decimal | null;
  readonly total_trades: number;
  readonly total_sell_trades: number;
  readonly total_buy_trades: number;
  readonly initial_total_debt: Decimal;
  readonly initial_total_money: Decimal;
  readonly debt_to_money_ratio: Decimal;
  readonly dealer_mid_final: ByBucket;
  readonly vbt_mid_final: ByBucket;
  readonly dealer_premium_final_pct: ByBucket;
  readonly vbt_premium_final_pct: ByBucket;
}

const TWO = Decimal.integer(2);
const HUNDRED = Decimal.integer(100);

/** Computes the figures. */
export function dealerMetrics(records: MarketRecords): DealerMetrics {
  const { trades, initialEquity, initialDebt, initialMoney } = records;
  const last = lastDays(records.dealerDays);
  const pnl = new Map<string, Decimal>();
  for (const [bucket, equity] of initialEquity) {
    const end = last.get(bucket);
    pnl.set(bucket, end === undefined ? Decimal.ZERO : end.equity.minus(equity));
  }
  const totalPnl = Decimal.sum(pnl.values());
  const sells = trades.filter(({ side }) => side === "SELL");
  const buys = trades.filter(({ side }) => side === "BUY");
  const unsafe = trades.filter((trade) => trade.reducesMarginBelowZero);
  const driven = sells.filter((trade) => trade.liquidityDriven);
  const passthrough = trades.filter((trade) => trade.passthrough).length;
  const means = records.returns.filter((list) => list.length > 0).map(mean);
  const final = (figure: (day: DealerDay) => Decimal) => byBucket(mapped(last, figure));
  const premium = (price: Decimal) => price.minus(Decimal.ONE).times(HUNDRED);
  return {
    dealer_total_pnl: totalPnl,
    dealer_total_return: ratio(totalPnl, Decimal.sum(initialEquity.values())),
    dealer_profitable: totalPnl.sign >= 0,
    dealer_pnl_by_bucket: byBucket(pnl),
    dealer_return_by_bucket: byBucket(
      mapped(pnl, (value, bucket) => ratio(value, initialEquity.get(bucket) ?? Decimal.ZERO)),
    ),
    spread_income_total: spreadIncome(trades),
    interior_trades: trades.length - passthrough,
    passthrough_trades: passthrough,
    mean_trader_return: mean(means),
    fraction_profitable_traders: fraction(means.filter((value) => value.sign > 0).length, means.length),
    liquidity_driven_sales: driven.length,
    rescue_events: driven.filter(({ before, after }) => before.margin.sign < 0 && after.margin.sign >= 0).length,
    unsafe_buy_count: unsafe.length,
    fraction_unsafe_buys: fraction(unsafe.filter(({ side }) => side === "BUY").length, buys.length),
    mean_margin_at_default: records.marginsAtDefault.length === 0 ? null : mean(records.marginsAtDefault),
    total_trades: trades.length,
    total_sell_trades: sells.length,
    total_buy_trades: buys.length,
    initial_total_debt: initialDebt,
    initial_total_money: initialMoney,
    debt_to_money_ratio: ratio(initialDebt, initialMoney),
    dealer_mid_final: final((day) => day.midline),
    vbt_mid_final: final((day) => day.outsideMid),
    dealer_premium_final_pct: final((day) => premium(day.midline)),
    vbt_premium_final_pct: final((day) => premium(day.outsideMid)),
  };
}

/** The rows of the last day by bucket. */
function lastDays(days: readonly DealerDay[]): Map<string, DealerDay> {
  const end = days.at(-1)?.day;
  return new Map(days.filter(({ day }) => day === end).map((day) => [day.bucket, day]));
}

/** Half the spread of the dealer's quotes for everything that it bought or sold itself, in the money unit. */
function spreadIncome(trades: readonly TradeRecord[]): Decimal {
  let income = Decimal.ZERO;
  for (const { side, passthrough, before, face } of trades) {
    if (passthrough) continue;
    const mid = before.bid.plus(before.ask).dividedBy(TWO);
    const gain = side === "SELL" ? mid.minus(before.bid) : before.ask.minus(mid);
    income = income.plus(gain.times(face));
  }
  return income;
}

function ratio(part: Decimal, whole: Decimal): Decimal {
  return whole.sign > 0 ? part.dividedBy(whole) : Decimal.ZERO;
}

function fraction(part: number, whole: number): Decimal {
  return ratio(Decimal.integer(part), Decimal.integer(whole));
}

function mean(values: readonly Decimal[]): Decimal {
  return ratio(Decimal.sum(values), Decimal.integer(values.length));
}

function mapped<V>(map: ReadonlyMap<string, V>, change: (value: V, key: string) => Decimal): Map<string, Decimal> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]));
}

function byBucket(figures: ReadonlyMap<string, Decimal>): ByBucket {
  return Object.fromEntries(figures);
}
