/**
 * Many rows in one statement: inserted, or changed where they differ, or left alone. The rows travel as one JSON text,
 * so the statement is the same for any number of them and no value is ever part of its text.
 *
 * @module
 */
import type { PostgresSession } from "./connection.ts";
import { countIn, jsonText } from "./values.ts";

/** How rows are written to a table. */
export interface BulkTable {
  readonly table: string;
  /** Types by column, as Postgres writes them. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns or expressions of the unique index by which a row is recognised. */
  readonly key: readonly string[];
  /** Columns that keep what they had when the row was inserted. */
  readonly kept: readonly string[];
  /** Columns in which a null leaves what is there. */
  readonly filled?: readonly string[];
}

/** A row as plain values by column; what is missing is null. */
export type BulkRow = Readonly<Record<string, unknown>>;

/** What a write did. Rows that were there already with the same values count as neither. */
export interface Written {
  readonly inserted: number;
  readonly changed: number;
}

/** Rows of one statement, which is carried out as a whole or not at all. */
export const ROWS = 5000;

/** The statement that writes rows. */
function upsertStatement({ table, columns, key, kept, filled = [] }: BulkTable): string {
  const names = Object.keys(columns);
  const changing = names.filter((name) => !kept.includes(name));
  const next = (name: string) =>
    filled.includes(name) ? `coalesce(excluded.${name}, present.${name})` : `excluded.${name}`;
  const action = changing.length === 0
    ? "DO NOTHING"
    : `DO UPDATE SET ${changing.map((name) => `${name} = ${next(name)}`).join(", ")}
       WHERE (${changing.map((name) => `present.${name}`).join(", ")})
         IS DISTINCT FROM (${changing.map(next).join(", ")})`;
  return `WITH written AS (
    INSERT INTO ${table} AS present (${names.join(", ")})
    SELECT ${names.join(", ")} FROM jsonb_to_recordset($1::jsonb)
      AS given (${names.map((name) => `${name} ${columns[name] ?? "text"}`).join(", ")})
    ON CONFLICT (${key.join(", ")}) ${action}
    RETURNING present.xmax = 0 AS fresh)
  SELECT count(*) FILTER (WHERE fresh) AS inserted, count(*) FILTER (WHERE NOT fresh) AS changed FROM written`;
}

/**
 * Writes rows in their order. Of rows with the same identity the last one counts, at the place of the first.
 *
 * @throws As `failures.ts` says.
 */
export async function upsertRows(
  session: Pick<PostgresSession, "rows">,
  bulk: BulkTable,
  rows: readonly BulkRow[],
  identity: (row: BulkRow) => string,
): Promise<Written> {
  const single = [...new Map(rows.map((row) => [identity(row), row])).values()];
  const statement = upsertStatement(bulk);
  let [inserted, changed] = [0, 0];
  for (let start = 0; start < single.length; start += ROWS) {
    const [counts = {}] = await session.rows(statement, [jsonText(single.slice(start, start + ROWS))]);
    inserted += countIn(counts, "inserted");
    changed += countIn(counts, "changed");
  }
  return { inserted, changed };
}
