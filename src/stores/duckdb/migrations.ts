/**
 * Brings a database to the present schema: a new one, an older one of ours, or one that the reference wrote. What cannot
 * be brought there is refused. No row is ever dropped: a table in another form keeps its rows under `before_<version>_`.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { derivedViews } from "./derived_views.ts";
import type { Database, Session } from "./driver.ts";
import { layoutFromText, NUMBER_SLOTS } from "./event_shapes.ts";
import { EVENT_COLUMNS, eventsView } from "./events_sql.ts";
import { TRANSACTIONS_VIEW } from "./recorded_payments.ts";
import {
  columnNames,
  createTable,
  DERIVED_TABLES,
  EARLIER_EVENTS,
  EARLIER_EVENTS_TABLE,
  FULL_REPLAY_TABLES,
  JOB_TABLES,
  LOGGED_TABLES,
  SHARED_TABLES,
  TABLES,
  VIEWS,
} from "./schema.ts";
import { fromDoubleSql } from "./slot_numbers.ts";

/** Marks rows of `schema_migrations` that are ours: the reference counts its own from 1. */
const FIRST_VERSION = 1000;

interface Migration {
  readonly version: number;
  readonly description: string;
  apply(session: Session): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { version: FIRST_VERSION + 1, description: "one schema for runs and experiments", apply: firstSchema },
  { version: FIRST_VERSION + 2, description: "decisions, states and queues of every tick", apply: addFullReplay },
  { version: FIRST_VERSION + 3, description: "events in typed columns", apply: addLoggedEvents },
  { version: FIRST_VERSION + 4, description: "jobs and their events", apply: addJobs },
  { version: FIRST_VERSION + 5, description: "numbers of events in 64 bits", apply: keepNumbersInBits },
  { version: FIRST_VERSION + 6, description: "payments as whole numbers", apply: addPayments },
];

/** What later versions added to the first. */
const LATER_TABLES: readonly string[] = [...FULL_REPLAY_TABLES, ...LOGGED_TABLES, ...JOB_TABLES, "payment_rows"];

/** The version of the newest schema. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)?.version ?? FIRST_VERSION;

/** What stands in a database. */
export interface SchemaState {
  /** Version of our schema; 0 where it is not ours yet. */
  readonly version: number;
  readonly tables: ReadonlySet<string>;
}

