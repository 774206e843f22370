/**
 * 20,000 runs of 20 agents without files on the pool: one worker and two, what the scheduler itself costs, memory, and
 * the processor time of the threads (Linux): main, workers, and the helpers of V8, which compile and collect garbage.
 * The machine may be busy with other things, so the ratio is also computed from processor time: the main thread works
 * alone while it plans and aggregates, and while runs are made all threads share two cores.
 *
 *     deno run -A bench/pool.ts [RUNS [REPETITIONS]]
 *
 * @module
 */
import { Decimal } from "../src/core/decimal.ts";
import { fromFileUrl } from "@std/path";
import type { RunRequest, SimulationExecutor } from "../src/experiments/contracts.ts";
import { ringSweepSettings } from "../src/experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../src/experiments/ring_sweep.ts";
import { LocalExecutor } from "../src/executors/local.ts";
import { PoolExecutor } from "../src/executors/pool.ts";
import { executeRing } from "../src/executors/ring_run.ts";
import type { RunProduct } from "../src/executors/run_product.ts";
import { writeAggregates } from "../src/cli/sweep_aggregates.ts";
import { SweepDirectory } from "../src/stores/files/sweep_directory.ts";

/** As the tasks in deno.json start the program: small nurseries keep the heaps of three threads below the limit. */
const NURSERY = "--v8-flags=--max-semi-space-size=4";

const RUNS = Number(Deno.args[0] ?? 20_000);
const REPETITIONS = Number(Deno.args[1] ?? 3);

const settings = ringSweepSettings({
  grid: false,
  lhs: RUNS,
  nAgents: 20,
  maturityDays: 10,
  qTotal: Decimal.of(2000, 0),
  liquidityMode: "uniform",
  defaultHandling: "expel-agent",
});

/** Processor time by kind of thread, in milliseconds. */
interface ThreadTimes {
  readonly main: number;
  readonly workers: number;
  /** Threads of V8 and of the runtime. */
  readonly helpers: number;
}

/** What a sweep took, in milliseconds. */
interface Taken {
  readonly time: number;
  /** The main thread before the first run and after the last. */
  readonly alone: number;
  /** All threads from the first run to the last. */
  readonly shared: ThreadTimes;
}

/** A sweep with its plan, its registry, its aggregates and everything else but files of runs. */
async function sweep(executor: SimulationExecutor, path: string): Promise<Taken> {
  try {
    const start = performance.now();
    const before = threadTimes();
    const plan = planRingSweep(settings);
    await using directory = await SweepDirectory.open(path, plan, { name: "bench", startedAt: "" });
    const { registry } = directory;
    const first = threadTimes();
    let last = first;
    const outcome = await runRingSweep(settings, plan, {
      executor,
      registry,
      artifacts: "none",
      writeAggregates: async () => {
        last = threadTimes();
        await writeAggregates(path, plan.header, await registry.listRuns(""));
      },
    });
    if (outcome.completed !== RUNS) throw new Error(`${outcome.completed} of ${RUNS} runs completed`);
    return {
      time: performance.now() - start,
      alone: first.main - before.main + threadTimes().main - last.main,
      shared: {
        main: last.main - first.main,
        workers: last.workers - first.workers,
        helpers: last.helpers - first.helpers,
      },
    };
  } finally {
    await executor[Symbol.asyncDispose]();
  }
}

/** Processor time of the threads so far; zeros where the system does not tell. */
function threadTimes(): ThreadTimes {
  const times = { main: 0, workers: 0, helpers: 0 };
  for (const id of threadIds()) {
    const tasks = `/proc/self/task/${id}`;
    const name = Deno.readTextFileSync(`${tasks}/comm`);
    const nanoseconds = Number(Deno.readTextFileSync(`${tasks}/schedstat`).split(" ")[0]);
    times[id === String(Deno.pid) ? "main" : name.startsWith("worker-") ? "workers" : "helpers"] += nanoseconds / 1e6;
  }
  return times;
}

