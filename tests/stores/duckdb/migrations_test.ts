/** Databases of earlier versions and of the reference come to the present schema with every row, or are refused. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { StoreError } from "../../../src/core/errors.ts";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";
import { migrate, SCHEMA_VERSION, schemaState } from "../../../src/stores/duckdb/migrations.ts";
import { simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { simulationReport } from "../../../src/stores/duckdb/reports.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { simulationSummary } from "../../../src/stores/duckdb/summaries.ts";
import { rowProblems, schemaProblems } from "../../../src/stores/duckdb/validation.ts";
import { Place } from "../places.ts";
import { withTransactionsTable } from "./older_databases.ts";
import { program, SCENARIO_M } from "./payments_recordings.ts";
import { EXPERIMENT_TABLES, makeReferenceDatabase, RUN_TABLES } from "./reference_database.ts";

/** All rows of all tables. */
async function contents(path: string): Promise<Record<string, Row[]>> {
  await using database = await Database.open(path, { readOnly: true });
  const { tables } = await schemaState(database);
  const found: Record<string, Row[]> = {};
  for (const table of [...tables].sort()) found[table] = await database.rows(`FROM "${table}" ORDER BY ALL`);
  return found;
}

/** That every row of a table is still there, under its own name or an earlier one; values may have wider types. */
function assertKept(before: Record<string, Row[]>, after: Record<string, Row[]>): void {
  for (const [table, rows] of Object.entries(before)) {
    const places = Object.entries(after).filter(([name]) => name === table || name.endsWith(`_${table}`));
    const isKept = (row: Row) => places.some(([, found]) => found.some((candidate) => holds(candidate, row)));
    for (const row of rows) assert(isKept(row), `${table} lost ${JSON.stringify(row)}`);
  }
}

function holds(candidate: Row, row: Row): boolean {
  return Object.entries(row).every(([name, value]) => String(candidate[name] ?? null) === String(value));
}

