/**
 * The page of a run of the payments model: accounts and queues over the day, settlement and delay, costs, and who paid
 * whom. `payments_pages.ts` makes it from an engine.
 *
 * @module
 */
import type { Fate } from "./run_story.ts";
import { type CountBar, countBars } from "./charts/count_bars.ts";
import { type Arrow, arrowNetwork } from "./charts/network.ts";
import { partBars } from "./charts/part_bars.ts";
import { type TickLine, tickLines } from "./charts/tick_lines.ts";
import { escaped, percent, rounded, shortened, shown } from "./html.ts";
import { cards, figure, glossary, legend, pageText } from "./page.ts";
import type { PaymentsBank, PaymentsPageInput } from "./payments_input.ts";
import { type BankStory, COST_KINDS, EVENT_KINDS, PaymentsStory, WAYS } from "./payments_story.ts";
import { scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { type Column, table } from "./table.ts";

/** Banks that have a line of their own; more banks are shown as a range. */
const LINES = 12;
/** Banks in the chart of costs. */
const CHARTED_COSTS = 30;
const COLOURS = ["--blue", "--red", "--green", "--amber", "--sky", "--mute"].map((name) => `var(${name})`);

const COST_KEY = COST_KINDS.map((meaning, i) => [COLOURS[i] ?? "", meaning] as const);

/** Upper ends of the groups of delays, in ticks. */
const DELAY_GROUPS = [0, 1, 2, 5, 10, 20, 50] as const;

/** The page of a payments run, one self-contained HTML file. */
export function paymentsPage(input: PaymentsPageInput): string {
  const story = new PaymentsStory(input.log, input.banks.length, input.samples.length);
  return pageText({
    title: input.name,
    over: "Bilancio Payments",
    description: input.description ?? null,
    summary: summary(input, story),
    links: input.links ?? [],
    body:
      `<h2 id="charts">At a glance</h2>${charts(input, story)}${bankTable(input, story)}${costTable(input, story)}` +
      `${eventCounts(input)}${GLOSSARY}`,
    script: scriptElement(SORT_SCRIPT),
  });
}

function summary({ error, samples, plannedTicks, banks, log, ticksPerDay }: PaymentsPageInput, story: PaymentsStory) {
  const { count, amount } = story.total;
  const settled = story.banks.reduce((sum, bank) => sum + bank.settledCount, 0);
  const settledAmount = story.banks.reduce((sum, bank) => sum + bank.settled, 0);
  const delay = story.banks.reduce((sum, bank) => sum + bank.delay, 0);
  const costs = story.banks.reduce((sum, bank) => sum + bankCost(bank), 0);
  const status = error === undefined
    ? `<p><span class="tag good">${shown(samples.length)} of ${shown(plannedTicks)} ticks</span></p>`
    : `<p><span class="tag bad">stopped in tick ${samples.length}</span></p><p class="bad">${escaped(error)}</p>`;
  return status + cards([
    ["Banks", shown(banks.length)],
    ["Days", shown(Math.ceil(samples.length / ticksPerDay))],
    ["Payments", shown(count)],
    ["Amount (cents)", shown(amount)],
    ["Settled, payments", count === 0 ? "—" : percent(settled / count)],
    ["Settled, amount", amount === 0 ? "—" : percent(settledAmount / amount)],
    ["Mean delay (ticks)", settled === 0 ? "—" : shortened(delay / settled, 2)],
    ["Costs (cents)", rounded(costs)],
    ["Events", shown(log.length)],
  ]);
}

function bankCost({ costs }: BankStory): number {
  return costs.reduce((sum, cost) => sum + cost, 0);
}

function charts(input: PaymentsPageInput, story: PaymentsStory): string {
  let text = '<div class="flow">';
  if (input.samples.length > 0) text += balanceFigure(input) + queueFigure(input) + throughputFigure(input, story);
  if (story.total.count > 0) text += delayFigure(story) + networkFigure(input, story);
  text += costFigure(input, story);
  return `${text}</div>`;
}

function balanceFigure({ banks, samples, ticksPerDay }: PaymentsPageInput): string {
  const shape = { title: "Balances", yName: "cents", ticksPerDay };
  if (banks.length <= LINES) {
    const lines = banks.map(({ id }, bank): TickLine => ({
      name: id,
      values: samples.map(({ balances }) => balances[bank] ?? 0),
      colour: COLOURS[bank % COLOURS.length] ?? "",
      dashed: bank >= COLOURS.length,
    }));
    const key = legend(lines.map(({ colour, name, dashed }) => [colour, dashed === true ? `${name} (dashed)` : name]));
    return figure("Balances", "Account of each bank after each tick", tickLines(lines, shape), key);
  }
  const sorted = samples.map(({ balances }) => Float64Array.from(balances).sort());
  const quantile = (share: number) => sorted.map((values) => values[Math.round(share * (values.length - 1))] ?? 0);
  const lines: TickLine[] = [
    { name: "highest", values: quantile(1), colour: COLOURS[4] ?? "" },
    { name: "median", values: quantile(0.5), colour: COLOURS[0] ?? "" },
    { name: "lowest", values: quantile(0), colour: COLOURS[1] ?? "" },
  ];
  const key = legend(lines.map(({ colour, name }) => [colour, name]));
  return figure(
    "Balances",
    `The range over ${shown(banks.length)} banks after each tick`,
    tickLines(lines, shape),
    key,
  );
}

function queueFigure({ samples, ticksPerDay }: PaymentsPageInput): string {
  const lines: TickLine[] = [
    { name: "Queue 1, all banks", values: samples.map(({ queue1 }) => queue1), colour: COLOURS[0] ?? "" },
    { name: "Queue 2, central", values: samples.map(({ queue2 }) => queue2), colour: COLOURS[1] ?? "" },
  ];
  const shape = { title: "Queues", yName: "payments", ticksPerDay, counts: true };
  const key = legend(lines.map(({ colour, name }) => [colour, name]));
  return figure("Queues", "Payments that wait after each tick", tickLines(lines, shape), key);
}

function throughputFigure({ ticksPerDay }: PaymentsPageInput, story: PaymentsStory): string {
  const lines: TickLine[] = [
    { name: "arrived", values: runningSum(story.arrived), colour: COLOURS[5] ?? "" },
    { name: "settled", values: runningSum(story.settled), colour: COLOURS[0] ?? "" },
  ];
  const shape = { title: "Arrived and settled", yName: "cents since the start", ticksPerDay };
  const key = legend(lines.map(({ colour, name }) => [colour, name]));
  const parts = story.ways.flatMap(({ count, amount }, way) =>
    count > 0 ? [`${WAYS[way]} ${shown(count)} (${rounded(amount)} cents)`] : []
  );
  const note = parts.length === 0 ? "Nothing was settled." : `Settled ${parts.join(", ")}.`;
  return figure("Arrived and settled", note, tickLines(lines, shape), key);
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => sum += value);
}

