/**
 * Postgres: writing runs with their measures, listing jobs, asking a million measures, recording events. The server is
 * one that the benchmark starts itself; nothing is forced to its disk. The goals are those of the project.
 *
 *     deno run -A bench/postgres.ts [RUNS] [METRICS]
 *
 * @module
 */
import type { CloudMetrics, CloudRun, RegistryEntry } from "../src/experiments/contracts.ts";
import { openPostgres, type PostgresConnection } from "../src/stores/postgres/connection.ts";
import { PostgresRecords } from "../src/stores/postgres/records.ts";
import { PostgresRegistryStore } from "../src/stores/postgres/registry_store.ts";
import { PostgresSimulations } from "../src/stores/postgres/simulations.ts";
import { startPostgres } from "../tests/support/postgres.ts";

const RUNS = Number(Deno.args[0] ?? 10_000);
const METRICS = Number(Deno.args[1] ?? 1_000_000);
const JOBS = 10_000;

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

function note(what: string, ms: number, goal: string): void {
  console.log(`${what.padEnd(64)}${`${ms.toFixed(1)} ms`.padStart(10)}   ${goal}`);
}

/** The median of several times, in milliseconds. */
async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push((await timed(work)).ms);
  return all.sort((a, b) => a - b)[times >> 1] ?? NaN;
}

function runOf(i: number): CloudRun {
  const kappa = ["0.25", "0.5", "1", "2", "4"][i % 5] ?? "1";
  return {
    runId: `grid_${i.toString(16).padStart(12, "0")}`,
    jobId: "amber-hill",
    createdAt: "2026-01-31T10:00:00.000Z",
    completedAt: "2026-01-31T10:00:01.000Z",
    status: "completed",
    kappa,
    concentration: "1",
    mu: "0.5",
    monotonicity: "0",
    outsideMidRatio: "1",
    seed: i,
    regime: i % 2 === 0 ? "passive" : "active",
    parameters: { phase: "grid", kappa, concentration: "1", mu: "0.5", seed: i, Q_total: "10000", n_agents: 5 },
    executionTimeMs: 12,
    worker: null,
    attempt: 1,
    error: null,
    artifacts: { events_jsonl: `runs/grid_${i}/out/events.jsonl`, run_html: `runs/grid_${i}/run.html` },
  };
}

function metricsOf(i: number): CloudMetrics {
  const delta = `0.${String(i * 7919 % 100_000).padStart(5, "0")}`;
  return {
    runId: runOf(i).runId,
    jobId: "amber-hill",
    deltaTotal: delta,
    phiTotal: "0.5",
    nDefaults: i % 5,
    nClears: 3,
    timeToStability: 4,
    tradingEffect: null,
    totalTrades: 10,
    totalTradeVolume: "123.45",
    rawMetrics: { delta_total: delta, phi_total: "0.5", max_G_t: "3.5", alpha_1: "0.25", Mpeak_1: "12", v_1: "0.1" },
  };
}

function entryOf(i: number): RegistryEntry {
  const { parameters, runId } = runOf(i);
  const { rawMetrics } = metricsOf(i);
  return {
    runId,
    experimentId: "bench",
    status: "completed",
    parameters,
    metrics: rawMetrics,
    artifactPaths: {},
    error: null,
  };
}

const JOB_SQL =
  `INSERT INTO jobs (job_id, created_at, status, description, sweep_type, n_agents, kappas, concentrations, mus)
  SELECT 'amber-' || translate(i::text, '0123456789', 'abcdefghij'), now() - i * interval '1 minute',
    CASE WHEN i % 3 = 0 THEN 'failed' ELSE 'completed' END, 'A job', 'ring', 5, '{0.5,1}', '{1}', '{0}'
  FROM generate_series(1, $1::integer) i`;

const RUN_SQL = `INSERT INTO runs (run_id, job_id, status, kappa, concentration, mu, regime, parameters)
  SELECT 'grid_' || i, 'amber-' || translate((i % 1000 + 1)::text, '0123456789', 'abcdefghij'), 'completed',
    (ARRAY[0.25, 0.5, 1, 2, 4])[i % 5 + 1], 1, 0, CASE WHEN i % 2 = 0 THEN 'passive' ELSE 'active' END,
    '{"kappa": "0.5", "seed": 42}'
  FROM generate_series(1, $1::integer) i`;

