/** Databases that cannot be used, and disks that are full: clear errors, and nothing lost. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Conflict, StoreError } from "../../src/core/errors.ts";
import { Database } from "../../src/stores/duckdb/driver.ts";
import { migrate } from "../../src/stores/duckdb/migrations.ts";
import { simulationEvents } from "../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../src/stores/duckdb/simulations.ts";
import { simulationSummary } from "../../src/stores/duckdb/summaries.ts";
import { schemaProblems } from "../../src/stores/duckdb/validation.ts";
import { Place } from "../stores/places.ts";

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false; // no such program here
  }
}

Deno.test("a database that another process holds is named with the process, and opens when it is free", async () => {
  using place = new Place();
  const path = `${place.path}/runs.duckdb`;
  place.write(
    "child.ts",
    `import { DuckDbSimulations } from ${JSON.stringify(import.meta.resolve("../../src/stores/duckdb/simulations.ts"))};
     await using store = await DuckDbSimulations.open(Deno.args[0]);
     console.log("open");
     await new Promise(() => setInterval(() => {}, 1000));`,
  );
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", "--config", config, `${place.path}/child.ts`, path],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const error = await assertRejects(() => DuckDbSimulations.open(path), Conflict);
  assertEquals(
    error.message,
    `${path} is in use by process ${child.pid}; wait until it ends, stop it, or choose another database`,
  );
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await using store = await DuckDbSimulations.open(path);
  assertEquals(store.interrupted, []);
});

Deno.test("a missing table is named, with what makes it", async () => {
  using place = new Place();
  const path = `${place.path}/runs.duckdb`;
  await using database = await Database.open(path);
  const error = await assertRejects(() => simulationEvents(database, "s"), StoreError);
  assertMatch(
    error.message,
    /runs\.duckdb has no table simulations; bilancio db migrate --db .*makes the missing tables$/,
  );
  await migrate(database);
  assertEquals((await simulationEvents(database, "s")).total, 0);
});

Deno.test("a database that may only be read is read, and refuses changes", async () => {
  using place = new Place();
  const path = `${place.path}/runs.duckdb`;
  {
    await using store = await DuckDbSimulations.open(path);
    await store.persistSimulationStart("s", {});
    await store.persistSimulationComplete("s", { total_arrivals: 3 });
  }
  await using database = await Database.open(path, { readOnly: true });
  assertEquals((await simulationSummary(database, "s"))?.["total_arrivals"], 3);
  const error = await assertRejects(() => database.run("DELETE FROM simulations"), StoreError);
  assertMatch(error.message, /^Cannot write .*: it may only be read; change its rights or choose another database$/);
});

Deno.test("a file that may not be written is refused with the remedy", {
  ignore: Deno.uid() === 0, // root may write everywhere
}, async () => {
  using place = new Place();
  const path = `${place.path}/runs.duckdb`;
  await (await DuckDbSimulations.open(path))[Symbol.asyncDispose]();
  Deno.chmodSync(path, 0o444);
  await assertRejects(() => DuckDbSimulations.open(path), StoreError, "change its rights");
});

Deno.test("a file that is no database is refused and stays as it is", async () => {
  using place = new Place();
  place.write("notes.txt", "my notes, and more of them".repeat(1000));
  const before = place.read("notes.txt");
  await assertRejects(() => DuckDbSimulations.open(`${place.path}/notes.txt`), StoreError, "is no database");
  assertEquals(place.read("notes.txt"), before);
});

Deno.test("a database of something else, or of a newer schema, is refused and stays as it is", async () => {
  using place = new Place();
  const path = `${place.path}/mine.duckdb`;
  {
    await using database = await Database.open(path);
    await database.run("CREATE TABLE recipes (name VARCHAR); INSERT INTO recipes VALUES ('soup')");
  }
  await assertRejects(() => DuckDbSimulations.open(path), StoreError, "is a database of something else");
  {
    await using database = await Database.open(path);
    assertEquals(await database.rows("SELECT * FROM recipes"), [{ name: "soup" }]);
    await database.run("DROP TABLE recipes");
    await migrate(database);
    await database.run("INSERT INTO schema_migrations VALUES (9999, now()::TIMESTAMP, 'later')");
  }
  await assertRejects(() => DuckDbSimulations.open(path), StoreError, "written by a newer bilancio (schema 9999");
});

Deno.test("a run database of the reference is brought to our schema with all its rows", async () => {
  using place = new Place();
  const path = `${place.path}/simulation_data.db`;
  {
    await using database = await Database.open(path);
    await database.run(`
      CREATE TABLE simulations (simulation_id VARCHAR PRIMARY KEY, config_file VARCHAR NOT NULL, config_hash VARCHAR NOT NULL,
        rng_seed BIGINT NOT NULL, ticks_per_day BIGINT NOT NULL, num_days BIGINT NOT NULL, num_agents BIGINT NOT NULL,
        config_json VARCHAR, status VARCHAR NOT NULL, started_at TIMESTAMP, completed_at TIMESTAMP, total_arrivals BIGINT,
        total_settlements BIGINT, total_cost_cents BIGINT, duration_seconds DOUBLE, ticks_per_second DOUBLE);
      CREATE INDEX idx_sim_status ON simulations(status);
      INSERT INTO simulations VALUES ('old', 'm.yaml', 'h', 1, 3, 2, 2, '{}', 'completed', '2025-01-01', '2025-01-01', 2, 2, 18, 0.5, 12);
      CREATE TABLE simulation_events (event_id VARCHAR PRIMARY KEY, simulation_id VARCHAR NOT NULL, tick BIGINT NOT NULL,
        day BIGINT NOT NULL, event_timestamp TIMESTAMP NOT NULL, event_type VARCHAR NOT NULL, details VARCHAR NOT NULL,
        agent_id VARCHAR, tx_id VARCHAR, created_at TIMESTAMP NOT NULL);
      CREATE INDEX idx_sim_events_sim_tick ON simulation_events(simulation_id, tick);
      INSERT INTO simulation_events VALUES ('e1', 'old', 1, 0, '2025-01-01', 'Arrival', '{"amount": 40}', NULL, 't0', '2025-01-01')`);
  }
  await using store = await DuckDbSimulations.open(path);
  const [event] = (await simulationEvents(store.database, "old")).events;
  assertEquals([event?.["event_id"], event?.details, event?.["tx_id"]], ["e1", { amount: 40 }, "t0"]);
  assertEquals((await simulationSummary(store.database, "old"))?.["total_cost_cents"], 18);
  await store.persistSimulationStart("new", {});
  await store.persistTickEvents("new", 0, [{ event_type: "Arrival", tx_id: "t0", amount: 1 }]);
  const both = await store.database.rows("SELECT simulation_id FROM simulation_events WHERE tx_id = 't0' ORDER BY ALL");
  assertEquals(both.map((row) => row["simulation_id"]), ["new", "old"]);
  assertEquals(await schemaProblems(store.database), []);
});

const canMount = (() => {
  using place = new Place();
  const mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place.path);
  if (mounted) run("umount", place.path);
  return mounted;
})();

Deno.test("a full disk says so; what was recorded before stays, and recording goes on when there is space", {
  ignore: !canMount, // a tmpfs needs root
}, async () => {
  using place = new Place();
  const disk = `${place.path}/disk`;
  Deno.mkdirSync(disk);
  assert(run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk));
  try {
    const path = `${disk}/runs.duckdb`;
    const batch = Array.from({ length: 2000 }, (_, i) => ({ event_type: "X", text: `${crypto.randomUUID()}-${i}` }));
    let kept = 0;
    {
      const store = await DuckDbSimulations.open(path);
      await store.persistSimulationStart("s", {});
      const error = await assertRejects(async () => {
        for (;; kept += batch.length) await store.persistTickEvents("s", kept / batch.length, batch);
      }, StoreError);
      assertMatch(error.message, /the disk is full; free some space and start again$/);
      await store[Symbol.asyncDispose]();
    }
    assert(kept > 0);
    assert(run("mount", "-o", "remount,size=60m", disk));
    await using store = await DuckDbSimulations.open(path);
    assertEquals((await simulationEvents(store.database, "s")).total, kept);
    assertEquals(store.interrupted, ["s"]);
    await store.delete("s");
    await store.persistSimulationStart("s", {});
    assertEquals(await store.persistTickEvents("s", 0, batch), 2000);
  } finally {
    run("umount", disk);
  }
});
