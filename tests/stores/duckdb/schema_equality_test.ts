/** A new database and one that was migrated have the same tables, column for column. */
import { assert, assertEquals } from "@std/assert";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";
import { migrate } from "../../../src/stores/duckdb/migrations.ts";
import { EARLIER_EVENTS, TABLES, VIEWS } from "../../../src/stores/duckdb/schema.ts";
import { Place } from "../places.ts";
import { EXPERIMENT_TABLES, makeReferenceDatabase, RUN_TABLES } from "./reference_database.ts";

const NAMES = [...Object.keys(TABLES), ...VIEWS];

/** The columns of our tables and views in order, and what their tables require. */
async function schemaOf(database: Database): Promise<{ columns: Row[]; constraints: Row[]; views: Row[] }> {
  const columns = await database.rows(
    `SELECT table_name, column_index, column_name, data_type, is_nullable, column_default FROM duckdb_columns()
     WHERE NOT internal AND table_name IN (SELECT unnest(?)) ORDER BY table_name, column_index`,
    [NAMES],
  );
  const constraints = await database.rows(
    `SELECT table_name, constraint_type, constraint_column_names FROM duckdb_constraints()
     WHERE table_name IN (SELECT unnest(?)) ORDER BY ALL`,
    [NAMES],
  );
  const views = await database.rows(
    "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal AND view_name = 'simulation_events'",
  );
  return { columns, constraints, views };
}

for (const [kind, tables] of Object.entries({ run: RUN_TABLES, experiment: EXPERIMENT_TABLES })) {
  Deno.test(`a migrated ${kind} database of the reference has the columns and constraints of a new one`, async () => {
    using place = new Place();
    const path = `${place.path}/simulation_data.db`;
    await makeReferenceDatabase(path, tables);
    await using fresh = await Database.open(":memory:");
    await migrate(fresh);
    await using migrated = await Database.open(path);
    await migrate(migrated);
    const expected = await schemaOf(fresh);
    assert(expected.columns.length > 250);
    assertEquals(await schemaOf(migrated), expected);
    assertEquals(
      await migrated.columns(`SELECT * FROM ${EARLIER_EVENTS} LIMIT 0`),
      await fresh.columns(`SELECT * FROM ${EARLIER_EVENTS} LIMIT 0`),
    );
  });
}
