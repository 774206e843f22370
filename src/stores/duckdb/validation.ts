/**
 * Checks of a database: its tables and columns, and that no row is there twice.
 *
 * @module
 */
import type { Database } from "./driver.ts";
import { SCHEMA_VERSION, schemaState } from "./migrations.ts";
import { columnNames, TABLES, UNIQUE_ROWS, VIEWS } from "./schema.ts";

/** What differs from the present schema, as sentences; empty when all is well. */
export async function schemaProblems(database: Database): Promise<string[]> {
  const { tables, version } = await schemaState(database);
  const problems: string[] = [];
  if (version !== SCHEMA_VERSION) problems.push(`The schema is ${version}, not ${SCHEMA_VERSION}`);
  for (const name of [...Object.keys(TABLES), ...VIEWS]) {
    if (!tables.has(name)) problems.push(`Table ${name} does not exist`);
  }
  for (const table of Object.keys(TABLES)) {
    if (tables.has(table)) problems.push(...await columnProblems(database, table));
  }
  return problems;
}

async function columnProblems(database: Database, table: string): Promise<string[]> {
  const rows = await database.rows(
    "SELECT column_name FROM information_schema.columns WHERE table_catalog = current_database() AND table_name = ?",
    [table],
  );
  const found = new Set(rows.map((row) => String(row["column_name"])));
  const expected = columnNames(table);
  const missing = expected.filter((name) => !found.has(name)).sort();
  const extra = [...found].filter((name) => !expected.includes(name)).sort();
  return [
    ...missing.map((name) => `Column '${name}' missing from table ${table}`),
    ...(extra.length === 0 ? [] : [`Unexpected columns in ${table}: [${extra.join(", ")}]`]),
  ];
}

/** Rows that are there more than once, as sentences; looks at every row. Needs the present schema. */
export async function rowProblems(database: Database): Promise<string[]> {
  const problems: string[] = [];
  for (const [table, columns] of Object.entries(UNIQUE_ROWS)) {
    const [row] = await database.rows(
      `SELECT count(*) AS number, any_value(simulation_id) AS simulation_id FROM
         (SELECT simulation_id FROM ${table} GROUP BY ${columns.join(", ")} HAVING count(*) > 1)`,
    );
    if (Number(row?.["number"] ?? 0) > 0) {
      problems.push(
        `Table ${table} has ${row?.["number"]} rows more than once by (${columns.join(", ")}), ` +
          `of the simulation ${row?.["simulation_id"]} for instance`,
      );
    }
  }
  return problems;
}
