/**
 * The page of a whole sweep: how defaults depend on liquidity, concentration and timing, and every run (spec 02 8.2).
 *
 * @module
 */
import { bandLine, type BandPoint } from "./charts/band_line.ts";
import { type HeatCell, heatMap, type HeatPanel, heatScale } from "./charts/heat_map.ts";
import { histogram } from "./charts/histogram.ts";
import { scatter } from "./charts/scatter.ts";
import { escaped, grouped, NONE, shortened, shown } from "./html.ts";
import type { DashboardPageInput, FailedRun, SweepRow } from "./inputs.ts";
import { packedElement, type PackedTable, TablePacker } from "./packed_tables.ts";
import { anchor, cards, figure, glossary, leadsHere, pageText } from "./page.ts";
import { FILTER_SCRIPT, PACKED_SCRIPT, scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { CONTROL_STYLE } from "./style.ts";
import { type Cell, type Column, emptyTable, table } from "./table.ts";

/** Distinct values up to which a parameter counts as a grid axis. */
const GRID_VALUES = 16;
/** Points in a scatter chart, heat map panels, and rows that a page lists, at most. */
const POINTS = 3000;
const PANELS = 12;
const LISTED_RUNS = 5000;
/** Rows that a table writes out; more are packed into the page. */
const SPELLED_RUNS = 1000;

/** A sweep's dashboard; one of 5,000 runs has less than 1 MB. */
export async function dashboardPage(input: DashboardPageInput): Promise<string> {
  const failed = input.failed ?? [];
  const packed: Record<string, PackedTable> = {};
  const tables = failures(failed, packed) + runs(input.rows, packed);
  const isPacked = Object.keys(packed).length > 0;
  return pageText({
    title: input.title ?? "Kalecki Ring Sweep Dashboard",
    over: "Ring Sweep Dashboard",
    description: input.subtitle ?? null,
    summary: sweepCards(input.rows, failed) + settings(input.settings ?? []),
    links: input.links ?? [],
    body: charts(input.rows) + tables + GLOSSARY,
    style: CONTROL_STYLE,
    script: isPacked
      ? await packedElement(packed) + scriptElement(SORT_SCRIPT, PACKED_SCRIPT, FILTER_SCRIPT)
      : scriptElement(SORT_SCRIPT, FILTER_SCRIPT),
  });
}

/** A cell of results.csv as a number, null when it is blank or no number. */
function number(cell: string): number | null {
  if (cell.trim() === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

function numbers(rows: readonly SweepRow[], column: (row: SweepRow) => string): number[] {
  return rows.flatMap((row) => {
    const value = number(column(row));
    return value === null ? [] : [value];
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sweepCards(rows: readonly SweepRow[], failed: readonly FailedRun[]): string {
  const gaps = numbers(rows, (row) => row.maxG);
  const deltas = numbers(rows, (row) => row.deltaTotal);
  const sound = deltas.filter((delta) => delta === 0).length;
  return cards([
    ["Total runs", shown(rows.length)],
    ["Average φ_total", shown(mean(numbers(rows, (row) => row.phiTotal)))],
    ["Average δ_total", shown(mean(deltas))],
    ["Max liquidity gap", shown(gaps.length === 0 ? null : gaps.reduce((a, b) => Math.max(a, b)))],
    ["Runs without a miss", deltas.length === 0 ? NONE : shown(sound)],
    ["Failed runs", shown(failed.length)],
  ]);
}

function settings(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return "";
  let text = "<details><summary>Settings of the sweep</summary><dl>";
  for (const [name, value] of entries) text += `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`;
  return `${text}</dl></details>`;
}

/** The distinct values of a parameter by number: `0.50` and `0.5` are one. */
function axis(rows: readonly SweepRow[], column: (row: SweepRow) => string): number[] {
  return [...new Set(numbers(rows, column))].sort((a, b) => a - b);
}

function charts(rows: readonly SweepRow[]): string {
  const measured = rows.filter((row) => number(row.deltaTotal) !== null);
  if (measured.length === 0) return "<p>No run has a result yet, so there is nothing to draw.</p>";
  const kappas = axis(measured, (row) => row.kappa);
  // Points of a Latin hypercube or a frontier search lie on no grid: maps and lines show the grid alone.
  const inGrid = measured.filter((row) => row.phase === "grid");
  const grid = inGrid.length > 0 ? inGrid : kappas.length <= GRID_VALUES ? measured : [];
  let text = heatMaps(grid) + '<h2>Distribution</h2><div class="grid">';
  if (axis(grid, (row) => row.kappa).length > 1) {
    text += figure(
      "δ by κ",
      "Mean over all runs of a κ, band from the smallest to the largest",
      bandLine(bandPoints(grid), "Mean δ by κ", "κ (liquidity / dues)", "δ (share not settled on time)"),
    );
  }
  const others = grid === measured ? [] : measured.filter((row) => grid.length === 0 || row.phase !== "grid");
  if (others.length > 0) text += points(others);
  const phis = numbers(measured, (row) => row.phiTotal);
  text += figure(
    "Settled on time",
    `φ of ${shown(phis.length)} runs`,
    histogram(phis, "Distribution of φ", "φ (share settled on time)"),
  );
  return `${text}</div>`;
}

function points(rows: readonly SweepRow[]): string {
  const places = rows.flatMap((row) => {
    const [x, y] = [number(row.kappa), number(row.deltaTotal)];
    const [kappa, c, mu] = [row.kappa, row.concentration, row.mu].map(shownParameter);
    const label = `${row.runId}: κ ${kappa}, c ${c}, μ ${mu}`;
    return x === null || y === null ? [] : [{ x, y, label }];
  });
  const note = places.length > POINTS
    ? `${shown(POINTS)} of ${shown(places.length)} runs, evenly chosen`
    : "One point for each run";
  const stride = Math.max(1, places.length / POINTS);
  const drawn = places.length <= POINTS
    ? places
    : Array.from({ length: POINTS }, (_, i) => places.slice(Math.floor(i * stride), Math.floor(i * stride) + 1)).flat();
  return figure(
    "Sampled runs",
    note,
    scatter(drawn, "δ over κ of sampled runs", "κ (liquidity / dues)", "δ (share not settled on time)"),
  );
}

function bandPoints(rows: readonly SweepRow[]): BandPoint[] {
  return [...Map.groupBy(rows, (row) => number(row.kappa))].flatMap(([kappa, group]) => {
    const values = numbers(group, (row) => row.deltaTotal);
    if (kappa === null || values.length === 0) return [];
    const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return [{ kappa, label: shortened(kappa, 4), mean: mean(values) ?? 0, min, max, count: values.length }];
  }).sort((a, b) => a.kappa - b.kappa);
}

function heatMaps(rows: readonly SweepRow[]): string {
  const kappas = axis(rows, (row) => row.kappa);
  const concentrations = axis(rows, (row) => row.concentration);
  const mus = axis(rows, (row) => row.mu);
  if (kappas.length > GRID_VALUES || concentrations.length > GRID_VALUES) return "";
  // With one concentration a strip over κ and μ says more than many maps of one row.
  const strip = concentrations.length === 1 && mus.length <= GRID_VALUES;
  if (kappas.length * concentrations.length * mus.length < 2) return "";
  const panels = strip ? [panel(rows, "", kappas, mus, (row) => row.mu, "μ")] : mus.slice(0, PANELS).map((mu) => {
    const title = mus.length === 1 ? "" : `μ = ${shortened(mu, 4)}`;
    return panel(
      rows.filter((row) => number(row.mu) === mu),
      title,
      kappas,
      concentrations,
      (row) => row.concentration,
      "c",
    );
  });
  let text =
    "<h2>Where payments fail</h2><p>Mean δ, the share of dues not settled on time. κ: liquidity for each unit of " +
    `dues; c: evenness of the payables; μ: spread of the due days.</p>${heatScale("δ")}` +
    '<div class="grid" style="grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr))">';
  for (const one of panels) text += figure(one.title === "" ? "δ" : one.title, "", heatMap(one));
  const left = strip ? 0 : mus.length - panels.length;
  return `${text}</div>${left > 0 ? `<p class="soft">${left} more values of μ are in the table.</p>` : ""}`;
}

function panel(
  rows: readonly SweepRow[],
  title: string,
  kappas: readonly number[],
  others: readonly number[],
  other: (row: SweepRow) => string,
  rowName: string,
): HeatPanel {
  const places = Map.groupBy(rows, (row) => `${number(row.kappa)} ${number(other(row))}`);
  const cells = others.map((value): HeatCell[] =>
    kappas.map((kappa) => {
      const deltas = numbers(places.get(`${kappa} ${value}`) ?? [], (row) => row.deltaTotal);
      return { mean: mean(deltas), count: deltas.length };
    })
  );
  return {
    title,
    columns: kappas.map((value) => shortened(value, 4)),
    rows: others.map((value) => shortened(value, 4)),
    cells,
    columnName: "κ",
    rowName,
    valueName: "Mean δ",
  };
}

/** A parameter or a metric with at most six decimals: `0.50` and `0.5` read the same. */
function shownParameter(text: string): string {
  const value = number(text);
  return value === null ? text || NONE : grouped(shortened(value, 6));
}

/** The cell of a parameter or a metric; one that is shortened tells its whole text when pointed at. */
function parameter(text: string): TableCell {
  const short = shownParameter(text);
  return text.length <= short.length + 4 ? short : { text: short, title: text };
}

/** A cell that can be written out or packed: a text, where it leads, what it tells when pointed at, how it looks. */
type TableCell = string | {
  readonly text: string;
  readonly href?: string | null;
  readonly title?: string;
  readonly tone?: "bad";
};

function runCell({ runId, href }: { readonly runId: string; readonly href: string | null }): TableCell {
  return href === null ? runId : { text: runId, href };
}

/** The cell as HTML. */
function spelled(cell: TableCell): Cell {
  if (typeof cell === "string") return cell;
  const { text, href = null, title, tone } = cell;
  if (href !== null) return { html: anchor(href, text) };
  const told = title === undefined ? "" : ` title="${escaped(title)}"`;
  return { html: `<span${tone === undefined ? "" : ` class="${tone}"`}${told}>${escaped(text)}</span>` };
}

/** A table in its box: written out, or put into `packed` when it is long. */
function tableBox(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly TableCell[])[],
  label: string,
  file: string,
  packed: Record<string, PackedTable>,
): string {
  const options = { id: `${name}-table`, label };
  if (rows.length <= SPELLED_RUNS) {
    return `<div class="box">${table(columns, rows.map((row) => row.map(spelled)), options)}</div>`;
  }
  const packer = new TablePacker(columns.length + 1);
  for (const row of rows) packer.add([...row.map((cell) => typeof cell === "string" ? cell : cell.text), address(row)]);
  packed[name] = packer.packed();
  return `<div class="box" data-packed="${name}" data-from="0" data-count="${rows.length}" data-file="${file}">` +
    `<noscript><p>The rows are packed into this page and need a script. They also stand in ${file}.</p></noscript>` +
    `${emptyTable(columns, options)}<div class="bar"></div></div>`;
}

/** Where the first cell of a row leads, blank for nowhere. */
function address([first = ""]: readonly TableCell[]): string {
  const href = typeof first === "string" ? "" : first.href ?? "";
  return leadsHere(href) ? href : "";
}

const FAILURE_COLUMNS: readonly Column[] = ["Run", "Phase", "κ", "c", "μ", "m", "Error"].map((title) => ({ title }));

function failures(failed: readonly FailedRun[], packed: Record<string, PackedTable>): string {
  if (failed.length === 0) return "";
  const rows = failed.slice(0, LISTED_RUNS).map((run): TableCell[] => [
    runCell(run),
    run.phase,
    parameter(run.kappa),
    parameter(run.concentration),
    parameter(run.mu),
    parameter(run.monotonicity),
    { text: run.error, tone: "bad" },
  ]);
  const label = "Failed runs";
  const left = failed.length - rows.length;
  return `<h2>${label}</h2>${tableBox("failed", FAILURE_COLUMNS, rows, label, "the registry", packed)}` +
    (left > 0 ? `<p>${shown(left)} more are in the registry.</p>` : "");
}

const RUN_COLUMNS: readonly Column[] = [
  { title: "Run" },
  { title: "Phase" },
  { title: "κ", numeric: true },
  { title: "c", numeric: true },
  { title: "μ", numeric: true },
  { title: "m", numeric: true },
  { title: "φ_total", numeric: true },
  { title: "δ_total", numeric: true },
  { title: "max G_t", numeric: true },
  { title: "Days", numeric: true },
];

function runs(rows: readonly SweepRow[], packed: Record<string, PackedTable>): string {
  if (rows.length === 0) return "";
  const listed = rows.slice(0, LISTED_RUNS);
  const cells = listed.map((row): TableCell[] => [
    runCell(row),
    row.phase,
    parameter(row.kappa),
    parameter(row.concentration),
    parameter(row.mu),
    parameter(row.monotonicity),
    parameter(row.phiTotal),
    parameter(row.deltaTotal),
    parameter(row.maxG),
    row.days || NONE,
  ]);
  const left = rows.length - listed.length;
  return `<h2 id="runs">Runs</h2>${filters(listed)}` +
    tableBox("run", RUN_COLUMNS, cells, "Runs", "results.csv", packed) +
    (left > 0 ? `<p>The first ${shown(LISTED_RUNS)} runs; ${shown(left)} more are in results.csv.</p>` : "");
}

/** A text box and a choice for each parameter with a handful of values. The choices compare the text of a cell. */
function filters(rows: readonly SweepRow[]): string {
  const choices: (readonly [name: string, place: number, column: (row: SweepRow) => string])[] = [
    ["Phase", 1, (row) => row.phase],
    ["κ", 2, (row) => shownParameter(row.kappa)],
    ["c", 3, (row) => shownParameter(row.concentration)],
    ["μ", 4, (row) => shownParameter(row.mu)],
  ];
  let text = '<form class="bar" data-filters="run-table" data-runs="' + rows.length +
    '"><label>Find <input name="text" type="search" size="14"></label>';
  for (const [name, place, column] of choices) {
    const values = [...new Set(rows.map(column))].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    if (values.length < 2 || values.length > 30) continue;
    const options = values.map((value) => `<option>${escaped(value)}</option>`).join("");
    text += `<label>${name} <select data-column="${place}"><option value="">all</option>${options}</select></label>`;
  }
  return `${text}<button type="reset">Show all</button><output>${rows.length} of ${rows.length} runs</output></form>`;
}

const GLOSSARY = glossary(
  [
    ["κ (kappa)", "Liquidity: money of all agents at the start, for each unit of dues."],
    ["c (concentration)", "Evenness of the payables around the ring: small values make few large and many small ones."],
    [
      "μ (mu)",
      "Spread of the due days around the ring: 0 makes everything due on day 1; the larger μ, the further apart neighbours are due.",
    ],
    [
      "m (monotonicity)",
      "Order of the payables by size around the ring, from −1 (rising) to 1 (falling); 0 keeps the drawn order.",
    ],
    ["φ_total, δ_total", "Share of all dues settled in full on their day, and one minus it."],
    ["max G_t", "Largest liquidity gap of a day: net dues beyond the money that there is."],
    ["Days", "Time to stability in days."],
  ] as const,
);
