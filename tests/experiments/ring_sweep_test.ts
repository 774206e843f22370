import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { StoreError } from "../../src/core/errors.ts";
import type { RegistryEntry, RunResult, SimulationExecutor } from "../../src/experiments/contracts.ts";
import type { PlannedRun } from "../../src/experiments/plan.ts";
import { type RingSweepOverrides, ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../../src/experiments/ring_sweep.ts";
import type { SweepOutcome, SweepPorts } from "../../src/experiments/sweep_runner.ts";
import { LocalExecutor } from "../../src/executors/local.ts";
import { PoolExecutor } from "../../src/executors/pool.ts";
import { executeRing } from "../../src/executors/ring_run.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { FileResultStore } from "../../src/stores/files/result_store.ts";
import { REFERENCE } from "../../src/ring/behaviours.ts";
import { Place } from "../stores/places.ts";

const decimals = (...texts: string[]): Decimal[] => texts.map((text) => Decimal.parse(text) ?? Decimal.ZERO);

/** Four small runs. */
const SMALL: RingSweepOverrides = {
  kappas: decimals("0.50", "4"),
  concentrations: decimals("1"),
  mus: decimals("0", "1"),
};

/** Makes a sweep in a directory. */
async function sweep(
  place: Place,
  overrides: RingSweepOverrides,
  ports: Partial<SweepPorts> = {},
): Promise<{ outcome: SweepOutcome; rows: RegistryEntry[]; made: string[]; added: PlannedRun[] }> {
  const settings = ringSweepSettings(overrides);
  const made: string[] = [];
  const added: PlannedRun[] = [];
  await using registry = new FileRegistryStore(place.path);
  const outcome = await runRingSweep(settings, planRingSweep(settings), {
    executor: new LocalExecutor(executeRing, new FileResultStore(place.path)),
    registry,
    artifacts: "none",
    appendToPlan: (runs) => void added.push(...runs),
    onRun: (run) => made.push(run.runId),
    ...ports,
  });
  return { outcome, rows: await registry.listRuns(""), made, added };
}

Deno.test("a sweep records every run in plan order with its totals and its exact parameters", async () => {
  using place = new Place();
  const { outcome, rows, made } = await sweep(place, SMALL);
  assertEquals(outcome, { runs: 4, skipped: 0, completed: 4, failed: 0, isInterrupted: false });
  assertEquals(rows.map((row) => `${row.parameters["kappa"]} ${row.parameters["mu"]} ${row.parameters["seed"]}`), [
    "0.50 0 42",
    "0.50 1 43",
    "4 0 44",
    "4 1 45",
  ]);
  assertEquals(rows.map((row) => row.runId), made);
  assertEquals(rows[0]?.parameters["L0"], "250.000");
  assertEquals(rows[0]?.parameters["Q_total"], "500.0");
  const totals = ["phi_total", "delta_total", "time_to_stability"];
  const summary = ["max_G_t", "alpha_1", "Mpeak_1", "v_1", "HHIplus_1"];
  assertEquals(Object.keys(rows[0]?.metrics ?? {}), [...totals, ...summary]);
  const [header, row] = place.read("registry/experiments.csv").split("\r\n");
  assertEquals(header?.split(",").slice(25), ["run_html", ...summary]);
  assertStringIncludes(row ?? "", ",42,5,0.50,1,0,0,3,500.0,");
});

Deno.test("the registry of the reference has its 26 columns, unless the files that would say more are not kept", async () => {
  const columns = async (artifacts: "all" | "none") => {
    using place = new Place();
    await sweep(place, { ...SMALL, behaviours: REFERENCE }, { artifacts });
    return place.read("registry/experiments.csv").split("\r\n")[0]?.split(",").length;
  };
  assertEquals([await columns("all"), await columns("none")], [26, 31]);
});

Deno.test("a completed run that is made again stays completed until its new result is there", async () => {
  using place = new Place();
  const first = await sweep(place, SMALL);
  const again = new Set(first.made.slice(0, 3));
  const stop = new AbortController();
  const stopped = await sweep(place, SMALL, { again, artifacts: "all", stop: stop.signal, onDay: () => stop.abort() });
  assertEquals(stopped.outcome, { runs: 4, skipped: 1, completed: 1, failed: 0, isInterrupted: true });
  assertEquals(stopped.rows.map((row) => row.status), ["completed", "completed", "completed", "completed"]);
  assertEquals(stopped.rows.map((row) => Object.keys(row.artifactPaths).length), [6, 0, 0, 0]);
  assertEquals(stopped.rows.map((row) => row.metrics), first.rows.map((row) => row.metrics));
  // Not once in between, either: the journal has no other state of these runs since.
  const states = place.read("registry/journal.jsonl").split("\n").filter((line) => line.includes(first.made[1] ?? ""));
  assertEquals(states.map((line) => JSON.parse(line).status), ["running", "completed"]);
});

Deno.test("the same sweep again makes nothing; a run that is not completed is made again", async () => {
  using place = new Place();
  const first = await sweep(place, SMALL);
  assertEquals((await sweep(place, SMALL)).outcome, {
    runs: 4,
    skipped: 4,
    completed: 0,
    failed: 0,
    isInterrupted: false,
  });
  {
    await using registry = new FileRegistryStore(place.path);
    await registry.upsert({ ...first.rows[2] ?? missing(), status: "running", metrics: {} });
  }
  const again = await sweep(place, SMALL);
  assertEquals(again.made, [first.rows[2]?.runId]);
  assertEquals(again.rows, first.rows);
});

Deno.test("bad parameters fail their runs, not the sweep (spec 03 17.15 ends there; ours goes on)", async () => {
  using place = new Place();
  const { outcome, rows } = await sweep(place, { ...SMALL, nAgents: 2 }, { artifacts: "all" });
  assertEquals([outcome.completed, outcome.failed], [0, 4]);
  for (const row of rows) {
    assertEquals(row.status, "failed");
    assertStringIncludes(row.error ?? "", "params -> n_agents: Input should be greater than or equal to 3");
    assertEquals(row.artifactPaths, { run_html: `runs/${row.runId}/run.html` });
    assert(place.read(`runs/${row.runId}/run.html`).includes("greater than or equal to 3"));
  }
});

Deno.test("a sweep without runs has a registry with its header only", async () => {
  using place = new Place();
  const { outcome } = await sweep(place, { kappas: [] });
  assertEquals(outcome.runs, 0);
  assertEquals(place.read("registry/experiments.csv").split("\r\n").length, 2);
});

Deno.test("all files of a run are there, and its registry row names six of them", async () => {
  using place = new Place();
  const { rows } = await sweep(place, { ...SMALL, kappas: decimals("1"), mus: decimals("0") }, { artifacts: "all" });
  const runId = rows[0]?.runId ?? "";
  const below = [
    "out/",
    "out/balances.csv",
    "out/debtor_shares.csv",
    "out/events.jsonl",
    "out/intraday.csv",
    "out/metrics.csv",
    "out/metrics.html",
    "out/metrics.json",
    "result.json",
    "run.html",
    "scenario.yaml",
  ];
  assertEquals(place.names(`runs/${runId}`), below.map((name) => `runs/${runId}/${name}`));
  assertEquals(Object.keys(rows[0]?.artifactPaths ?? {}).length, 6);
  for (const path of Object.values(rows[0]?.artifactPaths ?? {})) assert(Deno.statSync(`${place.path}/${path}`).isFile);
  const { parameters } = JSON.parse(place.read(`runs/${runId}/result.json`));
  assertEquals([parameters.kappa, parameters.S1.slice(0, 4), parameters.seed], ["1", "500.", 42]);
});

Deno.test("local and pool executors write the same bytes but for times", async () => {
  using local = new Place();
  using pool = new Place();
  await sweep(local, SMALL, { artifacts: "all" });
  await using executor = new PoolExecutor({ workers: 2, results: new FileResultStore(pool.path) });
  await sweep(pool, SMALL, { artifacts: "all", executor });
  const files = (place: Place) => place.names().filter((name) => name.startsWith("runs/"));
  assertEquals(files(pool), files(local));
  const timeless = (text: string) => text.replace(/"execution_time_ms": \d+/, "");
  for (const name of files(local).filter((name) => !name.endsWith("/"))) {
    assertEquals(timeless(pool.read(name)), timeless(local.read(name)), name);
  }
  assertEquals(pool.read("registry/experiments.csv"), local.read("registry/experiments.csv"));
});

const FRONTIER: RingSweepOverrides = {
  ...SMALL,
  grid: false,
  mus: decimals("0"),
  frontier: true,
  frontierIterations: 2,
  defaultHandling: "expel-agent",
};

Deno.test("the frontier adds its runs to the plan before it makes them, and resumes where it was", async () => {
  using place = new Place();
  const whole = await sweep(place, FRONTIER);
  assert(whole.made.length >= 2);
  assertEquals(whole.added.map((run) => run.runId), whole.made);
  assertEquals(whole.rows.map((row) => row.parameters["seed"]), whole.rows.map((_, i) => 42 + i));
  assert(whole.made.every((id) => /^frontier_(low|high|mid)_[0-9a-f]{12}$/.test(id)));
  // The last run is lost: only it is made again, although its place in the search follows from the others.
  {
    await using registry = new FileRegistryStore(place.path);
    await registry.upsert({ ...whole.rows.at(-1) ?? missing(), status: "running", metrics: {} });
  }
  const again = await sweep(place, FRONTIER);
  assertEquals(again.made, whole.made.slice(-1));
  assertEquals(again.rows, whole.rows);
});

Deno.test("a stop finishes the run in flight, hands back what was only dispatched, and a second start completes it", async () => {
  using place = new Place();
  using whole = new Place();
  const stop = new AbortController();
  const stopped = await sweep(place, SMALL, {
    stop: stop.signal,
    onDay: () => stop.abort(),
  });
  assertEquals(stopped.outcome.isInterrupted, true);
  assertEquals(stopped.outcome.completed, 1);
  assertEquals(stopped.rows.map((row) => row.status), ["completed", "pending", "pending", "pending"]);
  const rest = await sweep(place, SMALL);
  assertEquals(rest.outcome, { runs: 4, skipped: 1, completed: 3, failed: 0, isInterrupted: false });
  assertEquals(rest.rows, (await sweep(whole, SMALL)).rows);
});

Deno.test("a result that an executor sends twice, or that nobody asked for, is recorded once or not at all", async () => {
  using place = new Place();
  const local = new LocalExecutor(executeRing, null);
  const stammering: SimulationExecutor = {
    execute: (request, options) => local.execute(request, options),
    async *executeMany(requests, options): AsyncIterable<RunResult> {
      for await (const result of local.executeMany(requests, options)) {
        yield result;
        yield result;
        yield { ...result, runId: "unasked" };
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { outcome, rows, made } = await sweep(place, SMALL, { executor: stammering });
  assertEquals([outcome.completed, rows.length, made.length], [4, 4, 4]);
});

/** An executor that has all results before it hands out the first, and tells when the last one was taken. */
function allAtOnce(onTaken: () => void = () => {}): SimulationExecutor {
  const local = new LocalExecutor(executeRing, null);
  return {
    execute: (request, options) => local.execute(request, options),
    async *executeMany(requests, options): AsyncIterable<RunResult> {
      const results: RunResult[] = [];
      for await (const result of local.executeMany(requests, options)) results.push(result);
      yield* results;
      onTaken();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

Deno.test("runs that finish while another is written are written together, and told of in their order", async () => {
  using place = new Place();
  await using registry = new FileRegistryStore(place.path);
  const groups: number[] = [];
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const upsert = registry.upsert.bind(registry);
  registry.upsert = async (entries) => {
    const finished = [entries].flat().filter(({ status }) => status === "completed").length;
    if (finished > 0) groups.push(finished);
    // The first is being written for as long as the others take.
    if (finished > 0) await taken;
    await upsert(entries);
  };
  const { outcome, rows, made } = await sweep(place, SMALL, { executor: allAtOnce(resolve), registry });
  assertEquals([outcome.completed, groups], [4, [1, 3]]);
  await registry.flush();
  assertEquals(made, rows.map((row) => row.runId));
});

Deno.test("a listener that fails ends the sweep with its error; what is finished is still recorded", async () => {
  using place = new Place();
  const onRun = () => {
    throw new StoreError("the manifest cannot be written", { store: "files", retryable: false });
  };
  await assertRejects(() => sweep(place, SMALL, { onRun, executor: allAtOnce() }), StoreError, "the manifest");
  await using registry = new FileRegistryStore(place.path);
  const statuses = (await registry.listRuns("")).map((row) => row.status);
  assertEquals(statuses, ["completed", "completed", "completed", "completed"]);
});

Deno.test("a run is told of only when it is recorded; a registry that cannot be written ends the sweep", async () => {
  using place = new Place();
  place.write("registry", "a file where the registry should go");
  const told: string[] = [];
  await assertRejects(() => sweep(place, SMALL, { onRun: (run) => told.push(run.runId) }), StoreError, "Cannot");
  assertEquals(told, []);
});

function missing(): never {
  throw new Error("the sweep has rows");
}
