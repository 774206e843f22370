/** Reports against figures that were worked out by hand, and against the engine (spec 08 7). */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { NotFound, ValidationError } from "../../../src/core/errors.ts";
import type { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments } from "../../../src/payments/script.ts";
import { costSeries } from "../../../src/stores/duckdb/cost_series.ts";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";
import { openParts } from "../../../src/stores/duckdb/parts.ts";
import { policyAtDay, policyHistory } from "../../../src/stores/duckdb/policy_history.ts";
import { isRows, type ReportConditions, REPORTS, simulationReport } from "../../../src/stores/duckdb/reports.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { compareAgentPerformance, compareSimulations } from "../../../src/stores/duckdb/summaries.ts";
import { simulationRuns, simulations, simulationSummary } from "../../../src/stores/duckdb/summaries.ts";
import { queueSnapshotsByTick, tickRangeSummary, transactionsByTick } from "../../../src/stores/duckdb/tick_reports.ts";
import { rowProblems, schemaProblems } from "../../../src/stores/duckdb/validation.ts";
import { Place } from "../places.ts";
import { program } from "./payments_recordings.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples/payments/", import.meta.url));

/** Two small simulations: `a` has two banks and two days, `b` one bank and a day. */
async function byHand(): Promise<DuckDbSimulations> {
  const store = await DuckDbSimulations.open(":memory:", { ticksPerDay: 10, threads: 1 });
  const { database } = store;
  await store.persistSimulationStart("a", { num_days: 2, agents: [{}, {}] });
  await store.persistTickEvents("a", 1, [cost("A", 5), cost("B", 1)]);
  await store.persistTickEvents("a", 12, [cost("A", 7)]);
  await store.persistSimulationComplete("a", { total_arrivals: 5, total_settlements: 4, total_cost_cents: 60 });
  await store.persistSimulationStart("b", {});
  await store.persistSimulationComplete("b", { total_arrivals: 0, total_settlements: 0, total_cost_cents: 10 });
  await database.run(
    `INSERT INTO transaction_rows
       (simulation_id, tx_id, sender_id, receiver_id, amount, arrival_tick, arrival_day, settlement_tick, settlement_day,
        status, amount_settled)
     VALUES ('a', 't1', 'A', 'B', 10, 0, 0, 0, 0, 'settled', 10), ('a', 't2', 'A', 'B', 20, 0, 0, 4, 0, 'settled', 20),
       ('a', 't3', 'B', 'A', 30, 3, 0, 13, 1, 'settled', 30), ('a', 't4', 'B', 'A', 40, 5, 0, NULL, NULL, 'pending', 15),
       ('a', 't5', 'A', 'B', 50, 12, 1, 13, 1, 'settled', 50), ('b', 't1', 'A', 'B', 1, 0, 0, NULL, NULL, 'overdue', 0)`,
  );
  await database.run(
    `INSERT INTO daily_agent_metrics (simulation_id, agent_id, day, closing_balance, liquidity_cost, delay_cost,
       collateral_cost, split_friction_cost, deadline_penalty_cost, total_cost)
     VALUES ('a', 'A', 0, 7, 1, 2, 0, 0, 2, 5), ('a', 'A', 1, 8, 3, 4, 0, 0, 0, 7), ('a', 'B', 0, 9, 10, 0, 20, 5, 13, 48),
       ('a', 'B', 1, 9, 0, 0, 0, 0, 0, 0), ('b', 'A', 0, 1, 0, 9, 0, 0, 0, 9)`,
  );
  await database.run(
    `INSERT INTO policy_snapshots VALUES ('a', 'A', 0, 0, 'h1', '{"type": "Fifo"}', 'init'),
       ('a', 'A', 3, 31, 'h2', '{"type": "Deadline"}', 'manual')`,
  );
  await database.run(
    `INSERT INTO tick_queue_snapshots VALUES ('a', 'A', 5, 'queue1', 0, 't9'), ('a', 'A', 5, 'queue1', 1, 't8'),
       ('a', 'B', 5, 'rtgs', 0, 't4'), ('a', 'A', 5, 'rtgs', 1, 't2')`,
  );
  return store;
}

function cost(agent: string, delay: number) {
  return { event_type: "CostAccrual", agent_id: agent, costs: { delay_cost: delay, total: delay } };
}

async function rows(store: DuckDbSimulations, name: string, conditions: ReportConditions = {}): Promise<Row[]> {
  const answer = await simulationReport(store.database, "a", name, conditions);
  assert(isRows(answer), name);
  return answer;
}

