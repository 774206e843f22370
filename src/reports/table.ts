/**
 * Tables that sort: every column head is a button, reachable by keyboard, with `aria-sort` on its cell.
 *
 * End tags that HTML lets one omit (`</td>`, `</tr>`, `</tbody>`) are omitted: it makes pages a fifth smaller and a
 * sweep of thousands of pages faster.
 *
 * @module
 */
import { escaped, isPlain } from "./html.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
}

/** A cell: plain text, or HTML that is already escaped. */
export type Cell = string | { readonly html: string };

/** Options of {@linkcode table}. */
export interface TableOptions {
  readonly id?: string;
  /** What a screen reader says of the table. */
  readonly label?: string;
}

/** Columns that can stand to the right; a table names them by class (`r2` is its second column). */
const RIGHT_COLUMNS = 15;

/** Rules for columns of numbers. */
export const TABLE_STYLE: string = Array.from(
  { length: RIGHT_COLUMNS },
  (_, i) => `.r${i + 1} tr>:nth-child(${i + 1})`,
).join(",") + "{text-align:right;white-space:nowrap}";

/** The parts of a table that its columns decide, made once for a list of columns. */
interface Frame {
  readonly classes: string;
  readonly head: string;
}

const FRAMES = new WeakMap<readonly Column[], Frame>();

function frameOf(columns: readonly Column[]): Frame {
  let frame = FRAMES.get(columns);
  if (frame === undefined) {
    let head = "<thead><tr>";
    for (const { title } of columns) head += `<th scope="col"><button>${escaped(title)}</button></th>`;
    const right = columns.flatMap(({ numeric }, i) => numeric ? [`r${i + 1}`] : []);
    frame = { classes: right.join(" "), head: `${head}</tr></thead>` };
    FRAMES.set(columns, frame);
  }
  return frame;
}

/** The beginning of a table up to its first row, in a box that scrolls sideways on a narrow screen. */
function opening(columns: readonly Column[], options: TableOptions): string {
  const { classes, head } = frameOf(columns);
  const id = options.id === undefined ? "" : ` id="${escaped(options.id)}"`;
  const label = options.label === undefined ? "" : ` aria-label="${escaped(options.label)}"`;
  return `<div class="wide"><table class="${classes}"${id}${label}>${head}<tbody>`;
}

/** A sortable table; each row has a cell for each column. */
export function table(columns: readonly Column[], rows: Iterable<readonly Cell[]>, options: TableOptions = {}): string {
  let text = opening(columns, options);
  for (const row of rows) text += tableRow(row);
  return `${text}</table></div>`;
}

/** A row. Rows of texts without any special character, which is nearly all, are tested and joined as a whole. */
function tableRow(row: readonly Cell[]): string {
  const texts = row.map((cell) => typeof cell === "string" ? cell : null);
  if (!texts.includes(null) && isPlain(texts.join(""))) return `<tr><td>${texts.join("<td>")}`;
  return `<tr><td>${row.map((cell) => typeof cell === "string" ? escaped(cell) : cell.html).join("<td>")}`;
}

/** A sortable table without rows: the page's script fills it. */
export function emptyTable(columns: readonly Column[], options: TableOptions = {}): string {
  return `${opening(columns, options)}</tbody></table></div>`;
}
