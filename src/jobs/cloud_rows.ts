/**
 * Runs and their measures as the cloud keeps them, from what a registry knows of a run (spec 09 3.3).
 *
 * @module
 */
import type { CloudMetrics, CloudRun, Job, RunStatus, Scalar, Values } from "../experiments/contracts.ts";

/** A run as a sweep reports it or a registry keeps it. */
export interface KnownRun {
  readonly runId: string;
  readonly status: RunStatus;
  readonly parameters: Values;
  readonly metrics: Values;
  readonly artifacts: Readonly<Record<string, string>>;
  readonly error: string | null;
  readonly executionTimeMs: number | null;
}

/** When a run was made, ISO 8601. */
export interface RunTimes {
  readonly createdAt: string;
  readonly completedAt: string | null;
}

/** A job as the cloud keeps it: the ids of its runs are those of its rows there, and seeds have 32 bits. */
export function cloudJobOf(job: Job): Job {
  const seeds = job.config.seeds.filter((seed) => narrow(seed) !== null);
  return { ...job, runIds: [], config: { ...job.config, seeds } };
}

/** The row of a run. A model without kappa, concentration or mu has 0 there: the columns take no null. */
export function cloudRunOf(jobId: string, run: KnownRun, { createdAt, completedAt }: RunTimes): CloudRun {
  const { runId, status, parameters, executionTimeMs, error, artifacts } = run;
  return {
    runId,
    jobId,
    createdAt,
    completedAt,
    status,
    kappa: number(parameters["kappa"]) ?? "0",
    concentration: number(parameters["concentration"]) ?? "0",
    mu: number(parameters["mu"]) ?? "0",
    monotonicity: number(parameters["monotonicity"]),
    outsideMidRatio: number(parameters["outside_mid_ratio"]),
    seed: narrow(whole(parameters["seed"])),
    regime: regimeOf(parameters),
    parameters,
    executionTimeMs: executionTimeMs === null ? null : Math.round(executionTimeMs),
    worker: null,
    attempt: 1,
    error,
    artifacts,
  };
}

/** The measures of a run; null for one that has none, because it did not complete. */
export function cloudMetricsOf(jobId: string, { runId, status, metrics }: KnownRun): CloudMetrics | null {
  if (status !== "completed") return null;
  return {
    runId,
    jobId,
    deltaTotal: number(metrics["delta_total"]),
    phiTotal: number(metrics["phi_total"]),
    nDefaults: whole(metrics["n_defaults"]),
    nClears: whole(metrics["n_clears"]),
    timeToStability: whole(metrics["time_to_stability"]),
    tradingEffect: number(metrics["trading_effect"]),
    totalTrades: whole(metrics["total_trades"]),
    totalTradeVolume: number(metrics["total_trade_volume"]),
    rawMetrics: metrics,
  };
}

/** The arm of a run: as its parameters say, else what its phase ends with (`comparison_control`). */
function regimeOf(parameters: Values): string | null {
  const { regime, phase } = parameters;
  if (typeof regime === "string" && regime !== "") return regime;
  return typeof phase === "string" ? /^[a-z]+_(control|treatment|passive|active)$/.exec(phase)?.[1] ?? null : null;
}

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** The exact text of a number, null for anything else. */
function number(value: Scalar | undefined): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  return typeof value === "string" && DECIMAL.test(value.trim()) ? value.trim() : null;
}

/** The column of seeds has 32 bits; a wider seed stands among the parameters alone. */
function narrow(value: number | null): number | null {
  return value !== null && value === (value | 0) ? value : null;
}

function whole(value: Scalar | undefined): number | null {
  const text = number(value);
  const found = text === null ? NaN : Number(text);
  return Number.isSafeInteger(found) ? found : null;
}
