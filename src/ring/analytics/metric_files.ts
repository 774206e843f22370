/**
 * The metric files of a run as text: tables for spreadsheets, JSON for exact values. Source: `spec 02 1.5`, `1.6`, `5.1`.
 *
 * @module
 */
import { csvText } from "../../core/csv_text.ts";
import { type CellValue, metricCell, metricsJsonText } from "../../core/number_text.ts";
import type { DayMetrics, DayRow, DebtorShareRow, IntradayRow } from "./day_metrics.ts";

const DAY_COLUMNS: readonly (keyof DayRow)[] = [
  "G_t",
  "HHIplus_t",
  "M_t",
  "Mbar_t",
  "Mpeak_t",
  "S_t",
  "alpha_t",
  "day",
  "delta_t",
  "gross_settled_t",
  "n_creditors",
  "n_debtors",
  "notes",
  "phi_t",
  "v_t",
];
const SHARE_COLUMNS: readonly (keyof DebtorShareRow)[] = ["DS_t", "agent", "day"];
const INTRADAY_COLUMNS: readonly (keyof IntradayRow)[] = ["P_prefix", "amount", "day", "payee", "payer", "step"];

/** A file that the metrics of a run make. */
export interface MetricFile {
  /** Name below the folder of the run's output. */
  readonly name: "metrics.csv" | "metrics.json" | "debtor_shares.csv" | "intraday.csv";
  /** The whole text. */
  readonly content: string;
}

/** `metrics.csv`: one row per day, days ascending. */
export function metricsCsv(rows: readonly DayRow[]): string {
  return table(DAY_COLUMNS, rows);
}

/** `metrics.json`: the same rows with exact values; no line end at the end. */
export function metricsJson(rows: readonly DayRow[]): string {
  return metricsJsonText(rows.map((row) => ({ ...row })));
}

/** `debtor_shares.csv`: one row per agent and day. */
export function debtorSharesCsv(rows: readonly DebtorShareRow[]): string {
  return table(SHARE_COLUMNS, rows);
}

/** `intraday.csv`: one row per settlement. */
export function intradayCsv(rows: readonly IntradayRow[]): string {
  return table(INTRADAY_COLUMNS, rows);
}

/** All four files of a run (spec 02 5.2). */
export function metricFiles(metrics: DayMetrics): MetricFile[] {
  return [
    { name: "metrics.csv", content: metricsCsv(metrics.dayMetrics) },
    { name: "metrics.json", content: metricsJson(metrics.dayMetrics) },
    { name: "debtor_shares.csv", content: debtorSharesCsv(metrics.debtorShares) },
    { name: "intraday.csv", content: intradayCsv(metrics.intraday) },
  ];
}

function table<Key extends string>(columns: readonly Key[], rows: readonly Readonly<Record<Key, CellValue>>[]): string {
  // Without rows no column is known: the file has the one header that the reference writes (spec 02 5.1).
  if (rows.length === 0) return csvText(["day"], []);
  return csvText(columns, rows.map((row) => columns.map((column) => metricCell(row[column]))));
}
