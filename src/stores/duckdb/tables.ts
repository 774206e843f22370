/**
 * Recorded data for notebooks and other programs: tables of columns that are ready to plot, and Parquet files.
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import type { Cell, Database } from "./driver.ts";
import { TABLES } from "./schema.ts";

/** A table as columns by name. */
export type ColumnTable = Readonly<Record<string, readonly Cell[]>>;

/**
 * Answers a question in SQL with columns, or with rows as charting libraries take them.
 *
 * @example
 * ```ts ignore
 * await using database = await Database.open("out/runs.duckdb", { readOnly: true });
 * const costs = await rowsFor(database, "SELECT day, agent_id, total_cost FROM daily_agent_metrics");
 * ```
 */
export async function tableFor(database: Database, sql: string, values: readonly Cell[] = []): Promise<ColumnTable> {
  return await database.columns(sql, values);
}

/** As {@linkcode tableFor}, one object for each row. */
export async function rowsFor(
  database: Database,
  sql: string,
  values: readonly Cell[] = [],
): Promise<Readonly<Record<string, Cell>>[]> {
  return await database.rows(sql, values);
}

/** What can be written as Parquet. */
export const EXPORTED_TABLES: readonly string[] = Object.freeze([
  "simulation_events",
  ...Object.keys(TABLES).filter((table) => !/^(?:event_|schema_)/.test(table)),
]);

/**
 * Writes a table, or one simulation's rows of it, to a Parquet file and returns the number of rows.
 *
 * @throws {NotFound} for a table that does not exist; {@linkcode StoreError} when the file cannot be written.
 */
export async function exportParquet(
  database: Database,
  table: string,
  path: string,
  simulationId?: string,
): Promise<number> {
  if (!EXPORTED_TABLES.includes(table)) {
    throw new NotFound(`There is no table ${table}; there are ${EXPORTED_TABLES.join(", ")}`);
  }
  const condition = simulationId === undefined ? "" : ` WHERE simulation_id = '${quoted(simulationId)}'`;
  const order = table === "simulation_events" ? " ORDER BY simulation_id, tick, event_timestamp" : "";
  const [row] = await database.rows(
    `COPY (SELECT * FROM ${table}${condition}${order}) TO '${quoted(path)}' (FORMAT PARQUET, COMPRESSION ZSTD)`,
  );
  return Number(row?.["Count"] ?? 0);
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}
