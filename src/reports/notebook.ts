/**
 * Tables, charts and progress for notebooks with the Deno kernel. {@linkcode show} puts them below a cell; outside of a
 * notebook nothing is shown.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { eventKinds } from "./event_kinds.ts";
import { EVENT_COLUMNS, EventSheet, partOfDay } from "./event_rows.ts";
import { EFFECT_STYLE, SCALE_STYLE } from "./charts/effect_tone.ts";
import { escaped, NONE, shown } from "./html.ts";
import type { EventSource } from "./inputs.ts";
import { measuredPairs } from "./paired_cells.ts";
import type { PairRow } from "./paired_input.ts";
import { effectMaps, MAP_STYLE } from "./paired_maps.ts";
import { ringPageInput } from "./ring_pages.ts";
import { balanceSheets, runCharts } from "./run_page.ts";
import { ACCOUNT_STYLE, BASE_STYLE } from "./style.ts";
import { type Column, table, TABLE_STYLE } from "./table.ts";
import { TextPlaces } from "./text_places.ts";

/** The key under which a notebook looks for what a value looks like. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** What a value looks like, by media type. */
export type MediaBundle = Readonly<Record<string, string>>;

/** A value that a notebook shows. */
export interface Displayable {
  [DISPLAY](): MediaBundle;
}

/** Rules of the pages, for what stands inside our own element only. */
const STYLE = `.bilancio{${
  (BASE_STYLE + TABLE_STYLE + ACCOUNT_STYLE + EFFECT_STYLE + SCALE_STYLE + MAP_STYLE)
    .replaceAll(":root{", "&{")
    .replace("body{margin:0;", "&{padding:12px;border-radius:10px;")
    .replaceAll("body{", "&{")
}}`;

/**
 * HTML in the style of the pages, light or dark. What comes from outside has to be escaped before.
 *
 * @param plain What is shown where HTML is not.
 */
export function htmlView(html: string, plain = "(HTML)"): Displayable {
  return {
    [DISPLAY]: () => ({
      "text/html": `<div class="bilancio"><style>${STYLE}</style>${html}</div>`,
      "text/plain": plain,
    }),
  };
}

/** An SVG chart of this library; pointing at a mark tells its value. */
export function svgChart(svg: string): Displayable {
  return htmlView(svg, "(chart)");
}

/** Options of {@linkcode htmlTable}. */
export interface HtmlTableOptions {
  /** Columns to show, in this order; default all, in the order in which rows bring them. */
  readonly columns?: readonly string[];
  /** Rows that are shown, default 50; a line below tells how many there are. */
  readonly limit?: number;
}

/**
 * Rows as a table. Numbers and decimals stand to the right with at most six decimals, null and missing values are
 * dashes, anything else is its text.
 *
 * @example
 * ```ts
 * import { htmlTable } from "./notebook.ts";
 *
 * htmlTable([{ day: 1, phi: 0.75 }, { day: 2, phi: null }]);
 * ```
 */
export function htmlTable(rows: Iterable<object>, options: HtmlTableOptions = {}): Displayable {
  const all = [...rows].map((row) => new Map<string, unknown>(Object.entries(row)));
  const shownRows = all.slice(0, options.limit ?? 50);
  const names = options.columns ?? [...new Set(shownRows.flatMap((row) => [...row.keys()]))];
  const columns = names.map((title): Column => ({
    title,
    numeric: shownRows.every((row) => isQuantity(row.get(title) ?? 0)),
  }));
  return tableView(columns, shownRows.map((row) => names.map((name) => cellText(row.get(name)))), all.length);
}

