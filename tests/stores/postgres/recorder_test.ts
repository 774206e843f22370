/** The recorder of runs on Postgres: what it leaves in a DuckDB file it leaves there, too (INV-11). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { recordPaymentsRun, runRecorded } from "../../../src/executors/recorded_payments.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { PaymentsRecorder } from "../../../src/stores/duckdb/payments_recorder.ts";
import type { RunStore } from "../../../src/stores/duckdb/run_store.ts";
import { columnNames, PAYMENT_TABLES, TABLES } from "../../../src/stores/duckdb/schema.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { openPostgres } from "../../../src/stores/postgres/connection.ts";
import { PostgresSimulations } from "../../../src/stores/postgres/simulations.ts";
import { startPostgres } from "../../support/postgres.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const EXAMPLES = fromFileUrl(new URL("../../../examples/payments/", import.meta.url));
/** How events and payments lie in a DuckDB file; views show them. */
const LAYOUT = [
  ...["event_rows", "event_kinds", "simulation_names", "logged_events", "logged_names", "event_shapes"],
  ...PAYMENT_TABLES,
];
const COMPARED = [
  "simulation_events",
  "transactions",
  ...Object.keys(TABLES).filter((table) =>
    !LAYOUT.includes(table) && ["simulation_id", "simulation_no"].some((name) => columnNames(table).includes(name))
  ),
];
const TIMES = /^(?:simulation_no|recording|sequence|.*_at|event_timestamp|.*_time|duration_seconds|ticks_per_second)$/;
const JSONS = /^(?:details|config_json|behaviours|outcome|policy_json|child_tx_ids)$/;

interface Reading {
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The rows of a table in one spelling and order: times apart, JSON as values. */
async function rowsOf(table: string, database: Reading): Promise<string[]> {
  const from = columnNames(table).includes("simulation_id") || table === "simulation_events"
    ? `SELECT t.* FROM ${table} t`
    : `SELECT t.*, 's' AS simulation_id FROM ${table} t`;
  const rows = await database.rows(from);
  return rows.map((row) => JSON.stringify(plain(row))).toSorted();
}

function plain(row: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(row).filter(([name]) => !TIMES.test(name)).toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([name, value]) => {
      if (JSONS.test(name) && typeof value === "string") return [name, sorted(JSON.parse(value))];
      if (JSONS.test(name)) return [name, sorted(value)];
      return [name, typeof value === "bigint" || name === "rng_seed" ? String(value) : value];
    });
}

/** `jsonb` does not keep the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([key, member]) => [key, sorted(member)]);
}

async function scenarioOf(name: string) {
  return await loadPaymentsScenario(Deno.readTextFileSync(`${EXAMPLES}${name}.yaml`), `${name}.yaml`, {
    readPolicy: (path) => Deno.readTextFileSync(`${EXAMPLES}${path}`),
  });
}

async function recorderOf(name: string, store: RunStore) {
  const { config, behaviours, dictionary } = await scenarioOf(name);
  const recorder = await PaymentsRecorder.start(store, {
    simulationId: "s",
    file: `${name}.yaml`,
    document: dictionary,
    config,
    reference: false,
    fullReplay: true,
    remake: { dictionary, behaviours },
  });
  return { recorder, config, behaviours };
}

for (const name of ["02-gridlock", "03-liquidity-saving", "05-crisis"]) {
  Deno.test(`INV-11: a recorded run leaves the same rows in Postgres as in a DuckDB file: ${name}`, async () => {
    await using place = await server.createDatabase({ migrated: true });
    await using connection = openPostgres({ url: place.url });
    await using duckdb = await DuckDbSimulations.open(":memory:", { threads: 1 });
    for (const store of [duckdb, new PostgresSimulations(connection)]) {
      const { recorder, config, behaviours } = await recorderOf(name, store);
      await recordPaymentsRun(recorder, config, { behaviours }, "database");
    }
    const filled: string[] = [];
    for (const table of COMPARED) {
      const expected = await rowsOf(table, duckdb.database);
      assertEquals(await rowsOf(table, connection), expected, table);
      if (expected.length > 0) filled.push(table);
    }
    assert(filled.length > 8, String(filled));
  });
}

Deno.test("a run that is stopped leaves whole ticks in Postgres, and the same again is refused", async () => {
  await using place = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: place.url });
  const { recorder, config, behaviours } = await recorderOf("02-gridlock", new PostgresSimulations(connection));
  const stop = new AbortController();
  let ticks = 0;
  const options = {
    behaviours,
    signal: stop.signal,
    onTick: (...[line, engine]: Parameters<NonNullable<Parameters<typeof runRecorded>[2]["onTick"]>>) => {
      recorder.tick(line, engine, 0);
      if (++ticks === 5) stop.abort(new Error("enough"));
    },
  };
  await assertRejects(() => runRecorded(recorder, config, options), Error, "enough");
  const [row] = await connection.rows(
    `SELECT status, (SELECT count(*) FROM simulation_ticks)::int AS ticks,
       (SELECT max(end_event) FROM simulation_ticks)::int AS noted, (SELECT count(*) FROM simulation_events)::int AS events
     FROM simulations`,
  );
  assertEquals([row?.["status"], row?.["ticks"], row?.["noted"]], ["running", 5, row?.["events"]]);
  await assertRejects(() => recorderOf("02-gridlock", new PostgresSimulations(connection)), Error, "already (running)");
  await new PostgresSimulations(connection).delete("s");
  for (const table of ["simulation_ticks", "tick_agent_states", "policy_snapshots"]) {
    assertEquals(await connection.rows(`SELECT * FROM ${table}`), [], table);
  }
});
