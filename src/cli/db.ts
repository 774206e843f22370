/**
 * `bilancio db ...`: what stands in a recorded database (spec 08 12).
 *
 * @module
 */
import { NotFound, StoreError, UsageError } from "../core/errors.ts";
import type { Cell, Database, Row } from "../stores/duckdb/driver.ts";
import { type Command, commandOf } from "./command.ts";
import { DEFAULT_DATABASE, openDatabase } from "./database.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, onOff, path, text, wholeNumber } from "./flags.ts";
import { from } from "./paths.ts";
import { table, type Terminal } from "./terminal.ts";

const DB = { "db": path("DB", "the database, or a directory with parts", { fallback: DEFAULT_DATABASE }) };
const JSON_FLAG = { "json": onOff("one JSON object per line") };

/** A database, or all parts of a directory as one. */
async function openSource(path: string | undefined, terminal: Terminal): Promise<Database> {
  const place = from(terminal.directory, path ?? DEFAULT_DATABASE);
  if (!isDirectory(place)) return await openDatabase(path, terminal);
  const { openParts } = await import("../stores/duckdb/parts.ts");
  return await openParts(place);
}

function isDirectory(place: string): boolean {
  try {
    return Deno.statSync(place).isDirectory;
  } catch {
    return false; // opening it says what is wrong
  }
}

/** Rows for people or for programs. */
function show(rows: readonly Row[], json: boolean | undefined, terminal: Terminal): void {
  if (json === true) {
    terminal.out(rows.map((row) => `${JSON.stringify(row, plainCell)}\n`).join(""));
    return;
  }
  const head = Object.keys(rows[0] ?? {});
  if (head.length === 0) terminal.out("nothing\n");
  else terminal.out(table(head, rows.map((row) => head.map((name) => cellText(row[name] ?? null)))));
}

