/**
 * Jobs, runs, measures and events as rows (spec 09 3.3), and back.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type { CloudMetrics, CloudRun, Job, JobEvent, JobEventType, JobStatus } from "../../experiments/contracts.ts";
import type { BulkRow, BulkTable } from "./bulk.ts";
import {
  countIn,
  countOrNull,
  objectIn,
  referencesIn,
  type Row,
  textIn,
  textOrNull,
  textsIn,
  valuesIn,
} from "./values.ts";

/** Every status of a job or of one of its runs. */
export const JOB_STATUSES: readonly JobStatus[] = ["pending", "running", "completed", "failed", "cancelled"];

const EVENT_TYPES: readonly JobEventType[] = ["created", "started", "progress", "completed", "failed", "cancelled"];

/** One of a few words. @throws {StoreError} for another one. */
function wordIn<W extends string>(row: Row, column: string, words: readonly W[]): W {
  const text = textIn(row, column);
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw new StoreError(
    `The column ${column} of the database holds ${JSON.stringify(text)}, not one of ${words.join(", ")}`,
    { store: "postgres", retryable: false },
  );
}

/** How jobs are written. */
export const JOBS: BulkTable = {
  table: "jobs",
  columns: {
    job_id: "text",
    created_at: "timestamptz",
    completed_at: "timestamptz",
    status: "text",
    description: "text",
    sweep_type: "text",
    n_agents: "integer",
    maturity_days: "integer",
    kappas: "numeric[]",
    concentrations: "numeric[]",
    mus: "numeric[]",
    outside_mid_ratios: "numeric[]",
    seeds: "integer[]",
    cloud: "boolean",
    total_runs: "integer",
    completed_runs: "integer",
    failed_runs: "integer",
    error: "text",
    notes: "text",
    volume_experiment_id: "text",
  },
  key: ["job_id"],
  kept: ["job_id"],
  // Set when the files are synced; a sweep that goes on does not know of it.
  filled: ["volume_experiment_id"],
};

/** The row of a job; its run ids are those of its rows in `runs`. */
export function rowOfJob(job: Job): BulkRow {
  const { config } = job;
  return {
    job_id: job.jobId,
    created_at: job.createdAt,
    completed_at: job.completedAt,
    status: job.status,
    description: job.description,
    sweep_type: config.sweepType,
    n_agents: config.nAgents,
    maturity_days: config.maturityDays,
    kappas: config.kappas,
    concentrations: config.concentrations,
    mus: config.mus,
    outside_mid_ratios: config.outsideMidRatios,
    seeds: config.seeds,
    cloud: config.cloud,
    total_runs: job.totalRuns,
    completed_runs: job.completedRuns,
    failed_runs: job.failedRuns,
    error: job.error,
    notes: job.notes,
    volume_experiment_id: job.volumeExperimentId,
  };
}

/** The job of a row; `run_ids` is a column of the query, where it has one. */
export function jobOfRow(row: Row): Job {
  return {
    jobId: textIn(row, "job_id"),
    createdAt: textIn(row, "created_at"),
    completedAt: textOrNull(row, "completed_at"),
    status: wordIn(row, "status", JOB_STATUSES),
    description: textOrNull(row, "description") ?? "",
    config: {
      sweepType: textIn(row, "sweep_type"),
      nAgents: countIn(row, "n_agents"),
      maturityDays: countIn(row, "maturity_days"),
      kappas: textsIn(row, "kappas"),
      concentrations: textsIn(row, "concentrations"),
      mus: textsIn(row, "mus"),
      outsideMidRatios: textsIn(row, "outside_mid_ratios"),
      seeds: textsIn(row, "seeds").map(Number),
      cloud: row["cloud"] === true,
    },
    runIds: textsIn(row, "run_ids"),
    totalRuns: countOrNull(row, "total_runs"),
    completedRuns: countOrNull(row, "completed_runs") ?? 0,
    failedRuns: countOrNull(row, "failed_runs") ?? 0,
    error: textOrNull(row, "error"),
    notes: textOrNull(row, "notes"),
    volumeExperimentId: textOrNull(row, "volume_experiment_id"),
  };
}

/** The event of a row. */
export function eventOfRow(row: Row): JobEvent {
  return {
    jobId: textIn(row, "job_id"),
    eventType: wordIn(row, "event_type", EVENT_TYPES),
    timestamp: textIn(row, "timestamp"),
    details: objectIn(row, "details"),
  };
}

/** Artifacts that have a column of their own. */
const LINKED = ["scenario_yaml", "events_jsonl", "balances_csv", "run_html", "metrics_html"];

