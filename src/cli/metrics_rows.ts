/**
 * Measures of runs as tables: for people, for spreadsheets, for programs, for analysis.
 *
 * @module
 */
import { csvRow } from "../core/csv_text.ts";
import type { MeasuredCloudRun } from "../experiments/contracts.ts";
import { oneLine, parameterText, rateText } from "./job_text.ts";

/** The kind of a column: exact decimals are text in CSV and JSON, doubles in Parquet. */
export type ColumnKind = "text" | "decimal" | "count";

/** A column of the table. */
export interface MeasureColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly of: (measured: MeasuredCloudRun) => string | number | null;
}

/** The columns, in their order. */
export const COLUMNS: readonly MeasureColumn[] = [
  { name: "job_id", kind: "text", of: ({ run }) => run.jobId },
  { name: "run_id", kind: "text", of: ({ run }) => run.runId },
  { name: "regime", kind: "text", of: ({ run }) => run.regime },
  { name: "kappa", kind: "decimal", of: ({ run }) => run.kappa },
  { name: "concentration", kind: "decimal", of: ({ run }) => run.concentration },
  { name: "mu", kind: "decimal", of: ({ run }) => run.mu },
  { name: "monotonicity", kind: "decimal", of: ({ run }) => run.monotonicity },
  { name: "outside_mid_ratio", kind: "decimal", of: ({ run }) => run.outsideMidRatio },
  { name: "seed", kind: "count", of: ({ run }) => run.seed },
  { name: "delta_total", kind: "decimal", of: ({ metrics }) => metrics.deltaTotal },
  { name: "phi_total", kind: "decimal", of: ({ metrics }) => metrics.phiTotal },
  { name: "time_to_stability", kind: "count", of: ({ metrics }) => metrics.timeToStability },
  { name: "n_defaults", kind: "count", of: ({ metrics }) => metrics.nDefaults },
  { name: "n_clears", kind: "count", of: ({ metrics }) => metrics.nClears },
  { name: "trading_effect", kind: "decimal", of: ({ metrics }) => metrics.tradingEffect },
  { name: "total_trades", kind: "count", of: ({ metrics }) => metrics.totalTrades },
  { name: "total_trade_volume", kind: "decimal", of: ({ metrics }) => metrics.totalTradeVolume },
];

/** A table for a terminal: columns without any value are left out. */
export function measuresTable(measured: readonly MeasuredCloudRun[]): string {
  const shown = COLUMNS.filter(({ of }) => measured.some((one) => (of(one) ?? "") !== ""));
  const rows = measured.map((one) => shown.map((column) => shownCell(column, column.of(one))));
  const widths = shown.map(({ name }, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `${
      cells.map((cell, i) => shown[i]?.kind === "text" ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))
        .join("  ").trimEnd()
    }\n`;
  return line(shown.map(({ name }) => name)) + rows.map(line).join("");
}

const RATES = ["delta_total", "phi_total", "trading_effect"];

function shownCell({ name, kind }: MeasureColumn, value: string | number | null): string {
  if (value === null || value === "") return "-";
  if (kind === "text") return oneLine(String(value));
  if (kind === "count") return String(value);
  return RATES.includes(name) ? rateText(String(value)) : parameterText(String(value));
}

/** CSV, line by line. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function* measuresCsv(measured: readonly MeasuredCloudRun[]): Generator<string> {
  yield `${csvRow(COLUMNS.map(({ name }) => name))}\r\n`;
  for (const one of measured) {
    yield `${csvRow(COLUMNS.map(({ kind, of }) => kind === "text" ? guarded(of(one)) : String(of(one) ?? "")))}\r\n`;
  }
}

function guarded(value: string | number | null): string {
  const text = String(value ?? "");
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

/** JSON: one list of objects with the names of the columns, and every other measure under `raw_metrics`. */
export function* measuresJson(measured: readonly MeasuredCloudRun[]): Generator<string> {
  let before = "[\n";
  for (const one of measured) {
    const object = Object.fromEntries(COLUMNS.map(({ name, of }) => [name, of(one)]));
    yield before + JSON.stringify({ ...object, raw_metrics: one.metrics.rawMetrics });
    before = ",\n";
  }
  yield before === ",\n" ? "\n]\n" : "[]\n";
}

/** Columns of one type, as analysis wants them: decimals as doubles. */
export function measureColumns(
  measured: readonly MeasuredCloudRun[],
): { name: string; type: "varchar" | "double" | "bigint"; values: (string | number | null)[] }[] {
  return COLUMNS.map(({ name, kind, of }) => ({
    name,
    type: kind === "text" ? "varchar" : kind === "decimal" ? "double" : "bigint",
    values: measured.map((one) => {
      const value = of(one);
      return kind === "decimal" && value !== null ? Number(value) : value;
    }),
  }));
}
