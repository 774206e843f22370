/**
 * 20,000 runs of 20 agents without files on the pool: one worker and two, what the scheduler itself costs, memory.
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

/** A sweep with its plan, its registry, its aggregates and everything else but files of runs; wall milliseconds. */
async function sweep(executor: SimulationExecutor, path: string): Promise<number> {
  try {
    const start = performance.now();
    const plan = planRingSweep(settings);
    await using directory = await SweepDirectory.open(path, plan, { name: "bench", startedAt: "" });
    const { registry } = directory;
    const outcome = await runRingSweep(settings, plan, {
      executor,
      registry,
      artifacts: "none",
      writeAggregates: async () => void await writeAggregates(path, plan.header, await registry.listRuns("")),
    });
    if (outcome.completed !== RUNS) throw new Error(`${outcome.completed} of ${RUNS} runs completed`);
    return performance.now() - start;
  } finally {
    await executor[Symbol.asyncDispose]();
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

/** One case in a process of its own, so that its memory is its own. */
function measured(name: string, path: string): { time: number; peak: number } {
  const args = ["run", "-A", NURSERY, fromFileUrl(import.meta.url), String(RUNS), "1", name, path];
  const { stdout } = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function row(...cells: string[]): void {
  console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(36) : cell.padStart(14)).join(""));
}

function table(base: string): void {
  row(`${RUNS} runs of 20 agents, no files`, "min s", "median s", "us per run", "peak MB", "reference");
  const least = new Map<string, number>();
  for (const name of Object.keys(CASES)) {
    // A directory for each, and all go at the end: files deleted just before would slow the next one.
    const results = Array.from({ length: REPETITIONS }, (_, i) => measured(name, `${base}/${least.size}-${i}`));
    const times = results.map(({ time }) => time).sort((a, b) => a - b);
    const [min = NaN] = times;
    const median = times[times.length >> 1] ?? NaN;
    least.set(name, min);
    row(
      name,
      (min / 1000).toFixed(2),
      (median / 1000).toFixed(2),
      (min / RUNS * 1000).toFixed(0),
      String(Math.max(...results.map(({ peak }) => peak))),
      name === "scheduler alone" ? "" : `${(referenceSeconds() * 1000 / (min / RUNS)).toFixed(0)} x`,
    );
  }
  const ratio = (least.get("pool, 1 worker") ?? NaN) / (least.get("pool, 2 workers") ?? NaN);
  row("two workers against one", `${ratio.toFixed(2)} x`);
}

const [, , chosen, path] = Deno.args;
if (chosen !== undefined && path !== undefined) {
  const executor = CASES[chosen];
  if (executor === undefined) throw new Error(`no case ${chosen}`);
  const time = await sweep(executor(), path);
  console.log(JSON.stringify({ time, peak: peak() }));
} else {
  const base = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  try {
    table(base);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}
