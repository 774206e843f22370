/**
 * `bilancio db init|migrate|validate|list|info|delete|export`: a recorded database as a whole (spec 08 12).
 *
 * @module
 */
import { StoreError, UsageError } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import { DEFAULT_DATABASE, isDirectoryAt, openDatabase, openSource } from "./database.ts";
import { EXAMPLE_DB, FILE_FLAG, ID, JSON_FLAG, plainJson, showRows, SOURCE_FLAG } from "./db_shape.ts";
import { FAILED } from "./errors.ts";
import { onOff, text } from "./flags.ts";
import { from } from "./paths.ts";

/** `bilancio db init`. */
export const initCommand: Command = commandOf({
  name: "db init",
  summary: "Makes a database for recorded runs, or brings an older one to the present schema",
  positionals: [],
  flags: FILE_FLAG,
  examples: [[`bilancio db init ${EXAMPLE_DB}`, "makes the file and its tables"]],
}, async ({ flags }, terminal) => {
  const { migrate } = await import("../stores/duckdb/migrations.ts");
  const { Database } = await import("../stores/duckdb/driver.ts");
  const asked = flags.db ?? DEFAULT_DATABASE;
  await using database = await Database.open(from(terminal.directory, asked));
  const applied = await migrate(database);
  terminal.out(applied === 0 ? `${asked} is up to date\n` : `${asked}: ${migrations(applied)} applied\n`);
  return 0;
});

/** `bilancio db migrate`. */
export const migrateCommand: Command = commandOf({
  name: "db migrate",
  summary: "Brings a database of an older version, or of the reference, to the present schema",
  positionals: [],
  flags: { ...FILE_FLAG, ...JSON_FLAG },
  details: [
    "Each migration is done as a whole or not at all, and no row is dropped: a table that has another form keeps its " +
    "rows under a name that begins with before_. A database of something else is refused and stays as it is.",
  ],
  examples: [[`bilancio db migrate ${EXAMPLE_DB}`, "says how many migrations were applied"]],
}, async ({ flags }, terminal) => {
  const { migrate, SCHEMA_VERSION } = await import("../stores/duckdb/migrations.ts");
  await using database = await openDatabase(flags.db, terminal, { readOnly: false, anySchema: true });
  const applied = await migrate(database);
  if (flags.json === true) terminal.out(`${plainJson({ applied, schema_version: SCHEMA_VERSION })}\n`);
  else {
    const asked = flags.db ?? DEFAULT_DATABASE;
    const what = applied === 0 ? "is up to date" : `: ${migrations(applied)} applied`;
    terminal.out(`${asked}${what.startsWith(":") ? "" : " "}${what}, schema ${SCHEMA_VERSION}\n`);
  }
  return 0;
});

function migrations(number: number): string {
  return number === 1 ? "1 migration" : `${number} migrations`;
}

/** `bilancio db validate`. */
export const validateCommand: Command = commandOf({
  name: "db validate",
  summary: "Checks the tables of a database, and that no row is in it twice",
  positionals: [],
  flags: { ...FILE_FLAG, "quiet": onOff("say nothing; the exit status tells"), ...JSON_FLAG },
  examples: [[`bilancio db validate ${EXAMPLE_DB}`, "says what is wrong; exit status 1 when something is"]],
}, async ({ flags }, terminal) => {
  const { rowProblems, schemaProblems } = await import("../stores/duckdb/validation.ts");
  await using database = await openDatabase(flags.db, terminal, { anySchema: true });
  const schema = await schemaProblems(database);
  const problems = schema.length > 0 ? schema : await rowProblems(database);
  if (flags.json === true) terminal.out(`${plainJson({ valid: problems.length === 0, problems })}\n`);
  else if (flags.quiet !== true) {
    terminal.out(problems.length === 0 ? "The database is valid\n" : `${problems.join("\n")}\n`);
    if (schema.length > 0) {
      terminal.error(`bilancio db migrate --db ${flags.db ?? DEFAULT_DATABASE} brings an older database up to date\n`);
    }
  }
  return problems.length === 0 ? 0 : FAILED;
});

