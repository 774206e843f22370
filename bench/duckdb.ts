/**
 * Recording on DuckDB: events a second over five million events on one thread, the memory for it and where the time goes,
 * what `--persist` adds to whole commands of both models, and how long questions take. The goals are those of the project.
 *
 * What `--persist` adds is measured in this process, command by command in turns, so that the load of a machine with other
 * work hits both sides.
 *
 *     deno run -A bench/duckdb.ts [EVENTS] [TICK_EVENTS]
 *
 * @module
 */
import process from "node:process";
import { main } from "../src/cli/main.ts";
import { CORRECTED } from "../src/payments/behaviours.ts";
import type { PaymentsLog } from "../src/payments/events.ts";
import { loadPaymentsScenario } from "../src/payments/scenario/load.ts";
import { runPayments } from "../src/payments/script.ts";
import { EventBatch } from "../src/stores/duckdb/event_batch.ts";
import { LogReader, NameNumbers } from "../src/stores/duckdb/log_reader.ts";
import { simulationEvents } from "../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../src/stores/duckdb/simulations.ts";
import { simulations } from "../src/stores/duckdb/summaries.ts";

const EVENTS = Number(Deno.args[0] ?? 5_000_000);
const TICK_EVENTS = Number(Deno.args[1] ?? 20_000_000);
const CHUNK = 122_880;
const TURNS = 7;

const folder = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });

function note(what: string, measured: string, goal: string): void {
  console.log(`${what.padEnd(66)}${measured.padStart(20)}   ${goal}`);
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** The text of an example over many days; its policies are found from anywhere. */
function longPayments(name: string, days: number): string {
  const scenario = new URL(`../examples/payments/${name}.yaml`, import.meta.url);
  return Deno.readTextFileSync(scenario).replace(/num_days: \d+/, `num_days: ${days}`)
    .replaceAll("../policies/", new URL("../policies/", scenario).pathname);
}

async function longLog(): Promise<PaymentsLog> {
  const { config } = await loadPaymentsScenario(longPayments("04-policies", 200), "04-policies.yaml", {
    readPolicy: (path) => Deno.readTextFileSync(path),
  });
  const [log] = runPayments(config, { behaviours: CORRECTED }).logs;
  if (log === undefined) throw new Error("the run left no log");
  return log;
}

/** Records the same log again and again as one simulation whose ticks go on; how long copying and committing took. */
async function recordMany(
  store: DuckDbSimulations,
  log: PaymentsLog,
): Promise<{ copying: number; committing: number }> {
  await store.start("s", {}, { ticksPerDay: 100 });
  let [copying, committing] = [0, 0];
  for (let done = 0; done < EVENTS;) {
    for (let from = 0; from < log.length && done < EVENTS; from += CHUNK) {
      const to = Math.min(log.length, from + CHUNK, from + EVENTS - done);
      const start = performance.now();
      let copied = start;
      done += await store.record("s", [{ log, from, to }], [], () => copied = performance.now());
      copying += copied - start;
      committing += performance.now() - copied;
    }
  }
  await store.end("s", { status: "completed" });
  return { copying, committing };
}

async function benchRecording(log: PaymentsLog): Promise<void> {
  const store = await DuckDbSimulations.open(`${folder}/events.duckdb`, { threads: 1 });
  const before = process.cpuUsage();
  const { ms, result } = await timed(() => recordMany(store, log));
  const closing = await timed(() => store[Symbol.asyncDispose]());
  const used = process.cpuUsage(before);
  note(`recording ${EVENTS} events, one thread`, `${Math.round(EVENTS / ms * 1000)} events/s`, "500000 events/s");
  // On a machine with other work the clock says little.
  const seconds = (used.user + used.system) / 1e6;
  note("the same by the time of the processor", `${Math.round(EVENTS / seconds)} events/s`, "500000 events/s");
  note("memory of the process then", `${Math.round(Deno.memoryUsage().rss / 1e6)} MB`, "600 MB");
  const reading = await readingTime(log);
  const each = (time: number) => `${(time / EVENTS * 1e6).toFixed(0)} ns/event`;
  note("  of which: reading the columns of the log", each(reading), "");
  note("  appending them (this thread)", each(result.copying - reading), "");
  note("  committing and checkpoints (a thread of DuckDB)", each(result.committing), "");
  note("  closing the file", each(closing.ms), "");
}

/** How long it takes to copy the columns of as many events without a database. */
async function readingTime(log: PaymentsLog): Promise<number> {
  await using store = await DuckDbSimulations.open(":memory:");
  const [kinds = new Map()] = store.shapes.kindsOf([log]);
  const batch = new EventBatch();
  const { ms } = await timed(() => {
    for (let done = 0; done < EVENTS; done += log.length) {
      const reader = new LogReader(log, kinds, new NameNumbers(1));
      for (let from = 0; from < log.length; from += CHUNK) {
        reader.read(batch, from, Math.min(log.length, from + CHUNK), done + from);
        batch.clear();
      }
    }
  });
  return ms;
}

/** Times of one tick among many. */
async function benchTick(log: PaymentsLog): Promise<void> {
  await using store = await DuckDbSimulations.open(`${folder}/ticks.duckdb`, { memoryMegabytes: 1500 });
  await store.start("s", {}, { ticksPerDay: 100 });
  store.shapes.kindsOf([log]);
  await store.database.transaction((session) => store.shapes.note(session));
  const [kind] = await store.database.rows("SELECT shape FROM event_shapes WHERE event_type = 'RtgsSubmission'");
  const step = 2_000_000;
  for (let from = 0; from < TICK_EVENTS; from += step) {
    await store.database.run(
      `INSERT INTO logged_events BY NAME SELECT 1 AS simulation_no, i AS sequence, i // 200 AS tick, ${
        Number(kind?.["shape"])
      } AS shape, -1 AS agent, (i // 5) * 4 + 2 AS tx, -1 AS r1, -1 AS r2, i % 3 * 4 AS r3, i % 49 * 4 + 1 AS r4,
         i % 50 * 4 + 1 AS r5, -1 AS rest, i * 7919 % 100000 AS n1, i % 10 AS n2, 0 AS n3, 0 AS n4, 0 AS n5, 0 AS n6,
         0 AS n7
       FROM range(${from}, ${Math.min(TICK_EVENTS, from + step)}) t(i)`,
    );
  }
  await store.database.run(
    `INSERT INTO logged_names SELECT 1, type, block * 256,
       (SELECT string_agg('"name-' || type || '-' || block * 256 + i || '"', chr(10) ORDER BY i) FROM range(256) r(i))
     FROM range(${Math.ceil(TICK_EVENTS / 5 / 256)}) b(block), (SELECT unnest([0, 1, 2]) AS type) t
     WHERE type = 2 OR block = 0`,
  );
  const times: number[] = [];
  const before = process.cpuUsage();
  for (const share of [0.1, 0.5, 0.9, 0.3, 0.7]) {
    const tick = Math.floor(TICK_EVENTS / 200 * share);
    const { ms, result } = await timed(() => simulationEvents(store.database, "s", { tick, limit: 1000 }));
    if (result.events.length !== 200) throw new Error(`tick ${tick} has ${result.events.length} events`);
    times.push(ms);
  }
  const { user, system } = process.cpuUsage(before);
  note(`one tick of ${TICK_EVENTS} events, median`, `${median(times).toFixed(1)} ms`, "50 ms");
  note("  the same by the time of all processors", `${((user + system) / 1000 / times.length).toFixed(1)} ms`, "");
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

/** A command in this process; its output goes nowhere. */
async function command(...args: string[]): Promise<void> {
  let said = "";
  const code = await main(args, () => ({
    directory: folder,
    out: () => {},
    error: (text) => void (said += text),
    movable: false,
    coloured: false,
    columns: 80,
    onReaderGone: undefined,
  }));
  if (code !== 0) throw new Error(`bilancio ${args.join(" ")}: ${said}`);
}

/** A command without and with recording, in turns. */
async function benchAdded(
  what: string,
  goal: string,
  plain: (turn: number) => string[],
  recorded: (turn: number) => string[],
): Promise<void> {
  const without: number[] = [];
  const within: number[] = [];
  const processor = [0, 0];
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const [i, args] of [plain(turn), recorded(turn)].entries()) {
      const before = process.cpuUsage();
      const { ms } = await timed(() => command(...args));
      if (turn === 0) continue; // compiled and loaded in the first turn
      const { user, system } = process.cpuUsage(before);
      (i === 0 ? without : within).push(ms);
      processor[i] = (processor[i] ?? 0) + user + system;
    }
  }
  const [a, b] = [median(without), median(within)];
  const share = (more: number) => `${(more * 100 - 100).toFixed(0)} %`;
  note(`--persist adds to ${what} (${a.toFixed(0)} ms)`, share(b / a), goal);
  note("  the same by the time of all processors", share((processor[1] ?? 0) / (processor[0] ?? 1)), "");
}

