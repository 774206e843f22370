/** Registries, jobs, records and sweeps on a real server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, NotFound, StoreError, UsageError, ValidationError } from "../../../src/core/errors.ts";
import type { CloudMetrics, CloudRun, RegistryEntry } from "../../../src/experiments/contracts.ts";
import { openPostgres, type PostgresConnection } from "../../../src/stores/postgres/connection.ts";
import { PostgresJobStore } from "../../../src/stores/postgres/job_store.ts";
import { PostgresRecords } from "../../../src/stores/postgres/records.ts";
import { PostgresRegistryStore } from "../../../src/stores/postgres/registry_store.ts";
import { PostgresSweeps, type SweepRecord } from "../../../src/stores/postgres/sweeps.ts";
import { startPostgres, type TestDatabase } from "../../support/postgres.ts";
import { eventOf, jobOf, jobSuite } from "../job_suite.ts";
import { entryOf, registrySuite } from "../registry_suite.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A database and one connection to it for all stores of a test. */
class Place {
  readonly connection: PostgresConnection;
  readonly #database: TestDatabase;

  constructor(database: TestDatabase) {
    this.#database = database;
    this.connection = openPostgres({ url: database.url });
  }

  static async make(): Promise<Place> {
    return new Place(await server.createDatabase({ migrated: true }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

class RegistryPlace {
  readonly #place: Place;
  readonly #arm: string;
  constructor(place: Place, arm = "") {
    this.#place = place;
    this.#arm = arm;
  }
  open(): PostgresRegistryStore {
    return new PostgresRegistryStore(this.#place.connection, { arm: this.#arm });
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#place[Symbol.asyncDispose]();
  }
}

class JobPlace {
  readonly #place: Place;
  constructor(place: Place) {
    this.#place = place;
  }
  open(): PostgresJobStore {
    return new PostgresJobStore(this.#place.connection);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#place[Symbol.asyncDispose]();
  }
}

registrySuite("registry on Postgres", async () => new RegistryPlace(await Place.make()));
registrySuite("registry of an arm on Postgres", async () => new RegistryPlace(await Place.make(), "active"));
jobSuite("jobs on Postgres", async () => new JobPlace(await Place.make()), { keepsRunIds: false });

Deno.test("the ids of a job's runs are those of its rows, in the order in which they were finished", async () => {
  await using place = await Place.make();
  const records = new PostgresRecords(place.connection);
  await records.saveJob(jobOf("amber-hill", { runIds: ["never-kept"] }));
  await records.saveRuns([
    runOf("a", { completedAt: null, status: "running" }),
    runOf("b", { completedAt: "2026-01-31T10:00:02.000Z" }),
    runOf("c", { completedAt: "2026-01-31T10:00:01.000Z" }),
    runOf("d", { completedAt: "2026-01-31T10:00:02.000Z" }),
  ]);
  assertEquals((await records.getJob("amber-hill"))?.runIds, ["c", "b", "d", "a"]);
  assertEquals((await records.listJobs())[0]?.runIds, []);
});

function runOf(runId: string, change: Partial<CloudRun> = {}): CloudRun {
  return {
    runId,
    jobId: "amber-hill",
    createdAt: "2026-01-31T10:00:00.000Z",
    completedAt: "2026-01-31T10:00:03.250Z",
    status: "completed",
    kappa: "0.50",
    concentration: "1",
    mu: "0",
    monotonicity: null,
    outsideMidRatio: "1.0",
    seed: 42,
    regime: null,
    parameters: { kappa: "0.50", dealer_enabled: false, seed: 42, nothing: null },
    executionTimeMs: 12,
    worker: "one",
    attempt: 1,
    error: null,
    artifacts: { events_jsonl: "amber-hill/runs/a/events.jsonl", other: "x" },
    ...change,
  };
}

function metricsOf(runId: string, deltaTotal: string | null, change: Partial<CloudMetrics> = {}): CloudMetrics {
  return {
    runId,
    jobId: "amber-hill",
    deltaTotal,
    phiTotal: "0.25",
    nDefaults: 2,
    nClears: 3,
    timeToStability: 4,
    tradingEffect: null,
    totalTrades: null,
    totalTradeVolume: "10.10",
    rawMetrics: { delta_total: deltaTotal, max_G_t: "3.50" },
    ...change,
  };
}

Deno.test("runs and measures come back as they were saved, and saving them again changes nothing", async () => {
  await using place = await Place.make();
  const records = new PostgresRecords(place.connection);
  await records.saveJob(jobOf("amber-hill"));
  const runs = [
    runOf("b", { kappa: "2.461880538986429760000000000" }),
    runOf("a", { status: "failed", error: "it's" }),
  ];
  for (let i = 0; i < 2; i++) {
    await records.saveRuns(runs);
    await records.saveMetrics([metricsOf("b", "0.7500"), metricsOf("a", null)]);
  }
  assertEquals(await records.listRuns("amber-hill"), runs);
  assertEquals(await records.listRuns("amber-hill", { status: "failed" }), runs.slice(1));
  assertEquals(await records.listRuns("amber-hill", { limit: 1, offset: 1 }), runs.slice(1));
  assertEquals(await records.getRun("amber-hill", "b"), runs[0]);
  assertEquals(await records.getRun("amber-hill", "c"), null);
  const measured = await records.queryMetrics({ jobId: "amber-hill" });
  assertEquals(measured.map(({ metrics }) => metrics), [metricsOf("b", "0.7500"), metricsOf("a", null)]);
  assertEquals(measured[0]?.run, runs[0]);
  const [links] = await place.connection.rows("SELECT events_jsonl_url, run_html_url FROM runs WHERE run_id = 'a'");
  assertEquals(links, { events_jsonl_url: "amber-hill/runs/a/events.jsonl", run_html_url: null });
  const [ids] = await place.connection.rows(
    "SELECT count(*) AS n, max(xmin::text) = min(xmin::text) AS once FROM runs",
  );
  assertEquals(ids, { n: 2, once: true });
});

Deno.test("a run may belong to two jobs", async () => {
  await using place = await Place.make();
  const records = new PostgresRecords(place.connection);
  for (const jobId of ["amber-hill", "birch-hill"]) {
    await records.saveJob(jobOf(jobId));
    await records.saveRuns([runOf("a", { jobId })]);
    await records.saveMetrics([metricsOf("a", "0.5", { jobId })]);
  }
  assertEquals((await records.queryMetrics({})).map(({ run }) => run.jobId), ["amber-hill", "birch-hill"]);
});

Deno.test("a run needs its job, and measures need their run: all rows of a call are refused", async () => {
  await using place = await Place.make();
  const records = new PostgresRecords(place.connection);
  await records.saveJob(jobOf("amber-hill"));
  await assertRejects(
    () => records.saveRuns([runOf("a"), runOf("b", { jobId: "birch-hill" })]),
    NotFound,
    "a job of these runs is not there; save the job first",
  );
  assertEquals(await records.listRuns("amber-hill"), []);
  await assertRejects(() => records.saveMetrics([metricsOf("a", "1")]), NotFound, "save the runs first");
  await assertRejects(() => records.saveRuns([runOf("a", { kappa: "many" })]), StoreError, "refuses a value");
});

Deno.test("queryMetrics() compares exactly, within bounds, by arm and by kappa, and gives delta order", async () => {
  await using place = await Place.make();
  const records = new PostgresRecords(place.connection);
  await records.saveJob(jobOf("amber-hill"));
  await records.saveRuns([
    runOf("a", { kappa: "0.5", regime: "passive" }),
    runOf("b", { kappa: "1", regime: "active" }),
    runOf("c", { kappa: "1.0", regime: "passive" }),
    runOf("d", { kappa: "2" }),
  ]);
  await records.saveMetrics([
    metricsOf("a", "0.3"),
    metricsOf("b", "0.10000000000000000000000000001"),
    metricsOf("c", "0.1"),
    metricsOf("d", null),
  ]);
  const ids = async (query: Parameters<PostgresRecords["queryMetrics"]>[0]) =>
    (await records.queryMetrics(query)).map(({ run }) => run.runId);
  assertEquals(await ids({}), ["c", "b", "a", "d"]);
  assertEquals(await ids({ minDelta: "0.1" }), ["c", "b", "a"]);
  assertEquals(await ids({ minDelta: "0.10000000000000000000000000001", maxDelta: "0.3" }), ["b", "a"]);
  assertEquals(await ids({ maxDelta: "0.10" }), ["c"]);
  assertEquals(await ids({ regime: "passive" }), ["c", "a"]);
  assertEquals(await ids({ kappas: ["1.00", "2"] }), ["c", "b", "d"]);
  assertEquals(await ids({ kappas: [] }), []);
  assertEquals(await ids({ jobId: "birch-hill" }), []);
  assertEquals(await ids({ limit: 2, offset: 1 }), ["b", "a"]);
});

const PAIR = {
  kappa: "0.50",
  concentration: "1",
  mu: "0",
  monotonicity: null,
  seed: 42,
  outside_mid_ratio: "1.0",
  delta_passive: "0.75",
  delta_active: "0.5",
  trading_effect: "0.25",
  passive_run_id: "grid_1",
  passive_status: "completed",
  active_run_id: "grid_1",
  active_status: "completed",
  total_trades: 7,
  note: "kept in extra",
};

function sweepOf(name: string, change: Partial<SweepRecord> = {}): SweepRecord {
  const branches = ["passive", "active"];
  return {
    name,
    sweepType: "balanced",
    config: { n_agents: 5, kappas: ["0.50"] },
    summary: { mean_trading_effect: "0.25" },
    pairsTotal: 2,
    pairsCompleted: 1,
    comparisons: [PAIR, { ...PAIR, kappa: "1", extra_number: 1.5 }],
    registry: branches.flatMap((branch) =>
      ["grid_1", "grid_0"].map((id) => ({ branch, entry: entryOf(id, { experimentId: name }) }))
    ),
    ...change,
  };
}

Deno.test("a sweep is saved once: again it changes nothing, and after new runs it adds the difference", async () => {
  await using place = await Place.make();
  const sweeps = new PostgresSweeps(place.connection);
  const none = { inserted: 0, changed: 0 };
  assertEquals(await sweeps.saveSweep(sweepOf("s")), {
    sweep: { inserted: 1, changed: 0 },
    comparisons: { inserted: 2, changed: 0 },
    registry: { inserted: 4, changed: 0 },
  });
  assertEquals(await sweeps.saveSweep(sweepOf("s")), { sweep: none, comparisons: none, registry: none });
  const spelled = sweepOf("s", { comparisons: [{ ...PAIR, kappa: "0.5", outside_mid_ratio: 1 }] });
  assertEquals((await sweeps.saveSweep(spelled)).comparisons, none, "0.5 is 0.50");
  const more = sweepOf("s", {
    pairsCompleted: 2,
    comparisons: [{ ...PAIR, trading_effect: "0.3" }, { ...PAIR, kappa: "1", extra_number: 1.5 }, {
      ...PAIR,
      seed: 43,
    }],
    registry: [{ branch: "passive", entry: entryOf("grid_2") }, { branch: "active", entry: entryOf("grid_1") }],
  });
  assertEquals(await sweeps.saveSweep(more), {
    sweep: { inserted: 0, changed: 1 },
    comparisons: { inserted: 1, changed: 1 },
    registry: { inserted: 1, changed: 0 },
  });
});

Deno.test("a sweep comes back with its pairs and the registries of its arms, in their order", async () => {
  await using place = await Place.make();
  const sweeps = new PostgresSweeps(place.connection);
  const record = sweepOf("s");
  await sweeps.saveSweep(record);
  const stored = await sweeps.getSweep("s");
  assert(stored !== null);
  const { createdAt: _, comparisons, ...rest } = stored;
  const { comparisons: __, ...expected } = record;
  assertEquals(rest, expected);
  assertEquals(comparisons.map(({ kappa, note, extra_number, mu }) => [kappa, note, extra_number, mu]), [
    ["0.50", "kept in extra", undefined, "0"],
    ["1", "kept in extra", 1.5, "0"],
  ]);
  assertEquals(await sweeps.getSweep("t"), null);
  await assertRejects(() => sweeps.saveSweep(sweepOf("")), UsageError);
  const error = await assertRejects(
    () => sweeps.saveSweep(sweepOf("u", { comparisons: [{ ...PAIR, mu: "low" }] })),
    ValidationError,
  );
  assertEquals(error.issues[0]?.path, [0, "mu"]);
  assertEquals(await sweeps.getSweep("u"), null, "nothing of a refused sweep is kept");
});

Deno.test("the arms of a saved sweep are registries of their own", async () => {
  await using place = await Place.make();
  await new PostgresSweeps(place.connection).saveSweep(sweepOf("s"));
  const armed = (arm: string) => new PostgresRegistryStore(place.connection, { arm });
  const idsOf = async (arm: string) => (await armed(arm).query("s", { status: "completed" })).map(({ runId }) => runId);
  await armed("active").upsert(entryOf("grid_2", { experimentId: "s" }));
  assertEquals([await idsOf("passive"), await idsOf("active")], [["grid_1", "grid_0"], ["grid_1", "grid_0", "grid_2"]]);
  assertEquals([await idsOf(""), await idsOf("' OR '1'='1"), await armed("passive").get("s", "grid_2")], [
    [],
    [],
    null,
  ]);
  await assertRejects(async () => await idsOf("a".repeat(600)), InvalidReference);
});

Deno.test("sweeps are listed, deleted and pruned", async () => {
  await using place = await Place.make();
  const sweeps = new PostgresSweeps(place.connection);
  for (const [name, day] of [["old", 1], ["older", 0], ["new", 5]] as const) {
    await sweeps.saveSweep(sweepOf(name, { sweepType: name === "new" ? "ring" : "balanced" }));
    await place.connection.run("UPDATE sweeps SET created_at = $2::timestamptz WHERE name = $1", [
      name,
      `2026-01-0${day + 1}T00:00:00Z`,
    ]);
  }
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  assertEquals(names(await sweeps.listSweeps()), ["new", "old", "older"]);
  assertEquals(names(await sweeps.listSweeps({ sweepType: "balanced", limit: 1, offset: 1 })), ["older"]);
  const [newest] = await sweeps.listSweeps();
  // Its runs were added just now.
  assert(Date.parse(newest?.changedAt ?? "") > Date.parse("2026-01-07T00:00:00Z"));
  assertEquals(newest, {
    name: "new",
    sweepType: "ring",
    createdAt: "2026-01-06T00:00:00.000Z",
    changedAt: newest?.changedAt ?? "",
    pairsTotal: 2,
    pairsCompleted: 1,
    runs: 4,
  });
  const limit = "2026-01-03T00:00:00Z";
  assertEquals(names(await sweeps.pruneSweeps(limit, { dryRun: true })), ["older", "old"]);
  assertEquals((await sweeps.listSweeps()).length, 3);
  assertEquals(names(await sweeps.pruneSweeps(limit)), ["older", "old"]);
  await sweeps.deleteSweep("new");
  await assertRejects(() => sweeps.deleteSweep("new"), NotFound);
  const left = await place.connection.rows(
    "SELECT (SELECT count(*) FROM run_registry) + (SELECT count(*) FROM comparison_results) AS n",
  );
  assertEquals(left, [{ n: 0 }]);
});

Deno.test("a registry goes on when its sweep was deleted in the meantime", async () => {
  await using place = await Place.make();
  await using store = new PostgresRegistryStore(place.connection);
  await store.upsert(entryOf("grid_1", { experimentId: "one" }));
  await new PostgresSweeps(place.connection).deleteSweep("one");
  await store.upsert(entryOf("grid_2", { experimentId: "one" }));
  assertEquals((await store.listRuns("one")).map(({ runId }) => runId), ["grid_2"]);
});

Deno.test("a row that cannot be kept is refused alone: those that are written with it are kept", async () => {
  await using place = await Place.make();
  await using store = new PostgresRegistryStore(place.connection);
  const bad: RegistryEntry = entryOf("bad", { parameters: { note: "a\0b" } });
  const results = await Promise.allSettled([
    store.upsert(entryOf("grid_1")),
    store.upsert(bad),
    store.upsert(entryOf("grid_2")),
    store.upsert(entryOf("x".repeat(501))),
  ]);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled", "rejected"]);
  assertEquals((await store.listRuns("")).length, 2);
});

Deno.test("numbers past all numerics compare as infinite or as zero", async () => {
  await using place = await Place.make();
  await using store = new PostgresRegistryStore(place.connection);
  const kappas = ["1e99999", "-1e99999", "1e-99999", "1e-300", "7", "007.0", "x7", "true"];
  await store.upsert([
    ...kappas.map((kappa) => entryOf(`r_${kappa}`, { parameters: { kappa } })),
    entryOf("r_bool", { parameters: { kappa: true } }),
  ]);
  const ids = async (filters: Parameters<PostgresRegistryStore["query"]>[1]) =>
    (await store.query("", filters)).map(({ runId }) => runId.slice(2));
  assertEquals(await ids({ kappa: { min: 7 } }), ["1e99999", "7", "007.0"]);
  assertEquals(await ids({ kappa: { max: 0 } }), ["-1e99999", "1e-99999"]);
  assertEquals(await ids({ kappa: { min: 1e-300, max: 1 } }), ["1e-300"]);
  assertEquals(await ids({ kappa: "7" }), ["7", "007.0"]);
  assertEquals(await ids({ kappa: true }), ["bool"]);
  assertEquals(await ids({ kappa: "true" }), ["true"]);
});

Deno.test("a job id is words of small letters", async () => {
  await using place = await Place.make();
  await using store = new PostgresJobStore(place.connection);
  for (const id of ["", "castle", "Castle-river", "castle-river;", "a-b-1", "../a-b"]) {
    await assertRejects(() => store.saveJob(jobOf(id)), InvalidReference);
  }
  await assertRejects(() => store.saveEvent(eventOf("no-such")), NotFound, 'has no job "no-such"');
});
