/**
 * Rows of simulations that get their number when they are recorded, and rows of several simulations as one.
 *
 * @module
 */
import { joinedValues } from "../../core/column_values.ts";
import { storedPayments } from "./recorded_payments.ts";
import { columnNames } from "./schema.ts";
import type { TableRows } from "./simulation_rows.ts";

/** The rows as they are stored, with a number in their column `simulation_no`, where they have one. */
export function numberedRows(recorded: TableRows, number: number): TableRows {
  const rows = storedPayments(recorded);
  const place = columnNames(rows.table).indexOf("simulation_no");
  if (place < 0) return rows;
  return { ...rows, columns: rows.columns.map((column, i) => i === place ? numbers(column.length, number) : column) };
}

function numbers(length: number, number: number): Int32Array {
  return new Int32Array(length).fill(number);
}

/** The rows table by table, in the order in which tables come first: appending costs by the call. */
export function joinedRows(rows: readonly TableRows[]): TableRows[] {
  const filled = rows.filter(({ columns: [first] }) => first !== undefined && first.length > 0);
  return [...Map.groupBy(filled, ({ table }) => table).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    return [{
      ...first,
      columns: first.columns.map((_, i) => joinedValues(same.map(({ columns }) => columns[i] ?? []))),
    }];
  });
}
