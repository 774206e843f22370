/**
 * The page of a run's metrics: summary, day by day, shares of the debtors, liquidity within each day (spec 02 5.3).
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { stepLine } from "./charts/step_line.ts";
import { escaped, NONE, NONE_HTML, numberOf, shown } from "./html.ts";
import type { DayMetricsRow, DebtorShareRow, IntradayRow, MetricsPageInput, Quantity } from "./inputs.ts";
import { cards, figure, glossary, pageText } from "./page.ts";
import { scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { type Column, table } from "./table.ts";

/** Days with a chart of their own, days with a table of shares of their own, and debtors in it, at most. */
const CHARTED_DAYS = 60;
const TABLED_DAYS = 120;
const SHOWN_DEBTORS = 60;

const COLUMNS = [
  "day",
  "S_t",
  "Mbar_t",
  "M_t",
  "G_t",
  "alpha_t",
  "Mpeak_t",
  "gross_settled_t",
  "v_t",
  "phi_t",
  "delta_t",
  "n_debtors",
  "n_creditors",
  "HHIplus_t",
  "notes",
] as const;

const DAY_COLUMNS: readonly Column[] = COLUMNS.map((title) => ({ title, numeric: title !== "notes" }));

/** The page of the metrics of one run. */
export function metricsPage(input: MetricsPageInput): string {
  const rows = [...input.dayMetrics].sort((a, b) => a.day - b.day);
  return pageText({
    title: input.title ?? "Bilancio Analytics Report",
    over: "Bilancio Analytics",
    description: input.subtitle ?? null,
    links: input.links ?? [],
    body: `<h2>Summary Across Days</h2>${summary(rows)}<h2>Day-by-Day Metrics</h2>${dayTable(rows)}` +
      `<h2>Debtor Shortfall Shares</h2>${shares(input.debtorShares)}` +
      `<h2>Intraday Diagnostics</h2>${intraday(input.intraday)}${GLOSSARY}`,
    script: scriptElement(SORT_SCRIPT),
  });
}

function exact(quantity: Quantity): Decimal {
  if (typeof quantity !== "number") return quantity;
  return Number.isSafeInteger(quantity) ? Decimal.integer(quantity) : Decimal.fromNumber(quantity);
}

function summary(rows: readonly DayMetricsRow[]): string {
  let [dues, settled, onTime, peak] = [Decimal.ZERO, Decimal.ZERO, Decimal.ZERO, Decimal.ZERO];
  const velocities: Decimal[] = [];
  for (const row of rows) {
    const due = exact(row.S_t);
    dues = dues.plus(due);
    settled = settled.plus(exact(row.gross_settled_t));
    peak = Decimal.max(peak, exact(row.Mpeak_t));
    if (row.v_t !== null) velocities.push(exact(row.v_t));
    if (row.phi_t !== null) onTime = onTime.plus(due.times(exact(row.phi_t)));
  }
  const velocity = velocities.length === 0
    ? null
    : Decimal.sum(velocities).dividedBy(Decimal.integer(velocities.length));
  return cards([
    ["Days", shown(rows.length)],
    ["Total dues", shown(dues)],
    ["Gross settled", shown(settled)],
    ["Max operational peak", shown(peak)],
    ["Average velocity", shown(velocity)],
    ["Weighted on-time φ", shown(dues.sign > 0 ? onTime.dividedBy(dues) : null)],
  ]);
}

function dayTable(rows: readonly DayMetricsRow[]): string {
  const cells = rows.map((row) =>
    COLUMNS.map((column) => {
      const value = row[column];
      return typeof value === "string" ? value : shown(value);
    })
  );
  return `<div class="box dense">${table(DAY_COLUMNS, cells, { label: "Day metrics" })}</div>`;
}

function shares(rows: readonly DebtorShareRow[]): string {
  if (rows.length === 0) return "<p>No debtor shares: nothing was due.</p>";
  const days = [...Map.groupBy(rows, (row) => row.day)].sort(([a], [b]) => a - b).map(([day, all]): DayShares => {
    const sorted = [...all].sort((a, b) => a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : 0);
    return { day, count: all.length, listed: sorted.length <= SHOWN_DEBTORS ? sorted : largest(sorted) };
  });
  return days.length <= TABLED_DAYS ? dayShares(days) : allShares(days);
}

