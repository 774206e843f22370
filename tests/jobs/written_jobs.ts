/**
 * Jobs, runs and results as tests write them.
 *
 * @module
 */
import type { CloudRun, Job, JobConfig, RunResult } from "../../src/experiments/contracts.ts";

/** What a small ring sweep was asked for. */
export const CONFIG: JobConfig = {
  sweepType: "ring",
  nAgents: 5,
  maturityDays: 3,
  kappas: ["0.5", "1"],
  concentrations: ["1"],
  mus: ["0", "0.50"],
  outsideMidRatios: ["1"],
  seeds: [42],
  cloud: false,
};

/** A running job. */
export function jobOf(jobId: string, more: Partial<Job> = {}): Job {
  return {
    jobId,
    createdAt: "2026-01-01T00:00:00.000000Z",
    completedAt: null,
    status: "running",
    description: "Ring sweep (n=5, cloud=False)",
    config: CONFIG,
    runIds: [],
    totalRuns: 4,
    completedRuns: 0,
    failedRuns: 0,
    error: null,
    notes: null,
    volumeExperimentId: null,
    ...more,
  };
}

/** A completed run of a job. */
export function runOf(jobId: string, runId: string, more: Partial<CloudRun> = {}): CloudRun {
  return {
    runId,
    jobId,
    createdAt: "2026-01-01T00:00:01.000000Z",
    completedAt: "2026-01-01T00:00:02.000000Z",
    status: "completed",
    kappa: "0.5",
    concentration: "1",
    mu: "0",
    monotonicity: "0",
    outsideMidRatio: null,
    seed: 42,
    regime: null,
    parameters: { kappa: "0.5" },
    executionTimeMs: 12,
    worker: null,
    attempt: 1,
    error: null,
    artifacts: {},
    ...more,
  };
}

/** What a run of a sweep reports. */
export function resultOf(runId: string, more: Partial<RunResult> = {}): RunResult {
  return {
    runId,
    status: "completed",
    parameters: { phase: "grid", seed: 42, kappa: "0.5", concentration: "1", mu: "0", monotonicity: "0" },
    metrics: { delta_total: "0.25", phi_total: "0.75", time_to_stability: 3 },
    artifacts: {},
    error: null,
    executionTimeMs: 12.4,
    ...more,
  };
}