/** How runs are written. */
export const RUNS: BulkTable = {
  table: "runs",
  columns: {
    run_id: "text",
    job_id: "text",
    created_at: "timestamptz",
    completed_at: "timestamptz",
    status: "text",
    kappa: "numeric",
    concentration: "numeric",
    mu: "numeric",
    monotonicity: "numeric",
    outside_mid_ratio: "numeric",
    seed: "integer",
    regime: "text",
    parameters: "jsonb",
    execution_time_ms: "integer",
    worker: "text",
    attempt: "integer",
    error: "text",
    ...Object.fromEntries(LINKED.map((name) => [`${name}_url`, "text"])),
    artifacts: "jsonb",
  },
  key: ["job_id", "run_id"],
  kept: ["job_id", "run_id"],
};

/** The row of a run. */
export function rowOfRun(run: CloudRun): BulkRow {
  return {
    run_id: run.runId,
    job_id: run.jobId,
    created_at: run.createdAt,
    completed_at: run.completedAt,
    status: run.status,
    kappa: run.kappa,
    concentration: run.concentration,
    mu: run.mu,
    monotonicity: run.monotonicity,
    outside_mid_ratio: run.outsideMidRatio,
    seed: run.seed,
    regime: run.regime,
    parameters: run.parameters,
    execution_time_ms: run.executionTimeMs,
    worker: run.worker,
    attempt: run.attempt,
    error: run.error,
    ...Object.fromEntries(LINKED.map((name) => [`${name}_url`, run.artifacts[name] ?? null])),
    artifacts: run.artifacts,
  };
}

/** The run of a row. */
export function runOfRow(row: Row): CloudRun {
  return {
    runId: textIn(row, "run_id"),
    jobId: textIn(row, "job_id"),
    createdAt: textIn(row, "created_at"),
    completedAt: textOrNull(row, "completed_at"),
    status: wordIn(row, "status", JOB_STATUSES),
    kappa: textIn(row, "kappa"),
    concentration: textIn(row, "concentration"),
    mu: textIn(row, "mu"),
    monotonicity: textOrNull(row, "monotonicity"),
    outsideMidRatio: textOrNull(row, "outside_mid_ratio"),
    seed: countOrNull(row, "seed"),
    regime: textOrNull(row, "regime"),
    parameters: valuesIn(row, "parameters"),
    executionTimeMs: countOrNull(row, "execution_time_ms"),
    worker: textOrNull(row, "worker"),
    attempt: countIn(row, "attempt"),
    error: textOrNull(row, "error"),
    artifacts: referencesIn(row, "artifacts"),
  };
}

/** How measures are written. */
export const METRICS: BulkTable = {
  table: "metrics",
  columns: {
    run_id: "text",
    job_id: "text",
    delta_total: "numeric",
    phi_total: "numeric",
    n_defaults: "integer",
    n_clears: "integer",
    time_to_stability: "integer",
    trading_effect: "numeric",
    total_trades: "integer",
    total_trade_volume: "numeric",
    raw_metrics: "jsonb",
  },
  key: ["job_id", "run_id"],
  kept: ["job_id", "run_id"],
};

/** The row of a run's measures. */
export function rowOfMetrics(metrics: CloudMetrics): BulkRow {
  return {
    run_id: metrics.runId,
    job_id: metrics.jobId,
    delta_total: metrics.deltaTotal,
    phi_total: metrics.phiTotal,
    n_defaults: metrics.nDefaults,
    n_clears: metrics.nClears,
    time_to_stability: metrics.timeToStability,
    trading_effect: metrics.tradingEffect,
    total_trades: metrics.totalTrades,
    total_trade_volume: metrics.totalTradeVolume,
    raw_metrics: metrics.rawMetrics,
  };
}

/** The measures of a row. */
export function metricsOfRow(row: Row): CloudMetrics {
  return {
    runId: textIn(row, "run_id"),
    jobId: textIn(row, "job_id"),
    deltaTotal: textOrNull(row, "delta_total"),
    phiTotal: textOrNull(row, "phi_total"),
    nDefaults: countOrNull(row, "n_defaults"),
    nClears: countOrNull(row, "n_clears"),
    timeToStability: countOrNull(row, "time_to_stability"),
    tradingEffect: textOrNull(row, "trading_effect"),
    totalTrades: countOrNull(row, "total_trades"),
    totalTradeVolume: textOrNull(row, "total_trade_volume"),
    rawMetrics: valuesIn(row, "raw_metrics"),
  };
}

/** Job and run as one text that no other pair has. */
export function runIdentity(row: BulkRow): string {
  return JSON.stringify([row["job_id"], row["run_id"]]);
}
