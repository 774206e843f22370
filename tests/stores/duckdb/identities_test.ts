/** The identities INV-1, 2, 5, 6, 9, 10 and 11. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { CORRECTED } from "../../../src/experiments/payments/behaviours.ts";
import { agentOf, defaultPolicy, FRACTION } from "../../../src/experiments/payments/policies.ts";
import { drawSample, type Sample } from "../../../src/experiments/payments/sampling.ts";
import { sandboxConfig } from "../../../src/experiments/payments/sandbox.ts";
import { simulate, simulatedConfig } from "../../../src/experiments/payments/simulation.ts";
import type { EngineConfig } from "../../../src/payments/config.ts";
import { loadPaymentsScenario, readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments, writtenEvents } from "../../../src/payments/script.ts";
import type { Row } from "../../../src/stores/duckdb/driver.ts";
import { writtenEventOf } from "../../../src/stores/duckdb/payments_recording.ts";
import { DuckDbExperimentRecorder } from "../../../src/stores/duckdb/experiment_recorder.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { SCENARIO_E } from "../../experiments/payments/setting.ts";
import { Place } from "../places.ts";
import { program, reduced, rowsIn, SCENARIO_M } from "./payments_recordings.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples/payments/", import.meta.url));
const NAMES = ["01-two-banks", "02-gridlock", "03-liquidity-saving", "04-policies", "05-crisis", "06-liquidity-pool"];
const MODES = [[], ["--stream"], ["--verbose"], ["--event-stream"]];
const EVENTS_SQL = "SELECT * FROM simulation_events WHERE simulation_id = 's' ORDER BY tick, event_timestamp";

/** A policy that counts ticks in a register and notes the tick in another. */
const KEEPS_REGISTERS = {
  ...defaultPolicy("CAREFUL"),
  bank_tree: {
    type: "action",
    node_id: "count",
    action: "AddState",
    parameters: { key: { value: "bank_state_ticks" }, value: { value: 1 }, reason: { value: "counting" } },
  },
};

/** A row with its configuration as values: how a number is spelled does not matter. */
function plain(row: Row): unknown {
  return { ...row, config_json: JSON.parse(String(row["config_json"] ?? null)) };
}

async function engineEvents(text: string, name: string) {
  const { config, behaviours } = await loadPaymentsScenario(text, name, {
    readPolicy: (path) => Deno.readTextFileSync(path.startsWith("/") ? path : `${EXAMPLES}${path}`),
  });
  return [...writtenEvents(runPayments(config, { behaviours }).logs)];
}