Deno.test("reports: payments by day, their delays, and how many settled", async () => {
  await using store = await byHand();
  assertEquals(await rows(store, "settlement_rate_by_day"), [
    { day: 0, total_transactions: 4, settled_transactions: 3, settlement_rate: 0.75 },
    { day: 1, total_transactions: 1, settled_transactions: 1, settlement_rate: 1 },
  ]);
  assertEquals(await rows(store, "daily_transactions"), [
    {
      day: 0,
      total_count: 4,
      settled_count: 3,
      pending_count: 1,
      dropped_count: 0,
      total_amount: 100,
      settled_amount: 75,
    },
    {
      day: 1,
      total_count: 1,
      settled_count: 1,
      pending_count: 0,
      dropped_count: 0,
      total_amount: 50,
      settled_amount: 50,
    },
  ]);
  // Day 0: delays 0, 4 and 10.
  const [first, second] = await rows(store, "transaction_delays");
  assertAlmostEquals(Number(first?.["avg_delay_ticks"]), 14 / 3, 1e-12);
  assertEquals([first?.["max_delay_ticks"], first?.["p50_delay_ticks"]], [10, 4]);
  assertAlmostEquals(Number(first?.["p95_delay_ticks"]), 9.4, 1e-12);
  assertEquals(second?.["avg_delay_ticks"], 1);
  assertEquals(await rows(store, "transaction_statistics"), [
    { total_count: 5, settled_count: 4, settlement_rate: 0.8, avg_delay_ticks: 3.75 },
  ]);
  assertEquals(await rows(store, "transaction_statistics", { agent: "nobody" }), [
    { total_count: 0, settled_count: 0, settlement_rate: 0, avg_delay_ticks: 0 },
  ]);
  assertEquals((await rows(store, "transactions", { status: "pending" })).map((row) => row["tx_id"]), ["t4"]);
  assertEquals((await rows(store, "transactions")).map((row) => row["tx_id"]), ["t1", "t2", "t3", "t4", "t5"]);
});

Deno.test("reports: costs by bank and by day, and a bank's days", async () => {
  await using store = await byHand();
  const costs = (await rows(store, "cost_breakdown")).map((row) => Object.values(row));
  assertEquals(costs, [["B", 10, 0, 20, 5, 13, 48], ["A", 4, 6, 0, 0, 2, 12]]);
  const days = (await rows(store, "daily_costs")).map((row) => [row["day"], row["total_cost"], row["delay_cost"]]);
  assertEquals(days, [[0, 53, 2], [1, 7, 4]]);
  const ofA = (await rows(store, "daily_costs", { agent: "A" })).map((row) => [row["day"], row["total_cost"]]);
  assertEquals(ofA, [[0, 5], [1, 7]]);
  const performance = await rows(store, "agent_performance", { agent: "A" });
  assertEquals(performance.map((row) => [row["day"], row["closing_balance"], row["total_cost"]]), [[0, 7, 5], [
    1,
    8,
    7,
  ]]);
  assertEquals((await rows(store, "daily_metrics", { day: 1 })).map((row) => row["agent_id"]), ["A", "B"]);
});

Deno.test("cost series: costs by tick, and at a day's end what penalties lack an event of their own", async () => {
  await using store = await byHand();
  const { agents, rows: lines } = await costSeries(store.database, "a", { perTick: true });
  assertEquals(agents, ["A", "B"]);
  assertEquals(lines.length, 20);
  // B: 1 in tick 1, and 13 - 1 at the end of day 0; A's penalty of 2 is less than what was booked.
  assertEquals(lines.filter(([, , a, b]) => a !== 0 || b !== 0), [[1, 0, 5, 1], [9, 0, 0, 12], [12, 1, 7, 0]]);
  const sums = (await costSeries(store.database, "a")).rows.at(-1);
  assertEquals(sums, [19, 1, 12, 13]);
  await assertRejects(() => costSeries(store.database, "x"), NotFound, "There is no simulation x");
});

