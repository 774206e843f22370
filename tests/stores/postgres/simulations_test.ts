/** Recorded simulations on Postgres: the rows that DuckDB keeps (spec 08 4 and 5, spec 08 25). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Conflict, InvalidReference, NotFound, ValidationError } from "../../../src/core/errors.ts";
import { type EventRecord, isSimulationPersistenceProvider } from "../../../src/experiments/contracts.ts";
import { CORRECTED } from "../../../src/payments/behaviours.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments } from "../../../src/payments/script.ts";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../../../src/ring/scenario/parse.ts";
import type { Database } from "../../../src/stores/duckdb/driver.ts";
import { recordRing } from "../../../src/stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { openPostgres, type PostgresConnection } from "../../../src/stores/postgres/connection.ts";
import { PostgresSimulations } from "../../../src/stores/postgres/simulations.ts";
import { startPostgres } from "../../support/postgres.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

function check(
  sentence: string,
  body: (store: PostgresSimulations, connection: PostgresConnection) => Promise<void>,
): void {
  Deno.test(`recorded simulations on Postgres: ${sentence}`, async () => {
    await using database = await server.createDatabase({ migrated: true });
    await using connection = openPostgres({ url: database.url });
    await body(new PostgresSimulations(connection), connection);
  });
}

const ARRIVAL: EventRecord = {
  event_type: "Arrival",
  tick: 0,
  tx_id: "tx-1",
  sender_id: "A",
  receiver_id: "B",
  amount: 100000,
};

function register(new_value: number, tick = 2): EventRecord {
  return {
    event_type: "StateRegisterSet",
    tick,
    agent_id: "BANK_A",
    register_key: "cooldown",
    old_value: 0,
    new_value,
  };
}

check("the provider can be told at run time", (store) => {
  assert(isSimulationPersistenceProvider(store));
  return Promise.resolve();
});

check("a simulation starts, has events and completes", async (store, connection) => {
  const config = { seed: 7, num_days: 2, agents: [{ id: "A" }, { id: "B" }], note: "ä → \u{1F600}" };
  await store.persistSimulationStart("s", config, "run-1", 3);
  assertEquals(await store.persistTickEvents("s", 150, [{ ...ARRIVAL, tick: 150 }, { event_type: "Other" }]), 2);
  assertEquals(await store.persistTickEvents("s", 151, []), 0);
  const [before] = await connection.rows("SELECT status, config_json, rng_seed, experiment_run_id FROM simulations");
  assertEquals(before, { status: "running", config_json: config, rng_seed: "7", experiment_run_id: "run-1" });
  await store.persistSimulationComplete("s", { total_arrivals: 10, duration_seconds: 2 });
  const [row = {}] = await connection.rows("SELECT * FROM simulations");
  assertEquals(
    [row["status"], row["total_arrivals"], row["total_settlements"], row["ticks_per_second"], row["ticks_per_day"]],
    ["completed", 10, 0, 5, 100],
  );
  const events = await connection.rows(
    "SELECT event_id, tick, day, event_type, tx_id, details FROM simulation_events ORDER BY tick, event_timestamp",
  );
  assertEquals(events, [
    {
      event_id: "s:0",
      tick: 150,
      day: 1,
      event_type: "Arrival",
      tx_id: "tx-1",
      details: { amount: 100000, sender_id: "A", receiver_id: "B" },
    },
    { event_id: "s:1", tick: 150, day: 1, event_type: "Other", tx_id: null, details: {} },
  ]);
});

check(
  "an id that is recorded is refused, whoever recorded it; completing an unknown one does nothing",
  async (store, connection) => {
    await store.persistSimulationStart("s", {});
    await assertRejects(() => store.persistSimulationStart("s", {}), Conflict, 'a simulation "s" already (running)');
    const other = new PostgresSimulations(connection);
    await assertRejects(() => other.persistSimulationStart("s", {}), Conflict);
    await assertRejects(() => other.persistTickEvents("s", 0, [ARRIVAL]), NotFound, "not started, or it has ended");
    await other.persistSimulationComplete("t", {});
    assertEquals(await connection.rows("SELECT simulation_id FROM simulations"), [{ simulation_id: "s" }]);
    await assertRejects(() => store.persistSimulationStart("x".repeat(501), {}), InvalidReference);
  },
);

check("events are kept all or none, and after a failure recording goes on", async (store, connection) => {
  await store.persistSimulationStart("s", {});
  await assertRejects(
    () => store.persistTickEvents("s", 0, [ARRIVAL, { event_type: "Note", text: "a\0b" }]),
    ValidationError,
  );
  assertEquals(await store.persistTickEvents("s", 0, [ARRIVAL]), 1);
  await store.persistTickEvents("s", 2, [register(1), register(2)]);
  await assertRejects(() => store.persistTickEvents("s", 2, [ARRIVAL, register(3)]), Conflict);
  await store.persistTickEvents("s", 3, [register(4, 3)]);
  const sequences = await connection.rows("SELECT sequence FROM simulation_events ORDER BY sequence");
  assertEquals(sequences.map(({ sequence }) => sequence), [0, 1, 2, 3]);
  const registers = await connection.rows("SELECT tick, register_value FROM agent_state_registers ORDER BY tick");
  assertEquals(registers, [{ tick: 2, register_value: 2 }, { tick: 3, register_value: 4 }]);
});

check("many events of one call are kept all or none, and in their order", async (store, connection) => {
  await store.persistSimulationStart("s", {});
  const events: EventRecord[] = Array.from({ length: 25_000 }, (_, n) => ({ event_type: "Note", n }));
  await assertRejects(() => store.persistTickEvents("s", 1, [...events, { event_type: "a\0b" }]), ValidationError);
  assertEquals(await connection.rows("SELECT * FROM simulation_events"), []);
  assertEquals(await store.persistTickEvents("s", 1, events), 25_000);
  const [row] = await connection.rows(
    "SELECT count(*) AS n, bool_and((details ->> 'n')::bigint = sequence) AS ordered FROM simulation_events",
  );
  assertEquals(row, { n: 25_000, ordered: true });
});

check("calls at once are carried out in their order", async (store, connection) => {
  await store.persistSimulationStart("s", {});
  const ticks = Array.from({ length: 40 }, (_, tick) => tick);
  await Promise.all(
    ticks.map((tick) => store.persistTickEvents("s", tick, [{ event_type: "Note" }, { event_type: "Note" }])),
  );
  const rows = await connection.rows("SELECT tick FROM simulation_events ORDER BY sequence");
  assertEquals(rows.map(({ tick }) => tick), ticks.flatMap((tick) => [tick, tick]));
});

check("a simulation that was deleted or is recorded by someone else is told", async (store, connection) => {
  await store.persistSimulationStart("s", {});
  await connection.run("DELETE FROM simulations");
  await assertRejects(() => store.persistTickEvents("s", 0, [ARRIVAL]), NotFound, "it was deleted");
  const other = new PostgresSimulations(connection);
  await other.persistSimulationStart("s", {});
  await other.persistTickEvents("s", 0, [ARRIVAL]);
  await assertRejects(() => store.persistTickEvents("s", 0, [ARRIVAL]), Conflict, "someone else records it");
  await other.delete("s");
  await assertRejects(() => other.delete("s"), NotFound);
  assertEquals(await connection.rows("SELECT * FROM simulation_events"), []);
});

/** Rows of both databases in one spelling: times apart, JSON as values, numbers as numbers. */
async function rowsOf(sql: string, duckdb: Database, postgres: PostgresConnection) {
  const plain = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (/_at$|timestamp|_time$/.test(name)) return [name, value === null ? null : "a time"];
        if (typeof value === "string" && /^(?:details|config_json|outcome|behaviours)$/.test(name)) {
          return [name, JSON.parse(value)];
        }
        return [name, /^rng_seed$/.test(name) ? String(value) : value];
      }),
    );
  return { ours: (await postgres.rows(sql)).map(plain), theirs: (await duckdb.rows(sql)).map(plain) };
}