function threadIds(): string[] {
  try {
    return [...Deno.readDirSync("/proc/self/task")].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A run that costs nothing: what is left is plan, dispatch and registry. */
function nothing(request: RunRequest): RunProduct {
  return {
    result: {
      runId: request.runId,
      status: "completed",
      parameters: { S1: "2000.000000000000000000000000", L0: "500.000" },
      metrics: { phi_total: "0.1187122736418511066398390342", delta_total: "0.88", time_to_stability: 9 },
      artifacts: {},
      error: null,
      executionTimeMs: 0,
    },
    artifacts: [],
  };
}

const CASES: Readonly<Record<string, () => SimulationExecutor>> = {
  "scheduler alone": () => new LocalExecutor(nothing, null),
  "this thread": () => new LocalExecutor(executeRing, null),
  "pool, 1 worker": () => new PoolExecutor({ workers: 1 }),
  "pool, 2 workers": () => new PoolExecutor({ workers: 2 }),
};

/** Largest memory of this process so far, in MB. */
function peak(): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1] ?? 0) / 1024);
}

/** Seconds of the reference for a run of 20 agents; NaN without the recordings. */
function referenceSeconds(): number {
  const golden = Deno.env.get("BILANCIO_GOLDEN") ?? fromFileUrl(new URL("../../shared/golden", import.meta.url));
  try {
    const timing = JSON.parse(Deno.readTextFileSync(`${golden}/sweeps/timing.json`));
    return timing["ring-expel-n20"].reference_seconds_per_run;
  } catch {
    return NaN;
  }
}

type Measured = Taken & { readonly peak: number };

/** One case in a process of its own, so that its memory is its own. */
function measured(name: string, path: string): Measured {
  const args = ["run", "-A", NURSERY, fromFileUrl(import.meta.url), String(RUNS), "1", name, path];
  const { stdout } = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function row(...cells: string[]): void {
  console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(34) : cell.padStart(12)).join(""));
}

/** Milliseconds of the whole sweep as microseconds of one run. */
function perRun(milliseconds: number): string {
  return (milliseconds / RUNS * 1000).toFixed(0);
}

/** The smallest of a figure over the repetitions. */
function least(results: readonly Measured[], figure: (result: Measured) => number): number {
  return Math.min(...results.map(figure));
}

/** Milliseconds on two cores that nobody else uses: runs take as long as their workers, or as all threads on both. */
function predicted(results: readonly Measured[], workers: number): number {
  const runs = ({ shared }: Measured) =>
    Math.max(shared.workers / workers, (shared.main + shared.workers + shared.helpers) / 2);
  return least(results, (result) => result.alone + runs(result));
}

function table(base: string): void {
  const results = new Map<string, Measured[]>(Object.keys(CASES).map((name) => [name, []]));
  for (let i = 0; i < REPETITIONS; i++) {
    // The cases alternate, so that a busy minute meets all of them. A directory for each, and all go at the end: files
    // deleted just before would slow the next one.
    for (const [name, list] of results) list.push(measured(name, `${base}/${name}-${i}`));
  }
  const of = `${RUNS} runs of 20 agents, no files`;
  row(of, "min s", "us per run", "main us", "workers us", "helpers us", "peak MB", "reference");
  for (const [name, list] of results) {
    const time = least(list, (result) => result.time);
    row(
      name,
      (time / 1000).toFixed(2),
      perRun(time),
      perRun(least(list, ({ alone, shared }) => alone + shared.main)),
      perRun(least(list, ({ shared }) => shared.workers)),
      perRun(least(list, ({ shared }) => shared.helpers)),
      String(Math.max(...list.map(({ peak }) => peak))),
      name === "scheduler alone" ? "" : `${(referenceSeconds() * 1000 / (time / RUNS)).toFixed(0)} x`,
    );
  }
  const [one = [], two = []] = [results.get("pool, 1 worker"), results.get("pool, 2 workers")];
  const ratio = least(one, ({ time }) => time) / least(two, ({ time }) => time);
  row("two workers against one", `${ratio.toFixed(2)} x`);
  row("  by processor time", `${(predicted(one, 1) / predicted(two, 2)).toFixed(2)} x`);
}

const [, , chosen, path] = Deno.args;
if (chosen !== undefined && path !== undefined) {
  const executor = CASES[chosen];
  if (executor === undefined) throw new Error(`no case ${chosen}`);
  console.log(JSON.stringify({ ...await sweep(executor(), path), peak: peak() }));
} else {
  const base = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  try {
    table(base);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}
