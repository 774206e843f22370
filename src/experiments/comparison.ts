/**
 * The pairs of a paired sweep, put together from the registries of its two arms, and the table `comparison.csv`. A pair
 * counts when both of its runs have ended; nothing is kept in memory from one call to the next. Pure: what lies in files
 * comes through a loader. Source: spec 02 7.3 and 7.4, 03 6 and 7.
 *
 * @module
 */
import { csvText } from "../core/csv_text.ts";
import { Decimal } from "../core/decimal.ts";
import { floatText } from "../core/number_text.ts";
import type { RegistryEntry, RunStatus, Scalar } from "./contracts.ts";
import { DEALER_COLUMNS, type DealerColumn, type DealerKind, isDealerColumn } from "./dealer_columns.ts";
import { type PairedDesign, type PlannedPair, plannedPairs } from "./paired_plan.ts";
import { isRecord, type Plan, type PlanHeader } from "./plan.ts";

/** The values of one `dealer_metrics.json` that the table copies: as in the file, or as a registry keeps them. */
export type DealerValues = Readonly<Partial<Record<DealerColumn, unknown>>>;

/** Reads the `dealer_metrics.json` of a run, null when there is none. */
export type DealerLoader = (entry: RegistryEntry) => unknown | Promise<unknown>;

/** One run of a pair that has ended. */
export interface PairRun {
  readonly runId: string;
  readonly status: RunStatus;
  /** Shares of the dues, null when nothing was due or the run failed. */
  readonly delta: Decimal | null;
  readonly phi: Decimal | null;
  readonly error: string | null;
  /** Reference of its page below the directory of its arm; null when none was kept. */
  readonly page: string | null;
}

/** A pair whose runs have both ended. */
export interface Pair {
  readonly planned: PlannedPair;
  readonly baseline: PairRun;
  readonly trading: PairRun;
  /** Delta without trading minus delta with it: positive where trading lowered defaults. Null when one is missing. */
  readonly effect: Decimal | null;
  /** Effect over the delta without trading, 0 where that is 0. */
  readonly relief: Decimal | null;
  /** What the dealers made of it. */
  readonly dealer: DealerValues;
}

/** The pairs whose runs have both ended, in the order of the plan. */
export async function endedPairs(
  plan: Plan,
  design: PairedDesign,
  entries: Iterable<RegistryEntry>,
  loadDealer: DealerLoader,
): Promise<Pair[]> {
  const byId = new Map<string, RegistryEntry>();
  for (const entry of entries) byId.set(entry.runId, entry);
  const pairs: Pair[] = [];
  for (const planned of plannedPairs(design, plan.runs)) {
    const baseline = byId.get(planned.baseline.runId);
    const trading = byId.get(planned.trading.runId);
    if (!hasEnded(baseline) || !hasEnded(trading)) continue;
    pairs.push(pairOf(planned, baseline, trading, await dealerValues(trading, loadDealer)));
  }
  return pairs;
}

function hasEnded(entry: RegistryEntry | undefined): entry is RegistryEntry {
  return entry !== undefined && (entry.status === "completed" || entry.status === "failed");
}

/** The registry has them unless everything is as in the reference; then the run's file has. */
async function dealerValues(entry: RegistryEntry, load: DealerLoader): Promise<DealerValues> {
  if (entry.status !== "completed") return {};
  if (Object.keys(entry.metrics).some(isDealerColumn)) return entry.metrics;
  const file = await load(entry);
  return isRecord(file) ? file : {};
}

function pairOf(
  planned: PlannedPair,
  baselineEntry: RegistryEntry,
  tradingEntry: RegistryEntry,
  dealer: DealerValues,
): Pair {
  const baseline = pairRun(baselineEntry);
  const trading = pairRun(tradingEntry);
  const effect = baseline.delta === null || trading.delta === null ? null : baseline.delta.minus(trading.delta);
  const relief = effect === null || baseline.delta === null
    ? null
    : baseline.delta.isZero
    ? Decimal.ZERO
    : effect.dividedBy(baseline.delta);
  return { planned, baseline, trading, effect, relief, dealer };
}

function pairRun(entry: RegistryEntry): PairRun {
  const completed = entry.status === "completed";
  return {
    runId: entry.runId,
    status: entry.status,
    delta: completed ? decimalOf(entry.metrics["delta_total"]) : null,
    phi: completed ? decimalOf(entry.metrics["phi_total"]) : null,
    error: entry.error,
    page: entry.artifactPaths["run_html"] ?? null,
  };
}

function decimalOf(value: Scalar | undefined): Decimal | null {
  return value === undefined || value === null ? null : Decimal.parse(String(value)) ?? null;
}

