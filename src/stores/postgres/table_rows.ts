/**
 * Rows that a recorder made as columns, on their way to tables of Postgres as JSON.
 *
 * @module
 */
import { cellAt, type ColumnValue } from "../../core/column_values.ts";
import { jsonString } from "../../core/number_text.ts";
import { columnNames } from "../duckdb/schema.ts";
import type { TableRows } from "../duckdb/simulation_rows.ts";
import type { PostgresSession } from "./connection.ts";
import { checkedJson } from "./values.ts";

/** Columns whose texts are JSON, and stand in Postgres as `jsonb`. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(["policy_json", "child_tx_ids"]);

/** Rows that are sent at once. */
const ROWS_AT_ONCE = 10_000;

/**
 * Inserts rows of a simulation. Rows that are there already stay as they are: a transaction may be sent again.
 *
 * @throws {ValidationError} for a text that Postgres cannot keep.
 */
export async function insertRows(
  session: PostgresSession,
  simulationId: string,
  { table, columns }: TableRows,
): Promise<void> {
  // A simulation is known by its id here, not by its number.
  const names = columnNames(table).map((name) => name === "simulation_no" ? "simulation_id" : name);
  const keys = names.map((name) => `${jsonString(name)}:`);
  const own = jsonString(simulationId);
  const value = (column: number, row: number): string => {
    const name = names[column] ?? "";
    return name === "simulation_id" ? own : cellJson(name, cellAt(columns[column] ?? [], row));
  };
  const count = columns[0]?.length ?? 0;
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const rows = Array.from(
      { length: Math.min(ROWS_AT_ONCE, count - start) },
      (_, i) => `{${keys.map((key, column) => key + value(column, start + i)).join(",")}}`,
    );
    await session.run(
      `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) ON CONFLICT DO NOTHING`,
      [checkedJson(`[${rows.join(",")}]`)],
    );
  }
}

function cellJson(name: string, value: ColumnValue): string {
  if (typeof value === "string") return JSON_COLUMNS.has(name) ? value : jsonString(value);
  return value === null ? "null" : String(value);
}
