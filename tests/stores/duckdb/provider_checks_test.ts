/** The acceptance checks 1 to 5 of spec 08 25: what the persistence provider keeps. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict } from "../../../src/core/errors.ts";
import { CORRECTED } from "../../../src/experiments/payments/behaviours.ts";
import { type EventRecord, isSimulationPersistenceProvider } from "../../../src/experiments/contracts.ts";
import { runExperiment } from "../../../src/experiments/payments/experiment.ts";
import { readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { DuckDbExperimentRecorder } from "../../../src/stores/duckdb/experiment_recorder.ts";
import { simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { simulationSummary } from "../../../src/stores/duckdb/summaries.ts";
import { clientE, SCENARIO_E, settingsE } from "../../experiments/payments/setting.ts";

function opened(): Promise<DuckDbSimulations> {
  return DuckDbSimulations.open(":memory:", { ticksPerDay: 100 });
}

async function row(store: DuckDbSimulations, id: string) {
  const [found] = await store.database.rows("SELECT * FROM simulations WHERE simulation_id = ?", [id]);
  assert(found !== undefined);
  return found;
}

const ARRIVAL: EventRecord = {
  event_type: "Arrival",
  tick: 0,
  tx_id: "t0",
  sender_id: "BANK_A",
  receiver_id: "BANK_B",
  amount: 100000,
  deadline: 10,
  priority: 5,
  is_divisible: false,
};

Deno.test("check 1 of spec 08: the start of a simulation is a row, and its id is taken", async () => {
  await using store = await opened();
  assert(isSimulationPersistenceProvider(store));
  await store.persistSimulationStart("s", { seed: 12345, num_days: 5, agents: [{ id: "A" }, { id: "B" }] });
  const found = await row(store, "s");
  assertEquals([found["status"], found["rng_seed"], found["num_days"], found["num_agents"], found["ticks_per_day"]], [
    "running",
    12345,
    5,
    2,
    100,
  ]);
  assertEquals([found["experiment_run_id"], found["experiment_iteration"]], [null, null]);
  for (const iteration of [3, 5]) {
    await store.persistSimulationStart(`s${iteration}`, {}, "exp-run-001", iteration);
    const of = await row(store, `s${iteration}`);
    assertEquals([of["experiment_run_id"], of["experiment_iteration"]], ["exp-run-001", iteration]);
    assertEquals([of["rng_seed"], of["num_days"], of["num_agents"]], [0, 1, 0]);
  }
  await assertRejects(() => store.persistSimulationStart("s", {}), Conflict);
  assertEquals((await simulationSummary(store.database, "s"))?.["simulation_id"], "s");
});

Deno.test("check 2 of spec 08: events are rows on the day of their tick, with their details", async () => {
  await using store = await opened();
  await store.persistSimulationStart("s", {});
  assertEquals(await store.persistTickEvents("s", 150, [{ event_type: "EndOfDay", tick: 150, day: 1 }]), 1);
  const late = await simulationEvents(store.database, "s", { tick: 150 });
  assertEquals(late.events.map((event) => event["day"]), [1]);
  const settled = { event_type: "RtgsImmediateSettlement", tick: 0, tx_id: "t0", sender: "BANK_A", receiver: "BANK_B" };
  assertEquals(await store.persistTickEvents("s", 0, [ARRIVAL, { ...settled, amount: 100000 }]), 2);
  assertEquals((await simulationEvents(store.database, "s", { tick: 0 })).total, 2);
  await store.persistTickEvents("s", 5, [{ event_type: "PolicyHold", agent_id: "BANK_A", tx_id: "t0", reason: "x" }]);
  const fifth = await simulationEvents(store.database, "s", { tick: 5 });
  assertEquals([fifth.total, fifth.events[0]?.event_type], [1, "PolicyHold"]);
  const [arrival] = (await simulationEvents(store.database, "s", { event_type: "Arrival" })).events;
  assertEquals([arrival?.details["amount"], arrival?.details["priority"]], [100000, 5]);
  const keys = Object.keys(arrival?.details ?? {});
  assertEquals(keys, ["sender_id", "receiver_id", "amount", "deadline", "priority", "is_divisible"]);
  assertEquals(await store.persistTickEvents("s", 6, []), 0);
  assertEquals((await simulationEvents(store.database, "s")).total, 4);
});

Deno.test("check 3 of spec 08: a register that is set leaves an event for each time, and a row with the last value", async () => {
  await using store = await opened();
  await store.persistSimulationStart("s", {});
  const set = (tick: number, value: number): EventRecord => ({
    event_type: "StateRegisterSet",
    tick,
    agent_id: "BANK_A",
    register_key: "cooldown",
    old_value: 0,
    new_value: value,
  });
  const registers = () =>
    store.database.rows("SELECT tick, register_value FROM agent_state_registers ORDER BY tick, register_value");
  await store.persistTickEvents("s", 2, [set(2, 5)]);
  assertEquals((await simulationEvents(store.database, "s")).total, 1);
  assertEquals(await registers(), [{ tick: 2, register_value: 5 }]);
  await store.persistTickEvents("s", 3, [set(3, 1), set(3, 0)]);
  assertEquals((await simulationEvents(store.database, "s", { tick: 3 })).total, 2);
  assertEquals(await registers(), [{ tick: 2, register_value: 5 }, { tick: 3, register_value: 0 }]);
});

Deno.test("check 4 of spec 08: the end of a simulation shows in its summary", async () => {
  await using store = await opened();
  await store.persistSimulationStart("s", {});
  await store.persistSimulationComplete("s", {
    total_arrivals: 50,
    total_settlements: 48,
    total_cost_cents: 500000,
    duration_seconds: 1.5,
  });
  const summary = await simulationSummary(store.database, "s");
  assertEquals([summary?.["status"], summary?.["total_arrivals"], summary?.["total_settlements"]], [
    "completed",
    50,
    48,
  ]);
  assertEquals([summary?.["settlement_rate"], summary?.["total_cost_cents"]], [0.96, 500000]);
  assertEquals(Number(summary?.["ticks_per_second"]).toFixed(2), "33.33");
  await store.persistSimulationStart("empty", {});
  await store.persistSimulationComplete("empty", {});
  const empty = await simulationSummary(store.database, "empty");
  assertEquals([empty?.["total_arrivals"], empty?.["total_settlements"], empty?.["settlement_rate"]], [0, 0, 0]);
  assertEquals([empty?.["duration_seconds"], empty?.["ticks_per_second"]], [0, 0]);
  await store.persistSimulationComplete("unknown", {});
  assertEquals(await simulationSummary(store.database, "unknown"), null);
});

Deno.test("check 5 of spec 08: the simulations of an experiment are found by it, and no event list hides in a record", async () => {
  await using store = await opened();
  for (const iteration of [0, 1, 2]) await store.persistSimulationStart(`s${iteration}`, {}, "e", iteration);
  for (const seed of [7, 8, 9]) await store.persistSimulationStart(`r${seed}`, { seed });
  const count = async (where: string) => {
    const [found] = await store.database.rows(
      `SELECT count(DISTINCT simulation_id) AS n FROM simulations WHERE ${where}`,
    );
    return Number(found?.["n"]);
  };
  assertEquals([await count("experiment_run_id = 'e'"), await count("rng_seed IN (7, 8, 9)")], [3, 3]);
  const run = (runId: string, recorder: DuckDbExperimentRecorder | null) =>
    runExperiment({
      settings: settingsE(),
      scenario: readPaymentsScenario(SCENARIO_E),
      proposer: clientE(),
      runId,
      now: () => "2026-01-01T00:00:00.000Z",
      behaviours: CORRECTED,
      recorder,
      persistBootstrap: true,
    });
  await run("kept", new DuckDbExperimentRecorder(store));
  assert(await count("experiment_run_id = 'kept' AND status = 'completed'") > 40);
  const records = await store.database.rows("SELECT event_type, event_data FROM experiment_events");
  assert(records.length > 40);
  for (const { event_data } of records) assert(!/"(?:events|event_type)":/.test(String(event_data)));
  await run("gone", null);
  assertEquals(await count("experiment_run_id = 'gone'"), 0);
  assertEquals(await simulationSummary(store.database, "gone-sim-001-init"), null);
});