Deno.test("INV-1: money is whole cents in every table", async () => {
  using place = new Place();
  const db = `${place.path}/r.duckdb`;
  await program("", "payments", "run", `${EXAMPLES}05-crisis.yaml`, "--persist", db, "--simulation-id", "s");
  const columns = await rowsIn(
    db,
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'main' AND regexp_matches(column_name, '(amount|balance|_cost|cost_cents|_cap|collateral|settled_value)$')
       AND table_name IN ('simulations', 'transactions', 'daily_agent_metrics', 'simulation_ticks', 'simulation_positions')`,
  );
  assert(columns.length > 15);
  for (const column of columns) {
    assertEquals([column["column_name"], column["data_type"]], [column["column_name"], "BIGINT"]);
  }
  const amounts = await rowsIn(
    db,
    `SELECT json_type(details, '$.amount') AS type, count(*) AS n FROM simulation_events
     WHERE json_exists(details, '$.amount') GROUP BY type ORDER BY type`,
  );
  assert(amounts.length > 0);
  for (const { type } of amounts) assertMatch(String(type), /^U?BIGINT$/);
});

Deno.test("INV-2: the same scenario and seed leave the same rows", async () => {
  using place = new Place();
  for (const name of ["a", "b"]) {
    const db = `${place.path}/${name}.duckdb`;
    await program("", "payments", "run", `${EXAMPLES}04-policies.yaml`, "--persist", db, "--simulation-id", "s");
  }
  const tables = [
    "transactions",
    "daily_agent_metrics",
    "agent_state_registers",
    "policy_snapshots",
    "simulation_ticks",
  ];
  const questions = [
    EVENTS_SQL.replace("*", "* EXCLUDE (event_timestamp, created_at)"),
    ...tables.map((table) => `FROM ${table} ORDER BY ALL`),
  ];
  for (const sql of questions) {
    const [a, b] = [await rowsIn(`${place.path}/a.duckdb`, sql), await rowsIn(`${place.path}/b.duckdb`, sql)];
    assertEquals(a, b);
    assert(a.length > 0 || sql.includes("registers"), sql);
  }
});

Deno.test("INV-5: payments replay prints byte by byte what payments run printed, in every mode", async () => {
  using place = new Place();
  for (const name of NAMES) {
    for (const [i, mode] of MODES.entries()) {
      const db = `${place.path}/${name}-${i}.duckdb`;
      const recorded = ["--persist", db, "--simulation-id", "s"];
      const ran = await program("", "payments", "run", `${EXAMPLES}${name}.yaml`, ...recorded, ...mode);
      const again = await program("", "payments", "replay", "s", "--db", db, ...mode);
      assertEquals(again, ran, `${name} ${mode.join(" ")}`);
      assert(ran.out !== "" && ran.code === 0);
    }
  }
});

Deno.test("INV-5: with filters, and for calls and checkpoints between ticks", async () => {
  using place = new Place();
  const script = [
    {
      before_tick: 2,
      op: "submit_transaction",
      args: { sender: "A", receiver: "B", amount: 5, deadline_tick: 4, priority: 3 },
    },
    { before_tick: 2, op: "checkpoint", args: {} },
    { before_tick: 4, op: "run", args: { name: "run_and_get_all_costs", args: [1] } },
    {
      before_tick: 6,
      op: "submit_transaction",
      args: { sender: "B", receiver: "A", amount: 1, deadline_tick: 9, priority: 3 },
    },
  ];
  place.write("m.yaml", SCENARIO_M);
  place.write("script.json", JSON.stringify(script));
  const filters = [["--filter-event-type", "Arrival, EndOfDay"], ["--filter-agent", "B"], [
    "--filter-tick-range",
    "1-3",
  ]];
  let n = 0;
  for (const scripted of [[], ["--script", "script.json"]]) {
    for (const mode of [["--verbose"], ["--event-stream"]]) {
      for (const filter of [[], ...filters]) {
        const [id, shown] = [`s-${n++}`, [...mode, ...filter]];
        const recorded = ["--persist", "r.duckdb", "--simulation-id", id];
        const ran = await program(place.path, "payments", "run", "m.yaml", ...recorded, ...scripted, ...shown);
        assertEquals(
          await program(place.path, "payments", "replay", id, "--db", "r.duckdb", ...shown),
          ran,
          shown.join(" "),
        );
      }
    }
  }
});

Deno.test("INV-6: every event of the engine is a row, complete and in its order", async () => {
  using place = new Place();
  for (const name of NAMES) {
    const db = `${place.path}/${name}.duckdb`;
    await program("", "payments", "run", `${EXAMPLES}${name}.yaml`, "--persist", db, "--simulation-id", "s");
    const rows = await rowsIn(db, EVENTS_SQL);
    const expected = await engineEvents(Deno.readTextFileSync(`${EXAMPLES}${name}.yaml`), `${name}.yaml`);
    assertEquals(rows.map(writtenEventOf), expected);
    const perDay = Number((await rowsIn(db, "SELECT ticks_per_day FROM simulations"))[0]?.["ticks_per_day"]);
    for (const { tick, day } of rows) assertEquals(day, Math.floor(Number(tick) / perDay));
  }
});

/** What a configuration gives the agent of scenario E to work with. */
function means({ agents }: EngineConfig): unknown {
  const found = agents.find(({ id }) => id === "BANK_A");
  const { openingBalance, unsecuredCap, liquidityPool, liquidityAllocationFraction, maxCollateralCapacity } = found ??
    {};
  return { openingBalance, unsecuredCap, liquidityPool, liquidityAllocationFraction, maxCollateralCapacity };
}

const SCENARIO = readPaymentsScenario(SCENARIO_E);
const NO_PAYMENTS: Sample = drawSample({ outgoing: [], incoming: [] }, 1, 0, 6);

Deno.test("INV-9: a policy gives an agent the same means in the full simulation and in the sandbox", () => {
  const fraction = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(fc.property(fraction, fraction, (nested, flat) => {
    const policy = {
      ...defaultPolicy("BANK_A"),
      parameters: nested === null ? {} : { [FRACTION]: nested },
      ...(flat === null ? {} : { [FRACTION]: flat }),
    };
    const rules = { config: SCENARIO.config, engine: SCENARIO.behaviours, experiment: CORRECTED, ticks: 6 };
    const full = simulatedConfig(rules, new Map([["BANK_A", policy]]), 1);
    const alone = sandboxConfig(rules, "BANK_A", policy, NO_PAYMENTS);
    assertEquals(means(alone), means(full));
    const found = full.agents.find(({ id }) => id === "BANK_A");
    assertEquals(found?.liquidityAllocationFraction, nested ?? flat ?? 0.5);
  }));
});

Deno.test("INV-10: an agent's figures are read from a scenario in one way for the simulation and the sandbox", () => {
  const amount = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(fc.property(amount, amount, fc.option(amount), fc.option(amount), (opening, cap, pool, capacity) => {
    const [bank, other] = SCENARIO_E.agents;
    const { liquidity_pool: _, ...rest } = bank ?? {};
    const agent = {
      ...rest,
      opening_balance: opening,
      unsecured_cap: cap,
      ...(pool === null ? {} : { liquidity_pool: pool }),
      ...(capacity === null ? {} : { max_collateral_capacity: capacity }),
    };
    const { config, behaviours } = readPaymentsScenario({ ...SCENARIO_E, agents: [agent, other] });
    const { openingBalance, unsecuredCap, liquidityPool, maxCollateralCapacity } = agentOf(config, "BANK_A");
    assertEquals([openingBalance, unsecuredCap], [opening, cap]);
    assertEquals([liquidityPool, maxCollateralCapacity], [pool ?? undefined, capacity ?? undefined]);
    const rules = { config, engine: behaviours, experiment: CORRECTED, ticks: 6 };
    const policy = defaultPolicy("BANK_A");
    const alone = sandboxConfig(rules, "BANK_A", policy, NO_PAYMENTS);
    assertEquals(means(alone), means(simulatedConfig(rules, new Map([["BANK_A", policy]]), 1)));
  }));
});

Deno.test("INV-11: an experiment's simulation leaves the rows that the provider leaves", async () => {
  const setting = {
    config: SCENARIO.config,
    dictionary: {},
    engine: SCENARIO.behaviours,
    experiment: CORRECTED,
    optimizedAgents: ["BANK_A"],
    ticks: 6,
  };
  const { log, arrivals, settlements, totalCost } = simulate(setting, new Map(), 5);
  await using store = await DuckDbSimulations.open(":memory:", { ticksPerDay: 6 });
  await new DuckDbExperimentRecorder(store).saveSimulations([{
    simulation_id: "experiment",
    experiment_run_id: "e",
    experiment_iteration: 0,
    purpose: "init",
    seed: 5,
    ticks_per_day: 6,
    num_days: 1,
    num_agents: 2,
    ticks: 6,
    config: {},
    log,
    total_arrivals: arrivals,
    total_settlements: settlements,
    total_cost_cents: totalCost,
  }]);
  await store.persistSimulationStart("provider", { ticks_per_day: 6 });
  for (const event of writtenEvents([log])) await store.persistTickEvents("provider", event.tick, [event]);
  const rows = (id: string) =>
    store.database.rows(
      "SELECT tick, day, event_type, agent_id, tx_id, details FROM simulation_events WHERE simulation_id = ? " +
        "ORDER BY tick, event_timestamp",
      [id],
    );
  const [ours, theirs] = [await rows("experiment"), await rows("provider")];
  assertEquals(ours.map(parsedDetails), theirs.map(parsedDetails));
  assertEquals(ours.length, log.length);
});

function parsedDetails(row: Row): unknown {
  return { ...row, details: JSON.parse(String(row["details"])) };
}

Deno.test("recording a run never changes it, in every mode and with every filter", async () => {
  using place = new Place();
  const filters = [[], ["--filter-event-type", "Arrival, EndOfDay"], ["--filter-agent", "AVA"], [
    "--filter-tick-range",
    "3-",
  ]];
  let n = 0;
  for (const [name, full] of [["02-gridlock", ["--full-replay"]], ["04-policies", []]] as const) {
    const run = ["payments", "run", `${EXAMPLES}${name}.yaml`];
    for (const mode of MODES) {
      const isShown = mode.includes("--verbose") || mode.includes("--event-stream");
      for (const filter of isShown && full.length > 0 ? filters : [[]]) {
        const plain = await program("", ...run, ...mode, ...filter);
        const recording = ["--persist", `${place.path}/r.duckdb`, "--simulation-id", `s-${n++}`, ...full];
        const recorded = await program("", ...run, ...mode, ...filter, ...recording);
        assertEquals([recorded.code, recorded.error], [plain.code, plain.error]);
        assertEquals(withoutTimes(recorded.out), withoutTimes(plain.out));
      }
    }
  }
});

/** What a run printed, in any mode, without times and where it is recorded. */
function withoutTimes(out: string): unknown {
  const keys = new Set(["duration_seconds", "ticks_per_second", "simulation_id", "database"]);
  const read = (text: string) => JSON.parse(text, (key, value) => keys.has(key) ? undefined : value);
  return out.startsWith("{\n") ? read(out) : out.trim().split("\n").map(read);
}

Deno.test("the recorded configuration is read to the same simulation again", async () => {
  using place = new Place();
  const db = `${place.path}/r.duckdb`;
  const file = `${EXAMPLES}03-liquidity-saving.yaml`;
  const first = await program("", "payments", "run", file, "--seed", "7", "--persist", db, "--simulation-id", "s");
  const [row] = await rowsIn(db, "SELECT config_json, rng_seed FROM simulations");
  assertEquals(row?.["rng_seed"], 7);
  place.write("again.json", String(row?.["config_json"]));
  const second = await program("", "payments", "run", `${place.path}/again.json`);
  const without = (out: string) => JSON.stringify(reduced(out)).replace(/"config_file":"[^"]*"/, "");
  assertEquals(without(second.out), without(first.out));
});

Deno.test("INV-11: the command and the provider leave the same event and register rows", async () => {
  using place = new Place();
  const file = `${place.path}/p.yaml`;
  place.write("keeps-registers.json", JSON.stringify(KEEPS_REGISTERS));
  place.write(
    "p.yaml",
    Deno.readTextFileSync(`${EXAMPLES}04-policies.yaml`)
      .replace("../policies/03-shrinking-reserve.json", `${place.path}/keeps-registers.json`)
      .replaceAll("../policies/", EXAMPLES.replace("payments", "policies")),
  );
  const ours = `${place.path}/run.duckdb`;
  await program("", "payments", "run", file, "--persist", ours, "--simulation-id", "s");
  const events = await engineEvents(Deno.readTextFileSync(file), "p.yaml");
  const theirs = `${place.path}/provider.duckdb`;
  {
    await using store = await DuckDbSimulations.open(theirs);
    const [run] = await rowsIn(ours, "SELECT config_json FROM simulations");
    await store.persistSimulationStart("s", JSON.parse(String(run?.["config_json"])));
    for (const tick of new Set(events.map((event) => event.tick))) {
      await store.persistTickEvents("s", tick, events.filter((event) => event.tick === tick));
    }
    await store.persistSimulationComplete("s", {});
  }
  const columns = "tick, day, event_type, agent_id, tx_id, details::JSON AS details";
  const questions = [
    EVENTS_SQL.replace("*", columns),
    "FROM agent_state_registers ORDER BY ALL",
    "SELECT rng_seed, ticks_per_day, num_days, num_agents, config_json FROM simulations",
  ];
  for (const sql of questions) {
    const [a, b] = [await rowsIn(ours, sql), await rowsIn(theirs, sql)];
    assertEquals(b.map(plain), a.map(plain));
    assert(a.length > 0, sql);
  }
});

Deno.test("scenario M, corrected: a payment that settles after its day is recorded as settled", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  await program(place.path, "payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "s");
  const rows = await rowsIn(`${place.path}/r.duckdb`, "SELECT status FROM transactions ORDER BY arrival_tick");
  assertEquals(rows.map((row) => row["status"]), ["settled", "settled"]);
});

Deno.test("payments replay: parts of a run, and what it refuses", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  await program(place.path, "payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "s");
  const replay = (...args: string[]) => program(place.path, "payments", "replay", "s", "--db", "r.duckdb", ...args);
  const part = await replay("--from-tick", "3", "--to-tick", "4", "--verbose");
  assertEquals(part.error.match(/^Tick \d/gm), ["Tick 3", "Tick 4"]);
  const { simulation } = JSON.parse(part.out);
  assertEquals([simulation.replay_range, simulation.ticks_replayed, simulation.ticks_executed], ["3-4", 2, 6]);
  assertEquals(await replay("--from-tick", "6"), {
    code: 1,
    out: "",
    error: "Invalid from_tick: 6 (must be 0 to 5)\n",
  });
  const crossed = await replay("--from-tick", "3", "--to-tick", "2");
  assertEquals(crossed, { code: 1, out: "", error: "Invalid to_tick: 2 (must be 3 to 5)\n" });
  assertEquals((await replay("--filter-agent", "A")).code, 1);
  const unknown = await program(place.path, "payments", "replay", "x", "--db", "r.duckdb");
  assertEquals([unknown.code, unknown.error], [
    1,
    "r.duckdb has no simulation x; the newest are s\n".replace("r.duckdb", `${place.path}/r.duckdb`),
  ]);
  const missing = await program(place.path, "payments", "replay", "s", "--db", "nowhere.duckdb");
  assertEquals([missing.code, missing.error], [1, "There is no database nowhere.duckdb; name another with --db\n"]);
});
