/**
 * The files of the dealer market as text: metrics, trades, inventories, system state, repayments.
 * Source: specification chapter 04, section 16; chapter 02, sections 10.1 and 10.2.
 *
 * @module
 */
import { csvText } from "../../core/csv_text.ts";
import { Decimal } from "../../core/decimal.ts";
import { floatText, jsonString } from "../../core/number_text.ts";
import type { DealerMetrics } from "./metrics.ts";
import type { DealerDay, SystemDay, TradeRecord } from "./records.ts";
import type { RepaymentRecord } from "./repayments.ts";

/** What stands in the first two columns of every row. */
export interface RunStamp {
  readonly runId: string;
  /** `active` with dealers, `passive` without. */
  readonly regime: string;
}

const COLUMNS = {
  trades: "day,bucket,side,trader_id,ticket_id,issuer_id,maturity_day,face_value,price,unit_price,is_passthrough," +
    "dealer_inventory_before,dealer_cash_before,dealer_bid_before,dealer_ask_before,vbt_mid_before," +
    "trader_cash_before,trader_safety_margin_before,dealer_inventory_after,dealer_cash_after,dealer_bid_after," +
    "dealer_ask_after,trader_cash_after,trader_safety_margin_after,is_liquidity_driven,reduces_margin_below_zero," +
    "hit_inventory_limit",
  inventories: "day,bucket,dealer_inventory,max_capacity,capacity_pct,is_at_zero,hit_vbt_this_step," +
    "total_system_face,dealer_share_pct",
  system: "day,total_face_value,face_bucket_short,face_bucket_mid,face_bucket_long,total_cash,debt_to_money",
  repayments: "trader_id,liability_id,maturity_day,face_value,outcome,buy_count,sell_count,net_cash_pnl,strategy",
} as const;

/** `dealer_metrics.json`: indent of two, doubles, no line end after it. */
export function dealerMetricsJson(metrics: DealerMetrics): string {
  const members = Object.entries(metrics).map(([key, value]) => `  ${jsonString(key)}: ${figureJson(value)}`);
  return `{\n${members.join(",\n")}\n}`;
}

type Figure = Decimal | number | boolean | null | Readonly<Record<string, Decimal>>;

function figureJson(figure: Figure): string {
  if (figure instanceof Decimal) return floatText(figure.toNumber());
  if (figure === null || typeof figure !== "object") return String(figure);
  const members = Object.entries(figure).map(([key, value]) => `    ${jsonString(key)}: ${figureJson(value)}`);
  return members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n  }`;
}

/** `trades.csv` in the order of execution, undefined without trades. `idOf` names a payable. */
export function tradesCsv(
  trades: readonly TradeRecord[],
  idOf: (claim: number) => string,
  stamp: RunStamp,
): string | undefined {
  return table(COLUMNS.trades, stamp, trades, (trade) => {
    const { before, after } = trade;
    return [
      trade.day,
      trade.bucket,
      trade.side,
      trade.trader,
      `TKT_${idOf(trade.claim)}`,
      trade.issuer,
      trade.dueDay,
      trade.face,
      trade.price,
      trade.unitPrice,
      trade.passthrough,
      before.inventory,
      before.dealerCash,
      before.bid,
      before.ask,
      trade.outsideMid,
      before.traderCash,
      before.margin,
      after.inventory,
      after.dealerCash,
      after.bid,
      after.ask,
      after.traderCash,
      after.margin,
      trade.liquidityDriven,
      trade.reducesMarginBelowZero,
      trade.hitInventoryLimit,
    ];
  });
}

/** `inventory_timeseries.csv` by day and bucket name, undefined without days. */
export function inventoriesCsv(days: readonly DealerDay[], stamp: RunStamp): string | undefined {
  const rows = days.toSorted((a, b) => a.day - b.day || compareTexts(a.bucket, b.bucket));
  return table(COLUMNS.inventories, stamp, rows, (row) => [
    row.day,
    row.bucket,
    row.inventory,
    row.capacity,
    row.capacityPercent,
    row.inventory === 0,
    row.hitOutside,
    row.systemFace,
    row.sharePercent,
  ]);
}

/**
 * `system_state_timeseries.csv` by day, undefined without days. Buckets with other names than short, mid and long have
 * no column and stand in the total only.
 *
 * @param buckets the names in the order of {@linkcode SystemDay.bucketFaces}.
 */
export function systemCsv(
  days: readonly SystemDay[],
  buckets: readonly string[],
  stamp: RunStamp,
): string | undefined {
  const places = ["short", "mid", "long"].map((name) => buckets.indexOf(name));
  return table(COLUMNS.system, stamp, days, (row) => [
    row.day,
    row.totalFace,
    ...places.map((place) => row.bucketFaces[place] ?? Decimal.ZERO),
    row.totalCash,
    row.debtToMoney,
  ]);
}

/** `repayment_events.csv`, undefined without rows. */
export function repaymentsCsv(rows: readonly RepaymentRecord[], stamp: RunStamp): string | undefined {
  return table(COLUMNS.repayments, stamp, rows, (row) => [
    row.trader,
    row.liability,
    row.dueDay,
    row.face,
    row.outcome,
    row.buys,
    row.sells,
    row.netCash,
    row.strategy,
  ]);
}

type Cell = Decimal | number | string | boolean;

function table<R>(
  columns: string,
  { runId, regime }: RunStamp,
  rows: readonly R[],
  cellsOf: (row: R) => readonly Cell[],
): string | undefined {
  if (rows.length === 0) return undefined;
  const header = ["run_id", "regime", ...columns.split(",")];
  return csvText(header, rows.map((row) => [runId, regime, ...cellsOf(row).map(cellText)]));
}

function cellText(cell: Cell): string {
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return String(cell);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
