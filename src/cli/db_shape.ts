/**
 * What the commands of `bilancio db` share: their flags, and how they show rows.
 *
 * @module
 */
import type { Cell, Row } from "../stores/duckdb/driver.ts";
import { DEFAULT_DATABASE } from "./database.ts";
import { onOff, path } from "./flags.ts";
import { table, type Terminal } from "./terminal.ts";

/** The database of a command that reads. */
export const SOURCE_FLAG = {
  "db": path("DB", "the database, or a directory with parts", { fallback: DEFAULT_DATABASE }),
};
/** The database of a command that needs one file. */
export const FILE_FLAG = { "db": path("DB", "the database", { fallback: DEFAULT_DATABASE }) };
/** For programs. */
export const JSON_FLAG = { "json": onOff("one JSON object per line") };

/** The simulation that a command is about. */
export const ID = [{ name: "ID", summary: "simulation id" }];

/** What examples add to their commands. */
export const EXAMPLE_DB = "--db out/runs.duckdb";

/** Shows rows to people, or to programs. */
export function showRows(rows: readonly Row[], json: boolean | undefined, terminal: Terminal): void {
  if (json === true) {
    terminal.out(rows.map((row) => `${plainJson(row)}\n`).join(""));
    return;
  }
  const head = Object.keys(rows[0] ?? {});
  if (head.length === 0) terminal.out("nothing\n");
  else terminal.out(table(head, rows.map((row) => head.map((name) => cellText(row[name] ?? null)))));
}

/** The JSON of a value; numbers past 2^53 stand there as texts, so that no reader rounds them. */
export function plainJson(value: unknown, indent?: number): string {
  const plain = (_key: string, member: unknown) => typeof member === "bigint" ? String(member) : member;
  return JSON.stringify(value, plain, indent);
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}