/** The shares of a day, by agent; of very many the largest. */
interface DayShares {
  readonly day: number;
  readonly count: number;
  readonly listed: readonly DebtorShareRow[];
}

function dayShares(days: readonly DayShares[]): string {
  let text = "";
  for (const { day, count, listed } of days) {
    let head = '<tr><th scope="row">Agent</th>';
    let values = '<tr><th scope="row">DS</th>';
    for (const { agent, DS_t } of listed) {
      head += `<td class="n">${escaped(agent)}</td>`;
      values += `<td class="n">${DS_t === null ? NONE_HTML : shown(DS_t)}</td>`;
    }
    const note = listed.length === count
      ? ""
      : `<p class="soft">The ${SHOWN_DEBTORS} largest of ${shown(count)} shares; debtor_shares.csv has them all.</p>`;
    text +=
      `<div class="box slim"><div class="wide"><table aria-label="Debtor shares of day ${day}"><caption class="soft">` +
      `Day ${day}</caption>${head}</tr>${values}</tr></table></div>${note}</div>`;
  }
  return text;
}

const SHARE_COLUMNS: readonly Column[] = [
  { title: "day", numeric: true },
  { title: "agent" },
  { title: "DS_t", numeric: true },
];

/** One table of all days: a table for each of very many would be most of the page. */
function allShares(days: readonly DayShares[]): string {
  const rows = days.flatMap(({ day, listed }) =>
    listed.map(({ agent, DS_t }) => [String(day), agent, DS_t === null ? NONE : shown(DS_t)])
  );
  const note = days.every(({ count, listed }) => listed.length === count)
    ? ""
    : `<p class="soft">The ${SHOWN_DEBTORS} largest shares of each day; debtor_shares.csv has them all.</p>`;
  return `<div class="box slim">${table(SHARE_COLUMNS, rows, { label: "Debtor shares" })}${note}</div>`;
}

function largest(rows: readonly DebtorShareRow[]): DebtorShareRow[] {
  const share = (row: DebtorShareRow) => row.DS_t === null ? -1 : numberOf(row.DS_t);
  return [...rows].sort((a, b) => share(b) - share(a)).slice(0, SHOWN_DEBTORS);
}

function intraday(rows: readonly IntradayRow[]): string {
  if (rows.length === 0) return "<p>No intraday steps: nothing was settled.</p>";
  const days = [...Map.groupBy(rows, (row) => row.day)].sort(([a], [b]) => a - b);
  let text = '<div class="grid">';
  for (const [day, steps] of days.slice(0, CHARTED_DAYS)) {
    const values = steps.map((step) => numberOf(step.P_prefix));
    const count = steps.length === 1 ? "1 settlement" : `${shown(steps.length)} settlements`;
    text += figure(
      `Day ${day}`,
      count,
      stepLine(values, `Liquidity in use on day ${day}`, "P, net outflow (money units)"),
    );
  }
  const left = days.length - CHARTED_DAYS;
  return `${text}</div>${left > 0 ? `<p class="soft">${left} more days are in intraday.csv.</p>` : ""}`;
}

const GLOSSARY = glossary(
  [
    ["S_t", "Dues: the sum of all payables due on day t, in money units."],
    ["Mbar_t", "Money needed if all dues were netted: the sum of the net debts of day t."],
    ["M_t, G_t", "Money that there is, and the gap: what Mbar_t needs beyond M_t."],
    ["alpha_t", "Share of the dues that netting would save: 1 − Mbar_t / S_t."],
    ["Mpeak_t", "Largest sum of net outflows at any moment of the day: the money that was really in use."],
    ["gross_settled_t, v_t", "What was settled, and how often the money in use turned over: gross settled / Mpeak_t."],
    ["phi_t, delta_t", "Share of the dues settled in full on their day, and one minus it."],
    ["n_debtors, n_creditors", "Agents that owe more than they get on day t, and the other way round."],
    ["HHIplus_t", "Concentration of the net claims (Herfindahl): 1 when one agent is owed everything."],
    ["DS_t", "An agent's share of all net debt of day t."],
    ["P", "Sum of all positive net outflows after a settlement."],
  ] as const,
);
