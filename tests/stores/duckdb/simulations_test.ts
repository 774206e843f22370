/** The provider against the checks 1 to 5 and 9 of spec 08 25, and the invariants 1 to 4 and 8 of spec 08 26. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Conflict, NotFound, ValidationError } from "../../../src/core/errors.ts";
import { type EventRecord, isSimulationPersistenceProvider } from "../../../src/experiments/contracts.ts";
import { simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { simulationSummary } from "../../../src/stores/duckdb/summaries.ts";
import { stateRegisters } from "../../../src/stores/duckdb/tick_reports.ts";
import { Place } from "../places.ts";

function check(sentence: string, body: (store: DuckDbSimulations) => Promise<void>): void {
  Deno.test(`recorded simulations: ${sentence}`, async () => {
    await using store = await DuckDbSimulations.open(":memory:", { ticksPerDay: 100, threads: 1 });
    await body(store);
  });
}

const ARRIVAL: EventRecord = {
  event_type: "Arrival",
  tick: 0,
  tx_id: "tx-1",
  sender_id: "A",
  receiver_id: "B",
  amount: 100000,
  deadline: 50,
  priority: 5,
  is_divisible: false,
};
const SETTLED: EventRecord = {
  event_type: "RtgsImmediateSettlement",
  tick: 0,
  tx_id: "tx-1",
  sender: "A",
  receiver: "B",
  amount: 100000,
};
const REGISTER = (new_value: number): EventRecord => ({
  event_type: "StateRegisterSet",
  tick: 2,
  agent_id: "BANK_A",
  register_key: "cooldown",
  old_value: 0.0,
  new_value,
  reason: "policy",
  decision_path: "",
});

async function only(store: DuckDbSimulations, sql: string) {
  const rows = await store.database.rows(sql);
  assertEquals(rows.length, 1);
  return rows[0] ?? {};
}

check("the provider can be told at run time", (store) => {
  assert(isSimulationPersistenceProvider(store));
  assert(!isSimulationPersistenceProvider({ persistSimulationStart() {} }));
  return Promise.resolve();
});

check("a start makes a row that the summary finds, and a second one is refused", async (store) => {
  await store.persistSimulationStart("sim-1", { seed: 12345, num_days: 5, agents: [{ id: "A" }, { id: "B" }] });
  const row = await only(store, "SELECT * FROM simulations");
  assertEquals([row["status"], row["rng_seed"], row["num_days"], row["num_agents"]], ["running", 12345, 5, 2]);
  assertEquals([row["experiment_run_id"], row["experiment_iteration"]], [null, null]);
  assertEquals((await simulationSummary(store.database, "sim-1"))?.["ticks_per_day"], 100);
  await assertRejects(() => store.persistSimulationStart("sim-1", {}), Conflict, "sim-1");
  await store.persistSimulationStart("sim-2", {}, "exp-run-001", 3);
  const second = await only(store, "SELECT * FROM simulations WHERE experiment_run_id = 'exp-run-001'");
  assertEquals([second["experiment_iteration"], second["rng_seed"], second["num_days"], second["num_agents"]], [
    3,
    0,
    1,
    0,
  ]);
});

check("events are rows whose details leave out what is a column", async (store) => {
  await store.persistSimulationStart("s", {});
  assertEquals(await store.persistTickEvents("s", 150, [{ event_type: "EndOfDay", unsettled_count: 1 }]), 1);
  assertEquals(await store.persistTickEvents("s", 0, []), 0);
  assertEquals(await store.persistTickEvents("s", 0, [ARRIVAL, SETTLED]), 2);
  const page = await simulationEvents(store.database, "s", { tick: 0 });
  assertEquals(page.total, 2);
  assertEquals(page.events.map((event) => [event.event_type, event["tx_id"], event["agent_id"]]), [
    ["Arrival", "tx-1", null],
    ["RtgsImmediateSettlement", "tx-1", null],
  ]);
  assertEquals(page.events[0]?.details, {
    sender_id: "A",
    receiver_id: "B",
    amount: 100000,
    deadline: 50,
    priority: 5,
    is_divisible: false,
  });
  const [later] = (await simulationEvents(store.database, "s", { tick: 150 })).events;
  assertEquals([later?.["day"], later?.event_type], [1, "EndOfDay"]);
});

check("a register of a tick keeps its last value, and a second call for it is refused", async (store) => {
  await store.persistSimulationStart("s", {});
  await store.persistTickEvents("s", 2, [REGISTER(1.0), REGISTER(0.0)]);
  assertEquals((await simulationEvents(store.database, "s")).total, 2);
  assertEquals((await only(store, "SELECT * FROM agent_state_registers"))["register_value"], 0);
  assertEquals(await stateRegisters(store.database, "s", "BANK_A", 9), { cooldown: 0 });
  await assertRejects(() => store.persistTickEvents("s", 2, [REGISTER(5.0)]), Conflict);
  // All or nothing: the event of the refused call is not there.
  assertEquals((await simulationEvents(store.database, "s")).total, 2);
  await store.persistTickEvents("s", 3, [{ ...REGISTER(7.0), tick: 3 }]);
  assertEquals((await simulationEvents(store.database, "s")).events.map(({ tick }) => tick), [2, 2, 3]);
});

check("the end shows in the summary; an unknown id is no error and makes no row", async (store) => {
  await store.persistSimulationStart("s", {});
  await store.persistSimulationComplete("s", {
    total_arrivals: 50,
    total_settlements: 48,
    total_cost_cents: 500000,
    duration_seconds: 1.5,
  });
  const summary = await simulationSummary(store.database, "s");
  assertEquals([summary?.["status"], summary?.["settlement_rate"]], ["completed", 0.96]);
  assertEquals(Number(summary?.["ticks_per_second"]).toFixed(2), "33.33");
  await store.persistSimulationComplete("nobody", {});
  assertEquals(await simulationSummary(store.database, "nobody"), null);
  await store.persistSimulationStart("empty", {});
  await store.persistSimulationComplete("empty", {});
  assertEquals((await simulationSummary(store.database, "empty"))?.["ticks_per_second"], 0);
});

check("simulations of one experiment are selected by it", async (store) => {
  for (const iteration of [0, 1, 2]) {
    await store.persistSimulationStart(`s-${iteration}`, { seed: iteration }, "exp", iteration);
    await store.persistTickEvents(`s-${iteration}`, 0, [ARRIVAL]);
    await store.persistSimulationComplete(`s-${iteration}`, {});
  }
  const rows = await store.database.rows(
    "SELECT simulation_id FROM simulations WHERE experiment_run_id = 'exp' ORDER BY experiment_iteration",
  );
  assertEquals(rows.map((row) => row["simulation_id"]), ["s-0", "s-1", "s-2"]);
  assertEquals(await store.database.rows("SELECT * FROM experiment_events"), []);
});

check("nothing is recorded of a simulation that was not started", async (store) => {
  await assertRejects(() => store.persistTickEvents("nobody", 0, [ARRIVAL]), NotFound);
});

check("queries: bounds, pages and orders", async (store) => {
  await store.persistSimulationStart("s", {});
  for (let tick = 0; tick < 7; tick++) {
    await store.persistTickEvents("s", tick, [{ ...ARRIVAL, tick }, { ...SETTLED, tick }, { ...SETTLED, tick }]);
  }
  const all = (await simulationEvents(store.database, "s", { limit: 1000 })).events.map((event) => event["event_id"]);
  assertEquals(all.length, 21);
  const down = await simulationEvents(store.database, "s", { sort: "tick_desc" });
  assertEquals(down.events.map((event) => event["event_id"]), all.toReversed());
  for (const limit of [1, 2, 5, 21]) {
    const pages = [];
    for (let offset = 0; offset < 21; offset += limit) {
      const page = await simulationEvents(store.database, "s", { limit, offset });
      assertEquals(page.total, 21);
      pages.push(...page.events.map((event) => event["event_id"]));
    }
    assertEquals(pages, all);
  }
  assertEquals((await simulationEvents(store.database, "s", { limit: 0 })).limit, 1);
  assertEquals((await simulationEvents(store.database, "s", { limit: 5000, offset: -4 })).limit, 1000);
  const between = await simulationEvents(store.database, "s", { tick_min: 2, tick_max: 3, event_type: "Arrival, X" });
  assertEquals(between.events.map(({ tick }) => tick), [2, 3]);
  // Settlements name agents otherwise than arrivals; the reference misses them.
  assertEquals((await simulationEvents(store.database, "s", { agent_id: "B" })).total, 21);
  assertEquals((await simulationEvents(store.database, "s", { agent_id: "B", reference: true })).total, 7);
  await assertRejects(
    () => simulationEvents(store.database, "s", { tick_min: 3, tick_max: 2 }),
    ValidationError,
    "tick_min cannot be greater than tick_max",
  );
  await assertRejects(() => simulationEvents(store.database, "s", { sort: "up" }), ValidationError, "'tick_asc'");
});

Deno.test("recorded simulations: an event comes back as it was given, whatever stands in it", async () => {
  await using store = await DuckDbSimulations.open(":memory:", { threads: 1 });
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
  const event = fc.record({
    event_type: fc.constantFrom("Arrival", "PolicyHold", "X"),
    agent_id: fc.option(fc.string({ minLength: 1 })),
    tx_id: fc.option(fc.uuid()),
    details: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(value, fc.array(value))),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      const id = `s-${run++}`;
      await store.persistSimulationStart(id, {});
      const records = events.map(({ details, ...rest }) => ({ ...details, ...rest, tick: 3 }));
      assertEquals(await store.persistTickEvents(id, 3, records), events.length);
      const { events: found } = await simulationEvents(store.database, id);
      assertEquals(
        found.map(({ event_type, agent_id, tx_id, details }) => ({ ...details, event_type, agent_id, tx_id, tick: 3 })),
        records,
      );
    }),
    { numRuns: 40 },
  );
});

Deno.test("a crash leaves whole calls, and the next to open is told what was interrupted", async () => {
  using place = new Place();
  const path = `${place.path}/runs.duckdb`;
  const code = `
    import { DuckDbSimulations } from ${
    JSON.stringify(import.meta.resolve("../../../src/stores/duckdb/simulations.ts"))
  };
    const store = await DuckDbSimulations.open(Deno.args[0]);
    await store.persistSimulationStart("done", {});
    await store.persistSimulationComplete("done", {});
    await store.persistSimulationStart("torn", {});
    for (let tick = 0; tick < 3; tick++) {
      await store.persistTickEvents("torn", tick, [{ event_type: "X" }, { event_type: "Y" }]);
    }
    Deno.kill(Deno.pid, "SIGKILL");`;
  place.write("child.ts", code);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", "--config", config, `${place.path}/child.ts`, path],
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(signal, "SIGKILL");
  await using store = await DuckDbSimulations.open(path);
  assertEquals(store.interrupted, ["torn"]);
  assertEquals((await simulationEvents(store.database, "torn")).events.map(({ tick }) => tick), [0, 0, 1, 1, 2, 2]);
  await assertRejects(() => store.persistSimulationStart("torn", {}), Conflict, "bilancio db delete torn");
  await store.delete("torn");
  assertEquals(await store.database.rows("SELECT * FROM event_rows"), []);
  await store.persistSimulationStart("torn", {});
});
