/**
 * Runs of paired sweeps in this process, one core, all of a run included: generate, simulate, measure, write files.
 * Prints milliseconds per run over both arms against the recorded times of the reference, and what an event costs in
 * economies of different size.
 *
 *     deno run -A bench/paired.ts [REPETITIONS]
 *
 * Every repetition writes into a directory of its own; the time of a run is the smallest of its repetitions.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { Decimal } from "../src/core/decimal.ts";
import { executeRing } from "../src/executors/ring_run.ts";
import type { ArtifactPolicy } from "../src/experiments/contracts.ts";
import { planPairedSweep } from "../src/experiments/paired_plan.ts";
import { type AnyPairedSettings, balancedSettings, comparisonSettings } from "../src/experiments/paired_settings.ts";
import type { PlannedRun } from "../src/experiments/plan.ts";
import { behavioursFromText, checkedRingSource } from "../src/experiments/ring_source.ts";
import { sweepMetrics } from "../src/ring/analytics/run_metrics.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../src/ring/behaviours.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import { compileRing } from "../src/ring/generator/compile.ts";
import { ringSpecFromText } from "../src/ring/generator/spec.ts";
import { FileResultStore } from "../src/stores/files/result_store.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
const GOLDEN = Deno.env.get("BILANCIO_GOLDEN") ?? join(ROOT, "..", "shared", "golden");
const REPETITIONS = Number(Deno.args[0] ?? 5);
const BASE = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
let directories = 0;

function decimals(...texts: readonly string[]): Decimal[] {
  return texts.map((text) => Decimal.parse(text) ?? Decimal.ZERO);
}

/** Seconds of the reference per run of a recorded sweep, null without the recordings. */
function referenceSeconds(sweep: string): number | null {
  try {
    const timing = JSON.parse(Deno.readTextFileSync(join(GOLDEN, "sweeps", "timing.json")));
    return timing[sweep].reference_seconds_per_run;
  } catch {
    return null;
  }
}

/** A grid of 24 pairs for sweeps of `nAgents`; all else as the commands have it, and who defaults is expelled. */
function sweep(kind: AnyPairedSettings["kind"], nAgents: number, behaviours: Behaviours): AnyPairedSettings {
  const grid = {
    nAgents,
    behaviours,
    kappas: decimals("0.25", "0.5", "1", "2"),
    concentrations: decimals("0.5", "1", "2"),
    defaultHandling: "expel-agent",
  } as const;
  return kind === "balanced"
    ? balancedSettings({ ...grid, mus: decimals("0.5"), outsideMidRatios: decimals("0.9", "0.75") })
    : comparisonSettings({ ...grid, mus: decimals("0", "0.5") });
}

/** Milliseconds per run, each the smallest of its repetitions. */
async function timePerRun(runs: readonly PlannedRun[], keep: ArtifactPolicy): Promise<number> {
  const times = runs.map(() => Infinity);
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const store = new FileResultStore(join(BASE, String(directories++)));
    for (const [i, { runId, source, parameters }] of runs.entries()) {
      const start = performance.now();
      const { result, artifacts } = await executeRing({ model: "ring", runId, source, parameters }, { keep });
      if (keep === "all") await store.saveRun("", result, artifacts);
      times[i] = Math.min(times[i] ?? Infinity, performance.now() - start);
      if (result.status !== "completed") throw new Error(`${runId}: ${result.error}`);
    }
  }
  return times.reduce((sum, time) => sum + time, 0) / runs.length;
}

/** Events and milliseconds of a run without files. */
function costOf({ source }: PlannedRun): { readonly events: number; readonly time: number } {
  const checked = checkedRingSource(source);
  if (!("spec" in checked)) throw new Error("a planned run has a spec");
  const behaviours = behavioursFromText(checked.behaviours);
  const { scenario } = compileRing(ringSpecFromText(checked.spec), behaviours, { throughDoubles: true });
  let events = 0;
  let time = Infinity;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const start = performance.now();
    const outcome = simulateRing(scenario, { checkInvariants: "none" });
    outcome.market?.metrics();
    sweepMetrics(outcome, behaviours);
    time = Math.min(time, performance.now() - start);
    events = outcome.log.length;
  }
  return { events, time };
}

const BEHAVIOURS = [["corrected", CORRECTED], ["reference", REFERENCE]] as const;

function row(...cells: readonly (string | number)[]): void {
  const widths = [12, 12, 10, 8, 12, 24];
  console.log(cells.map((cell, i) => String(cell).padEnd(widths[i] ?? 0)).join(""));
}

async function runTimes(): Promise<void> {
  row("sweep", "behaviours", "artifacts", "runs", "ms per run", "reference takes");
  for (const kind of ["balanced", "comparison"] as const) {
    for (const [label, behaviours] of BEHAVIOURS) {
      const { runs } = planPairedSweep(sweep(kind, 100, behaviours));
      for (const keep of ["none", "all"] as const) {
        const time = await timePerRun(runs, keep);
        const reference = referenceSeconds(`${kind}-n100`);
        const ratio = reference === null ? "" : `${(reference * 1000 / time).toFixed(0)} x`;
        row(kind, label, keep, runs.length, time.toFixed(2), ratio);
      }
    }
  }
}

function eventCosts(): void {
  console.log("");
  row("sweep", "behaviours", "agents", "events", "us per event");
  for (const kind of ["balanced", "comparison"] as const) {
    for (const [label, behaviours] of BEHAVIOURS) {
      for (const agents of [30, 100, 300, 1000, 3000]) {
        const { runs } = planPairedSweep(sweep(kind, agents, behaviours));
        // The arm that trades, of a pair in the middle of the grid.
        const run = runs[runs.length / 2 + 1];
        if (run === undefined) continue;
        const { events, time } = costOf(run);
        row(kind, label, agents, events, (time * 1000 / events).toFixed(2));
      }
    }
  }
}

try {
  await runTimes();
  eventCosts();
} finally {
  Deno.removeSync(BASE, { recursive: true });
}
