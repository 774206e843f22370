/**
 * Reads tables that were written before: day metrics and balances. Every row is a record of texts by column.
 *
 * @module
 */
import { csvRecords } from "../../core/csv_records.ts";
import { Decimal } from "../../core/decimal.ts";
import { ValidationError } from "../../core/errors.ts";

/** A row of a table by column; cells that the row lacks are missing. */
export type TableRow = Readonly<Record<string, string>>;

/**
 * Reads a table with a header (`metrics.csv`, `balances.csv`); nothing is converted, rows keep their order.
 *
 * @throws {ValidationError} when quotes are not closed.
 */
export function readTable(text: string, subject: string = "table"): TableRow[] {
  const [header = [], ...records] = recordsOf(text, subject);
  return records.map((record) => {
    const row: Record<string, string> = {};
    for (let i = 0; i < Math.min(header.length, record.length); i++) row[header[i] ?? ""] = record[i] ?? "";
    return row;
  });
}

function recordsOf(text: string, subject: string): string[][] {
  try {
    return csvRecords(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ValidationError(subject, [{ path: [], message: error.message }]);
  }
}

const MONEY_COLUMNS = ["assets_cash", "assets_bank_deposit", "assets_reserve_deposit"];

/**
 * The money of all agents in a table of balances: cash, bank deposits and reserves; the rows of the whole system are
 * left out. A cell that is no number counts as 0. Source: `spec 02 3.4`.
 */
export function moneyFromBalances(rows: Iterable<TableRow>): Decimal {
  let money = Decimal.ZERO;
  for (const row of rows) {
    if ((row.item_type ?? "") !== "" || (row.agent_id ?? "").toUpperCase() === "SYSTEM") continue;
    for (const column of MONEY_COLUMNS) money = money.plus(Decimal.parse(row[column] ?? "") ?? Decimal.ZERO);
  }
  return money;
}
