/** Paired sweeps with a run function of the test's choice, in a directory of the test. */
import { Decimal } from "../../src/core/decimal.ts";
import { type ComparisonRow, comparisonRow, endedPairs, type Pair } from "../../src/experiments/comparison.ts";
import type { ArtifactPolicy, RunRequest, Values } from "../../src/experiments/contracts.ts";
import { BALANCED, COMPARISON, type PairedDesign, planPairedSweep } from "../../src/experiments/paired_plan.ts";
import type { AnyPairedSettings } from "../../src/experiments/paired_settings.ts";
import { runPairedSweep } from "../../src/experiments/paired_sweep.ts";
import type { SweepOutcome, SweepPorts } from "../../src/experiments/sweep_runner.ts";
import { LocalExecutor } from "../../src/executors/local.ts";
import type { RunControl, RunFunction, RunProduct } from "../../src/executors/run_product.ts";
import { readTextIfPresent } from "../../src/stores/files/atomic_file.ts";
import { PairedDirectory } from "../../src/stores/files/paired_directory.ts";
import type { Place } from "../stores/places.ts";

/** Decimals as they are written. */
export function decimals(...texts: string[]): Decimal[] {
  return texts.map((text) => Decimal.parse(text) ?? Decimal.ZERO);
}

/** The design of some settings. */
export function designFor({ kind }: AnyPairedSettings): PairedDesign {
  return kind === "balanced" ? BALANCED : COMPARISON;
}

/** A run whose deltas follow from its parameters: 0.5 without trading, 0.5 less a tenth of kappa with it. */
export function tradingHelps(request: RunRequest, control: RunControl): RunProduct {
  const trades = isTrading(request);
  const kappa = Decimal.parse(String(request.parameters?.["kappa"])) ?? Decimal.ZERO;
  const half = Decimal.of(5, -1);
  const delta = trades ? half.minus(kappa.times(Decimal.of(1, -1))) : half;
  return product(request, control, delta.toString(), trades ? { total_trades: 3, dealer_total_pnl: -1.5 } : {});
}

/** Whether a request is of the arm with trading. */
export function isTrading(request: RunRequest): boolean {
  return /_(active|treatment)_/.test(request.runId);
}

/** What a completed run with this delta leaves. */
export function product(
  request: RunRequest,
  { keep }: Pick<RunControl, "keep">,
  delta: string | null,
  dealer: Values = {},
): RunProduct {
  return {
    result: {
      runId: request.runId,
      status: "completed",
      parameters: { ...request.parameters, S1: "100", L0: "50" },
      metrics: {
        delta_total: delta,
        phi_total: delta === null ? null : Decimal.ONE.minus(Decimal.parse(delta) ?? Decimal.ZERO).toString(),
        time_to_stability: 3,
        ...dealer,
      },
      artifacts: {},
      error: null,
      executionTimeMs: 1,
    },
    artifacts: keep !== "all" ? [] : [
      { name: "scenario.yaml", content: "name: x\n" },
      { name: "run.html", content: "<p>run</p>" },
      ...(isTrading(request) ? [{ name: "dealer_metrics.json", content: JSON.stringify(dealer) }] : []),
    ],
  };
}

/** How a sweep of a test is made. */
export interface PairedTest {
  readonly run?: RunFunction;
  readonly artifacts?: ArtifactPolicy;
  readonly ports?: Partial<SweepPorts>;
  readonly resume?: boolean;
  readonly force?: boolean;
}

/** What a sweep of a test left. */
export interface MadePairs {
  readonly outcome: SweepOutcome;
  readonly pairs: readonly Pair[];
  readonly rows: readonly ComparisonRow[];
  /** Run ids in the order in which they were recorded. */
  readonly made: readonly string[];
}

/** Makes a paired sweep in a directory of a test. */
export async function pairedSweep(
  place: Place,
  settings: AnyPairedSettings,
  test: PairedTest = {},
): Promise<MadePairs> {
  const { run = tradingHelps, artifacts = "none", ports = {}, resume = false, force = false } = test;
  const design = designFor(settings);
  const plan = planPairedSweep(settings);
  const made: string[] = [];
  await using directory = await PairedDirectory.open(`${place.path}/s`, plan, design, {
    resume,
    force,
    name: `sweep ${design.kind}`,
    startedAt: "2026-01-02T03:04:05Z",
  });
  const outcome = await runPairedSweep(plan, {
    executor: new LocalExecutor(run, directory.results),
    registry: directory.registry,
    artifacts,
    onRun: ({ runId }) => made.push(runId),
    ...ports,
  });
  const entries = await directory.registry.listRuns("");
  const pairs = await endedPairs(plan, design, entries, ({ runId }) => {
    const path = `${directory.path}/${design.trading.name}/runs/${runId}/out/dealer_metrics.json`;
    return JSON.parse(readTextIfPresent(path) ?? "null");
  });
  const rows = pairs.map((pair) => comparisonRow(pair, design, plan.header, plan.header));
  return { outcome, pairs, rows, made };
}
