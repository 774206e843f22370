/**
 * What the tables of sweeps show of the dealers of a run: the values of its `dealer_metrics.json`. Source: spec 02 10.1,
 * 03 6.
 *
 * @module
 */

/** How a value is written: a double, a count, a flag, or a map by bucket as one line of JSON. */
export type DealerKind = "float" | "count" | "flag" | "map";

/** Name of a value. */
export type DealerColumn =
  | "dealer_total_pnl"
  | "dealer_total_return"
  | "dealer_profitable"
  | "spread_income_total"
  | "mean_trader_return"
  | "fraction_profitable_traders"
  | "liquidity_driven_sales"
  | "rescue_events"
  | "total_trades"
  | "unsafe_buy_count"
  | "fraction_unsafe_buys"
  | "initial_total_debt"
  | "initial_total_money"
  | "debt_to_money_ratio"
  | "dealer_mid_final"
  | "vbt_mid_final"
  | "dealer_premium_final_pct"
  | "vbt_premium_final_pct";

/** The values by their keys, in the order of `comparison.csv`. */
export const DEALER_COLUMNS: Readonly<Record<DealerColumn, DealerKind>> = Object.freeze({
  dealer_total_pnl: "float",
  dealer_total_return: "float",
  dealer_profitable: "flag",
  spread_income_total: "float",
  mean_trader_return: "float",
  fraction_profitable_traders: "float",
  liquidity_driven_sales: "count",
  rescue_events: "count",
  total_trades: "count",
  unsafe_buy_count: "count",
  fraction_unsafe_buys: "float",
  initial_total_debt: "float",
  initial_total_money: "float",
  debt_to_money_ratio: "float",
  dealer_mid_final: "map",
  vbt_mid_final: "map",
  dealer_premium_final_pct: "map",
  vbt_premium_final_pct: "map",
});

/** Whether a name is that of a value of the dealers. */
export function isDealerColumn(name: string): name is DealerColumn {
  return name in DEALER_COLUMNS;
}