function delayFigure(story: PaymentsStory): string {
  const counts = new Array<number>(DELAY_GROUPS.length + 1).fill(0);
  story.delays.forEach((count, delay) => {
    const group = DELAY_GROUPS.findIndex((end) => delay <= end);
    const place = group < 0 ? DELAY_GROUPS.length : group;
    counts[place] = (counts[place] ?? 0) + count;
  });
  const bars = counts.map((count, i): CountBar => ({ label: delayLabel(i), count, colour: COLOURS[0] ?? "" }));
  const settled = counts.reduce((sum, count) => sum + count, 0);
  bars.push({ label: "open", count: story.total.count - settled, colour: COLOURS[1] ?? "" });
  const chart = countBars(bars, "Delay", "ticks from arrival to settlement", "payments");
  return figure("Settlement and delay", "Payments by the time they took; open ones were not settled", chart);
}

function delayLabel(group: number): string {
  const end = DELAY_GROUPS[group];
  const start = group === 0 ? 0 : (DELAY_GROUPS[group - 1] ?? 0) + 1;
  if (end === undefined) return `${start}+`;
  return start === end ? String(end) : `${start}–${end}`;
}

function networkFigure({ banks }: PaymentsPageInput, story: PaymentsStory): string {
  const name = (bank: number) => banks[bank]?.id ?? "";
  const arrows = [...story.flows.values()].map(({ from, to, amount, settled, count }): Arrow => {
    const fate: Fate = settled < amount ? "open" : "settled";
    return {
      from: name(from),
      to: name(to),
      amount,
      fate,
      kind: "payments",
      title: `${name(from)} to ${name(to)}: ${shown(count)} payments of ${shown(amount)} cents, ` +
        `${shown(settled)} cents settled`,
    };
  });
  const agents = banks.map(({ id }) => ({ id, name: id, kind: "bank", defaulted: false }));
  const { chart, note } = arrowNetwork(agents, arrows, "Who pays whom", "pairs of banks");
  const key = legend([["var(--blue)", "all settled"], ["var(--mute)", "some open at the end"]]);
  return figure("Who pays whom", `All payments, width by amount. ${note}`.trim(), chart, key);
}

