/** Checkpoints, parts, Parquet, experiments, and both models in one database. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { NotFound, StoreError, ValidationError } from "../../../src/core/errors.ts";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../../../src/ring/scenario/parse.ts";
import {
  deleteCheckpoint,
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
} from "../../../src/stores/duckdb/checkpoints.ts";
import { Database } from "../../../src/stores/duckdb/driver.ts";
import { openPart, openParts } from "../../../src/stores/duckdb/parts.ts";
import { simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { recordRing } from "../../../src/stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { compareSimulations, simulations } from "../../../src/stores/duckdb/summaries.ts";
import { exportParquet, tableFor } from "../../../src/stores/duckdb/tables.ts";
import { Place } from "../places.ts";
import { program, rowsIn, SCENARIO_M } from "./payments_recordings.ts";

const RING = fromFileUrl(new URL("../../../examples/scenarios/04-default-cascade.yaml", import.meta.url));

Deno.test("a ring run is recorded like a payments run: one question spans both", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  const ran = await program(place.path, "payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "pay");
  assertEquals(ran.code, 0, ran.error);
  const ring = await program(place.path, "run", RING, "--persist", "r.duckdb", "--simulation-id", "ring");
  assertEquals([ring.code, ring.error], [0, "Recorded as ring in r.duckdb\n"]);
  const { log } = simulateRing(loadScenarioText(Deno.readTextFileSync(RING), RING).scenario, {
    checkInvariants: "none",
  });
  const rows = await rowsIn(
    `${place.path}/r.duckdb`,
    "SELECT s.model, e.* FROM simulation_events e JOIN simulations s USING (simulation_id) ORDER BY simulation_id, event_timestamp",
  );
  const ringRows = rows.filter((row) => row["model"] === "ring");
  assertEquals(rows.length, 16 + log.length);
  assertEquals(
    ringRows.map((row) => [row["tick"], row["event_type"]]),
    [...log.objects()].map((event) => [event["day"], event.kind]),
  );
  ringRows.forEach((row, i) => {
    const { kind: _, day: _day, ...fields } = log.object(i);
    const details = JSON.parse(String(row["details"]));
    assertEquals(Object.keys(details), Object.keys(fields));
    assertEquals(details.phase, log.phase(i));
  });
  const defaulted = ringRows.filter((row) => row["event_type"] === "AgentDefaulted");
  assertEquals(defaulted.map((row) => row["agent_id"]), ["F1", "F2", "F3"]);
});

Deno.test("checkpoints: kept, listed, found again, refused when they were changed", async () => {
  await using store = await DuckDbSimulations.open(":memory:");
  const { database } = store;
  const state = (tick: number) =>
    JSON.stringify({ current_tick: tick, current_day: 0, config_hash: "a".repeat(64), agents: [{}], transactions: [] });
  const save = (tick: number, type?: string) =>
    saveCheckpoint(database, { simulationId: "s", state: state(tick), config: "{}", ...(type ? { type } : {}) });
  const later = await save(7, "end_of_day");
  const first = await save(3);
  assertEquals((await listCheckpoints(database)).map((row) => row["checkpoint_tick"]), [3, 7]);
  assertEquals((await listCheckpoints(database, { type: "manual" })).map((row) => row["checkpoint_id"]), [first]);
  assertEquals(await latestCheckpoint(database, "s"), later);
  assertEquals((await loadCheckpoint(database, later)).state, state(7));
  await database.run("UPDATE simulation_checkpoints SET state_json = '{}' WHERE checkpoint_id = ?", [first]);
  await assertRejects(() => loadCheckpoint(database, first), StoreError, "state hash mismatch (expected: ");
  await assertRejects(() => loadCheckpoint(database, "x"), NotFound, "Checkpoint x not found");
  assertEquals([await deleteCheckpoint(database, first), await deleteCheckpoint(database, first)], [true, false]);
  await assertRejects(
    () => save(1, "eod"),
    ValidationError,
    "checkpoint_type must be one of ['manual', 'auto', 'end_of_day', 'final'], got: eod",
  );
  const nameless = { simulationId: "", state: state(1), config: "{}" };
  await assertRejects(() => saveCheckpoint(database, nameless), ValidationError, "simulation_id cannot be empty");
});

Deno.test("a run goes on from a checkpoint in a database to the same end", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  const checkpoint = (...args: string[]) => program(place.path, "payments", "checkpoint", "m.yaml", ...args);
  const saved = await checkpoint("--at", "3", "--save", "s", "--db", "r.duckdb");
  assertEquals(saved.code, 0, saved.error);
  assert(typeof JSON.parse(saved.out).checkpoint_id === "string");
  for (const name of ["s", JSON.parse(saved.out).checkpoint_id]) {
    await checkpoint("--load", name, "--db", "r.duckdb", "--export-final", "went-on.json");
    await program(place.path, "payments", "run", "m.yaml", "--export-final", "whole.json");
    const [went, whole] = ["went-on.json", "whole.json"].map((file) => JSON.parse(place.read(file)));
    assertEquals(went.agents, whole.agents);
    assertEquals(went.system_metrics, whole.system_metrics);
  }
});

Deno.test("parts of several writers at once are read as one", async () => {
  using place = new Place();
  const parts = await Promise.all(["a", "b"].map((worker) => openPart(`${place.path}/parts`, worker)));
  await Promise.all(parts.map(async (part, i) => {
    await part.persistSimulationStart(`s-${i}`, { seed: i });
    for (let tick = 0; tick < 3; tick++) {
      await part.persistTickEvents(`s-${i}`, tick, [{ event_type: "X", agent_id: `A${i}` }]);
    }
    await part.persistSimulationComplete(`s-${i}`, { total_arrivals: 10, total_settlements: 5 + i });
    await part[Symbol.asyncDispose]();
  }));
  await using all = await openParts(`${place.path}/parts`);
  assertEquals((await simulations(all)).map((row) => row["simulation_id"]).sort(), ["s-0", "s-1"]);
  const page = await simulationEvents(all, "s-1");
  assertEquals(page.events.map((event) => [event.tick, event["agent_id"]]), [[0, "A1"], [1, "A1"], [2, "A1"]]);
  const { delta } = await compareSimulations(all, "s-0", "s-1");
  assertEquals(Number(delta.settlement_rate).toFixed(6), "0.100000");
  await assertRejects(() => compareSimulations(all, "s-0", "x"), NotFound, "One or both simulations not found");
  Deno.mkdirSync(`${place.path}/none`);
  await assertRejects(() => openParts(`${place.path}/none`), NotFound, "has no parts");
});

Deno.test("tables for notebooks come as columns, and Parquet files hold the same rows", async () => {
  using place = new Place();
  await using store = await DuckDbSimulations.open(`${place.path}/r.duckdb`);
  const scenario = loadScenarioText(Deno.readTextFileSync(RING), RING).scenario;
  for (const id of ["one", "it's two"]) {
    const outcome = simulateRing(scenario, { checkInvariants: "none" });
    await recordRing(store, outcome, { simulationId: id, file: RING, config: {}, seconds: 0 });
  }
  const sql = "SELECT event_type, count(*) AS number FROM simulation_events GROUP BY event_type ORDER BY event_type";
  const table = await tableFor(store.database, sql);
  assertEquals(Object.keys(table), ["event_type", "number"]);
  const counts = await store.database.rows(sql);
  assert(counts.length > 3);
  assertEquals(table, {
    event_type: counts.map((row) => row["event_type"] ?? null),
    number: counts.map((row) => row["number"] ?? null),
  });
  const file = `${place.path}/events.parquet`;
  const count = await exportParquet(store.database, "simulation_events", file, "it's two");
  await using reader = await Database.open(":memory:");
  const back = await reader.rows(`FROM '${file}' ORDER BY event_timestamp`);
  assertEquals(
    back,
    await store.database.rows(
      "FROM simulation_events WHERE simulation_id = ? ORDER BY event_timestamp",
      ["it's two"],
    ),
  );
  assert(count > 10 && back.length === count);
  await assertRejects(() => exportParquet(store.database, "recipes", file), NotFound, "There is no table recipes");
});
