/**
 * Recording on DuckDB: events a second over five million events on one thread, the memory for it, what recording adds to
 * a run of each model, and how long questions take. The goals are those of the project.
 *
 *     deno run -A bench/duckdb.ts [EVENTS] [TICK_EVENTS]
 *
 * @module
 */
import process from "node:process";
import type { PaymentsLog } from "../src/payments/events.ts";
import type { EngineConfig } from "../src/payments/config.ts";
import { CORRECTED } from "../src/payments/behaviours.ts";
import { loadPaymentsScenario } from "../src/payments/scenario/load.ts";
import { runPayments, runPaymentsStepwise } from "../src/payments/script.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../src/ring/scenario/parse.ts";
import { PaymentsRecorder } from "../src/stores/duckdb/payments_recorder.ts";
import { simulationEvents, simulations } from "../src/stores/duckdb/queries.ts";
import { recordRing } from "../src/stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../src/stores/duckdb/simulations.ts";

const EVENTS = Number(Deno.args[0] ?? 5_000_000);
const TICK_EVENTS = Number(Deno.args[1] ?? 20_000_000);
const CHUNK = 61_440;

const folder = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
const lines: [what: string, measured: string, goal: string][] = [];

function note(what: string, measured: string, goal: string): void {
  lines.push([what, measured, goal]);
  console.log(`${what.padEnd(58)}${measured.padStart(20)}   ${goal}`);
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

/** An example over many days. One with short queues is quick to simulate, and recording it weighs more. */
async function payments(name: string, numDays: number): Promise<EngineConfig> {
  const scenario = new URL(`../examples/payments/${name}.yaml`, import.meta.url);
  const { config } = await loadPaymentsScenario(Deno.readTextFileSync(scenario), `${name}.yaml`, {
    readPolicy: (path) => Deno.readTextFileSync(new URL(path, scenario)),
  });
  return { ...config, numDays };
}

/** Records the same log again and again as one simulation whose ticks go on. */
async function recordMany(store: DuckDbSimulations, id: string, log: PaymentsLog, events: number): Promise<void> {
  await store.start(id, {}, { ticksPerDay: 100 });
  for (let done = 0; done < events;) {
    for (let from = 0; from < log.length && done < events; from += CHUNK) {
      const to = Math.min(log.length, from + CHUNK, from + events - done);
      done += await store.record(id, [{ log, from, to }]);
    }
  }
  await store.end(id, { status: "completed" });
}

async function benchRecording(log: PaymentsLog): Promise<void> {
  await using store = await DuckDbSimulations.open(`${folder}/events.duckdb`, { threads: 1 });
  const before = process.cpuUsage();
  const { ms } = await timed(() => recordMany(store, "s", log, EVENTS));
  const used = process.cpuUsage(before);
  note(`recording ${EVENTS} events, one thread`, `${Math.round(EVENTS / ms * 1000)} events/s`, "500000 events/s");
  // On a machine with other work the clock says little.
  const seconds = (used.user + used.system) / 1e6;
  note("the same by the time of the processor", `${Math.round(EVENTS / seconds)} events/s`, "500000 events/s");
  note("memory of the process then", `${Math.round(Deno.memoryUsage().rss / 1e6)} MB`, "600 MB");
}

/** Times of one tick among many: ticks of all copies of the log follow each other. */
async function benchTick(): Promise<void> {
  await using store = await DuckDbSimulations.open(`${folder}/ticks.duckdb`, { memoryMegabytes: 400 });
  await store.start("s", {}, { ticksPerDay: 100 });
  await store.record("s", []);
  await store.database.run(
    `INSERT INTO event_rows SELECT 1, i, i // 200, 0, i % 50, 50 + i // 5, '{"amount": ' || (i * 7919 % 100000) || ', "sender": "B' ||
       (i % 50) || '"}' FROM range(${TICK_EVENTS}) t(i)`,
  );
  await store.database.run("INSERT INTO event_kinds VALUES (0, 'RtgsSubmission')");
  await store.database.run(
    `INSERT INTO simulation_names SELECT 1, i, 'name-' || i FROM range(${50 + Math.ceil(TICK_EVENTS / 5)}) t(i)`,
  );
  const times: number[] = [];
  for (const share of [0.1, 0.5, 0.9, 0.3, 0.7]) {
    const tick = Math.floor(TICK_EVENTS / 200 * share);
    times.push((await timed(() => simulationEvents(store.database, "s", { tick, limit: 1000 }))).ms);
  }
  times.sort((a, b) => a - b);
  note(`one tick of ${TICK_EVENTS} events, median`, `${(times[2] ?? NaN).toFixed(1)} ms`, "50 ms");
}

async function benchSummary(): Promise<void> {
  await using store = await DuckDbSimulations.open(`${folder}/summary.duckdb`);
  await store.database.run(
    `INSERT INTO simulations (simulation_id, simulation_no, model, config_file, rng_seed, ticks_per_day, num_days, num_agents,
       config_json, status, started_at, total_arrivals, total_settlements, total_cost_cents)
     SELECT 's' || i, i, 'payments', 'x.yaml', i, 100, 1, 10, '{}', 'completed', now()::TIMESTAMP, 100, 90, i FROM range(10000) t(i)`,
  );
  const { ms } = await timed(() => simulations(store.database, { limit: 10_000 }));
  note("summary of 10000 simulations", `${ms.toFixed(1)} ms`, "200 ms");
}

async function benchAddedToPayments(name: string, config: EngineConfig): Promise<void> {
  const plain: number[] = [];
  const recorded: number[] = [];
  let events = 0;
  for (let i = 0; i < 5; i++) {
    const { ms, result } = await timed(() => runPayments(config, { behaviours: CORRECTED, onTick: () => {} }));
    events = result.logs.reduce((sum, log) => sum + log.length, 0);
    plain.push(ms);
    await using store = await DuckDbSimulations.open(`${folder}/${name}-${i}.duckdb`);
    recorded.push((await timed(() => recordedPayments(store, config))).ms);
  }
  added(`${name} of ${events} events`, plain, recorded, "60 %");
}

async function recordedPayments(store: DuckDbSimulations, config: EngineConfig): Promise<void> {
  const start = { simulationId: "s", file: "x", document: {}, config, reference: false };
  const recorder = await PaymentsRecorder.start(store, start);
  const run = await runPaymentsStepwise(config, {
    behaviours: CORRECTED,
    onTick: (line, engine) => recorder.tick(line, engine, 0),
  }, (logs) => recorder.afterTick(logs));
  await recorder.finish(run, { ticks: 1, seconds: 1, lsmReleases: 0, totalCost: 0, database: "" });
}

async function benchAddedToRing(): Promise<void> {
  const agents = 100;
  const plain: number[] = [];
  const recorded: number[] = [];
  const text = ringText(agents);
  let events = 0;
  await using store = await DuckDbSimulations.open(`${folder}/ring.duckdb`);
  for (let i = 0; i < 7; i++) {
    const scenario = () => loadScenarioText(text, "ring.yaml").scenario;
    const first = await timed(() => simulateRing(scenario(), { checkInvariants: "none" }));
    plain.push(first.ms);
    events = first.result.log.length;
    recorded.push(
      (await timed(async () => {
        const outcome = simulateRing(scenario(), { checkInvariants: "none" });
        await recordRing(store, outcome, { simulationId: `r${i}`, file: "ring.yaml", config: {}, seconds: 0 });
      })).ms,
    );
  }
  added(`a ring run of ${events} events, its file read`, plain, recorded, "100 %");
}

function ringText(agents: number): string {
  return JSON.stringify({
    version: 1,
    generator: "ring_explorer_v1",
    name_prefix: "bench",
    params: {
      n_agents: agents,
      seed: 1,
      kappa: 0.5,
      Q_total: 100000,
      liquidity: { allocation: { mode: "uniform" } },
      inequality: { scheme: "dirichlet", concentration: 1, monotonicity: 0 },
      maturity: { mode: "lead_lag", days: 10, mu: 0.5 },
    },
    run: { default_handling: "expel-agent" },
    compile: { emit_yaml: false },
  });
}

function added(what: string, plain: number[], recorded: number[], goal: string): void {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
  const [a, b] = [median(plain), median(recorded)];
  note(`recording adds to ${what} (${a.toFixed(1)} ms)`, `${((b / a - 1) * 100).toFixed(0)} %`, goal);
}

try {
  const { logs } = runPayments(await payments("04-policies", 200), { behaviours: CORRECTED });
  if (logs[0] !== undefined) await benchRecording(logs[0]);
  for (const [name, days] of [["04-policies", 200], ["03-liquidity-saving", 10], ["05-crisis", 10]] as const) {
    await benchAddedToPayments(name, await payments(name, days));
  }
  await benchAddedToRing();
  await benchSummary();
  await benchTick();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
