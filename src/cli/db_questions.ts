/**
 * `bilancio db simulations|events|report|costs`: what recorded simulations say (spec 08 7 and 12).
 *
 * @module
 */
import { isRows, type Report, type ReportConditions, REPORTS, simulationReport } from "../stores/duckdb/reports.ts";
import type { Row } from "../stores/duckdb/driver.ts";
import { type Command, commandOf } from "./command.ts";
import { openSource } from "./database.ts";
import { EXAMPLE_DB, ID, JSON_FLAG, plainJson, showRows, SOURCE_FLAG } from "./db_shape.ts";
import { oneOf, onOff, path, text, wholeNumber } from "./flags.ts";

/** `bilancio db simulations`. */
export const simulationsCommand: Command = commandOf({
  name: "db simulations",
  summary: "Lists recorded simulations, the newest first",
  positionals: [],
  flags: {
    ...SOURCE_FLAG,
    "limit": wholeNumber("N", "how many", { min: 1 }, { fallback: "20" }),
    "status": oneOf(["running", "completed", "failed"], "only these; running ones were interrupted"),
    "model": oneOf(["payments", "ring"], "only simulations of this model"),
    "experiment": text("RUN", "only simulations of this payments experiment"),
    ...JSON_FLAG,
  },
  examples: [[`bilancio db simulations ${EXAMPLE_DB}`, "shows their size, payments and costs"]],
}, async ({ flags }, terminal) => {
  const { simulations } = await import("../stores/duckdb/summaries.ts");
  await using database = await openSource(flags.db, terminal);
  const { status, model, experiment } = flags;
  const rows = await simulations(database, {
    limit: flags.limit ?? 20,
    ...(status === undefined ? {} : { status }),
    ...(model === undefined ? {} : { model }),
    ...(experiment === undefined ? {} : { experimentRunId: experiment }),
  });
  showRows(flags.json === true ? rows : rows.map(shortRow), flags.json, terminal);
  return 0;
});

/** The columns that fit a line. */
function shortRow(row: Row): Row {
  const names = ["simulation_id", "model", "status", "ticks_per_day", "num_days", "num_agents", "total_arrivals"];
  return Object.fromEntries(
    [...names, "total_settlements", "total_cost_cents", "started_at"].map((name) => [name, row[name] ?? null]),
  );
}

