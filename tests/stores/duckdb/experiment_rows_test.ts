/** A simulation leaves the same rows whichever path ran it: an experiment, the command line, the library (INV-11). */
import { assert, assertEquals } from "@std/assert";
import { Recordings } from "../../../src/executors/recordings.ts";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import { runExperiment } from "../../../src/experiments/payments/experiment.ts";
import { defaultPolicy } from "../../../src/experiments/payments/policies.ts";
import type { ExperimentSettings } from "../../../src/experiments/payments/settings.ts";
import { readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";
import { DuckDbExperimentRecorder } from "../../../src/stores/duckdb/experiment_recorder.ts";
import { columnNames, PAYMENT_TABLES, TABLES, VIEWS } from "../../../src/stores/duckdb/schema.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { clientE, convergence, SCENARIO_E, settingsE } from "../../experiments/payments/setting.ts";
import { Place } from "../places.ts";
import { program } from "./payments_recordings.ts";

/** How events lie in a database; `simulation_events` shows them. */
const LAYOUT = [
  ...["event_rows", "event_kinds", "simulation_names", "logged_events", "logged_names", "event_shapes"],
  ...PAYMENT_TABLES,
];
/** What says when, how fast and from where something ran. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  simulations: [
    ...["simulation_no", "config_file", "started_at", "completed_at", "ended_at", "duration_seconds"],
    ...["ticks_per_second", "experiment_run_id", "experiment_iteration"],
  ],
  simulation_runs: ["config_name", "description", "start_time", "end_time"],
  simulation_events: ["event_timestamp", "created_at"],
  simulation_ticks: ["simulation_no"],
  simulation_positions: ["simulation_no"],
};
const COMPARED = [
  ...VIEWS,
  ...Object.keys(TABLES).filter((table) => !LAYOUT.includes(table) && isOfSimulations(table)),
];

function isOfSimulations(table: string): boolean {
  return ["simulation_id", "simulation_no"].some((name) => columnNames(table).includes(name));
}

/** All rows of a simulation by table. */
async function rowsOf(database: Database, id: string): Promise<ReadonlyMap<string, readonly Row[]>> {
  const rows = new Map<string, readonly Row[]>();
  for (const table of COMPARED) {
    const which = columnNames(table).includes("simulation_id") || VIEWS.includes(table)
      ? "simulation_id = ?"
      : "simulation_no = (SELECT simulation_no FROM simulations WHERE simulation_id = ?)";
    const order = table === "simulation_events" ? "event_timestamp" : "ALL";
    const found = await database.rows(`SELECT * FROM ${table} WHERE ${which} ORDER BY ${order}`, [id]);
    rows.set(table, found.map((row) => comparable(table, row)));
  }
  return rows;
}

function comparable(table: string, row: Row): Row {
  const left = LEFT_OUT[table] ?? (VIEWS.includes(table) ? LEFT_OUT["simulation_events"] : []) ?? [];
  const kept = Object.fromEntries(Object.entries(row).filter(([name]) => !left.includes(name)));
  const { outcome } = kept;
  // What the caller called the database.
  return typeof outcome === "string" ? { ...kept, outcome: outcome.replace(/"database": ?"[^"]*"/, "") } : kept;
}

/** A policy that holds large payments back, posts collateral, and counts ticks in a register. */
const COUNTING = {
  ...defaultPolicy("BANK_A"),
  payment_tree: {
    type: "condition",
    node_id: "large",
    condition: { op: ">", left: { field: "amount" }, right: { value: 12000 } },
    on_true: { type: "action", node_id: "hold", action: "Hold" },
    on_false: { type: "action", node_id: "pay", action: "Release" },
  },
  strategic_collateral_tree: {
    type: "action",
    node_id: "post",
    action: "PostCollateral",
    parameters: { amount: { value: 300 }, reason: { value: "UrgentLiquidityNeed" } },
  },
  bank_tree: {
    type: "action",
    node_id: "count",
    action: "AddState",
    parameters: { key: { value: "bank_state_ticks" }, value: { value: 1 }, reason: { value: "counting" } },
  },
};

/** Banks with collateral and little money, so that payments wait and are offset. */
const SCENARIO = {
  ...SCENARIO_E,
  simulation: { ...SCENARIO_E.simulation, ticks_per_day: 3, num_days: 2 },
  agents: SCENARIO_E.agents.map((agent) => ({
    ...agent,
    liquidity_pool: 6000,
    unsecured_cap: 0,
    max_collateral_capacity: 9000,
    posted_collateral: 500,
  })),
};

async function recordExperiment(
  store: DuckDbSimulations,
  changes: Partial<ExperimentSettings>,
  reference = false,
): Promise<string[]> {
  await runExperiment({
    settings: settingsE({
      numSamples: 2,
      convergence: convergence({ maxIterations: changes.mode === undefined ? 1 : 2 }),
      ...changes,
    }),
    scenario: readPaymentsScenario(SCENARIO, { reference }),
    proposer: clientE(),
    runId: "x",
    now: () => "2026-01-01T00:00:00.000Z",
    behaviours: reference ? REFERENCE : CORRECTED,
    recorder: new DuckDbExperimentRecorder(store, "experiments.db"),
    initialPolicies: new Map([["BANK_A", COUNTING]]),
    persistBootstrap: true,
  });
  const rows = await store.database.rows("SELECT simulation_id FROM simulations ORDER BY simulation_no");
  return rows.map((row) => String(row["simulation_id"]));
}

async function configOf(database: Database, id: string): Promise<string> {
  const [row] = await database.rows("SELECT config_json FROM simulations WHERE simulation_id = ?", [id]);
  return String(row?.["config_json"]);
}

for (
  const [name, changes, runTicks] of [
    ["bootstrap, samples included", {}, []],
    ["deterministic", { mode: "deterministic" }, []],
    ["fewer ticks than the scenario has", { mode: "deterministic", ticks: 4 }, ["--run-ticks", "4"]],
    ["more ticks than the scenario has", { mode: "deterministic", ticks: 8 }, ["--run-ticks", "8"]],
  ] as const
) {
  Deno.test(`INV-11: an experiment, payments run and the library leave the same rows in all tables: ${name}`, async () => {
    using place = new Place();
    const filled = new Set<string>();
    await using store = await DuckDbSimulations.open(`${place.path}/experiments.db`);
    await using recordings = await Recordings.open(":memory:");
    const ids = await recordExperiment(store, changes);
    assert(ids.length >= 3, String(ids));
    for (const id of ids) {
      const config = await configOf(store.database, id);
      place.write("x.json", config);
      const run = ["payments", "run", "x.json", "--persist", "run.duckdb", "--simulation-id", id, ...runTicks];
      const { code, error } = await program(place.path, ...run);
      assertEquals(code, 0, error);
      const ticks = runTicks.length === 0 ? {} : { ticks: Number(runTicks[1]) };
      await recordings.recordPayments(config, { simulationId: id, file: "x.json", ...ticks });
    }
    await using run = await Database.open(`${place.path}/run.duckdb`, { readOnly: true });
    for (const id of ids) {
      const [experiment, command, library] = [
        await rowsOf(store.database, id),
        await rowsOf(run, id),
        await rowsOf(recordings.database, id),
      ];
      for (const [table, expected] of command) {
        assertEquals(experiment.get(table), expected, `${id}: ${table}`);
        assertEquals(library.get(table), expected, `${id}: ${table} of the library`);
        if (expected.length > 0) filled.add(table);
      }
    }
    const full = ["policy_decisions", "tick_agent_states", "tick_queue_snapshots", "simulation_checkpoints"];
    assertEquals(COMPARED.filter((table) => !filled.has(table)).toSorted(), full.toSorted());
  });
}

Deno.test("payments replay prints an experiment's simulation as payments run prints it, in every mode", async () => {
  using place = new Place();
  {
    await using store = await DuckDbSimulations.open(`${place.path}/experiments.db`);
    await recordExperiment(store, { ticks: 4 });
    for (const id of ["x-sim-001-init", "x-sim-002-bootstrap"]) {
      place.write(`${id}.json`, await configOf(store.database, id));
    }
  }
  const without = (out: string) =>
    out.replace(/"(?:duration_seconds|ticks_per_second)": ?[\d.e+-]+/g, "").replace(/"config_file":"[^"]*"/, "")
      .replace(/,"simulation_id":"[^"]*","database":"[^"]*"/, "");
  for (const id of ["x-sim-001-init", "x-sim-002-bootstrap"]) {
    for (const mode of [[], ["--stream"], ["--verbose"], ["--event-stream"]]) {
      const ran = await program(place.path, "payments", "run", `${id}.json`, "--run-ticks", "4", ...mode);
      const again = await program(place.path, "payments", "replay", id, "--db", "experiments.db", ...mode);
      assertEquals([again.code, again.error], [0, ran.error]);
      assertEquals(without(again.out), without(ran.out));
      assert(ran.out !== "");
    }
  }
});

/** Makes a recording look as a crash leaves one. */
async function interrupt(database: Database, id: string): Promise<void> {
  for (
    const change of [
      "UPDATE simulations SET status = 'running', outcome = NULL, total_arrivals = NULL WHERE simulation_id = ?",
      "DELETE FROM payment_rows WHERE simulation_no = (SELECT simulation_no FROM simulations WHERE simulation_id = ?)",
      "DELETE FROM simulation_runs WHERE simulation_id = ?",
      "DELETE FROM simulation_ticks WHERE tick > 1 AND simulation_no = (SELECT simulation_no FROM simulations WHERE simulation_id = ?)",
    ]
  ) await database.run(change, [id]);
}

Deno.test("db resume brings an experiment's simulation to the rows that it had, or says why it cannot", async () => {
  const place = "SELECT experiment_run_id, experiment_iteration FROM simulations WHERE simulation_id = ?";
  for (const reference of [false, true]) {
    using folder = new Place();
    const expected = await (async () => {
      await using store = await DuckDbSimulations.open(`${folder.path}/x.db`);
      const [id = ""] = await recordExperiment(store, { mode: "deterministic", ticks: 4 }, reference);
      const rows = await rowsOf(store.database, id);
      const experiment = await store.database.rows(place, [id]);
      await interrupt(store.database, id);
      return { id, rows, experiment };
    })();
    const { code, error } = await program(folder.path, "db", "resume", expected.id, "--db", "x.db");
    if (reference) {
      assertEquals([code, error.includes("does not say what the run was made from")], [1, true], error);
      continue;
    }
    assertEquals([code, error], [0, ""]);
    await using database = await Database.open(`${folder.path}/x.db`, { readOnly: true });
    assertEquals(await rowsOf(database, expected.id), expected.rows);
    assertEquals(expected.rows.get("simulation_ticks")?.length, 4);
    assertEquals(await database.rows(place, [expected.id]), expected.experiment);
    assertEquals(expected.experiment, [{ experiment_run_id: "x", experiment_iteration: 0 }]);
  }
});

Deno.test("behaviour onlyEventsStored: as the reference stores it, a simulation has events and no other rows", async () => {
  const counts = async (reference: boolean) => {
    await using store = await DuckDbSimulations.open(":memory:");
    const [id = ""] = await recordExperiment(store, { mode: "deterministic" }, reference);
    const rows = await rowsOf(store.database, id);
    assert((rows.get("simulation_events")?.length ?? 0) > 20);
    return [...rows].filter(([table, { length }]) => length > 0 && !VIEWS.includes(table)).map(([table]) => table);
  };
  assertEquals(await counts(true), ["simulations", "agent_state_registers"]);
  assert((await counts(false)).length > 7);
});
