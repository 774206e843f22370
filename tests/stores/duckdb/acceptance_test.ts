/** The acceptance checks 6 to 12 of spec 08 25, as a user would run them. */
import { assertEquals, assertMatch } from "@std/assert";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { REFERENCE } from "../../../src/payments/behaviours.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { costSeries } from "../../../src/stores/duckdb/cost_series.ts";
import { Database } from "../../../src/stores/duckdb/driver.ts";
import { eventSummary, simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { Place } from "../places.ts";
import { type Printed, program, reduced, rowsIn, SCENARIO_M } from "./payments_recordings.ts";

/** Scenario M in a directory, recorded as `s` in `r.duckdb`. */
async function recordM(place: Place, ...flags: string[]): Promise<Printed> {
  place.write("m.yaml", SCENARIO_M);
  const run = ["payments", "run", "m.yaml", "--quiet", "--persist", "r.duckdb", "--simulation-id", "s"];
  return await program(place.path, ...run, ...flags);
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** Payments by the order in which they appear: ids are left to the program. */
function renamed(rows: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  const names = new Map<unknown, string>();
  return rows.map((row) => {
    const id = row["tx_id"];
    if (id === null || id === undefined) return row;
    if (!names.has(id)) names.set(id, `t${names.size}`);
    return { ...row, tx_id: names.get(id) };
  });
}

Deno.test("check 6: scenario M has the recorded hash, result and ticks", async () => {
  using place = new Place();
  const printed = await recordM(place, "--reference");
  assertEquals(printed.code, 0, printed.error);
  const { metrics, agents, costs } = JSON.parse(printed.out);
  assertEquals(metrics, { total_arrivals: 2, total_settlements: 2, total_lsm_releases: 0, settlement_rate: 1 });
  assertEquals(agents, [{ id: "A", final_balance: 10, queue1_size: 0 }, {
    id: "B",
    final_balance: 90,
    queue1_size: 0,
  }]);
  assertEquals(costs, { total_cost: 18 });
  const [row] = await rowsIn(`${place.path}/r.duckdb`, "SELECT config_hash FROM simulations");
  assertEquals(row, { config_hash: "eaa9b5ead0fe2bc963defad88aea3a54dd9801f96e3df10467dfeb33b611ec3a" });
  const ticks = jsonLines((await program(place.path, "payments", "run", "m.yaml", "--reference", "--stream")).out);
  assertEquals(ticks.map((tick) => tick["settlements"]), [0, 1, 0, 0, 1, 0]);
  assertEquals(ticks.map((tick) => tick["costs"]), [0, 0, 9, 9, 0, 0]);
  assertEquals(ticks.map((tick) => tick["arrivals"]), [0, 0, 0, 0, 0, 0]);
});

Deno.test("check 7: scenario M leaves 16 events, a payment that stays pending, and no queue", async () => {
  using place = new Place();
  await recordM(place, "--reference");
  const db = `${place.path}/r.duckdb`;
  await using database = await Database.open(db, { readOnly: true });
  const { events, total } = await simulationEvents(database, "s");
  assertEquals(total, 16);
  const kinds = (tick: number) => events.filter((event) => event.tick === tick).map((event) => event.event_type);
  const arrival = ["Arrival", "ScenarioEventExecuted", "RtgsSubmission", "PolicySubmit"];
  assertEquals(kinds(0), []);
  assertEquals(kinds(1), [...arrival, "RtgsImmediateSettlement"]);
  assertEquals(kinds(2), [...arrival, "QueuedRtgs", "CostAccrual", "EndOfDay"]);
  assertEquals(kinds(3), ["CostAccrual"]);
  assertEquals(kinds(4), ["ScenarioEventExecuted", "Queue2LiquidityRelease"]);
  assertEquals(kinds(5), ["EndOfDay"]);
  const details = (tick: number, kind: string) =>
    events.find((event) => event.tick === tick && event.event_type === kind)?.details ?? {};
  assertEquals(details(1, "Arrival")["deadline"], 4);
  assertEquals(details(2, "Arrival")["deadline"], 5);
  const settled = details(1, "RtgsImmediateSettlement");
  assertEquals([settled["sender_balance_before"], settled["sender_balance_after"]], [100, 60]);
  assertEquals(details(2, "EndOfDay"), { day: 0, unsettled_count: 1, total_penalties: 0 });
  assertEquals(details(4, "ScenarioEventExecuted")["scenario_event_type"], "direct_transfer");
  assertEquals(details(4, "Queue2LiquidityRelease")["queue_wait_ticks"], 2);
  for (const tick of [2, 3]) {
    const accrual = events.find((event) => event.tick === tick && event.event_type === "CostAccrual");
    assertEquals([accrual?.["agent_id"], accrual?.details["costs"]], ["A", {
      liquidity_cost: 0,
      delay_cost: 9,
      collateral_cost: 0,
      penalty_cost: 0,
      split_friction_cost: 0,
      total: 9,
    }]);
  }
  const payments = await rowsIn(
    db,
    `SELECT status, settlement_tick, settlement_day, amount_settled, rtgs_submission_tick FROM transactions
     ORDER BY arrival_tick`,
  );
  assertEquals(payments, [
    { status: "settled", settlement_tick: 1, settlement_day: 0, amount_settled: 40, rtgs_submission_tick: 1 },
    { status: "pending", settlement_tick: null, settlement_day: null, amount_settled: 0, rtgs_submission_tick: 2 },
  ]);
  assertEquals(await rowsIn(db, "FROM agent_queue_snapshots"), []);
});

Deno.test("check 8: a full replay has the states, queues and decisions of every tick of scenario M", async () => {
  using place = new Place();
  const plain = reduced((await recordM(place)).out);
  Deno.removeSync(`${place.path}/r.duckdb`);
  assertEquals(reduced((await recordM(place, "--full-replay")).out), plain);
  Deno.removeSync(`${place.path}/r.duckdb`);
  await recordM(place, "--reference", "--full-replay", "--verbose");
  const db = `${place.path}/r.duckdb`;
  const states = await rowsIn(
    db,
    `SELECT day, balance, balance_change, delay_cost, delay_cost_delta FROM tick_agent_states WHERE agent_id = 'A'
     ORDER BY tick`,
  );
  assertEquals(states.map((row) => row["balance_change"]), [100, -40, 0, 0, -50, 0]);
  assertEquals(states.map((row) => row["balance"]), [100, 60, 60, 60, 10, 10]);
  assertEquals(states.map((row) => row["delay_cost"]), [0, 0, 9, 9, 9, 9]);
  assertEquals(states.map((row) => row["delay_cost_delta"]), [0, 0, 9, 0, 0, 0]);
  assertEquals(states.map((row) => row["day"]), [0, 0, 0, 0, 0, 0]);
  const decisions = await rowsIn(
    db,
    "SELECT agent_id, tick, day, decision_type, tx_id, reason, num_splits, child_tx_ids FROM policy_decisions ORDER BY id",
  );
  const submitted = {
    agent_id: "A",
    day: 0,
    decision_type: "submit",
    reason: null,
    num_splits: null,
    child_tx_ids: null,
  };
  assertEquals(renamed(decisions), [{ ...submitted, tick: 1, tx_id: "t0" }, { ...submitted, tick: 2, tx_id: "t1" }]);
  const queued = await rowsIn(db, "SELECT * EXCLUDE (simulation_id) FROM tick_queue_snapshots ORDER BY tick");
  const waiting = { agent_id: "A", queue_type: "rtgs", position: 0, tx_id: decisions[1]?.["tx_id"] ?? null };
  assertEquals(queued, [{ ...waiting, tick: 2 }, { ...waiting, tick: 3 }]);
  // What the engine has accumulated at the end is the last day's alone.
  const options = { reference: true };
  const { config } = await loadPaymentsScenario(SCENARIO_M, "m.yaml", { ...options, readPolicy: () => "" });
  const engine = new PaymentsEngine(config, REFERENCE);
  for (let tick = 0; tick < 6; tick++) engine.tick();
  assertEquals(engine.accumulatedCosts("A")["total_cost"], 9);
});

Deno.test("a full replay, corrected: the day is the scenario's, and costs add up over days", async () => {
  using place = new Place();
  await recordM(place, "--full-replay");
  const states = await rowsIn(
    `${place.path}/r.duckdb`,
    "SELECT day, delay_cost, delay_cost_delta FROM tick_agent_states WHERE agent_id = 'A' ORDER BY tick",
  );
  assertEquals(states.map((row) => row["day"]), [0, 0, 0, 1, 1, 1]);
  assertEquals(states.map((row) => row["delay_cost"]), [0, 0, 9, 18, 18, 18]);
  assertEquals(states.map((row) => row["delay_cost_delta"]), [0, 0, 9, 9, 0, 0]);
});

Deno.test("check 9: queries, clamps, the summary and the costs of scenario M", async () => {
  using place = new Place();
  await recordM(place, "--reference");
  {
    await using database = await Database.open(`${place.path}/r.duckdb`, { readOnly: true });
    assertEquals((await simulationEvents(database, "s", { agent_id: "B", reference: true })).total, 2);
    // Ours also finds the payments that reached B, and those that the queue released.
    assertEquals((await simulationEvents(database, "s", { agent_id: "B" })).total, 6);
    const query = { event_type: "Arrival, EndOfDay", limit: 2, offset: 1, sort: "tick_desc" };
    const page = await simulationEvents(database, "s", query);
    assertEquals(page.total, 4);
    assertEquals(page.events.map((event) => [event.tick, event.event_type]), [[2, "EndOfDay"], [2, "Arrival"]]);
    assertEquals((await simulationEvents(database, "s", { limit: 0 })).limit, 1);
    assertEquals((await simulationEvents(database, "s", { limit: 5000 })).limit, 1000);
    const { event_type_counts: counts, ...summary } = await eventSummary(database, "s");
    assertEquals(summary, { total_events: 16, total_ticks: 5, total_days: 1, agents: ["A"] });
    assertEquals(Object.values(counts ?? {}), [3, 2, 2, 2, 2, 2, 1, 1, 1]);
    assertEquals((await costSeries(database, "s")).agents, ["A", "B"]);
  }
  const costs = (...flags: string[]) => program(place.path, "db", "costs", "s", "--db", "r.duckdb", ...flags);
  assertEquals(
    (await costs()).out,
    "tick,day,A,B\r\n0,0,0,0\r\n1,0,0,0\r\n2,0,9,0\r\n3,1,18,0\r\n4,1,18,0\r\n5,1,18,0\r\n",
  );
  const added = (await costs("--per-tick", "--agent", "A")).out;
  assertEquals(added, "tick,day,A\r\n0,0,0\r\n1,0,0\r\n2,0,9\r\n3,1,9\r\n4,1,0\r\n5,1,0\r\n");
  const unknown = await costs("--agent", "C");
  assertEquals([unknown.code, unknown.error], [1, "s has no agent C; it has A, B\n"]);
});

Deno.test("check 10: replay of scenario M, its ranges and its refusals", async () => {
  using place = new Place();
  const ran = await recordM(place, "--reference");
  const replay = (...args: string[]) => program(place.path, "payments", "replay", "s", "--db", "r.duckdb", ...args);
  assertEquals((await replay()).out, ran.out);
  assertEquals(await replay("--from-tick", "6"), {
    code: 1,
    out: "",
    error: "Invalid from_tick: 6 (must be 0 to 5)\n",
  });
  assertEquals((await replay("--from-tick", "3", "--to-tick", "2")).code, 1);
  assertEquals((await replay("--to-tick", "6")).error, "Invalid to_tick: 6 (must be 0 to 5)\n");
  assertEquals((await replay("--filter-agent", "A")).code, 1);
  assertEquals((await program(place.path, "payments", "replay", "x", "--db", "r.duckdb")).code, 1);
  const range = ["--event-stream", "--from-tick", "5", "--to-tick", "5", "--filter-event-type", "Arrival"];
  const [event = {}, end = {}, ...more] = jsonLines((await replay(...range, "--reference")).out);
  assertEquals(more, []);
  assertEquals(Object.keys(event), ["simulation_id", "tick", "day", "event_type", "event_id", "timestamp", "details"]);
  assertEquals([event["event_type"], event["tick"], event["day"]], ["EndOfDay", 5, 1]);
  assertEquals([end["_metadata"], end["replay_complete"], end["from_tick"], end["to_tick"]], [true, true, 5, 5]);
  // Corrected: the filter holds.
  assertEquals(jsonLines((await replay(...range, "--json")).out).length, 1);
});

Deno.test("check 11: a blocked pair counts as released by liquidity saving, in the run and in the replay", async () => {
  using place = new Place();
  const agent = (id: string) => `  - { id: ${id}, opening_balance: 0, unsecured_cap: 0, policy: { type: Fifo } }\n`;
  const payment = (from: string, to: string, amount: number) =>
    `  - { type: CustomTransactionArrival, from_agent: ${from}, to_agent: ${to}, amount: ${amount}, priority: 5, ` +
    `deadline: 5, schedule: { type: OneTime, tick: 0 } }\n`;
  place.write(
    "pair.yaml",
    `simulation: { ticks_per_day: 2, num_days: 1, rng_seed: 1 }\nagents:\n${agent("A")}${agent("B")}` +
      `scenario_events:\n${payment("A", "B", 500)}${payment("B", "A", 300)}`,
  );
  const run = ["payments", "run", "pair.yaml", "--reference"];
  const ticks = jsonLines((await program(place.path, ...run, "--stream")).out);
  assertEquals(ticks.map((tick) => tick["settlements"]), [3, 3]);
  assertEquals(ticks.map((tick) => tick["lsm_releases"]), [3, 3]);
  const ran = await program(place.path, ...run, "--persist", "r.duckdb", "--simulation-id", "s");
  const { metrics } = JSON.parse(ran.out);
  assertEquals([metrics.total_settlements, metrics.total_lsm_releases], [0, 2]);
  assertEquals((await program(place.path, "payments", "replay", "s", "--db", "r.duckdb")).out, ran.out);
});

Deno.test("check 12: exit statuses of run, and the texts of a tick range", async () => {
  using place = new Place();
  await recordM(place);
  const run = (...args: string[]) => program(place.path, "payments", "run", ...args);
  assertEquals((await run("nowhere.yaml")).code, 2);
  assertEquals((await run("m.yaml", "--verbose", "--event-stream")).code, 1);
  const alone = await run("m.yaml", "--full-replay");
  assertEquals([alone.code, alone.error], [1, "--full-replay records more of a run; give --persist DB, too\n"]);
  assertEquals((await run("m.yaml", "--filter-agent", "A")).code, 1);
  const again = await recordM(place);
  assertEquals([again.code, again.out], [1, ""]);
  assertMatch(again.error, /holds a simulation s already \(completed\); choose another --simulation-id\n$/);
  const shown = async (range: string) => {
    const { code, error } = await run("m.yaml", "--event-stream", "--filter-tick-range", range);
    return [code, ...new Set(error.match(/(?<=^\[Tick )\d+/gm) ?? [])];
  };
  assertEquals(await shown("2-3"), [0, "2", "3"]);
  assertEquals(await shown("4-"), [0, "4", "5"]);
  assertEquals(await shown("-2"), [0, "1", "2"]);
  assertEquals(await shown("5"), [0, "1", "2", "3", "4", "5"]);
  assertEquals((await shown("a-b"))[0], 1);
});