function plainCell(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

const EXAMPLE_DB = "--db out/runs.duckdb";

/** `bilancio db init`. */
export const initCommand: Command = commandOf({
  name: "db init",
  summary: "Makes a database for recorded runs, or brings an older one to the present schema",
  positionals: [],
  flags: DB,
  examples: [[`bilancio db init ${EXAMPLE_DB}`, "makes the file and its tables"]],
}, async ({ flags }, terminal) => {
  const { migrate } = await import("../stores/duckdb/migrations.ts");
  const { Database } = await import("../stores/duckdb/driver.ts");
  const asked = flags.db ?? DEFAULT_DATABASE;
  await using database = await Database.open(from(terminal.directory, asked));
  const applied = await migrate(database);
  terminal.out(applied === 0 ? `${asked} is up to date\n` : `${asked}: ${applied} migration applied\n`);
  return 0;
});

/** `bilancio db validate`. */
export const validateCommand: Command = commandOf({
  name: "db validate",
  summary: "Checks the tables of a database",
  positionals: [],
  flags: DB,
  examples: [[`bilancio db validate ${EXAMPLE_DB}`, "says what is missing; exit status 1 when something is"]],
}, async ({ flags }, terminal) => {
  const { schemaProblems } = await import("../stores/duckdb/migrations.ts");
  await using database = await openDatabase(flags.db, terminal);
  const problems = await schemaProblems(database);
  terminal.out(problems.length === 0 ? "The database is valid\n" : `${problems.join("\n")}\n`);
  return problems.length === 0 ? 0 : FAILED;
});

/** `bilancio db simulations`. */
export const simulationsCommand: Command = commandOf({
  name: "db simulations",
  summary: "Lists recorded simulations, the newest first",
  positionals: [],
  flags: {
    ...DB,
    "limit": wholeNumber("N", "how many", { min: 1 }, { fallback: "20" }),
    "status": text("STATUS", "running (interrupted), completed or failed"),
    ...JSON_FLAG,
  },
  examples: [[`bilancio db simulations ${EXAMPLE_DB}`, "shows their size, payments and costs"]],
}, async ({ flags }, terminal) => {
  const { simulations } = await import("../stores/duckdb/queries.ts");
  await using database = await openSource(flags.db, terminal);
  const { status } = flags;
  const rows = await simulations(database, { limit: flags.limit ?? 20, ...(status === undefined ? {} : { status }) });
  show(rows.map(shortRow), flags.json, terminal);
  return 0;
});

/** The columns that fit a line. */
function shortRow(row: Row): Row {
  const names = ["simulation_id", "model", "status", "ticks_per_day", "num_days", "num_agents", "total_arrivals"];
  return Object.fromEntries(
    [...names, "total_settlements", "total_cost_cents", "started_at"].map((name) => [name, row[name] ?? null]),
  );
}

const ID = [{ name: "ID", summary: "simulation id" }];

/** `bilancio db events`. */
export const eventsCommand: Command = commandOf({
  name: "db events",
  summary: "Shows events of a recorded simulation, a page at a time",
  positionals: ID,
  flags: {
    ...DB,
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
    ...JSON_FLAG,
  },
  examples: [[`bilancio db events first ${EXAMPLE_DB} --tick 5`, "shows what happened in tick 5"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const { simulationEvents } = await import("../stores/duckdb/queries.ts");
  await using database = await openSource(flags.db, terminal);
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
  };
  const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const page = await simulationEvents(database, id, query);
  if (flags.json === true) {
    terminal.out(page.events.map((event) => `${JSON.stringify(event, plainCell)}\n`).join(""));
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
  summary: "Shows a report about a recorded simulation: days, payments, delays, costs, policies, registers, queues",
  positionals: [...ID, { name: "REPORT", summary: "summary, events, or one that an unknown name lists" }],
  flags: { ...DB, ...JSON_FLAG },
  examples: [[`bilancio db report first cost_breakdown ${EXAMPLE_DB}`, "shows the costs of each bank"]],
}, async ({ positionals: [id = "", name = ""], flags }, terminal) => {
  const { eventSummary, simulationReport, simulationSummary } = await import("../stores/duckdb/queries.ts");
  await using database = await openSource(flags.db, terminal);
  const summary = await simulationSummary(database, id);
  if (summary === null) throw new NotFound(`There is no simulation ${id}; bilancio db simulations lists them`);
  if (name === "summary") terminal.out(`${JSON.stringify(summary, plainCell, 2)}\n`);
  else if (name === "events") terminal.out(`${JSON.stringify(await eventSummary(database, id), plainCell, 2)}\n`);
  else show(await simulationReport(database, id, name), flags.json, terminal);
  return 0;
});

/** `bilancio db costs`. */
export const costsCommand: Command = commandOf({
  name: "db costs",
  summary: "The costs of each bank after each tick, as CSV",
  positionals: ID,
  flags: {
    ...DB,
    "agent": text("ID", "only this bank"),
    "per-tick": onOff("what each tick added, not sums"),
    "out": path("FILE", "write here", { fallback: "standard output" }),
  },
  examples: [[`bilancio db costs first ${EXAMPLE_DB} --out out/costs.csv`, "writes a table that can be plotted"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const { costSeries } = await import("../stores/duckdb/queries.ts");
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

/** `bilancio db delete`. */
export const deleteCommand: Command = commandOf({
  name: "db delete",
  summary: "Deletes everything that is recorded of a simulation",
  positionals: ID,
  flags: DB,
  examples: [[`bilancio db delete first ${EXAMPLE_DB}`, "removes an interrupted recording, for instance"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const place = from(terminal.directory, flags.db ?? DEFAULT_DATABASE);
  if (isDirectory(place)) throw new UsageError("bilancio db delete takes one database file, not a directory of parts.");
  await (await openDatabase(flags.db, terminal))[Symbol.asyncDispose]();
  const { DuckDbSimulations } = await import("../stores/duckdb/simulations.ts");
  await using store = await DuckDbSimulations.open(place);
  await store.delete(id);
  terminal.out(`${id} is deleted\n`);
  return 0;
});

const EXPORT_FLAGS = { ...DB, "simulation-id": text("ID", "only the rows of this simulation") };

const EXPORT: CommandShape<typeof EXPORT_FLAGS> = {
  name: "db export",
  summary: "Writes a table of a database as a Parquet file",
  positionals: [{ name: "TABLE", summary: "such as simulation_events; an unknown name lists them" }, {
    name: "FILE",
    summary: "the Parquet file",
  }],
  flags: EXPORT_FLAGS,
  examples: [[`bilancio db export simulation_events out/events.parquet ${EXAMPLE_DB}`, "writes all events"]],
};

/** `bilancio db export`. */
export const exportCommand: Command = commandOf(
  EXPORT,
  async ({ positionals: [name = "", file = ""], flags }, terminal) => {
    const { exportParquet } = await import("../stores/duckdb/tables.ts");
    await using database = await openSource(flags.db, terminal);
    const rows = await exportParquet(database, name, from(terminal.directory, file), flags["simulation-id"]);
    if (rows === 0 && flags["simulation-id"] !== undefined) {
      throw new StoreError(`${name} has no rows of ${flags["simulation-id"]}`, { store: "duckdb", retryable: false });
    }
    terminal.out(`${file}: ${rows} rows\n`);
    return 0;
  },
);
