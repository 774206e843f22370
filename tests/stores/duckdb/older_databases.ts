/** Parts of databases that older versions made. */
import type { Database } from "../../../src/stores/duckdb/driver.ts";

/** Makes the table of payments that stood in place of the view up to version 1005; it keeps no rows of the present form. */
export async function withTransactionsTable(database: Database): Promise<void> {
  await database.run(`DROP VIEW transactions;
    DROP TABLE payment_rows;
    ALTER TABLE transaction_rows RENAME TO transactions`);
}
