/**
 * What the dealer market of a run leaves.
 *
 * @module
 */
import type { RingLog } from "../events.ts";
import type { DealerMetrics } from "./metrics.ts";
import type { DealerDay, SystemDay, TradeRecord } from "./records.ts";
import { repaymentsOf } from "./repayments.ts";
import { dealerMetricsJson, inventoriesCsv, repaymentsCsv, type RunStamp, systemCsv, tradesCsv } from "./tables.ts";

/** The records of a market. */
export interface MarketOutcome {
  /** Executed trades in order; those of a day that stopped the run are among them. */
  readonly trades: readonly TradeRecord[];
  /** One for each bucket and day, before the trades of the day. */
  readonly dealerDays: readonly DealerDay[];
  /** One for each day. */
  readonly systemDays: readonly SystemDay[];
  /** Names of the buckets in order. */
  readonly buckets: readonly string[];
  /** The figures of the run, computed when first asked for. */
  metrics(): DealerMetrics;
}

/** The text of `dealer_metrics.json`. */
export function dealerMetricsText(outcome: MarketOutcome): string {
  return dealerMetricsJson(outcome.metrics());
}

/** A file of the market. */
export interface MarketFile {
  readonly name: string;
  readonly content: string;
}

/** The detailed tables as CSV files; a table without rows is left out (spec 04 16). */
export function marketTables(outcome: MarketOutcome, log: RingLog, stamp: RunStamp): readonly MarketFile[] {
  const { trades, dealerDays, systemDays, buckets } = outcome;
  const idOf = (claim: number) => log.referenceText("ref:contract", claim);
  const files: readonly (readonly [string, string | undefined])[] = [
    ["trades.csv", tradesCsv(trades, idOf, stamp)],
    ["repayment_events.csv", repaymentsCsv(repaymentsOf(log, trades), stamp)],
    ["inventory_timeseries.csv", inventoriesCsv(dealerDays, stamp)],
    ["system_state_timeseries.csv", systemCsv(systemDays, buckets, stamp)],
  ];
  return files.flatMap(([name, content]) => content === undefined ? [] : [{ name, content }]);
}
