/**
 * CSV as the files of the laboratory use it: comma, quotes only where needed, CR LF after every line.
 * Source: `spec 02 1.8`.
 *
 * @module
 */

const NEEDS_QUOTES = /[",\r\n]/;

/** One line without its end; a cell is quoted only when it contains a comma, a quote, CR or LF. */
export function csvRow(cells: readonly string[]): string {
  let row = "";
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] ?? "";
    if (i > 0) row += ",";
    row += NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return row;
}

/** A whole table; every line, the last one too, ends with CR LF. */
export function csvText(header: readonly string[], rows: Iterable<readonly string[]>): string {
  let text = csvRow(header) + "\r\n";
  for (const row of rows) text += csvRow(row) + "\r\n";
  return text;
}