/** `bilancio db list`. */
export const listCommand: Command = commandOf({
  name: "db list",
  summary: "Lists the tables and views of a database",
  positionals: [],
  flags: { ...FILE_FLAG, ...JSON_FLAG },
  examples: [[`bilancio db list ${EXAMPLE_DB}`, "shows the rows and columns of each"]],
}, async ({ flags }, terminal) => {
  const { listTables } = await import("../stores/duckdb/database_figures.ts");
  await using database = await openDatabase(flags.db, terminal, { anySchema: true });
  showRows(await listTables(database), flags.json, terminal);
  return 0;
});

/** `bilancio db info`. */
export const infoCommand: Command = commandOf({
  name: "db info",
  summary: "Shows a database in figures: size, schema, simulations, events, checkpoints, experiments",
  positionals: [],
  flags: { ...FILE_FLAG, ...JSON_FLAG },
  examples: [[`bilancio db info ${EXAMPLE_DB}`, "shows one line for each figure"]],
}, async ({ flags }, terminal) => {
  const { databaseFigures } = await import("../stores/duckdb/database_figures.ts");
  await using database = await openDatabase(flags.db, terminal, { anySchema: true });
  const { simulations, ...others } = await databaseFigures(database);
  const figures = { path: flags.db ?? DEFAULT_DATABASE, bytes: Deno.statSync(database.path).size, ...others };
  if (flags.json === true) {
    terminal.out(`${plainJson({ ...figures, simulations })}\n`);
    return 0;
  }
  const lines = Object.entries(figures).map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`);
  const counts = Object.entries(simulations).map(([kind, number]) => `${number} ${kind}`);
  terminal.out(`${[...lines, `simulations: ${counts.length === 0 ? "none" : counts.join(", ")}`].join("\n")}\n`);
  return 0;
});

/** `bilancio db delete`. */
export const deleteCommand: Command = commandOf({
  name: "db delete",
  summary: "Deletes everything that is recorded of a simulation",
  positionals: ID,
  flags: FILE_FLAG,
  examples: [[`bilancio db delete first ${EXAMPLE_DB}`, "removes an interrupted recording, for instance"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const place = from(terminal.directory, flags.db ?? DEFAULT_DATABASE);
  if (isDirectoryAt(place)) {
    throw new UsageError("bilancio db delete takes one database file, not a directory of parts.");
  }
  await (await openDatabase(flags.db, terminal, { anySchema: true }))[Symbol.asyncDispose]();
  const { DuckDbSimulations } = await import("../stores/duckdb/simulations.ts");
  await using store = await DuckDbSimulations.open(place);
  await store.delete(id);
  terminal.out(`${id} is deleted\n`);
  return 0;
});

/** `bilancio db export`. */
export const exportCommand: Command = commandOf({
  name: "db export",
  summary: "Writes a table of a database as a Parquet file",
  positionals: [{ name: "TABLE", summary: "such as simulation_events; an unknown name lists them" }, {
    name: "FILE",
    summary: "the Parquet file",
  }],
  flags: { ...SOURCE_FLAG, "simulation-id": text("ID", "only the rows of this simulation") },
  examples: [[`bilancio db export simulation_events out/events.parquet ${EXAMPLE_DB}`, "writes all events"]],
}, async ({ positionals: [name = "", file = ""], flags }, terminal) => {
  const { exportParquet } = await import("../stores/duckdb/tables.ts");
  await using database = await openSource(flags.db, terminal);
  const rows = await exportParquet(database, name, from(terminal.directory, file), flags["simulation-id"]);
  if (rows === 0 && flags["simulation-id"] !== undefined) {
    throw new StoreError(`${name} has no rows of ${flags["simulation-id"]}`, { store: "duckdb", retryable: false });
  }
  terminal.out(`${file}: ${rows} rows\n`);
  return 0;
});