/** `bilancio db events`. */
export const eventsCommand: Command = commandOf({
  name: "db events",
  summary: "Shows events of a recorded simulation, a page at a time",
  positionals: ID,
  flags: {
    ...SOURCE_FLAG,
    "tick": wholeNumber("T", "only this tick", {}, { group: "Filters, all of which must hold" }),
    "tick-min": wholeNumber("T", "from this tick on", {}),
    "tick-max": wholeNumber("T", "up to this tick", {}),
    "day": wholeNumber("D", "only this day", {}),
    "agent": text("ID", "only events that name this agent"),
    "tx": text("ID", "only events of this payment or contract"),
    "type": text("A,B", "only events of these kinds"),
    "limit": wholeNumber("N", "events of a page, 1 to 1000", {}, { fallback: "100", group: "Output" }),
    "offset": wholeNumber("N", "events before the page", {}, { fallback: "0" }),
    "sort": text("ORDER", "tick_asc or tick_desc", { fallback: "tick_asc" }),
    "reference": onOff("find agents as the reference does: as agent_id, sender_id or receiver_id only"),
    ...JSON_FLAG,
  },
  examples: [[`bilancio db events first ${EXAMPLE_DB} --tick 5`, "shows what happened in tick 5"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const { simulationEvents } = await import("../stores/duckdb/queries.ts");
  const { requireSimulation } = await import("../stores/duckdb/summaries.ts");
  await using database = await openSource(flags.db, terminal);
  await requireSimulation(database, id);
  const wanted = {
    tick: flags.tick,
    tick_min: flags["tick-min"],
    tick_max: flags["tick-max"],
    day: flags.day,
    agent_id: flags.agent,
    tx_id: flags.tx,
    event_type: flags.type,
    limit: flags.limit,
    offset: flags.offset,
    sort: flags.sort,
    reference: flags.reference,
  };
  const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const page = await simulationEvents(database, id, query);
  if (flags.json === true) {
    terminal.out(page.events.map((event) => `${plainJson(event)}\n`).join(""));
    return 0;
  }
  for (const { tick, event_type, details, agent_id, tx_id } of page.events) {
    const names = [agent_id, tx_id].filter((name) => name !== null).join(" ");
    terminal.out(`${tick}  ${event_type}  ${names}  ${JSON.stringify(details)}\n`);
  }
  terminal.error(`${page.events.length} of ${page.total} events\n`);
  return 0;
});

/** `bilancio db report`. */
export const reportCommand: Command = commandOf({
  name: "db report",
  summary: "Shows a report about a recorded simulation",
  positionals: [...ID, { name: "REPORT", summary: "one of the reports below" }],
  flags: {
    ...SOURCE_FLAG,
    "agent": text("ID", "of this bank", { group: "Conditions, where the report takes them" }),
    "day": wholeNumber("D", "of this day", { min: 0 }),
    "tick": wholeNumber("T", "of this tick", { min: 0 }),
    "from-tick": wholeNumber("T", "the first tick", { min: 0 }),
    "to-tick": wholeNumber("T", "the last tick", { min: 0 }),
    "status": oneOf(["pending", "settled", "dropped", "overdue"], "only payments that are in this state"),
    "with": text("ID", "the simulation to compare with"),
    ...JSON_FLAG,
  },
  details: [
    `Reports: ${Object.entries(REPORTS).map(([name, report]) => `${name} (${reportHelp(report)})`).join("; ")}.`,
  ],
  examples: [
    [`bilancio db report first cost_breakdown ${EXAMPLE_DB}`, "shows the costs of each bank"],
    [`bilancio db report first compare --with second ${EXAMPLE_DB}`, "shows two simulations side by side"],
  ],
}, async ({ positionals: [id = "", name = ""], flags }, terminal) => {
  await using database = await openSource(flags.db, terminal);
  const answer = await simulationReport(database, id, name, conditionsOf(flags));
  if (isRows(answer)) showRows(answer, flags.json, terminal);
  else terminal.out(`${plainJson(answer, flags.json === true ? undefined : 2)}\n`);
  return 0;
});

/** What a report shows and takes; what it needs is marked. */
function reportHelp({ shows, takes, needs }: Report): string {
  const flags = takes.map((name) => `--${name.replaceAll("_", "-")}${needs.includes(name) ? " needed" : ""}`);
  return flags.length === 0 ? shows : `${shows}: ${flags.join(", ")}`;
}

/** The conditions that were given. */
interface ConditionFlags {
  readonly agent: string | undefined;
  readonly day: number | undefined;
  readonly tick: number | undefined;
  readonly "from-tick": number | undefined;
  readonly "to-tick": number | undefined;
  readonly status: string | undefined;
  readonly with: string | undefined;
}

function conditionsOf(flags: ConditionFlags): ReportConditions {
  const { agent, day, tick, status, "from-tick": from_tick, "to-tick": to_tick } = flags;
  const all = { agent, day, tick, from_tick, to_tick, status, with: flags.with };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** `bilancio db costs`. */
export const costsCommand: Command = commandOf({
  name: "db costs",
  summary: "The costs of each bank after each tick in cents, as CSV",
  positionals: ID,
  flags: {
    ...SOURCE_FLAG,
    "agent": text("ID", "only this bank"),
    "per-tick": onOff("what each tick added, not sums"),
    "out": path("FILE", "write here", { fallback: "standard output" }),
  },
  examples: [[`bilancio db costs first ${EXAMPLE_DB} --out out/costs.csv`, "writes a table that can be plotted"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const { costSeries } = await import("../stores/duckdb/cost_series.ts");
  await using database = await openSource(flags.db, terminal);
  const { agent } = flags;
  const { agents, rows } = await costSeries(database, id, {
    perTick: flags["per-tick"] === true,
    ...(agent === undefined ? {} : { agent }),
  });
  const { csvRow } = await import("../core/csv_text.ts");
  const lines = [["tick", "day", ...agents], ...rows.map((row) => row.map(String))];
  const content = lines.map((cells) => `${csvRow(cells)}\r\n`).join("");
  if (flags.out === undefined) terminal.out(content);
  else (await import("./outputs.ts")).writeOutputs(terminal.directory, [{ path: flags.out, content }]);
  return 0;
});