Deno.test("reports: single ticks and ranges of them", async () => {
  await using store = await byHand();
  const { database } = store;
  const { arrivals, settlements } = await transactionsByTick(database, "a", 0);
  assertEquals([arrivals.map((row) => row["tx_id"]), settlements.map((row) => row["tx_id"])], [["t1", "t2"], ["t1"]]);
  assertEquals((await transactionsByTick(database, "a", 13)).settlements.map((row) => row["total_delay_ticks"]), [
    10,
    1,
  ]);
  assertEquals(await tickRangeSummary(database, "a", 0, 5), {
    total_arrivals: 4,
    total_settlements: 2,
    total_delay_cost: 6,
    avg_delay_ticks: 2,
  });
  assertEquals(await tickRangeSummary(database, "a", 100, 200), {
    total_arrivals: 0,
    total_settlements: 0,
    total_delay_cost: 0,
    avg_delay_ticks: 0,
  });
  assertEquals(await queueSnapshotsByTick(database, "a", 5), {
    A: { queue1: ["t9", "t8"], rtgs: ["t2"] },
    B: { rtgs: ["t4"] },
  });
});

Deno.test("reports: the policy of a bank on a day", async () => {
  await using store = await byHand();
  const { database } = store;
  const at = async (day: number) => (await policyAtDay(database, "a", "A", day))?.policy_config;
  assertEquals([await at(0), await at(2), await at(3), await at(9)], [
    { type: "Fifo" },
    { type: "Fifo" },
    { type: "Deadline" },
    { type: "Deadline" },
  ]);
  assertEquals([await policyAtDay(database, "a", "A", -1), await policyAtDay(database, "a", "B", 0)], [null, null]);
  assertEquals((await policyHistory(database, "a", "A")).map((row) => row["policy_hash"]), ["h1", "h2"]);
});

Deno.test("reports: two simulations and a bank in both, side by side", async () => {
  await using store = await byHand();
  const { database } = store;
  assertEquals(await compareSimulations(database, "a", "b"), {
    sim1: { simulation_id: "a", total_arrivals: 5, total_settlements: 4, total_cost: 60, settlement_rate: 0.8 },
    sim2: { simulation_id: "b", total_arrivals: 0, total_settlements: 0, total_cost: 10, settlement_rate: 0 },
    delta: { settlement_rate: -0.8, total_cost: -50 },
  });
  assertEquals(await compareAgentPerformance(database, "a", "b", "A"), [
    { day: 0, sim1_total_cost: 5, sim2_total_cost: 9, cost_delta: 4 },
  ]);
  await assertRejects(() => compareSimulations(database, "a", "x"), NotFound, "One or both simulations not found");
});

Deno.test("simulations are listed newest first, by status, model and experiment", async () => {
  await using store = await byHand();
  const { database } = store;
  await store.persistSimulationStart("c", {}, "exp", 1);
  const ids = async (query = {}) => (await simulations(database, query)).map((row) => row["simulation_id"]);
  assertEquals(await ids(), ["c", "b", "a"]);
  assertEquals([await ids({ status: "running" }), await ids({ limit: 1 })], [["c"], ["c"]]);
  assertEquals([await ids({ experimentRunId: "exp" }), await ids({ model: "ring" })], [["c"], []]);
  const summary = await simulationSummary(database, "a");
  assertEquals([summary?.["avg_daily_cost"], summary?.["total_volume"], summary?.["total_transactions"]], [30, 5, 5]);
  assertEquals((await simulationSummary(database, "c"))?.["total_cost_cents"], 0);
});

Deno.test("a report refuses what it does not know, does not take, or lacks", async () => {
  await using store = await byHand();
  const ask = (name: string, conditions: ReportConditions = {}, id = "a") =>
    simulationReport(store.database, id, name, conditions);
  await assertRejects(() => ask("cost_brekdown"), NotFound, "no report cost_brekdown (did you mean cost_breakdown?)");
  await assertRejects(() => ask("__proto__"), NotFound, "There is no report __proto__");
  await assertRejects(
    () => ask("cycles", { agent: "A" }),
    ValidationError,
    "cycles takes no agent; it takes day, tick",
  );
  await assertRejects(() => ask("tick_range", { from_tick: 1 }), ValidationError, "tick_range needs to_tick");
  await assertRejects(() => ask("summary", {}, "x"), NotFound, "There is no simulation x");
  // Hostile ids are values, never SQL.
  await assertRejects(() => ask("summary", {}, "' OR 1=1 --"), NotFound, "no simulation ' OR 1=1 --");
});

