/**
 * Several processes record at once: each writes a part file of its own, and one view reads them all (spec 09 3.2.6).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import { writeFailure } from "../files/atomic_file.ts";
import { checkedName } from "../files/names.ts";
import { Database } from "./driver.ts";
import { migrate, requireSchema, schemaState } from "./migrations.ts";
import { columnNames, TABLES, VIEWS } from "./schema.ts";
import { DuckDbSimulations } from "./simulations.ts";

const PART = /^part-[A-Za-z0-9_.-]+\.duckdb$/;

/** Opens the part file of one worker in a directory; the directory is made where it is missing. */
export async function openPart(directory: string, worker: string): Promise<DuckDbSimulations> {
  try {
    Deno.mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw writeFailure(error, directory);
  }
  return await DuckDbSimulations.open(`${directory}/part-${checkedName(worker, "worker")}.duckdb`);
}

/** Tables that are numbered inside a file: they are read through the views and tables that name simulations. */
const INTERNAL = new Set([
  "event_rows",
  "event_kinds",
  "simulation_names",
  "logged_events",
  "logged_names",
  "payment_rows",
  "transaction_rows",
  "event_shapes",
  "simulation_ticks",
  "simulation_positions",
  "schema_migrations",
]);

/** The names of the part files of a directory, which need not exist. */
function partNames(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => PART.test(name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether a directory has parts of a recording. */
export function hasParts(directory: string): boolean {
  return partNames(directory).length > 0;
}

/**
 * All parts of a directory as one database that can only be read. A run that stands in several parts, because a writer
 * died before it could report it, is shown once.
 *
 * @throws {NotFound} for a directory without parts; {@linkcode Conflict} for a part that is being written.
 */
export async function openParts(directory: string): Promise<Database> {
  const paths = partNames(directory).map((name) => `${directory}/${name}`);
  if (paths.length === 0) throw new NotFound(`${directory} has no parts of a recording`);
  const parts: string[] = [];
  for (const path of paths) if (await hasTables(path)) parts.push(path);
  const database = await Database.open(":memory:");
  try {
    if (parts.length === 0) await migrate(database);
    if (parts.length === 0) return database;
    for (const [i, path] of parts.entries()) {
      await database.run(`ATTACH '${path.replaceAll("'", "''")}' AS part_${i} (READ_ONLY)`);
    }
    const superseded = await findSuperseded(database, parts.length);
    for (const table of [...Object.keys(TABLES).filter((name) => !INTERNAL.has(name)), ...VIEWS]) {
      const isNamed = VIEWS.includes(table) || columnNames(table).includes("simulation_id");
      const selects = parts.map((_, i) =>
        isNamed && superseded.has(i)
          ? `SELECT * FROM part_${i}.${table} WHERE simulation_id NOT IN (FROM superseded_${i})`
          : `SELECT * FROM part_${i}.${table}`
      );
      await database.run(`CREATE VIEW ${table} AS ${selects.join(" UNION ALL BY NAME ")}`);
    }
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** Notes for each part the simulations that a newer or more complete recording replaces; gives the parts that have any. */
async function findSuperseded(database: Database, parts: number): Promise<ReadonlySet<number>> {
  const all = Array.from(
    { length: parts },
    (_, i) => `SELECT ${i} AS part, simulation_id, status, started_at FROM part_${i}.simulations`,
  );
  const rows = await database.rows(
    `SELECT part, simulation_id FROM (${all.join(" UNION ALL ")}) QUALIFY row_number() OVER (
       PARTITION BY simulation_id ORDER BY status <> 'running' DESC, started_at DESC, part) > 1`,
  );
  const found = new Set(rows.map(({ part }) => Number(part)));
  for (const part of found) {
    const ids = rows.filter((row) => Number(row["part"]) === part).map((row) => row["simulation_id"] ?? null);
    await database.run(`CREATE TABLE superseded_${part} AS SELECT unnest(?::VARCHAR[]) AS simulation_id`, [ids]);
  }
  return found;
}

/**
 * Whether a part has tables: a writer may have come to its end before it made them, on a full disk or killed. A part of
 * another schema has to be brought to the present one first.
 */
async function hasTables(path: string): Promise<boolean> {
  await using part = await Database.open(path, { readOnly: true });
  if ((await schemaState(part)).tables.size === 0) return false;
  await requireSchema(part);
  return true;
}
