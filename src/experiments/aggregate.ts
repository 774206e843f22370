/**
 * The results of a ring sweep in one table, made from its registry. Pure: what lies in files comes through a loader.
 * Source: `spec 02 8.1`, `03 8.4`.
 *
 * @module
 */
import { csvText } from "../core/csv_text.ts";
import { Decimal } from "../core/decimal.ts";
import { displayDecimalText, floatText } from "../core/number_text.ts";
import { type RunSummary, summarise, type SummarisedDay } from "../ring/analytics/summary.ts";
import type { RegistryEntry, Scalar } from "./contracts.ts";

/** A column of `results.csv` that is copied from the registry. */
export type ParameterColumn =
  | "phase"
  | "seed"
  | "n_agents"
  | "kappa"
  | "concentration"
  | "mu"
  | "monotonicity"
  | "S1"
  | "L0";

/** A column of `results.csv` that holds a metric. */
export type MetricColumn = "phi_total" | "delta_total" | "max_G_t" | "alpha_1" | "Mpeak_1" | "v_1" | "HHIplus_1";

const METRIC_COLUMNS: readonly MetricColumn[] = [
  "phi_total",
  "delta_total",
  "max_G_t",
  "alpha_1",
  "Mpeak_1",
  "v_1",
  "HHIplus_1",
];

const METRIC_NAMES: ReadonlySet<string> = new Set(METRIC_COLUMNS);

/**
 * One completed run by column of `results.csv`: its registry cells as text, its metrics as exact texts of decimals, null
 * for none. Texts, because a sweep of many thousand runs has no use for the arithmetic.
 */
export type ResultRow =
  & Readonly<Record<"run_id" | ParameterColumn | "time_to_stability" | "metrics_csv", string>>
  & Readonly<Record<MetricColumn, string | null>>;

/** The columns of `results.csv` in their order. */
export const RESULT_COLUMNS: readonly (keyof ResultRow)[] = [
  "run_id",
  "phase",
  "seed",
  "n_agents",
  "kappa",
  "concentration",
  "mu",
  "monotonicity",
  "S1",
  "L0",
  ...METRIC_COLUMNS,
  "time_to_stability",
  "metrics_csv",
];

/**
 * The day metrics of a run, fresh or as the records of its `metrics.csv`; null when they were not kept. Entries name
 * the file in `artifactPaths.metrics_csv`.
 */
export type DaysLoader = (
  entry: RegistryEntry,
) => readonly SummarisedDay[] | null | Promise<readonly SummarisedDay[] | null>;

/** Options of {@linkcode resultRows}. */
export interface ResultOptions {
  /**
   * Computes the totals again from the doubles of `metrics.csv` and leaves out the runs that lost that file, as the
   * reference does; of a run whose files were not kept the registry has every metric. Otherwise the totals are the registry's, which are exact, and every completed run has a row.
   */
  readonly reference?: boolean;
}

/** The rows of `results.csv`: the completed runs in the order of the registry. */
export async function resultRows(
  entries: Iterable<RegistryEntry>,
  loadDays: DaysLoader,
  options: ResultOptions = {},
): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for (const entry of entries) {
    if (entry.status !== "completed") continue;
    const row = options.reference === true
      ? await recomputedRow(entry, loadDays)
      : resultRow(entry, await knownMetrics(entry, loadDays));
    if (row !== null) rows.push(row);
  }
  return rows;
}

/** `results.csv` as text; numbers have at most six decimals. */
export function resultsCsv(rows: readonly ResultRow[]): string {
  return csvText(RESULT_COLUMNS, rows.map((row) => RESULT_COLUMNS.map((column) => resultCell(row, column))));
}

function resultCell(row: ResultRow, column: keyof ResultRow): string {
  const value = row[column] ?? "";
  return value !== "" && METRIC_NAMES.has(column) ? displayDecimalText(value) : value;
}

type ResultMetrics = Readonly<Record<MetricColumn, string | null>>;

async function recomputedRow(entry: RegistryEntry, loadDays: DaysLoader): Promise<ResultRow | null> {
  if ((entry.artifactPaths.metrics_csv ?? "") === "") {
    return entry.metrics.max_G_t === undefined ? null : resultRow(entry, await knownMetrics(entry, loadDays));
  }
  const days = await loadDays(entry);
  return days === null || days.length === 0 ? null : resultRow(entry, summaryTexts(summarise(days)));
}

/** The exact totals of the registry; the other metrics from the registry where it has them, else from the days. */
async function knownMetrics(entry: RegistryEntry, loadDays: DaysLoader): Promise<ResultMetrics & MaxDay> {
  const complete = METRIC_COLUMNS.every((column) => entry.metrics[column] !== undefined);
  const days = complete ? null : await loadDays(entry);
  const summary = days === null ? undefined : summaryTexts(summarise(days));
  const metric = (column: MetricColumn) => decimalText(entry.metrics[column]) ?? summary?.[column] ?? null;
  return { ...resultMetrics(metric), ...(summary === undefined ? {} : { max_day: summary.max_day }) };
}

function summaryTexts(summary: RunSummary): ResultMetrics & MaxDay {
  return { ...resultMetrics((column) => summary[column]?.toString() ?? null), max_day: summary.max_day };
}

function resultMetrics(metric: (column: MetricColumn) => string | null): ResultMetrics {
  return {
    phi_total: metric("phi_total"),
    delta_total: metric("delta_total"),
    max_G_t: metric("max_G_t"),
    alpha_1: metric("alpha_1"),
    Mpeak_1: metric("Mpeak_1"),
    v_1: metric("v_1"),
    HHIplus_1: metric("HHIplus_1"),
  };
}

interface MaxDay {
  readonly max_day?: number;
}

function resultRow(entry: RegistryEntry, metrics: ResultMetrics & MaxDay): ResultRow {
  const cell = (column: ParameterColumn) => scalarText(entry.parameters[column] ?? entry.metrics[column] ?? null);
  const recorded = scalarText(entry.metrics.time_to_stability ?? entry.parameters.time_to_stability ?? null);
  return {
    run_id: entry.runId,
    phase: cell("phase"),
    seed: cell("seed"),
    n_agents: cell("n_agents"),
    kappa: cell("kappa"),
    concentration: cell("concentration"),
    mu: cell("mu"),
    monotonicity: cell("monotonicity"),
    S1: cell("S1"),
    L0: cell("L0"),
    phi_total: metrics.phi_total,
    delta_total: metrics.delta_total,
    max_G_t: metrics.max_G_t,
    alpha_1: metrics.alpha_1,
    Mpeak_1: metrics.Mpeak_1,
    v_1: metrics.v_1,
    HHIplus_1: metrics.HHIplus_1,
    time_to_stability: recorded === "" ? `${metrics.max_day ?? ""}` : recorded,
    metrics_csv: entry.artifactPaths.metrics_csv ?? "",
  };
}

function scalarText(value: Scalar): string {
  return value === null ? "" : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

const PLAIN_DECIMAL = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** The exact text of a decimal; undefined for what is none. */
function decimalText(value: Scalar | undefined): string | undefined {
  if (typeof value === "string") return PLAIN_DECIMAL.test(value) ? value : Decimal.parse(value)?.toString();
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const text = floatText(value);
  return PLAIN_DECIMAL.test(text) ? text : Decimal.fromNumber(value).toString();
}