function costFigure({ banks }: PaymentsPageInput, story: PaymentsStory): string {
  const bars = banks.map(({ id }, bank) => ({ name: id, parts: story.banks[bank]?.costs ?? [] }))
    .filter(({ parts }) => parts.some((part) => part > 0));
  if (bars.length === 0) return "";
  const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0);
  const charted = bars.length <= CHARTED_COSTS
    ? bars
    : [...bars].sort((a, b) => sum(b.parts) - sum(a.parts)).slice(0, CHARTED_COSTS);
  const note = charted.length < bars.length ? `The ${CHARTED_COSTS} banks with the highest costs` : "Of the whole run";
  return figure("Costs per bank", note, partBars(charted, COST_KEY, "Costs per bank", "cents"), legend(COST_KEY));
}

const BANK_COLUMNS: readonly Column[] = [
  { title: "Bank" },
  { title: "Opening balance", numeric: true },
  { title: "Final balance", numeric: true },
  { title: "Lowest balance", numeric: true },
  { title: "Credit cap", numeric: true },
  { title: "Collateral", numeric: true },
  { title: "Payments", numeric: true },
  { title: "Sent", numeric: true },
  { title: "Received", numeric: true },
  { title: "Settled", numeric: true },
  { title: "Mean delay", numeric: true },
  { title: "Overdue", numeric: true },
  { title: "Queue 1", numeric: true },
];

function bankTable({ banks, samples }: PaymentsPageInput, story: PaymentsStory): string {
  const lowest = (bank: PaymentsBank, number: number) =>
    samples.reduce((least, { balances }) => Math.min(least, balances[number] ?? least), bank.openingBalance);
  const rows = banks.map((bank, number) => {
    const told = story.banks[number];
    return [
      bank.id,
      shown(bank.openingBalance),
      shown(bank.balance),
      shown(lowest(bank, number)),
      shown(bank.unsecuredCap),
      shown(bank.postedCollateral),
      shown(told?.sentCount),
      shown(told?.sent),
      shown(told?.received),
      told === undefined || told.sent === 0 ? "—" : percent(told.settled / told.sent),
      told === undefined || told.settledCount === 0 ? "—" : shortened(told.delay / told.settledCount, 2),
      shown(told?.overdue),
      shown(bank.queue1Length),
    ];
  });
  return `<h2 id="banks">Banks</h2><p>Amounts in cents, delays in ticks.</p><div class="box dense">${
    table(BANK_COLUMNS, rows, { label: "Banks" })
  }</div>`;
}

const COST_COLUMNS: readonly Column[] = [
  { title: "Bank" },
  ...COST_KINDS.map((meaning) => ({
    title: `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}`,
    numeric: true,
  })),
  { title: "Total", numeric: true },
];

function costTable({ banks }: PaymentsPageInput, story: PaymentsStory): string {
  const rows = banks.map(({ id }, number) => {
    const costs = story.banks[number]?.costs ?? COST_KINDS.map(() => 0);
    return [id, ...costs.map(shown), shown(costs.reduce((sum, cost) => sum + cost, 0))];
  });
  return `<h2 id="costs">Costs</h2><div class="box">${table(COST_COLUMNS, rows, { label: "Costs in cents" })}</div>`;
}

const EVENT_COLUMNS: readonly Column[] = [{ title: "Event" }, { title: "Number", numeric: true }];

function eventCounts({ log }: PaymentsPageInput): string {
  const rows: string[][] = [];
  for (const kind of EVENT_KINDS) {
    const count = log.table(kind)?.length ?? 0;
    if (count > 0) rows.push([kind, shown(count)]);
  }
  if (rows.length === 0) return "";
  return `<h2 id="events">Events</h2><div class="box slim">${
    table(EVENT_COLUMNS, rows, { label: "Events by kind" })
  }</div>`;
}

const GLOSSARY = glossary(
  [
    ["Queue 1", "Payments that a bank holds back itself. Its policy decides which to release."],
    ["Queue 2", "The central queue: released payments that the account could not pay at once."],
    ["Offset, cycle", "Payments of two banks to each other, or around a ring of banks, settled together."],
    ["Delay", "Ticks from the arrival of a payment to its settlement. Parts of a split payment count one by one."],
    ["Overdue", "Not settled by its deadline."],
    ["Credit cap", "How far an account may go below zero without collateral."],
  ] as const,
);
