/**
 * JSON texts in rows. A database is a file that others can write to, so what stands there is checked.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type { Row } from "./driver.ts";

/**
 * The value of a column that holds JSON.
 *
 * @param what names the row in the error, such as `the event s:3`
 * @throws {StoreError} when it holds something else.
 */
export function jsonIn(row: Row, column: string, what: string): unknown {
  const text = row[column];
  try {
    return JSON.parse(String(text ?? null));
  } catch (error) {
    throw new StoreError(
      `The column ${column} of ${what} holds no JSON: the row was written by hand, or is damaged`,
      { store: "duckdb", retryable: false },
      { cause: error },
    );
  }
}
