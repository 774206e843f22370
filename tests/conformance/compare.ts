/**
 * Compares our results with the recordings as golden/scenarios/README section 4 says: ids renamed by first appearance,
 * numbers by exact value, table cells within a relative error.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import { join } from "@std/path";
import { Decimal } from "../../src/core/decimal.ts";

/** Where the recordings are: `BILANCIO_GOLDEN`, else beside the repository. Undefined when they are not there. */
export function goldenFolder(): string | undefined {
  const folder = Deno.env.get("BILANCIO_GOLDEN") ??
    join(import.meta.dirname ?? ".", "..", "..", "..", "shared", "golden");
  try {
    return Deno.statSync(folder).isDirectory ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a recorded file, unpacked when its name ends in `.gz`. */
export function recordedText(folder: string, ...path: string[]): string {
  const file = join(folder, ...path);
  const bytes = Deno.readFileSync(file);
  return new TextDecoder().decode(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}

/** The text of a recorded file, undefined when there is none. */
export function recordedTextIfAny(folder: string, ...path: string[]): string | undefined {
  try {
    return recordedText(folder, ...path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const CONTRACT_ID = /(?:\b|(?<=TKT_))(?:C|R|D|PAY|P|L|S)_[0-9a-f]{12}\b/g;

/** Renames contract and lot ids by their first appearance. */
export class IdRenaming {
  readonly #names = new Map<string, string>();

  /** Renames the ids of a text of the event log. */
  rename(text: string): string {
    return text.replace(CONTRACT_ID, (id) => {
      const name = this.#names.get(id) ?? `#${this.#names.size + 1}`;
      this.#names.set(id, name);
      return name;
    });
  }

  /** Renames the ids of a text beside the log, such as an error; ids that the log does not know become `#?`. */
  renameBeside(text: string): string {
    return text.replace(CONTRACT_ID, (id) => this.#names.get(id) ?? "#?");
  }
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON with numbers as their text, so that no digit is lost. */
function exactJson(line: string): unknown {
  return JSON.parse(line.replace(STRING_OR_NUMBER, (token) => token.startsWith('"') ? token : `"${token}"`));
}

/** Whether two parsed values are the same, numbers by exact value; keys of maps in any order. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === "string" && typeof b === "string") {
    const left = Decimal.parse(a);
    const right = Decimal.parse(b);
    return left !== undefined && right !== undefined && left.equals(right);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => sameValue(value, b[index]));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return false;
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  return left.size === right.size &&
    [...left].every(([key, value]) => right.has(key) && sameValue(value, right.get(key)));
}

/** The lines of a log with their ids renamed. */
export function renamedLines(text: string, renaming: IdRenaming = new IdRenaming()): string[] {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => renaming.rename(line));
}

/** What differs between two logs of lines with renamed ids; empty when they are the same. The first few are enough. */
export function eventDifferences(ours: readonly string[], recorded: readonly string[]): string[] {
  const differences: string[] = [];
  const length = Math.max(ours.length, recorded.length);
  for (let i = 0; i < length && differences.length < 5; i++) {
    const left = ours[i];
    const right = recorded[i];
    if (left === right) continue;
    if (left !== undefined && right !== undefined && sameValue(exactJson(left), exactJson(right))) continue;
    differences.push(`line ${i + 1}:\n  ours:     ${left ?? "(none)"}\n  recorded: ${right ?? "(none)"}`);
  }
  return differences;
}

/** The records of a CSV text. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "," || char === "\n") {
      record.push(cell);
      cell = "";
      if (char === "\n") {
        records.push(record);
        record = [];
      }
    } else if (char !== "\r") cell += char;
  }
  if (cell !== "" || record.length > 0) records.push([...record, cell]);
  return records;
}

/** Whether two cells say the same: equal texts, or numbers within a relative error. */
export function sameCell(ours: string, recorded: string, tolerance: number): boolean {
  if (ours === recorded) return true;
  if (ours.trim() === "" || recorded.trim() === "") return false;
  const left = Number(ours);
  const right = Number(recorded);
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}

/** What differs between two tables: the columns by name in any order, the rows in order. */
export function csvDifferences(ours: string, recorded: string, tolerance = 1e-12): string[] {
  const [ourHeader = [], ...ourRows] = csvRecords(ours);
  const [header = [], ...rows] = csvRecords(recorded);
  const differences: string[] = [];
  if (ourHeader.toSorted().join() !== header.toSorted().join()) differences.push(`columns: ${ourHeader} and ${header}`);
  if (ourRows.length !== rows.length) differences.push(`${ourRows.length} rows, recorded ${rows.length}`);
  rows.forEach((row, number) => {
    header.forEach((name, column) => {
      const left = ourRows[number]?.[ourHeader.indexOf(name)] ?? "(none)";
      const right = row[column] ?? "(none)";
      if (!sameCell(left, right, tolerance)) differences.push(`row ${number + 1}, ${name}: ${left}, recorded ${right}`);
    });
  });
  return differences.slice(0, 5);
}
