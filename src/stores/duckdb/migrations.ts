/**
 * Brings a database to the present schema: a new one, an older one of ours, or one that the reference wrote. What cannot
 * be brought there is refused. No row is ever dropped: a table in another form keeps its rows under `before_<version>_`.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type { Database, Session } from "./driver.ts";
import {
  columnNames,
  createTable,
  EARLIER_EVENTS,
  EARLIER_EVENTS_TABLE,
  EVENTS_VIEW,
  SHARED_TABLES,
  TABLES,
} from "./schema.ts";

/** Marks rows of `schema_migrations` that are ours: the reference counts its own from 1. */
const FIRST_VERSION = 1000;

interface Migration {
  readonly version: number;
  readonly description: string;
  apply(session: Session): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { version: FIRST_VERSION + 1, description: "one schema for runs and experiments", apply: firstSchema },
];

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
    "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()",
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
  const known = new Set([...Object.keys(TABLES), "simulation_events"]);
  if (version === 0 && tables.size > 0 && ![...tables].some((table) => known.has(table))) {
    throw refusal(database, `is a database of something else, with the tables ${[...tables].sort().join(", ")}`);
  }
  const missing = MIGRATIONS.filter((migration) => migration.version > version);
  for (const migration of missing) {
    await database.transaction(async (session) => {
      await migration.apply(session);
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

async function firstSchema(session: Session): Promise<void> {
  const { tables } = await schemaState(session);
  for (const table of SHARED_TABLES) if (tables.has(table)) await setAside(session, table);
  if (tables.has("simulation_events")) {
    await dropIndexes(session, "simulation_events");
    await session.run(`ALTER TABLE simulation_events RENAME TO ${EARLIER_EVENTS}`);
  }
  for (const table of Object.keys(TABLES)) await session.run(createTable(table));
  await session.run(EARLIER_EVENTS_TABLE);
  for (const table of SHARED_TABLES) if (tables.has(table)) await takeOver(session, table);
  await numberSimulations(session);
  await session.run(EVENTS_VIEW);
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
async function takeOver(session: Session, table: string): Promise<void> {
  const columns = await session.rows("SELECT column_name FROM information_schema.columns WHERE table_name = ?", [
    asideName(table),
  ]);
  const theirs = new Set(columns.map((row) => String(row["column_name"])));
  const common = columnNames(table).filter((name) => theirs.has(name)).map((name) => `"${name}"`).join(", ");
  if (common === "") return;
  await session.run(`INSERT INTO "${table}" (${common}) SELECT ${common} FROM "${asideName(table)}"`);
}

/** What differs from the present schema, as sentences; empty when all is well. */
export async function schemaProblems(database: Database): Promise<string[]> {
  const { tables } = await schemaState(database);
  const problems: string[] = [];
  for (const table of [...Object.keys(TABLES), "simulation_events"]) {
    if (!tables.has(table)) problems.push(`Table ${table} does not exist`);
  }
  for (const [table] of Object.entries(TABLES)) {
    if (!tables.has(table)) continue;
    const rows = await database.rows("SELECT column_name FROM information_schema.columns WHERE table_name = ?", [
      table,
    ]);
    const found = new Set(rows.map((row) => String(row["column_name"])));
    const expected = columnNames(table);
    for (const name of expected.filter((name) => !found.has(name)).sort()) {
      problems.push(`Column '${name}' missing from table ${table}`);
    }
    const extra = [...found].filter((name) => !expected.includes(name)).sort();
    if (extra.length > 0) problems.push(`Unexpected columns in ${table}: [${extra.join(", ")}]`);
  }
  return problems;
}
