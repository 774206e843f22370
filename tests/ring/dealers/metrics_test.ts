import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { dealerMetrics, type MarketRecords } from "../../../src/ring/dealers/metrics.ts";
import type { DealerDay, TradeRecord, TradeSide } from "../../../src/ring/dealers/records.ts";
import { decimal } from "../engine/written_scenarios.ts";

const ZERO = Decimal.ZERO;

function dealerDay(day: number, equity: string, midline: string): DealerDay {
  return {
    day,
    bucket: "short",
    inventory: 10,
    capacity: ZERO,
    capacityPercent: ZERO,
    hitOutside: false,
    systemFace: ZERO,
    sharePercent: ZERO,
    equity: decimal(equity),
    midline: decimal(midline),
    bid: decimal("0.9"),
    ask: decimal("1.1"),
    outsideMid: Decimal.ONE,
    outsideBid: decimal("0.8"),
    outsideAsk: decimal("1.2"),
  };
}

function trade(side: "SELL" | "BUY", margins: readonly [string, string], rest: Partial<TradeRecord> = {}): TradeRecord {
  const at = (margin: string): TradeSide => ({
    inventory: 0,
    dealerCash: ZERO,
    bid: decimal("0.9"),
    ask: decimal("1.1"),
    traderCash: ZERO,
    margin: decimal(margin),
  });
  return {
    day: 0,
    bucket: "short",
    side,
    trader: "H1",
    claim: 1,
    ticket: 1,
    issuer: "H2",
    dueDay: 3,
    face: decimal("20"),
    price: decimal("18"),
    unitPrice: decimal("0.9"),
    passthrough: false,
    before: at(margins[0]),
    after: at(margins[1]),
    outsideMid: Decimal.ONE,
    liquidityDriven: false,
    reducesMarginBelowZero: false,
    hitInventoryLimit: false,
    ...rest,
  };
}

const NOTHING: MarketRecords = {
  initialEquity: new Map([["short", decimal("100")]]),
  trades: [],
  dealerDays: [],
  initialDebt: decimal("400"),
  initialMoney: decimal("100"),
  returns: [],
  marginsAtDefault: [],
};

Deno.test("gains and premiums are those of the last morning (spec 04 21.20)", () => {
  const metrics = dealerMetrics({ ...NOTHING, dealerDays: [dealerDay(0, "100", "1"), dealerDay(1, "110", "1.05")] });
  assertEquals(metrics.dealer_total_pnl.toNumber(), 10);
  assertEquals(metrics.dealer_return_by_bucket["short"]?.toNumber(), 0.1);
  assertEquals(metrics.dealer_premium_final_pct["short"]?.toNumber(), 5);
  assertEquals([metrics.vbt_premium_final_pct["short"]?.toNumber(), metrics.dealer_profitable], [0, true]);
});

Deno.test("a market in which nothing happened has zeros, and no margin at default", () => {
  const metrics = dealerMetrics({ ...NOTHING, initialMoney: ZERO });
  assertEquals([metrics.dealer_total_pnl.toNumber(), metrics.mean_trader_return.toNumber()], [0, 0]);
  assertEquals([metrics.fraction_unsafe_buys.toNumber(), metrics.debt_to_money_ratio.toNumber()], [0, 0]);
  assertEquals([metrics.mean_margin_at_default, metrics.dealer_mid_final], [null, {}]);
});

Deno.test("only interior trades earn half the spread, and rescues are forced sales that restore the margin", () => {
  const metrics = dealerMetrics({
    ...NOTHING,
    trades: [
      trade("SELL", ["-5", "0"], { liquidityDriven: true }),
      trade("SELL", ["-5", "-1"], { liquidityDriven: true, passthrough: true }),
      trade("SELL", ["-5", "3"]),
      trade("BUY", ["1", "-2"], { reducesMarginBelowZero: true }),
      trade("BUY", ["5", "4"]),
    ],
    returns: [[decimal("0.1"), decimal("0.3")], [], [decimal("-0.4")]],
    marginsAtDefault: [decimal("-10"), decimal("-30")],
  });
  // Four interior trades of 20 at 0.1 from the middle of 0.9 and 1.1.
  assertEquals(metrics.spread_income_total.toNumber(), 8);
  assertEquals([metrics.interior_trades, metrics.passthrough_trades, metrics.total_trades], [4, 1, 5]);
  assertEquals([metrics.liquidity_driven_sales, metrics.rescue_events, metrics.unsafe_buy_count], [2, 1, 1]);
  assertEquals(metrics.fraction_unsafe_buys.toNumber(), 0.5);
  assertEquals([metrics.mean_trader_return.toNumber(), metrics.fraction_profitable_traders.toNumber()], [-0.1, 0.5]);
  assertEquals(metrics.mean_margin_at_default?.toNumber(), -20);
});
