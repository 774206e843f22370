/**
 * Several processes record at once: each writes a part file of its own, and one view reads them all (spec 09 3.2.6).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import { checkedName } from "../files/names.ts";
import { Database } from "./driver.ts";
import { SCHEMA_VERSION, schemaState } from "./migrations.ts";
import { TABLES } from "./schema.ts";
import { DuckDbSimulations } from "./simulations.ts";

const PART = /^part-[A-Za-z0-9_.-]+\.duckdb$/;

/** Opens the part file of one worker in a directory; the directory is made where it is missing. */
export async function openPart(directory: string, worker: string): Promise<DuckDbSimulations> {
  Deno.mkdirSync(directory, { recursive: true });
  return await DuckDbSimulations.open(`${directory}/part-${checkedName(worker, "worker")}.duckdb`);
}

/** Tables that are numbered inside a file: they are read through the views and tables that name simulations. */
const INTERNAL = new Set([
  "event_rows",
  "event_kinds",
  "simulation_names",
  "simulation_ticks",
  "simulation_positions",
  "schema_migrations",
]);

/**
 * All parts of a directory as one database that can only be read.
 *
 * @throws {NotFound} for a directory without parts; {@linkcode Conflict} for a part that is being written.
 */
export async function openParts(directory: string): Promise<Database> {
  const parts = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => PART.test(name)).sort();
  if (parts.length === 0) throw new NotFound(`${directory} has no parts of a recording`);
  const database = await Database.open(":memory:");
  try {
    for (const [i, name] of parts.entries()) {
      const path = `${directory}/${name}`;
      await requireSchema(path);
      await database.run(`ATTACH '${path.replaceAll("'", "''")}' AS part_${i} (READ_ONLY)`);
    }
    for (const table of [...Object.keys(TABLES).filter((name) => !INTERNAL.has(name)), "simulation_events"]) {
      const selects = parts.map((_, i) => `SELECT * FROM part_${i}.${table}`);
      await database.run(`CREATE VIEW ${table} AS ${selects.join(" UNION ALL BY NAME ")}`);
    }
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** A part of another schema is brought to the present one first. */
async function requireSchema(path: string): Promise<void> {
  await using part = await Database.open(path, { readOnly: true });
  const { version } = await schemaState(part);
  if (version === SCHEMA_VERSION) return;
  throw new NotFound(
    `${path} has another schema (${version}, not ${SCHEMA_VERSION}): bring it up to date with bilancio db init --db ${path}`,
  );
}
