/**
 * Rows on their way to a table of the database, kept as its columns.
 *
 * @module
 */
import { columnNames, TABLES } from "./schema.ts";
import { columnType, type TableRows } from "./simulation_rows.ts";

/** A value of a row. */
export type RowValue = string | number | boolean | null;

/** Rows that wait for one table. */
export class WaitingRows {
  readonly #table: string;
  readonly #names: readonly string[];
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
   * Adds rows that are columns already, all of one length.
   *
   * @param same values that all of the rows have
   */
  addColumns(rows: Readonly<Record<string, RowValue[]>>, same: Readonly<Record<string, RowValue>>): void {
    const count = Object.values(rows)[0]?.length ?? 0;
    this.#columns = this.#names.map((name, i) => {
      const column = rows[name] ?? new Array<RowValue>(count).fill(same[name] ?? null);
      const before = this.#columns[i] ?? [];
      return before.length === 0 ? column : before.concat(column);
    });
  }

  /** Hands over what waits. */
  take(): TableRows {
    const columns = this.#columns;
    this.#columns = this.#names.map(() => []);
    return { ...rowsOf(this.#table, []), columns };
  }
}

/** Rows of a table as columns, typed as the table's columns are. */
export function rowsOf(table: string, rows: readonly RowValue[][]): TableRows {
  const types = Object.entries(TABLES[table] ?? {}).filter(([name]) => name !== "").map(([, type]) => columnType(type));
  return { table, types, columns: types.map((_, column) => rows.map((row) => row[column] ?? null)) };
}
