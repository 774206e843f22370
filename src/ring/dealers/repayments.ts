/**
 * What became of every debt and how its debtor traded before: the rows of `repayment_events.csv`.
 * Source: specification chapter 04, section 16; chapter 02, section 10.2.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { RingLog } from "../events.ts";
import type { TradeRecord } from "./records.ts";

/** A debt that came due, with the trades of its debtor before its due day. */
export interface RepaymentRecord {
  /** Id of the debtor. */
  readonly trader: string;
  /** Id of the payable. */
  readonly liability: string;
  readonly dueDay: number;
  /** In the money unit. */
  readonly face: Decimal;
  readonly outcome: "repaid" | "defaulted";
  readonly buys: number;
  readonly sells: number;
  /** Receipts from sales less payments for purchases, in the money unit. */
  readonly netCash: Decimal;
  readonly strategy: "no_trade" | "round_trip" | "sell_before" | "hold_to_maturity";
}

/** The debts that were due by the last day of the log, by due day and debtor. Renewed debts are not among them. */
export function repaymentsOf(log: RingLog, trades: readonly TradeRecord[]): RepaymentRecord[] {
  const created = log.table("PayableCreated");
  if (created === undefined) return [];
  const settled = settledClaims(log);
  const byTrader = Map.groupBy(trades, ({ trader }) => trader);
  const finalDay = log.length === 0 ? 0 : log.time(log.length - 1);
  const debtors = created.references("debtor");
  const claims = created.references("payable_id");
  const amounts = created.decimals("amount");
  const dueDays = created.numbers("due_day");
  const rows: RepaymentRecord[] = [];
  for (let row = 0; row < created.length; row++) {
    const dueDay = dueDays.values[row] ?? 0;
    const debtor = debtors.numbers[row] ?? 0;
    const claim = claims.numbers[row] ?? 0;
    if (dueDay > finalDay) continue;
    const trader = log.referenceText("ref:agent", debtor);
    rows.push({
      trader,
      liability: log.referenceText("ref:contract", claim),
      dueDay,
      face: amounts.get(row) ?? Decimal.ZERO,
      outcome: settled.has(claim) ? "repaid" : "defaulted",
      ...tradesBefore(byTrader.get(trader) ?? [], dueDay),
    });
  }
  return rows.sort((a, b) => a.dueDay - b.dueDay || (a.trader < b.trader ? -1 : a.trader > b.trader ? 1 : 0));
}

/** The numbers of the payables that were settled. */
export function settledClaims(log: RingLog): Set<number> {
  const settled = log.table("PayableSettled");
  return new Set(settled?.references("pid").numbers.subarray(0, settled.length));
}

type TradesBefore = Pick<RepaymentRecord, "buys" | "sells" | "netCash" | "strategy">;

function tradesBefore(trades: readonly TradeRecord[], day: number): TradesBefore {
  let buys = 0;
  let sells = 0;
  let sold = Decimal.ZERO;
  let bought = Decimal.ZERO;
  for (const trade of trades) {
    if (trade.day >= day) continue;
    if (trade.side === "SELL") {
      sells++;
      sold = sold.plus(trade.price);
    } else {
      buys++;
      bought = bought.plus(trade.price);
    }
  }
  return { buys, sells, netCash: sold.minus(bought), strategy: strategyOf(buys, sells) };
}

function strategyOf(buys: number, sells: number): RepaymentRecord["strategy"] {
  if (buys > 0) return sells > 0 ? "round_trip" : "hold_to_maturity";
  return sells > 0 ? "sell_before" : "no_trade";
}
