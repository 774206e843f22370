/**
 * Reads CSV as `csv_text.ts` writes it, and as other programs do: LF or CR LF, quotes where needed. Small enough to be
 * loaded by a sweep that reads its own tables again. Source: `spec 02 1.8`.
 *
 * @module
 */

/**
 * The records of a CSV text, each a list of cells; empty lines are no records.
 *
 * @throws {SyntaxError} naming the line where a quote is opened and never closed.
 *
 * @example
 * ```ts
 * import { csvRecords } from "./csv_records.ts";
 *
 * csvRecords('day,notes\r\n1,"a, ""b"""\r\n'); // [["day", "notes"], ["1", 'a, "b"']]
 * ```
 */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const first = at;
    // Text inside quotes has odd positions among the parts; an even number of them leaves a quote open, and the record
    // goes on in the next line.
    const parts = (lines[at] ?? "").split('"');
    while (parts.length % 2 === 0) {
      if (++at === lines.length) throw new SyntaxError(`line ${first + 1}: a quote is opened and never closed`);
      const [head = "", ...rest] = (lines[at] ?? "").split('"');
      parts[parts.length - 1] += `\n${head}`;
      parts.push(...rest);
    }
    const last = parts.length - 1;
    if (parts[last]?.endsWith("\r")) parts[last] = parts[last].slice(0, -1);
    if (last > 0) records.push(quotedCells(parts));
    else if (parts[0] !== "") records.push((parts[0] ?? "").split(","));
  }
  return records;
}

/** The cells of a record that was split at its quotes; nothing between two quotes stands for one quote. */
function quotedCells(parts: readonly string[]): string[] {
  const cells: string[] = [];
  let cell = "";
  parts.forEach((part, i) => {
    if (i % 2 === 1) {
      cell += part;
      return;
    }
    if (part === "" && i > 0 && i < parts.length - 1) cell += '"';
    const [head = "", ...rest] = part.split(",");
    cell += head;
    for (const next of rest) {
      cells.push(cell);
      cell = next;
    }
  });
  cells.push(cell);
  return cells;
}