for (const [kind, tables] of Object.entries({ run: RUN_TABLES, experiment: EXPERIMENT_TABLES })) {
  Deno.test(`a reference-made ${kind} database is migrated with every row, and recording goes on in it`, async () => {
    using place = new Place();
    const path = `${place.path}/simulation_data.db`;
    await makeReferenceDatabase(path, tables);
    const before = await contents(path);
    {
      await using database = await Database.open(path);
      assert(await migrate(database) > 0);
      assertEquals(await migrate(database), 0);
      assertEquals([await schemaProblems(database), await rowProblems(database)], [[], []]);
      const [event] = (await simulationEvents(database, "old")).events;
      assertEquals([event?.tick, event?.event_type, event?.details, event?.["tx_id"]], [
        1,
        "Arrival",
        { amount: 40 },
        "t0",
      ]);
      assertEquals((await simulationEvents(database, "old", { tick: 1 })).total, 1);
      assertEquals((await simulationSummary(database, "old"))?.["total_cost_cents"], 18);
    }
    assertKept(before, await contents(path));
    place.write("m.yaml", SCENARIO_M);
    const db = ["--db", "simulation_data.db"];
    const run = ["payments", "run", "m.yaml", "--persist", "simulation_data.db", "--simulation-id", "new"];
    const ran = await program(place.path, ...run);
    assertEquals(ran.code, 0, ran.error);
    assertEquals((await program(place.path, "payments", "replay", "new", ...db)).out, ran.out);
    const refused = await program(place.path, "payments", "replay", "old", ...db);
    assertEquals(refused.code, 1);
    assertMatch(refused.error, /was not recorded by bilancio payments run; bilancio db events shows it/);
    // Its events can be replayed: they are complete in its table.
    const lines = (await program(place.path, "payments", "replay", "old", ...db, "--event-stream", "--json")).out;
    assertMatch(lines, /^\{"simulation_id":"old","tick":1,"day":0,"event_type":"Arrival"/);
    assertKept(before, await contents(path));
  });
}

Deno.test("rows of tables that are views now are seen in the views", async () => {
  using place = new Place();
  const path = `${place.path}/simulation_data.db`;
  await makeReferenceDatabase(path, RUN_TABLES);
  await using database = await Database.open(path);
  await migrate(database);
  const row = async (report: string) => {
    const answer = await simulationReport(database, "old", report);
    return Array.isArray(answer) ? answer[0] : undefined;
  };
  assertEquals((await row("collateral"))?.layer, "strategic");
  assertEquals((await row("cycles"))?.cycle_type, "bilateral");
  assertEquals((await row("decisions"))?.decision_type, "submit");
});

/** The database of schema 1001: tables that later versions added are missing, and events stand in rows. */
async function makeEarlierDatabase(path: string): Promise<void> {
  await (await DuckDbSimulations.open(path))[Symbol.asyncDispose]();
  await using database = await Database.open(path);
  await withTransactionsTable(database);
  const { tables } = await schemaState(database);
  for (const view of ["ticks", "lsm_cycles", "collateral_events", "simulation_events"]) {
    await database.run(`DROP VIEW ${view}`);
  }
  for (const table of tables) {
    if (/^(?:policy_decisions|tick_|logged_|event_shapes)/.test(table)) await database.run(`DROP TABLE "${table}"`);
  }
  await database.run(`DELETE FROM schema_migrations WHERE version > 1001;
    CREATE VIEW simulation_events AS
      SELECT s.simulation_id || ':' || e.sequence AS event_id, s.simulation_id, e.tick::BIGINT AS tick,
        (e.tick // greatest(s.ticks_per_day, 1))::BIGINT AS day,
        s.started_at + to_microseconds(e.sequence) AS event_timestamp, k.event_type, e.details, a.name AS agent_id,
        t.name AS tx_id, s.started_at + to_microseconds(e.sequence) AS created_at
      FROM event_rows e JOIN simulations s ON s.simulation_no = e.simulation_no JOIN event_kinds k ON k.kind = e.kind
        LEFT JOIN simulation_names a ON a.simulation_no = e.simulation_no AND a.number = e.agent
        LEFT JOIN simulation_names t ON t.simulation_no = e.simulation_no AND t.number = e.tx
      UNION ALL BY NAME SELECT * FROM earlier_simulation_events;
    INSERT INTO simulations (simulation_id, simulation_no, model, ticks_per_day, num_days, status, started_at, config_json)
      VALUES ('first', 1, 'payments', 3, 2, 'completed', TIMESTAMP '2026-01-01', '{}');
    INSERT INTO event_kinds VALUES (0, 'Arrival'), (1, 'CostAccrual');
    INSERT INTO simulation_names VALUES (1, 0, 'A'), (1, 1, 't0');
    INSERT INTO event_rows VALUES (1, 0, 1, 0, -1, 1, '{"sender_id": "A", "amount": 40}'),
      (1, 1, 4, 1, 0, -1, '{"costs": {"total": 9}}');
    INSERT INTO simulation_ticks VALUES (1, 0, 1, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, 1);
    INSERT INTO transactions (simulation_id, tx_id, amount, status) VALUES ('first', 't0', 40, 'pending');`);
}

Deno.test("a database of an earlier version is read after a migration only, and loses nothing by it", async () => {
  using place = new Place();
  const path = `${place.path}/r.duckdb`;
  await makeEarlierDatabase(path);
  const before = await contents(path);
  const db = ["--db", "r.duckdb"];
  const refused = await program(place.path, "db", "simulations", ...db);
  assertEquals([refused.code, refused.error], [
    1,
    `${path} has the older schema 1001: bilancio db migrate --db ${path} brings it to schema ${SCHEMA_VERSION}; ` +
    "no row is lost\n",
  ]);
  const invalid = await program(place.path, "db", "validate", ...db);
  assertEquals(invalid.code, 1);
  assertMatch(invalid.out, /^The schema is 1001, not \d+\n[\s\S]*Table tick_agent_states does not exist/);
  assertMatch(invalid.error, /bilancio db migrate --db r\.duckdb brings an older database up to date/);
  const migrated = await program(place.path, "db", "migrate", ...db);
  assertEquals(migrated.code, 0, migrated.error);
  assertMatch(migrated.out, /^r\.duckdb: \d migrations? applied, schema \d+\n$/);
  assertKept(before, await contents(path));
  const again = await program(place.path, "db", "migrate", ...db, "--json");
  assertEquals(again.out, `{"applied":0,"schema_version":${SCHEMA_VERSION}}\n`);
  assertEquals(await program(place.path, "db", "validate", ...db), {
    code: 0,
    out: "The database is valid\n",
    error: "",
  });
  await using database = await Database.open(path, { readOnly: true });
  const { events } = await simulationEvents(database, "first");
  assertEquals(events.map((event) => [event.tick, event.event_type, event["agent_id"], event["tx_id"]]), [
    [1, "Arrival", null, "t0"],
    [4, "CostAccrual", "A", null],
  ]);
});

Deno.test("db migrate makes no file, and refuses what is not ours", async () => {
  using place = new Place();
  const missing = await program(place.path, "db", "migrate", "--db", "none.duckdb");
  assertEquals([missing.code, missing.error], [1, "There is no database none.duckdb; name another with --db\n"]);
  assertEquals([...Deno.readDirSync(place.path)], []);
  {
    await using database = await Database.open(`${place.path}/mine.duckdb`);
    await database.run("CREATE TABLE recipes (name VARCHAR); INSERT INTO recipes VALUES ('soup')");
    await assertRejects(() => migrate(database), StoreError, "nothing was changed");
  }
  for (const command of [["migrate"], ["simulations"], ["report", "s", "summary"]]) {
    const refused = await program(place.path, "db", ...command, "--db", "mine.duckdb");
    assertEquals(refused.code, 1);
    assertMatch(refused.error, /is a database of something else, with the tables recipes; nothing was changed/);
  }
  assertEquals(await contents(`${place.path}/mine.duckdb`), { recipes: [{ name: "soup" }] });
});

Deno.test("a migration that fails leaves the database as it was", async () => {
  using place = new Place();
  const path = `${place.path}/simulation_data.db`;
  await makeReferenceDatabase(path, RUN_TABLES);
  {
    // A value that our table refuses: a register without a value.
    await using database = await Database.open(path);
    await database.run(`DROP TABLE agent_state_registers; CREATE TABLE agent_state_registers
      (simulation_id VARCHAR, tick BIGINT, agent_id VARCHAR, register_key VARCHAR, register_value DOUBLE);
      INSERT INTO agent_state_registers VALUES ('old', 1, 'A', 'k', NULL)`);
  }
  const before = await contents(path);
  {
    await using database = await Database.open(path);
    await assertRejects(() => migrate(database), StoreError, "register_value");
  }
  assertEquals(await contents(path), before);
});
