/**
 * Pairs of a sweep as rows of `comparison_results`, and back (spec 09 3.3).
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import { canonicalScalar } from "../../experiments/canonical.ts";
import type { Scalar, Values } from "../../experiments/contracts.ts";
import type { BulkRow, BulkTable } from "./bulk.ts";
import { type Row, valuesIn } from "./values.ts";

const NUMBERS = [
  "kappa",
  "concentration",
  "mu",
  "monotonicity",
  "face_value",
  "outside_mid_ratio",
  "delta_passive",
  "phi_passive",
  "delta_active",
  "phi_active",
  "trading_effect",
  "trading_relief_ratio",
  "dealer_total_pnl",
  "dealer_total_return",
];
const COUNTS = ["seed", "total_trades"];
const TEXTS = ["passive_run_id", "passive_status", "active_run_id", "active_status"];

/** The columns of a comparison in the database; what else a row has stands in its `extra`. */
export const COMPARISON_COLUMNS: readonly string[] = [...NUMBERS, ...COUNTS, ...TEXTS];

/** The columns by which a pair is recognised. */
const POINT = ["kappa", "concentration", "mu", "monotonicity", "outside_mid_ratio", "seed"];

function typesOf(names: readonly string[], type: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, type]));
}

/** How comparisons are written. */
export const COMPARISONS: BulkTable = {
  table: "comparison_results",
  columns: {
    sweep_id: "uuid",
    ...typesOf(NUMBERS, "numeric"),
    ...typesOf(COUNTS, "integer"),
    ...typesOf(TEXTS, "text"),
    extra: "jsonb",
  },
  key: ["sweep_id", ...POINT.map((name) => `coalesce(${name}, ${name === "seed" ? "-1" : "'NaN'"})`)],
  kept: ["sweep_id", ...POINT],
};

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The row of a pair. An empty text counts as nothing.
 *
 * @param line its place in the list, for messages
 * @throws {ValidationError} for a column of numbers that holds something else.
 */
export function rowOfComparison(values: Values, sweepId: string, line: number): BulkRow {
  const row: Record<string, unknown> = { sweep_id: sweepId, extra: {} };
  for (const name of [...NUMBERS, ...COUNTS]) row[name] = numberText(values[name] ?? null, name, line);
  for (const name of TEXTS) row[name] = isNothing(values[name] ?? null) ? null : String(values[name]);
  row["extra"] = Object.fromEntries(Object.entries(values).filter(([name]) => !COMPARISON_COLUMNS.includes(name)));
  return row;
}

function isNothing(value: Scalar): boolean {
  return value === null || value === "";
}

function numberText(value: Scalar, name: string, line: number): string | null {
  if (isNothing(value)) return null;
  const text = String(value).trim();
  if (DECIMAL.test(text)) return text;
  throw new ValidationError("The comparisons of a sweep cannot be saved", [
    { path: [line, name], message: "must be a number", value: JSON.stringify(text.slice(0, 40)) },
  ]);
}

/** The point of a pair as one text that no other has. */
export function comparisonIdentity(row: BulkRow): string {
  return POINT.map((name) => {
    const value = row[name];
    return typeof value === "string" ? canonicalScalar(value) : "";
  }).join(",");
}

/** The pair of a row: all columns, then what else it had. */
export function comparisonOfRow(row: Row): Values {
  const known = COMPARISON_COLUMNS.map((name): [string, Scalar] => {
    const value = row[name];
    return [name, typeof value === "string" || typeof value === "number" ? value : null];
  });
  return { ...Object.fromEntries(known), ...valuesIn(row, "extra") };
}