const METRICS_SQL = `INSERT INTO metrics (run_id, job_id, delta_total, phi_total, raw_metrics)
  SELECT run_id, job_id, ((place * 7919) % 1000003)::numeric / 1000003, 0.5, '{"delta_total": "0.5", "phi_total": "0.5"}'
  FROM runs WHERE job_id <> 'amber-hill'`;

async function benchWriting(connection: PostgresConnection): Promise<void> {
  const records = new PostgresRecords(connection);
  await connection.run(
    "INSERT INTO jobs (job_id, sweep_type, n_agents, kappas, concentrations, mus) VALUES ('amber-hill', 'ring', 5, '{1}', '{1}', '{0}')",
  );
  const runs = Array.from({ length: RUNS }, (_, i) => runOf(i));
  const metrics = runs.map((_, i) => metricsOf(i));
  const save = async () => {
    await records.saveRuns(runs);
    await records.saveMetrics(metrics);
  };
  note(`${RUNS} runs with their measures`, (await timed(save)).ms, "5000 ms");
  note("the same again, which changes nothing", (await timed(save)).ms, "");
  await using registry = new PostgresRegistryStore(connection);
  const entries = runs.map((_, i) => entryOf(i));
  const { ms } = await timed(() => Promise.all(entries.map((entry) => registry.upsert(entry))));
  note(`${RUNS} upserts of a registry, all at once`, ms, "");
  const one = await median(200, () => registry.upsert(entries[0] ?? entryOf(0)));
  note("one upsert, median", one, "");
  note(
    "registry query, kappa and a range of delta",
    await median(5, () => registry.query("bench", { kappa: 0.5, delta_total: { min: 0.9 } })),
    "",
  );
}

async function benchReading(connection: PostgresConnection): Promise<void> {
  const records = new PostgresRecords(connection);
  await connection.run(JOB_SQL, [JOBS]);
  const listed = async () => (await records.listJobs({ limit: JOBS + 1 })).length;
  note(`jobs ls: all of ${JOBS} jobs`, await median(5, listed), "300 ms");
  note("jobs ls: the newest 100 that failed", await median(5, () => records.listJobs({ status: "failed" })), "300 ms");
  await connection.run(RUN_SQL, [METRICS]);
  await connection.run(METRICS_SQL);
  await connection.run("ANALYZE");
  const ask = async (what: string, query: Parameters<PostgresRecords["queryMetrics"]>[0]) =>
    note(`metrics query ${what} of ${METRICS}`, await median(5, () => records.queryMetrics(query)), "300 ms");
  await ask("--min-delta 0.9", { minDelta: "0.9" });
  await ask("--min-delta 0.999 --regime active", { minDelta: "0.999", regime: "active" });
  await ask("--min-delta 0.5 --kappa 2", { minDelta: "0.5", kappas: ["2"] });
  await ask("--kappa 3, which nobody has,", { kappas: ["3"] });
  await ask("--job amber-bc --min-delta 0.5", { jobId: "amber-bc", minDelta: "0.5" });
  await ask("--max-delta 0.001 --offset 500", { maxDelta: "0.001", offset: 500 });
}

async function benchEvents(connection: PostgresConnection): Promise<void> {
  const simulations = new PostgresSimulations(connection);
  await simulations.persistSimulationStart("bench", {});
  const events = Array.from({ length: 100_000 }, (_, i) => ({
    event_type: "RtgsImmediateSettlement",
    tick: i >> 4,
    tx_id: `tx-${i}`,
    sender: "BANK_A",
    receiver: "BANK_B",
    amount: i * 100,
  }));
  const { ms } = await timed(async () => {
    for (let i = 0; i < events.length; i += 10_000) {
      await simulations.persistTickEvents("bench", 0, events.slice(i, i + 10_000));
    }
  });
  note(`recording ${events.length} events`, ms, "");
}

await using server = await startPostgres();
await using database = await server.createDatabase({ migrated: true });
await using connection = openPostgres({ url: database.url });
await benchWriting(connection);
await benchEvents(connection);
await benchReading(connection);
