/**
 * 20,000 runs of 20 agents without files on the pool: one worker and two, what the scheduler itself costs, memory.
 *
 *     deno run -A bench/pool.ts [RUNS]
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
import { SweepDirectory } from "../src/stores/files/sweep_directory.ts";

const RUNS = Number(Deno.args[0] ?? 20_000);

const settings = ringSweepSettings({
  grid: false,
  lhs: RUNS,
  nAgents: 20,
  maturityDays: 10,
  qTotal: Decimal.of(2000, 0),
  liquidityMode: "uniform",
  defaultHandling: "expel-agent",
});

/** A sweep with its plan, its registry and everything else but files of runs; wall milliseconds. */
async function sweep(executor: SimulationExecutor): Promise<number> {
  const base = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  try {
    const start = performance.now();
    const plan = planRingSweep(settings);
    await using directory = await SweepDirectory.open(`${base}/s`, plan, { name: "bench", startedAt: "" });
    const outcome = await runRingSweep(settings, plan, { executor, registry: directory.registry, artifacts: "none" });
    if (outcome.completed !== RUNS) throw new Error(`${outcome.completed} of ${RUNS} runs completed`);
    return performance.now() - start;
  } finally {
    await executor[Symbol.asyncDispose]();
    Deno.removeSync(base, { recursive: true });
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

/** One case in a process of its own, so that its memory is its own. */
function measured(name: string): { time: number; peak: number } {
  const args = ["run", "-A", fromFileUrl(import.meta.url), String(RUNS), name];
  const { stdout } = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout));
}

const [, chosen] = Deno.args;
if (chosen !== undefined) {
  const executor = CASES[chosen];
  if (executor === undefined) throw new Error(`no case ${chosen}`);
  const time = await sweep(executor());
  console.log(JSON.stringify({ time, peak: peak() }));
} else {
  const row = (...cells: string[]): void =>
    console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(36) : cell.padStart(14)).join(""));
  row(`${RUNS} runs of 20 agents, no files`, "seconds", "us per run", "peak MB");
  const times = new Map<string, number>();
  for (const name of Object.keys(CASES)) {
    const { time, peak } = measured(name);
    times.set(name, time);
    row(name, (time / 1000).toFixed(2), (time / RUNS * 1000).toFixed(0), String(peak));
  }
  const ratio = (times.get("pool, 1 worker") ?? NaN) / (times.get("pool, 2 workers") ?? NaN);
  row("two workers against one", `${ratio.toFixed(2)} x`);
}