const EVENTS =
  `SELECT event_id, simulation_id, tick, day, event_timestamp, event_type, details, agent_id, tx_id, created_at
  FROM simulation_events ORDER BY simulation_id, tick, event_timestamp`;
const SIMULATIONS =
  `SELECT simulation_id, model, config_file, config_hash, rng_seed, ticks_per_day, num_days, num_agents,
    config_json, status, started_at, completed_at, ended_at, total_arrivals, total_settlements, total_cost_cents,
    duration_seconds, ticks_per_second, experiment_run_id, experiment_iteration, behaviours, error, outcome
  FROM simulations ORDER BY simulation_id`;
const REGISTERS = "SELECT * FROM agent_state_registers ORDER BY simulation_id, tick, agent_id, register_key";
const RUNS = `SELECT simulation_id, config_name, config_hash, description, ticks_per_day, num_days, rng_seed, status,
  total_transactions FROM simulation_runs ORDER BY simulation_id`;

check("the same runs of both models leave the rows that DuckDB has", async (store, connection) => {
  await using duckdb = await DuckDbSimulations.open(":memory:", { threads: 1 });
  const examples = fromFileUrl(new URL("../../../examples/", import.meta.url));
  let events = 0;
  for (const name of ["03-liquidity-saving", "04-policies"]) {
    const text = Deno.readTextFileSync(`${examples}payments/${name}.yaml`);
    const { config } = await loadPaymentsScenario(text, name, {
      readPolicy: (path) => Deno.readTextFileSync(`${examples}payments/${path}`),
    });
    const { logs } = runPayments(config, { behaviours: CORRECTED });
    for (const provider of [duckdb, store]) {
      await provider.persistSimulationStart(name, { name, seed: 5, ticks_per_day: 20, num_days: 3, agents: [1, 2] });
      for (const log of logs) {
        const half = Math.floor(log.length / 2);
        await provider.persistTickEvents(name, 0, { log, from: 0, to: half });
        await provider.persistTickEvents(name, 0, { log, from: half, to: log.length });
      }
      await provider.persistTickEvents(name, 500, [ARRIVAL, register(1.5, 500), register(0.5, 500)]);
      await provider.persistSimulationComplete(name, {
        total_arrivals: 3,
        total_cost_cents: 12,
        duration_seconds: 0.5,
      });
    }
    events += logs.reduce((sum, log) => sum + log.length, 0) + 3;
  }
  const ring = Deno.readTextFileSync(`${examples}scenarios/03-ring-that-jams.yaml`);
  const outcome = simulateRing(loadScenarioText(ring, "ring.yaml").scenario);
  const record = {
    simulationId: "ring",
    file: "some/ring.yaml",
    config: { a: 1.5, b: ["x"] },
    seed: 2n ** 63n + 1n,
    seconds: 0.25,
  };
  for (const provider of [duckdb, store]) await recordRing(provider, outcome, record);
  events += outcome.log.length;

  const found = await rowsOf(EVENTS, duckdb.database, connection);
  assertEquals(found.ours.length, events);
  assertEquals(found.ours, found.theirs);
  for (const sql of [SIMULATIONS, RUNS]) {
    const { ours, theirs } = await rowsOf(sql, duckdb.database, connection);
    assert(ours.length > 0, sql);
    assertEquals(ours, theirs);
  }
  const registers = await rowsOf(REGISTERS, duckdb.database, connection);
  assert(registers.ours.length >= 2);
  assertEquals(registers.ours, registers.theirs);
});