for (const name of ["03-liquidity-saving", "04-policies"]) {
  Deno.test(`every report answers about a run, and what it counts is what the engine has: ${name}`, async () => {
    using place = new Place();
    const db = `${place.path}/r.duckdb`;
    const file = `${EXAMPLES}${name}.yaml`;
    const recording = ["--persist", db, "--simulation-id", "s", "--full-replay"];
    const ran = await program("", "payments", "run", file, ...recording);
    assertEquals(ran.code, 0, ran.error);
    const { config, behaviours } = await loadPaymentsScenario(Deno.readTextFileSync(file), file, {
      readPolicy: (path) => Deno.readTextFileSync(path.startsWith("/") ? path : `${EXAMPLES}${path}`),
    });
    const { engine, ticks } = runPayments(config, { behaviours, keepTicks: true });
    assert(engine !== undefined);
    await using database = await Database.open(db, { readOnly: true });
    if (name === "04-policies") await assertEveryReportAnswers(database, engine.agentIds[0] ?? "");
    const of = (sql: string) => database.rows(sql);
    assertEquals(
      await of("SELECT tick, arrivals, settlements, cost FROM ticks ORDER BY tick"),
      ticks.map(({ tick, numArrivals, numSettlements, totalCost }) => {
        return { tick, arrivals: numArrivals, settlements: numSettlements, cost: totalCost };
      }),
    );
    assertRecordsOf(await of("SELECT * FROM lsm_cycles"), engine.cycleRecords());
    const shown = "agent_id, tick, day, action, amount, reason, posted_collateral_before, posted_collateral_after";
    // What timers took back is in the view, too; the engine's records are those of policies.
    const timers = "SELECT event_id FROM simulation_events WHERE event_type = 'CollateralTimerWithdrawn'";
    const byPolicies = await of(`SELECT ${shown} FROM collateral_events WHERE id NOT IN (${timers})`);
    assertRecordsOf(byPolicies, engine.collateralRecords());
    const broken =
      `FROM (SELECT *, lag(posted_collateral_after) OVER (PARTITION BY c.agent_id ORDER BY event_timestamp) AS was
      FROM collateral_events c JOIN simulation_events e ON e.event_id = c.id) WHERE was <> posted_collateral_before`;
    assertEquals(await of(broken), []);
    assert(engine.cycleRecords().length + engine.collateralRecords().length > 0);
    await assertPaymentsAndCosts(database, engine);
    assertEquals((await simulationRuns(database)).map((row) => row["simulation_id"]), ["s"]);
    assertEquals([await schemaProblems(database), await rowProblems(database)], [[], []]);
  });
}

async function assertEveryReportAnswers(database: Database, agent: string): Promise<void> {
  const given: Required<ReportConditions> = {
    agent,
    day: 0,
    tick: 1,
    from_tick: 0,
    to_tick: 5,
    status: "settled",
    with: "s",
  };
  for (const [name, report] of Object.entries(REPORTS)) {
    const conditions = Object.fromEntries(report.takes.map((condition) => [condition, given[condition]]));
    assert(await simulationReport(database, "s", name, conditions) !== undefined, name);
  }
}

/** That rows of a view are the engine's records, as far as both have the fields; lists are texts in a row. */
function assertRecordsOf(rows: readonly Row[], records: readonly Readonly<Record<string, unknown>>[]): void {
  const text = (value: unknown) => Array.isArray(value) ? JSON.stringify(value) : value;
  const fields = Object.keys(records[0] ?? {}).filter((field) => rows[0] !== undefined && field in rows[0]);
  const listed = (list: readonly Readonly<Record<string, unknown>>[]) =>
    list.map((row) => JSON.stringify(fields.map((field) => text(row[field])))).sort();
  assertEquals(listed(rows), listed(records));
  assert(records.length === 0 || fields.length >= 8);
}

async function assertPaymentsAndCosts(database: Database, engine: PaymentsEngine): Promise<void> {
  const { ticksPerDay } = engine.config;
  const { total_arrivals, total_settlements } = engine.systemMetrics();
  const summary = await simulationSummary(database, "s");
  assertEquals([summary?.["total_arrivals"], summary?.["total_settlements"]], [total_arrivals, total_settlements]);
  const [parentless] = await database.rows("SELECT count(*) AS n FROM transactions WHERE parent_tx_id IS NULL");
  assertEquals(parentless?.["n"], total_arrivals);
  const wrong = `settlement_day IS DISTINCT FROM settlement_tick // ${ticksPerDay} OR
    (status = 'settled') <> (settlement_tick IS NOT NULL) OR arrival_day <> arrival_tick // ${ticksPerDay}`;
  assertEquals(await database.rows(`FROM transactions WHERE ${wrong}`), []);
  const { agents, rows: lines } = await costSeries(database, "s");
  const last = lines.at(-1) ?? [];
  agents.forEach((id, i) => assertEquals(last[i + 2], engine.accumulatedCosts(id)["total_cost"], id));
  const days = await database.rows("SELECT day, agent_id, total_cost FROM daily_agent_metrics");
  for (const { day, agent_id, total_cost } of days) {
    const column = agents.indexOf(String(agent_id)) + 2;
    const before = lines[Number(day) * ticksPerDay - 1]?.[column] ?? 0;
    const after = lines[(Number(day) + 1) * ticksPerDay - 1]?.[column] ?? 0;
    assertEquals(after - before, total_cost, `day ${day}, ${agent_id}`);
  }
}

