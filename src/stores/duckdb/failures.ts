/**
 * What DuckDB says when something goes wrong, in our words: what happened to which file, and what to do.
 *
 * @module
 */
import { Conflict, StoreError } from "../../core/errors.ts";

/** The error for something that DuckDB or the system threw; errors of ours pass through. */
export function databaseFailure(thrown: unknown, path: string): Error {
  if (thrown instanceof Conflict || thrown instanceof StoreError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const failed = (message: string, retryable = false) =>
    new StoreError(message, { store: "duckdb", retryable }, { cause: thrown });
  if (/Conflicting lock|Could not set lock/i.test(text)) {
    const holder = /\(PID (\d+)\)/.exec(text)?.[1];
    const who = holder === undefined ? "another process" : `process ${holder}`;
    return new Conflict(`${path} is in use by ${who}; wait until it ends, stop it, or choose another database`, {
      cause: thrown,
    });
  }
  if (/Duplicate key|PRIMARY KEY or UNIQUE constraint/i.test(text)) {
    return new Conflict(`${path} holds such a row already: ${firstLine(text)}`, { cause: thrown });
  }
  if (/No space left|disk is full|could not write all bytes/i.test(text)) {
    return failed(`Cannot write ${path}: the disk is full; free some space and start again`, true);
  }
  if (/read-only mode|Permission denied|Read-only file system/i.test(text)) {
    return failed(`Cannot write ${path}: it may only be read; change its rights or choose another database`);
  }
  const unopened = /Cannot open file "([^"]+)": (.+)/.exec(firstLine(text));
  if (unopened !== null) {
    const [, file, why] = unopened;
    const remedy = /No such file or directory/.test(why ?? "")
      ? "; its directory does not exist: make it first"
      : `: ${why}`;
    return failed(`Cannot open ${file}${remedy}`);
  }
  if (/not a valid DuckDB database|Serialization Error|not a DuckDB|newer version/i.test(text)) {
    return failed(`${path} is no database of this version of DuckDB: ${firstLine(text)}`);
  }
  if (/Catalog Error/.test(text)) {
    const table = /(?:Table|View) with name (\S+) does not exist/.exec(text)?.[1];
    if (table !== undefined) {
      return failed(`${path} has no table ${table}; bilancio db migrate --db ${path} makes the missing tables`);
    }
  }
  if (/Requires ffi access/i.test(text)) {
    return failed(
      "DuckDB is native code, which the permissions of this task do not allow; use deno task record, or --allow-ffi",
    );
  }
  if (/npm package|Could not find|Cannot find module/i.test(text)) {
    return failed(`DuckDB cannot be loaded: ${firstLine(text)}`);
  }
  return failed(`${path}: ${firstLine(text)}`);
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() ?? text;
}