/** Looks at a database without changing it. */
export async function schemaState(session: Session | Database): Promise<SchemaState> {
  const found = await session.rows(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal
     UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = current_database() AND NOT internal`,
  );
  const tables = new Set(found.map((row) => String(row["table_name"])));
  if (!tables.has("schema_migrations") || !tables.has("event_rows")) return { version: 0, tables };
  const [row] = await session.rows("SELECT max(version) AS version FROM schema_migrations");
  const version = Number(row?.["version"] ?? 0);
  return { version: version >= FIRST_VERSION ? version : 0, tables };
}

/**
 * Applies what is missing, each migration as a whole or not at all, and returns how many were applied.
 *
 * @throws {StoreError} for a database of a newer version, or one that holds something else altogether.
 */
export async function migrate(database: Database): Promise<number> {
  const { version, tables } = await schemaState(database);
  if (version > SCHEMA_VERSION) {
    throw refusal(database, `was written by a newer bilancio (schema ${version}, this one knows ${SCHEMA_VERSION})`);
  }
  // Many databases have a table of jobs.
  const known = new Set([...Object.keys(TABLES), "simulation_events"]).difference(new Set(JOB_TABLES));
  if (version === 0 && tables.size > 0 && ![...tables].some((table) => known.has(table))) {
    throw refusal(database, `is a database of something else, with the tables ${[...tables].sort().join(", ")}`);
  }
  if (tables.size === 0) {
    await database.script(schemaScript());
    return MIGRATIONS.length;
  }
  const missing = MIGRATIONS.filter((migration) => migration.version > version);
  for (const migration of missing) {
    await database.transaction(async (session) => {
      await migration.apply(session);
      if (migration === missing.at(-1)) await makeDerivedViews(session);
      await session.run("INSERT INTO schema_migrations VALUES (?, ?, ?)", [
        migration.version,
        new Date(),
        migration.description,
      ]);
    });
  }
  return missing.length;
}

function refusal(database: Database, why: string): StoreError {
  return new StoreError(`${database.path} ${why}; nothing was changed: choose another file`, {
    store: "duckdb",
    retryable: false,
  });
}

/**
 * Makes the present schema in a database that was not there before it was opened, without a question. When another
 * process was faster, so that there are tables, nothing is done and false is returned: {@linkcode migrate} brings them on.
 */
export async function makeSchema(database: Database): Promise<boolean> {
  try {
    await database.script(`SELECT error('not a new database') FROM duckdb_tables();\n${schemaScript()}`);
    return true;
  } catch (error) {
    // A database that failed for another reason, such as a full disk, may not answer any more.
    const found = await schemaState(database).catch(() => undefined);
    if (found === undefined || found.tables.size === 0) throw error;
    return false;
  }
}

/** The present schema of a new database in one go: what the migrations come to, at a tenth of their time. */
function schemaScript(): string {
  const versions = MIGRATIONS.map(({ version, description }) =>
    `(${version}, now()::TIMESTAMP, '${description.replaceAll("'", "''")}')`
  );
  const statements = [
    ...Object.keys(TABLES).map((table) => createTable(table)),
    EARLIER_EVENTS_TABLE,
    // DuckDB plans every view that it makes: those beside the events are made over a small one, which then grows.
    `CREATE VIEW simulation_events AS SELECT ${EVENT_COLUMNS} FROM ${EARLIER_EVENTS}`,
    ...derivedViews(() => undefined).map(([name, sql]) => `CREATE VIEW ${name} AS ${sql}`),
    eventsView(new Map()),
    `CREATE VIEW transactions AS ${TRANSACTIONS_VIEW}`,
    `INSERT INTO schema_migrations VALUES ${versions.join(", ")}`,
  ];
  return statements.join(";\n");
}

async function firstSchema(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  for (const table of SHARED_TABLES) if (tables.has(table)) await setAside(session, table);
  if (tables.has("simulation_events")) {
    await dropIndexes(session, "simulation_events");
    await session.run(`ALTER TABLE simulation_events RENAME TO ${EARLIER_EVENTS}`);
  }
  for (const table of Object.keys(TABLES).filter((name) => !LATER_TABLES.includes(name))) {
    await session.run(createTable(table));
  }
  await session.run(EARLIER_EVENTS_TABLE);
  for (const table of SHARED_TABLES) {
    if (tables.has(table)) await takeOver(session, table, table === "transactions" ? "transaction_rows" : table);
  }
  await numberSimulations(session);
  await addLoggedEvents(session);
}

/** Events that are recorded from now on stand in typed columns; those that were recorded before stay where they are. */
async function addLoggedEvents(session: Session): Promise<void> {
  for (const table of LOGGED_TABLES) await session.run(createTable(table));
  await session.run(eventsView(new Map()));
}

/** Numbers of events were floats; see `slot_numbers.ts`. */
async function keepNumbersInBits(session: Session): Promise<void> {
  const [column] = await session.rows(
    `SELECT data_type FROM duckdb_columns() WHERE database_name = current_database() AND table_name = 'logged_events'
       AND column_name = '${NUMBER_SLOTS[0]}'`,
  );
  if (column?.["data_type"] !== "DOUBLE") return;
  const shapes = (await session.rows("SELECT shape, layout, event_type, fields FROM event_shapes")).map((row) => ({
    shape: Number(row["shape"]),
    number: Number(row["layout"]),
    layout: layoutFromText(String(row["event_type"]), String(row["fields"])),
  }));
  for (const slot of NUMBER_SLOTS) {
    const floats = shapes.filter(({ layout }) =>
      layout.places.some((place) => place.slot === slot && place.type === "float")
    );
    const isFloat = floats.length === 0 ? "FALSE" : `shape IN (${floats.map(({ shape }) => shape).join(", ")})`;
    await session.run(`ALTER TABLE logged_events ALTER ${slot} TYPE BIGINT USING ${fromDoubleSql(slot, isFloat)}`);
  }
  await session.run(eventsView(new Map(shapes.map(({ number, layout }) => [number, layout]))));
}

/** Payments that were recorded before stay as they are, in a table of another name: a view shows them and new ones. */
async function addPayments(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  if (!tables.has("transaction_rows")) {
    await dropIndexes(session, "transactions");
    await session.run("ALTER TABLE transactions RENAME TO transaction_rows");
  }
  await session.run(createTable("payment_rows"));
  await session.run(`CREATE VIEW transactions AS ${TRANSACTIONS_VIEW}`);
}

async function addJobs(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  for (const table of JOB_TABLES) {
    if (tables.has(table)) await setAside(session, table);
    await session.run(createTable(table));
  }
}

/**
 * The tables of a full replay. Those that nothing writes any more make room for views. What a database of the reference
 * has under these names is kept, and the rows of the first are taken over.
 */
async function addFullReplay(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  for (const table of [...FULL_REPLAY_TABLES, ...DERIVED_TABLES]) {
    if (tables.has(table)) await setAside(session, table);
  }
  for (const table of FULL_REPLAY_TABLES) {
    await session.run(createTable(table));
    if (tables.has(table)) await takeOver(session, table);
  }
}

/** The views beside that of the events, which they read; rows that were set aside under their names are shown, too. */
async function makeDerivedViews(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  const aside = (name: string) =>
    [...tables].find((table) => table.startsWith("before_") && table.endsWith(`_${name}`));
  for (const [name, sql] of derivedViews(aside)) await session.run(`CREATE OR REPLACE VIEW ${name} AS ${sql}`);
}

/** Simulations of the reference get numbers, too. */
async function numberSimulations(session: Session): Promise<void> {
  await session.run(
    `UPDATE simulations SET simulation_no = n.n, model = 'payments'
     FROM (SELECT simulation_id AS id, row_number() OVER (ORDER BY started_at, simulation_id) AS n FROM simulations) n
     WHERE n.id = simulations.simulation_id AND simulation_no IS NULL`,
  );
}

function asideName(table: string): string {
  return `before_${SCHEMA_VERSION}_${table}`;
}

async function setAside(session: Session, table: string): Promise<void> {
  await dropIndexes(session, table);
  await session.run(`ALTER TABLE "${table}" RENAME TO "${asideName(table)}"`);
}

/** A table with indexes cannot be renamed; they hold no rows of their own. */
async function dropIndexes(session: Session, table: string): Promise<void> {
  for (const row of await session.rows("SELECT index_name FROM duckdb_indexes() WHERE table_name = ?", [table])) {
    await session.run(`DROP INDEX "${String(row["index_name"])}"`);
  }
}

/** Copies the columns that both forms of a table have. */
async function takeOver(session: Session, table: string, into = table): Promise<void> {
  const columns = await session.rows("SELECT column_name FROM information_schema.columns WHERE table_name = ?", [
    asideName(table),
  ]);
  const theirs = new Set(columns.map((row) => String(row["column_name"])));
  const common = columnNames(table).filter((name) => theirs.has(name)).map((name) => `"${name}"`).join(", ");
  if (common === "") return;
  await session.run(`INSERT INTO "${into}" (${common}) SELECT ${common} FROM "${asideName(table)}"`);
}

/**
 * Refuses a database that has to be migrated before it is read, or that a newer program wrote.
 *
 * @throws {StoreError} that says how to bring it up to date.
 */
export async function requireSchema(database: Database): Promise<void> {
  const { version, tables } = await schemaState(database);
  if (version === SCHEMA_VERSION) return;
  const { path } = database;
  const isOurs = [...tables].some((table) => Object.hasOwn(TABLES, table) || VIEWS.includes(table));
  if (tables.size > 0 && !isOurs) {
    throw refusal(database, `is a database of something else, with the tables ${[...tables].sort().join(", ")}`);
  }
  const why = version > SCHEMA_VERSION
    ? `was written by a newer bilancio (schema ${version}, this one knows ${SCHEMA_VERSION}): use that one`
    : tables.size === 0
    ? `has no tables: bilancio db init --db ${path} makes them`
    : `has ${version === 0 ? "the tables of another program" : `the older schema ${version}`}: ` +
      `bilancio db migrate --db ${path} brings it to schema ${SCHEMA_VERSION}; no row is lost`;
  throw new StoreError(`${path} ${why}`, { store: "duckdb", retryable: false });
}
