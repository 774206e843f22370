/**
 * Rows on their way to a table of the database, kept as its columns.
 *
 * @module
 */
import { type ColumnValues, joinedValues, sameValue } from "../../core/column_values.ts";
import { columnNames, columnsOf } from "./schema.ts";
import { columnType, type TableRows } from "./simulation_rows.ts";

/** A value of a row. */
export type RowValue = string | number | boolean | null;

/** Rows that wait for one table. */
export class WaitingRows {
  readonly #table: string;
  readonly #names: readonly string[];
  /** Columns that came before the rows that are added one by one, piece by piece. */
  #pieces: (readonly ColumnValues[])[] = [];
  #columns: RowValue[][];

  constructor(table: string) {
    this.#table = table;
    this.#names = columnNames(table);
    this.#columns = this.#names.map(() => []);
  }

  /** Adds a row, its values in the order of the columns; what is left out is null. */
  add(...values: RowValue[]): void {
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]?.push(values[i] ?? null);
  }

  /** Adds a row by the names of the columns. */
  addRecord(record: Readonly<Record<string, unknown>>): void {
    for (const [i, name] of this.#names.entries()) {
      const value = record[name];
      const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      this.#columns[i]?.push(isPlain ? value : null);
    }
  }

  /**
   * Adds rows that are columns already, all of one length. They are not copied.
   *
   * @param same values that all of the rows have
   */
  addColumns(rows: Readonly<Record<string, ColumnValues>>, same: Readonly<Record<string, RowValue>>): void {
    const count = Object.values(rows)[0]?.length ?? 0;
    if (count === 0) return;
    this.#close();
    this.#pieces.push(this.#names.map((name) => rows[name] ?? sameValue(same[name] ?? null, count)));
  }

  /** Hands over what waits. */
  take(): TableRows {
    this.#close();
    const pieces = this.#pieces;
    this.#pieces = [];
    const columns = this.#names.map((_, i) => joinedValues(pieces.map((piece) => piece[i] ?? [])));
    return { ...rowsOf(this.#table, []), columns };
  }

  /** Makes a piece of the rows that were added one by one. */
  #close(): void {
    if (this.#columns[0]?.length === 0) return;
    this.#pieces.push(this.#columns);
    this.#columns = this.#names.map(() => []);
  }
}

/** Rows of a table as columns, typed as the table's columns are. */
export function rowsOf(table: string, rows: readonly RowValue[][]): TableRows {
  const types = Object.entries(columnsOf(table)).filter(([name]) => name !== "").map(([, type]) => columnType(type));
  return { table, types, columns: types.map((_, column) => rows.map((row) => row[column] ?? null)) };
}
