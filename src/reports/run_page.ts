/**
 * The page of one run: what it was, how it ended, who paid whom, who fell, and every event (spec 02 11).
 *
 * @module
 */
import { accountCard, LINE_COLUMNS } from "./account_cards.ts";
import { DAY_BARS_KEY, dayBars, daysPerBar } from "./charts/day_bars.ts";
import { defaultTimeline } from "./charts/default_timeline.ts";
import { MONEY_KEY, moneyChart } from "./charts/money_change.ts";
import { network, NETWORK_KEY } from "./charts/network.ts";
import { ByKind, eventKinds } from "./event_kinds.ts";
import { partOfDay } from "./event_rows.ts";
import { EventSections } from "./event_sections.ts";
import { escaped, numberOf, percent, rounded, shown } from "./html.ts";
import type { AgentRow, FailurePageInput, RunEnd, RunPageInput } from "./inputs.ts";
import { type Account, Ledger } from "./ledger.ts";
import { marketSection } from "./market_section.ts";
import { isEmpty, noTables, pageElement, type PageTables, TablePacker } from "./packed_tables.ts";
import { cards, figure, glossary, legend, pageText } from "./page.ts";
import { duesByDay, type Obligation, RunStory } from "./run_story.ts";
import { DAYS_SCRIPT, KINDS_SCRIPT, PACKED_SCRIPT, scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { ACCOUNT_STYLE, CONTROL_STYLE } from "./style.ts";
import { type Cell, type Column, emptyTable, table } from "./table.ts";
import { EMPTY_PLACE, TextPlaces } from "./text_places.ts";

/** Agents in the money chart, T-accounts, and agents whose rows are written out, at most. */
const CHARTED_AGENTS = 30;
const SHOWN_ACCOUNTS = 50;
const SPELLED_AGENTS = 200;
/** Economies up to this size show all balance sheets when nobody says which. */
const SMALL_ECONOMY = 12;

const OVER = "Bilancio Simulation";

const DAY_BARS_KEY_HTML = legend(DAY_BARS_KEY);
const MONEY_KEY_HTML = legend(MONEY_KEY);
const NETWORK_KEY_HTML = legend(NETWORK_KEY);

/** What one pass over the events gives. */
interface Reading {
  readonly story: RunStory;
  readonly events: EventSections;
  readonly moneyBefore: ReadonlyMap<string, number>;
  readonly moneyAfter: ReadonlyMap<string, number>;
  readonly accountsBefore: ReadonlyMap<string, Account>;
  readonly accountsAfter: ReadonlyMap<string, Account>;
}

/** The page of a run. A promise for a long log only, which has to be packed. */
export function runPage(input: RunPageInput): string | Promise<string> {
  const accountAgents = agentsWithAccounts(input);
  const reading = readEvents(input, accountAgents);
  const tables = noTables();
  const market = input.market === undefined ? "" : marketSection(input.market, tables.tables);
  const agents = agentTable(input.agents, reading, tables);
  const accountSection = accountAgents.length === 0
    ? ""
    : `<h2 id="accounts">Balance sheets</h2>${packedAccounts(accountAgents, reading, tables)}`;
  const body = `<h2 id="charts">At a glance</h2>${charts(input, reading)}${market}${agents}${accountSection}` +
    `<h2 id="events">Events</h2>${reading.events.html(tables)}` + simulationEnd(input) + GLOSSARY;
  const page = {
    title: input.name,
    over: OVER,
    description: input.description ?? null,
    summary: header(input, reading.story),
    links: input.links ?? [],
    body,
    style: ACCOUNT_STYLE + CONTROL_STYLE,
  };
  if (isEmpty(tables)) return pageText({ ...page, script: scriptElement(SORT_SCRIPT, KINDS_SCRIPT) });
  const scripts = [SORT_SCRIPT, KINDS_SCRIPT, PACKED_SCRIPT, ...("days" in tables.lists ? [DAYS_SCRIPT] : [])];
  return pageElement(tables).then((packed) => pageText({ ...page, script: packed + scriptElement(...scripts) }));
}

/** The charts of a run as HTML: who owes whom, dues by day, money before and after, defaults. */
export function runCharts(input: RunPageInput): string {
  return charts(input, readEvents(input, []));
}

/** Balance sheets at setup and at the end as HTML: of `shownAgents`, or of all agents of a small economy. */
export function balanceSheets(input: RunPageInput): string {
  const agents = agentsWithAccounts(input);
  return accounts(agents, readEvents(input, agents), null);
}

/** The page of a run that could not be set up or broke. */
export function failurePage(input: FailurePageInput): string {
  return pageText({
    title: input.name,
    over: OVER,
    description: input.description ?? null,
    summary: '<p><span class="tag bad">failed</span></p>',
    links: input.links ?? [],
    body: `<h2>What went wrong</h2><div class="box"><p style="padding:0 12px;white-space:pre-wrap">` +
      `${escaped(input.error)}</p></div><p>The run has no results: correct the scenario and run it again.</p>`,
  });
}

function agentsWithAccounts(input: RunPageInput): AgentRow[] {
  const asked = input.shownAgents ?? null;
  if (asked === null) return input.agents.length <= SMALL_ECONOMY ? [...input.agents] : [];
  const names = new Set(asked);
  return input.agents.filter(({ id }) => names.has(id));
}

function readEvents(input: RunPageInput, accountAgents: readonly AgentRow[]): Reading {
  const places = new TextPlaces();
  const events = eventKinds(input.events, places);
  const story = new RunStory();
  const ledger = new Ledger();
  const sections = new EventSections(places);
  const parts = new ByKind(({ name }) => {
    const part = partOfDay(name);
    return part === null ? null : places.place(part);
  });
  const shownIds = new Set(accountAgents.slice(0, SHOWN_ACCOUNTS).map(({ id }) => id));
  const centralBank = input.agents.find(({ kind }) => kind === "central_bank")?.id;
  const setup = places.place("setup");
  let part = EMPTY_PLACE;
  let moneyBefore: ReadonlyMap<string, number> | null = null;
  let accountsBefore: ReadonlyMap<string, Account> = new Map();
  const endOfSetup = () => {
    moneyBefore = ledger.money();
    accountsBefore = ledger.accounts(shownIds, story.obligations, centralBank);
    return moneyBefore;
  };
  let shownDay: number | null = null;
  for (let i = 0; i < events.length; i++) {
    const inSetup = input.events.phase(i) === "setup";
    if (!inSetup && moneyBefore === null) endOfSetup();
    const kind = events.kindOf(i);
    const marker = parts.of(kind);
    if (marker !== null) {
      part = marker;
      continue;
    }
    const row = events.rowOf(i);
    const day = input.events.time(i);
    story.read(kind, row, day, inSetup);
    ledger.read(kind, row);
    if (!inSetup) shownDay = day;
    sections.add(shownDay, kind, row, inSetup ? setup : part);
  }
  const reading = {
    story,
    events: sections,
    moneyBefore: moneyBefore ?? endOfSetup(),
    moneyAfter: ledger.money(),
    accountsBefore,
    accountsAfter: ledger.accounts(shownIds, story.obligations, centralBank),
  };
  // A default that stops the run leaves no event and its contract in the books: its message alone names the contract.
  if (input.end.error !== undefined) story.stopAt(input.end.error, input.end.day);
  return reading;
}

function endText(end: RunEnd): readonly [text: string, tone: string] {
  switch (end.reason) {
    case "stable":
      return [`stable on day ${Math.max(0, end.day - 1)}`, "good"];
    case "max-days":
      return [`day limit reached (max. ${end.maxDays} days)`, "warn"];
    case "stopped":
      return [`stopped on day ${end.day}`, "bad"];
  }
}

function header(input: RunPageInput, story: RunStory): string {
  const [text, tone] = endText(input.end);
  const error = input.end.error === undefined ? "" : `<p class="bad">${escaped(input.end.error)}</p>`;
  const warnings = (input.warnings ?? []).map((warning) => `<p class="warn">Warning: ${escaped(warning)}</p>`).join("");
  return `<p><span class="tag ${tone}">${escaped(text)}</span></p>${error}${warnings}` + cards([
    ["Days", shown(input.end.day)],
    ["Agents", shown(input.agents.length)],
    ["Events", shown(input.events.length)],
    ["Agents in default", shown(input.agents.filter(({ defaulted }) => defaulted).length)],
    ["Dues", rounded(story.dues)],
    ["Settled", rounded(story.settled)],
    ...(input.phi === undefined ? [] : [["On time φ", percent(input.phi)] as const]),
    ...(input.delta === undefined ? [] : [["Not on time δ", percent(input.delta)] as const]),
    ...(input.openContracts === undefined ? [] : [["Open at the end", shown(input.openContracts)] as const]),
  ]);
}

function charts(input: RunPageInput, reading: Reading): string {
  const { story } = reading;
  let text = '<div class="flow">';
  if (story.obligations.length > 0) text += networkFigure(input.agents, story.obligations);
  const days = duesByDay(story.obligations);
  if (days.length > 0) {
    const size = daysPerBar(days);
    const note = `Payables, rolled over ones included${size === 1 ? "" : `; each bar has the dues of ${size} days`}`;
    text += figure("Dues by day", note, dayBars(days), DAY_BARS_KEY_HTML);
  }
  text += moneyFigure(input.agents, reading);
  if (story.defaults.length > 0) {
    const last = Math.max(input.end.day - 1, ...story.defaults.slice(-1).map(({ day }) => day), 0);
    text += figure(
      "Defaults over time",
      "",
      defaultTimeline(story.defaults, last, input.agents.filter(isParty).length),
    );
  }
  return `${text}</div>`;
}

/** Whether an agent takes part in payments: a central bank only issues what others pay with. */
function isParty(agent: AgentRow): boolean {
  return agent.kind !== "central_bank";
}

function networkFigure(agents: readonly AgentRow[], obligations: readonly Obligation[]): string {
  const initial = obligations.filter(({ inSetup }) => inSetup);
  const drawn = initial.length > 0 ? initial : obligations;
  const kinds = [...new Set(drawn.map(({ kind }) => kind))];
  const { chart, note } = network(agents, drawn);
  let boxes = "";
  if (kinds.length > 1) {
    for (const kind of kinds) {
      boxes += `<label><input type="checkbox" data-kind="${kind}" checked> ${kind.replace("_", " ")}</label>`;
    }
    boxes = `<div class="bar">${boxes}</div>`;
  }
  const when = initial.length > 0 ? "Obligations at setup" : "All obligations";
  return figure("Who owes whom", `${when}, width by amount. ${note}`.trim(), boxes + chart, NETWORK_KEY_HTML);
}

function moneyFigure(agents: readonly AgentRow[], reading: Reading): string {
  const changes = agents.filter(isParty).map(({ id, defaulted }) => ({
    agent: id,
    before: reading.moneyBefore.get(id) ?? 0,
    after: reading.moneyAfter.get(id) ?? 0,
    defaulted,
  }));
  if (changes.length === 0) return "";
  let note = "Cash, bank deposits and reserves of each agent";
  let charted = changes;
  if (changes.length > CHARTED_AGENTS) {
    const moved = (change: { before: number; after: number }) => Math.abs(change.after - change.before);
    charted = [...changes].sort((a, b) => moved(b) - moved(a)).slice(0, CHARTED_AGENTS);
    note += `; the ${CHARTED_AGENTS} of ${shown(changes.length)} that changed most`;
  }
  return figure("Money before and after", note, moneyChart(charted), MONEY_KEY_HTML);
}

const AGENT_COLUMNS: readonly Column[] = [
  { title: "#", numeric: true },
  { title: "ID" },
  { title: "Name" },
  { title: "Kind" },
  { title: "State" },
  { title: "Owes at setup", numeric: true },
  { title: "Is owed at setup", numeric: true },
  { title: "Money at setup", numeric: true },
  { title: "Money at the end", numeric: true },
];

function agentTable(agents: readonly AgentRow[], reading: Reading, tables: PageTables): string {
  const owed = new Map<string, { debt: number; claim: number }>();
  const sums = (agent: string) => {
    let sum = owed.get(agent);
    if (sum === undefined) owed.set(agent, sum = { debt: 0, claim: 0 });
    return sum;
  };
  for (const { inSetup, kind, debtor, creditor, amount } of reading.story.obligations) {
    if (!inSetup || kind !== "payable") continue;
    sums(debtor).debt += amount.toNumber();
    sums(creditor).claim += amount.toNumber();
  }
  const row = ({ id, name, kind, defaulted }: AgentRow, i: number) => [
    String(i + 1),
    id,
    name,
    kind.replaceAll("_", " "),
    defaulted ? "in default" : "active",
    shown(numberOf(owed.get(id)?.debt ?? 0)),
    shown(numberOf(owed.get(id)?.claim ?? 0)),
    shown(reading.moneyBefore.get(id) ?? 0),
    shown(reading.moneyAfter.get(id) ?? 0),
  ];
  const heading = '<h2 id="agents">Agents</h2>';
  const options = { label: "Agents" };
  if (agents.length <= SPELLED_AGENTS) {
    const rows = agents.map((agent, i): Cell[] => {
      const cells: Cell[] = row(agent, i);
      if (agent.defaulted) cells[4] = { html: '<span class="bad">in default</span>' };
      return cells;
    });
    return `${heading}<div class="box">${table(AGENT_COLUMNS, rows, options)}</div>`;
  }
  const packer = new TablePacker(AGENT_COLUMNS.length);
  agents.forEach((agent, i) => packer.add(row(agent, i)));
  tables.tables.agents = packer.packed();
  return `${heading}<details data-packed="agents" data-from="0" data-count="${agents.length}"><summary>All agents<small>` +
    `${shown(agents.length)}</small></summary><div><div class="bar"></div>${
      emptyTable(AGENT_COLUMNS, options)
    }</div></details>`;
}

function packedAccounts(agents: readonly AgentRow[], reading: Reading, { tables }: PageTables): string {
  const packer = new TablePacker(LINE_COLUMNS.length);
  const text = accounts(agents, reading, packer);
  if (packer.length > 0) tables.lines = packer.packed();
  return text;
}

function accounts(agents: readonly AgentRow[], reading: Reading, packer: TablePacker | null): string {
  let text = "";
  if (agents.length > SHOWN_ACCOUNTS) {
    text += `<p>The first ${SHOWN_ACCOUNTS} of ${shown(agents.length)} agents; balances.csv has them all.</p>`;
  }
  text += '<div class="acc">';
  for (const agent of agents.slice(0, SHOWN_ACCOUNTS)) {
    text += accountCard(agent, reading.accountsBefore.get(agent.id), reading.accountsAfter.get(agent.id), packer);
  }
  return `${text}</div>`;
}

function simulationEnd(input: RunPageInput): string {
  const { end } = input;
  const [text] = endText(end);
  const rule = end.reason === "stable"
    ? `Nothing was settled for ${end.quietDays} days in a row and no obligation that could still be paid was left.`
    : end.reason === "max-days"
    ? `The run did not come to rest within its ${end.maxDays} days.`
    : escaped(end.error ?? "An error stopped the run.");
  return `<h2 id="end">Simulation end</h2><div class="box"><dl><dt>Status</dt><dd>${escaped(text)}</dd><dt>Why</dt>` +
    `<dd>${rule}</dd><dt>Days</dt><dd>${shown(end.day)} completed, at most ${shown(end.maxDays)}, ` +
    `${shown(end.quietDays)} quiet days end a run</dd></dl></div>`;
}

const GLOSSARY = glossary(
  [
    ["Payable", "A promise of the debtor to pay the creditor an amount on the due day."],
    ["Due, settled", "A payable is due on one day. It is settled when it is paid in full on that day."],
    ["φ (phi)", "Share of all dues, by amount, that were settled in full on their day."],
    ["δ (delta)", "One minus φ: what was not settled on its day."],
    [
      "Default",
      "A debtor cannot pay all that is due. The run stops there (fail-fast), or the debtor is expelled: what " +
      "it owes is written off and the others go on.",
    ],
    ["Day", "Actions (B1), settlement of what is due (B2), rollover where it is on, clearing between banks (C)."],
    ["Stable", "The run came to rest: quiet days in a row and nothing left that could be paid."],
  ] as const,
);
