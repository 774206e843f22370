/**
 * What stands in a database file, in figures: its tables, its schema, its simulations.
 *
 * @module
 */
import type { Database, Row } from "./driver.ts";
import { SCHEMA_VERSION, schemaState } from "./migrations.ts";

/** Tables and views by name; `row_count` is null for views. */
export async function listTables(database: Database): Promise<Row[]> {
  return await database.rows(
    `SELECT table_name AS name, 'table' AS kind, estimated_size AS row_count, column_count AS columns
     FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal
     UNION ALL
     SELECT view_name, 'view', NULL, column_count FROM duckdb_views()
     WHERE database_name = current_database() AND NOT internal ORDER BY name`,
  );
}

/** A database in figures. */
export interface DatabaseFigures {
  /** 0 where the schema is not ours. */
  readonly schema_version: number;
  /** The version that this program writes. */
  readonly newest_schema_version: number;
  readonly tables: number;
  /** Numbers of simulations by model and status, such as `payments completed`. */
  readonly simulations: Readonly<Record<string, number>>;
  readonly events: number;
  readonly checkpoints: number;
  readonly experiments: number;
}

/** A database in figures; what a database of another schema does not have counts as 0. */
export async function databaseFigures(database: Database): Promise<DatabaseFigures> {
  const { version, tables } = await schemaState(database);
  const count = async (table: string): Promise<number> => {
    if (!tables.has(table)) return 0;
    const [row] = await database.rows(`SELECT count(*) AS number FROM ${table}`);
    return Number(row?.["number"] ?? 0);
  };
  return {
    schema_version: version,
    newest_schema_version: SCHEMA_VERSION,
    tables: (await listTables(database)).length,
    simulations: version === 0 ? {} : await simulationCounts(database),
    events: await count("simulation_events"),
    checkpoints: await count("simulation_checkpoints"),
    experiments: await count("experiments"),
  };
}

async function simulationCounts(database: Database): Promise<Record<string, number>> {
  const rows = await database.rows(
    "SELECT model, status, count(*) AS number FROM simulations GROUP BY model, status ORDER BY model, status",
  );
  return Object.fromEntries(rows.map(({ model, status, number }) => [`${model} ${status}`, Number(number)]));
}
