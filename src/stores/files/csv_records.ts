/**
 * Reading a registry fast: lines without quotes are records as they stand, and are taken apart only when someone asks.
 * Source: spec 03 1.3 (dialect), spec 09 3.2.4.
 *
 * @module
 */
import { csvRecords } from "../../core/csv_records.ts";

/**
 * The records of a CSV text as lines, without their line ends; a quoted field may hold line ends. Blank lines go.
 *
 * @throws {SyntaxError} when a quote is opened and never closed.
 */
export function recordLines(text: string): string[] {
  const lines = (text.startsWith("\ufeff") ? text.slice(1) : text).split("\n");
  const records: string[] = [];
  let open: string | undefined;
  for (const line of lines) {
    if (open === undefined && !line.includes('"')) {
      const record = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (record !== "") records.push(record);
      continue;
    }
    const joined: string = open === undefined ? line : `${open}\n${line}`;
    open = undefined;
    if (quotesAreClosed(joined)) records.push(joined.endsWith("\r") ? joined.slice(0, -1) : joined);
    else open = joined;
  }
  if (open !== undefined) throw new SyntaxError(`a quote is opened and never closed: ${open.slice(0, 60)}`);
  return records;
}

function quotesAreClosed(text: string): boolean {
  let closed = true;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) closed = !closed;
  return closed;
}

/** The cells of a record. */
export function recordCells(record: string): string[] {
  return record.includes('"') ? csvRecords(record)[0] ?? [] : record.split(",");
}