Deno.test("a full replay agrees with the events and the positions of the run", async () => {
  using place = new Place();
  const db = `${place.path}/r.duckdb`;
  for (const name of ["04-policies", "02-gridlock"]) {
    const recording = ["--persist", db, "--simulation-id", name, "--full-replay"];
    assertEquals((await program("", "payments", "run", `${EXAMPLES}${name}.yaml`, ...recording)).code, 0);
  }
  await using database = await Database.open(db, { readOnly: true });
  const same = async (ours: string, theirs: string) => {
    const found = await database.rows(`FROM (${ours}) ORDER BY ALL`);
    assertEquals(found, await database.rows(`FROM (${theirs}) ORDER BY ALL`));
    assert(found.length > 0, ours);
  };
  await same(
    "SELECT simulation_id, tick, day, agent_id, tx_id, 'Policy' || upper(decision_type[1]) || decision_type[2:] AS kind, reason FROM policy_decisions",
    `SELECT simulation_id, tick, day, agent_id, tx_id, event_type AS kind, details ->> '$.reason' AS reason
     FROM simulation_events WHERE event_type IN ('PolicySubmit', 'PolicyHold', 'PolicyDrop', 'PolicySplit')`,
  );
  await same(
    "SELECT simulation_id, tick, count(*) AS waiting FROM tick_queue_snapshots WHERE queue_type = 'rtgs' GROUP BY ALL",
    "SELECT simulation_id, tick, queue2 AS waiting FROM ticks WHERE queue2 > 0",
  );
  await same(
    `SELECT simulation_id, agent_id, day, arg_max(balance, tick) AS balance FROM tick_agent_states GROUP BY ALL`,
    `SELECT simulation_id, agent_id, day, closing_balance AS balance FROM daily_agent_metrics`,
  );
  await same(
    `SELECT simulation_id, agent_id, sum(balance_change)::BIGINT AS balance, sum(delay_cost_delta)::BIGINT AS delay
     FROM tick_agent_states GROUP BY ALL`,
    `SELECT simulation_id, agent_id, arg_max(closing_balance, day) AS balance, sum(delay_cost)::BIGINT AS delay
     FROM daily_agent_metrics GROUP BY ALL`,
  );
  assertEquals(await rowProblems(database), []);
});

Deno.test("validation finds rows that are there twice", async () => {
  await using store = await byHand();
  await store.database.run("INSERT INTO transaction_rows (simulation_id, tx_id) VALUES ('a', 't1')");
  assertEquals(await rowProblems(store.database), [
    "Table transactions has 1 rows more than once by (simulation_id, tx_id), of the simulation a for instance",
  ]);
});

Deno.test("reports about parts of several writers are those about one file", async () => {
  using place = new Place();
  Deno.mkdirSync(`${place.path}/parts`);
  for (const [i, name] of ["01-two-banks", "02-gridlock"].entries()) {
    for (const db of [`parts/part-${i}.duckdb`, "one.duckdb"]) {
      const path = `${place.path}/${db}`;
      await program("", "payments", "run", `${EXAMPLES}${name}.yaml`, "--persist", path, "--simulation-id", `s-${i}`);
    }
  }
  await using parts = await openParts(`${place.path}/parts`);
  await using one = await Database.open(`${place.path}/one.duckdb`, { readOnly: true });
  for (const [id, name] of [["s-0", "events"], ["s-1", "ticks"], ["s-1", "transactions"], ["s-0", "cycles"]] as const) {
    assertEquals(await simulationReport(parts, id, name), await simulationReport(one, id, name), `${id} ${name}`);
  }
  assertEquals(await costSeries(parts, "s-1"), await costSeries(one, "s-1"));
});
