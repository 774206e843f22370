/**
 * Recorded data for notebooks and other programs: columns that are ready to plot, and Parquet files.
 *
 * @module
 */
import { NotFound, ValidationError } from "../../core/errors.ts";
import type { Cell, Database, Row } from "./driver.ts";
import { columnNames, PAYMENT_TABLES, TABLES, VIEWS } from "./schema.ts";
import type { Source } from "./source.ts";

/** A table as columns by name, all of one length. Whole numbers past 2^53 are bigints, times are dates. */
export type ColumnTable = Readonly<Record<string, readonly Cell[]>>;

/**
 * Answers a question in SQL with columns. Values stand for the question marks in it.
 *
 * @example What a run settled
 * ```ts
 * import { Database } from "./driver.ts";
 * import { tableFor } from "./tables.ts";
 *
 * await using database = await Database.open(":memory:");
 * const table = await tableFor(database, "SELECT unnest([1, 2]) AS tick, unnest([40, 90]) AS settled");
 * table["settled"]; // [40, 90]
 * ```
 *
 * @throws {StoreError} with what the database says of a question that it cannot answer.
 */
export async function tableFor(source: Source, sql: string, values: readonly Cell[] = []): Promise<ColumnTable> {
  return await source.columns(sql, values);
}

/** As {@linkcode tableFor}, one object for each row, as charting libraries and `htmlTable` take them. */
export async function rowsFor(source: Source, sql: string, values: readonly Cell[] = []): Promise<Row[]> {
  return await source.rows(sql, values);
}

/**
 * One column for each group, aligned over the values of an axis: lines that can be drawn at once. Where a group has no
 * row, its column has null.
 *
 * @param axis the column that becomes the first one, such as `tick`
 * @param group the column whose values become columns, such as `agent_id`
 * @param value the column that is drawn, such as `balance`
 *
 * @example
 * ```ts
 * import { linesOf } from "./tables.ts";
 *
 * const rows = [{ tick: 0, bank: "A", balance: 5 }, { tick: 1, bank: "A", balance: 3 }, { tick: 1, bank: "B", balance: 2 }];
 * linesOf(rows, "tick", "bank", "balance"); // { tick: [0, 1], A: [5, 3], B: [null, 2] }
 * ```
 */
export function linesOf(rows: readonly Row[], axis: string, group: string, value: string): ColumnTable {
  const places = new Map<Cell, number>();
  const axisOf = (row: Row) => row[axis] ?? null;
  for (const row of rows) if (!places.has(axisOf(row))) places.set(axisOf(row), places.size);
  const lines: Record<string, Cell[]> = { [axis]: [...places.keys()] };
  for (const row of rows) {
    const line = lines[String(row[group] ?? null)] ??= Array<Cell>(places.size).fill(null);
    line[places.get(axisOf(row)) ?? 0] = row[value] ?? null;
  }
  return lines;
}

/** What can be written as Parquet: what names simulations, experiments or runs; numbers of rows mean nothing outside. */
export const EXPORTED_TABLES: readonly string[] = Object.freeze([
  ...VIEWS,
  ...Object.keys(TABLES).filter((table) => isExported(table)),
]);

function isExported(table: string): boolean {
  if (PAYMENT_TABLES.includes(table)) return false;
  const columns = columnNames(table);
  return ["simulation_id", "run_id"].some((name) => columns.includes(name));
}

/**
 * Writes a table, or one simulation's rows of it, to a Parquet file and returns the number of rows.
 *
 * @throws {NotFound} for a table that does not exist; {@linkcode ValidationError} for a simulation of a table that has
 * none; {@linkcode StoreError} when the file cannot be written.
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
  if (simulationId !== undefined && !VIEWS.includes(table) && !columnNames(table).includes("simulation_id")) {
    throw new ValidationError(`The rows of ${table} belong to no simulation; write the whole table`, []);
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