/** How the table is made. */
export interface ComparisonOptions {
  /** A run counts as completed when its delta is known, as the reference has it; otherwise it has its own status. */
  readonly reference?: boolean;
}

/** The status of a run in the table. */
export function shownStatus(run: PairRun, options: ComparisonOptions): RunStatus {
  if (options.reference !== true) return run.status;
  return run.delta === null ? "failed" : "completed";
}

/** The columns that every design has in front. */
const POINT_COLUMNS = ["kappa", "concentration", "mu", "monotonicity", "seed"];

/** The columns of a comparison of control and treatment (spec 03 6). */
export const COMPARISON_COLUMNS: readonly string[] = [
  ...POINT_COLUMNS,
  ...["delta_control", "delta_treatment", "delta_reduction", "relief_ratio", "phi_control", "phi_treatment"],
  ...["control_run_id", "control_status", "treatment_run_id", "treatment_status"],
  ...Object.keys(DEALER_COLUMNS),
];

/** The columns of a comparison of passive and active holders (spec 03 7). */
export const BALANCED_COLUMNS: readonly string[] = [
  ...POINT_COLUMNS,
  ...["face_value", "outside_mid_ratio", "big_entity_share"],
  ...["delta_passive", "delta_active", "trading_effect", "trading_relief_ratio", "phi_passive", "phi_active"],
  ...["passive_run_id", "passive_status", "active_run_id", "active_status"],
  ...["dealer_total_pnl", "dealer_total_return", "total_trades"],
];

/** The columns of the table of a design. */
export function comparisonColumns(design: PairedDesign): readonly string[] {
  return design.kind === "balanced" ? BALANCED_COLUMNS : COMPARISON_COLUMNS;
}

/** A row of `comparison.csv` by column. */
export type ComparisonRow = Readonly<Record<string, string>>;

/** The cells of a pair. */
export function comparisonRow(
  pair: Pair,
  design: PairedDesign,
  { settings }: PlanHeader,
  options: ComparisonOptions = {},
): ComparisonRow {
  const { baseline, trading } = design;
  const point = pair.planned.baseline.parameters;
  const text = (value: Scalar | Decimal | undefined) => value === undefined || value === null ? "" : String(value);
  const setting = (name: string) => {
    const value = settings[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return {
    kappa: text(point["kappa"]),
    concentration: text(point["concentration"]),
    mu: text(point["mu"]),
    monotonicity: text(point["monotonicity"]),
    seed: text(point["seed"]),
    face_value: setting("face-value"),
    outside_mid_ratio: text(point["outside_mid_ratio"]),
    big_entity_share: setting("big-entity-share"),
    [`delta_${baseline.name}`]: text(pair.baseline.delta),
    [`delta_${trading.name}`]: text(pair.trading.delta),
    [design.kind === "balanced" ? "trading_effect" : "delta_reduction"]: text(pair.effect),
    [design.kind === "balanced" ? "trading_relief_ratio" : "relief_ratio"]: text(pair.relief),
    [`phi_${baseline.name}`]: text(pair.baseline.phi),
    [`phi_${trading.name}`]: text(pair.trading.phi),
    [`${baseline.name}_run_id`]: pair.baseline.runId,
    [`${baseline.name}_status`]: shownStatus(pair.baseline, options),
    [`${trading.name}_run_id`]: pair.trading.runId,
    [`${trading.name}_status`]: shownStatus(pair.trading, options),
    ...dealerCells(pair.dealer),
  };
}

/** `comparison.csv` as text. */
export function comparisonCsv(rows: readonly ComparisonRow[], design: PairedDesign): string {
  const columns = comparisonColumns(design);
  return csvText(columns, rows.map((row) => columns.map((column) => row[column] ?? "")));
}

function dealerCells(dealer: DealerValues): Record<string, string> {
  const cells: Record<string, string> = {};
  for (const name of Object.keys(DEALER_COLUMNS)) {
    if (isDealerColumn(name)) cells[name] = dealerCell(dealer[name], DEALER_COLUMNS[name]);
  }
  return cells;
}

/** Doubles as Python writes them, flags as `True` and `False`, maps as one line of JSON; nothing for what is missing. */
function dealerCell(value: unknown, kind: DealerKind): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (kind === "map") return mapCell(value);
  const number = typeof value === "number" ? value : Number(value);
  return kind === "float" && Number.isFinite(number) ? floatText(number) : String(value);
}

function mapCell(value: unknown): string {
  // A registry keeps a map as its text.
  const map: unknown = typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value;
  if (!isRecord(map)) return "";
  const parts = Object.entries(map).map(([bucket, price]) =>
    `${JSON.stringify(bucket)}: ${typeof price === "number" ? floatText(price) : JSON.stringify(price)}`
  );
  return `{${parts.join(", ")}}`;
}
