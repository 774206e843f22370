/**
 * Answers of a database as lines in a notebook.
 *
 * @module
 */
import { valueLines } from "./charts/value_lines.ts";
import { escaped } from "./html.ts";
import { type Displayable, htmlView } from "./notebook.ts";
import { figure, legend } from "./page.ts";

/** What stands around the lines. */
export interface LinesViewOptions {
  readonly title: string;
  /** Units and what is left out, below the title. */
  readonly note?: string;
  /** What the lines measure. */
  readonly yName: string;
}

const COLOURS = ["--blue", "--red", "--green", "--amber", "--sky", "--mute"].map((name) => `var(${name})`);

/** So many lines can be told apart. */
const MOST_LINES = 2 * COLOURS.length;

/**
 * Columns as lines: the first column is the horizontal axis, every other one a line with its name. What is no number is
 * left out. `linesOf` and `tableFor` give such columns.
 *
 * @example
 * ```ts
 * import { linesView } from "./notebook_lines.ts";
 *
 * linesView({ tick: [0, 1, 2], NORTH: [1000, 200, null], SOUTH: [0, 800, 700] }, { title: "Balances", yName: "cents" });
 * ```
 */
export function linesView(
  columns: Readonly<Record<string, readonly unknown[]>>,
  { title, note = "", yName }: LinesViewOptions,
): Displayable {
  const [first, ...others] = Object.entries(columns);
  const [xName, axis] = first ?? ["", []];
  const order = axis.map((_, i) => i).filter((i) => Number.isFinite(numberOf(axis[i])))
    .sort((a, b) => (numberOf(axis[a]) ?? 0) - (numberOf(axis[b]) ?? 0));
  if (order.length === 0 || others.length === 0) return htmlView(`<p>${escaped(title)}: no values</p>`, title);
  const lines = others.slice(0, MOST_LINES).map(([name, values], i) => ({
    name,
    values: order.map((place) => numberOf(values[place])),
    colour: COLOURS[i % COLOURS.length] ?? "",
    dashed: i >= COLOURS.length,
  }));
  const left = others.length > MOST_LINES ? `the first ${MOST_LINES} of ${others.length} lines` : "";
  const places = order.map((place) => numberOf(axis[place]) ?? 0);
  const key = legend(lines.map(({ colour, name, dashed }) => [colour, dashed ? `${name} (dashed)` : name]));
  const chart = valueLines(lines, { title, places, xName, yName });
  const small = [note, left].filter((part) => part !== "").join("; ");
  return htmlView(`<div class="slim">${figure(title, small, chart, key)}</div>`, `${title}: ${lines.length} lines`);
}

function numberOf(value: unknown): number | null {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