function isQuantity(value: unknown): boolean {
  return typeof value === "number" || value instanceof Decimal;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (typeof value === "number" || value instanceof Decimal) return shown(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A table without buttons: notebooks run no scripts of ours. */
function tableView(columns: readonly Column[], rows: readonly string[][], all: number): Displayable {
  const text = table(columns, rows).replaceAll(/<\/?button>/g, "");
  const left = all > rows.length ? `<p class="soft">The first ${shown(rows.length)} of ${shown(all)} rows.</p>` : "";
  return htmlView(text + left, `table of ${all} rows`);
}

/** Options of {@linkcode eventTable}. */
export interface EventTableOptions {
  /** Kinds of event that are shown; default all but the markers of phases. */
  readonly kinds?: readonly string[];
  /** Rows that are shown, default 50. */
  readonly limit?: number;
}

/** The events of a run as a table: day, phase, kind, who, to whom, how much. */
export function eventTable(events: EventSource, options: EventTableOptions = {}): Displayable {
  const { kinds, limit = 50 } = options;
  const places = new TextPlaces();
  const [source, sheet] = [eventKinds(events, places), new EventSheet(places)];
  const days: number[] = [];
  let part = "";
  let all = 0;
  for (let i = 0; i < source.length; i++) {
    const kind = source.kindOf(i);
    const marker = partOfDay(kind.name);
    if (marker !== null) part = marker;
    if (kinds === undefined ? marker !== null : !kinds.includes(kind.name)) continue;
    if (all++ >= limit) continue;
    const phase = source.phase(i) === "setup" ? "setup" : part;
    sheet.add(kind, source.rowOf(i), places.place(phase));
    days.push(source.time(i));
  }
  const rows = days.map((day, i) => [String(day), ...sheet.texts(i)]);
  return tableView([{ title: "Day", numeric: true }, ...EVENT_COLUMNS], rows, all);
}

/** The charts of a run: who owes whom, dues by day, money before and after, defaults. */
export function runView(scenario: Scenario, outcome: RingOutcome): Displayable {
  return htmlView(runCharts(ringPageInput(scenario, outcome)), `charts of ${scenario.name}`);
}

/** Balance sheets at setup and at the end of some agents, by id; without ids those of a small economy. */
export function balanceSheetView(
  scenario: Scenario,
  outcome: RingOutcome,
  agents: readonly string[] | null = null,
): Displayable {
  const input = ringPageInput(scenario, outcome, { shownAgents: agents });
  return htmlView(`<div class="acc">${balanceSheets(input)}</div>`, "balance sheets");
}

/** Heat maps of the trading effect over κ and concentration, and small ones over what else varies. */
export function effectMapView(rows: readonly PairRow[]): Displayable {
  const { heading, whole, multiples } = effectMaps(measuredPairs(rows), { hasTable: false });
  return htmlView(
    whole === "" ? "<p>These pairs lie on no grid.</p>" : `${heading}<div class="slim">${whole}</div>${multiples}`,
    `heat map of ${rows.length} pairs`,
  );
}

/** How long a cell waits after its last output, in milliseconds. */
const SETTLING = 20;

/**
 * Shows a value below the cell. A cell may also just end with the value, but the kernel sends such a result beside its
 * message that the cell has ended: when that arrives first, frontends drop the result. This waits until it is out.
 *
 * @example
 * ```ts
 * import { htmlTable, show } from "./notebook.ts";
 *
 * await show(htmlTable([{ day: 1, phi: 0.75 }]));
 * ```
 */
export async function show(value: Displayable | string): Promise<void> {
  const display = displayFunction();
  if (display === null) return;
  await display(typeof value === "string" ? { "text/plain": value } : value[DISPLAY](), { raw: true });
  await settled();
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLING));
}

/** Progress of something that takes long, shown in place. */
export interface ProgressDisplay {
  /** Shows how far it is. Cheap: of many calls at once few are drawn. */
  update(done: number, total: number, note?: string): void;
  /** Shows the last state for good. */
  end(): Promise<void>;
}

/** Milliseconds between two drawings. */
const PAUSE = 100;

/**
 * A bar that moves while a cell runs. Outside of a notebook nothing is shown.
 *
 * @param label What is being done.
 */
export function progressDisplay(label: string): ProgressDisplay {
  const display = displayFunction();
  const id = crypto.randomUUID();
  let state: readonly [done: number, total: number, note: string] = [0, 0, ""];
  let drawnAt = -Infinity;
  let drawings: Promise<void> | null = null;
  const draw = () => {
    if (display === null) return;
    drawnAt = performance.now();
    const options = { raw: true, display_id: id, update: drawings !== null };
    const bundle = progressBundle(label, ...state);
    // One after the other: an update of what is not there yet would be lost.
    drawings = (drawings ?? Promise.resolve()).then(() => display(bundle, options));
  };
  return {
    update(done, total, note = "") {
      state = [done, total, note];
      if (performance.now() - drawnAt >= PAUSE) draw();
    },
    async end() {
      draw();
      if (drawings === null) return;
      await drawings;
      await settled();
    },
  };
}

function progressBundle(label: string, done: number, total: number, note: string): MediaBundle {
  const text = `${label}: ${shown(done)} of ${shown(total)}${note === "" ? "" : `, ${note}`}`;
  return {
    "text/html":
      `<div><progress value="${done}" max="${Math.max(total, 1)}" style="width:min(320px,60%)"></progress> ` +
      `<span>${escaped(text)}</span></div>`,
    "text/plain": text,
  };
}

type DisplayFunction = (bundle: MediaBundle, options: Deno.jupyter.DisplayOptions) => Promise<void>;

/** What draws in this notebook, null outside of one. */
function displayFunction(): DisplayFunction | null {
  try {
    return Deno.jupyter.display;
  } catch {
    // Deno throws when the program is no notebook.
    return null;
  }
}