async function benchRings(): Promise<void> {
  for (const agents of [20, 100]) {
    const sweep = [
      "sweep",
      "ring",
      "--n-agents",
      String(agents),
      "--kappas",
      "0.25,0.3,0.4,0.5,0.75,1,1.5,2,3,4",
      "--concentrations",
    ];
    const grid = [
      ...sweep,
      "0.2,0.3,0.5,0.7,1,1.5,2,3,4,5",
      "--mus",
      "0,0.25,0.5,0.75,1",
      "--artifacts",
      "none",
      "--quiet",
      "--out-dir",
    ];
    await benchAdded(
      `a sweep of 500 rings of ${agents}`,
      "100 %",
      (turn) => [...grid, `plain-${agents}-${turn}`],
      (turn) => [...grid, `recorded-${agents}-${turn}`, "--persist"],
    );
  }
  Deno.writeTextFileSync(`${folder}/ring.yaml`, ringText(4000));
  const run = ["run", "ring.yaml", "--default-handling", "expel-agent", "--json"];
  await benchAdded(
    "a run of a ring of 4000",
    "100 %",
    () => run,
    (turn) => [...run, "--persist", `ring-${turn}.duckdb`],
  );
}

async function benchPayments(): Promise<void> {
  const runs = [["04-policies", 1000], ["04-policies", 200], ["03-liquidity-saving", 60], ["05-crisis", 20]] as const;
  for (const [name, days] of runs) {
    Deno.writeTextFileSync(`${folder}/${name}-${days}.yaml`, longPayments(name, days));
    const run = ["payments", "run", `${name}-${days}.yaml`, "--quiet"];
    await benchAdded(
      `payments run, ${name} over ${days} days`,
      "60 %",
      () => run,
      (turn) => [...run, "--persist", `${name}-${days}-${turn}.duckdb`],
    );
  }
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
    compile: { emit_yaml: false },
  });
}

try {
  const log = await longLog();
  // First: what others leave in memory is not the recording's.
  await benchRecording(log);
  await benchRings();
  await benchPayments();
  await benchSummary();
  await benchTick(log);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
