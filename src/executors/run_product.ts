/**
 * What one simulation produces before anything is stored: the same on every executor.
 *
 * @module
 */
import type { Artifact, ArtifactPolicy, RunRequest, RunResult } from "../experiments/contracts.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import type { Scenario } from "../ring/scenario/types.ts";

/** The result of a run and the files that belong to it; nothing is stored yet. */
export interface RunProduct {
  readonly result: RunResult;
  readonly artifacts: readonly Artifact[];
}

/** How a run is followed and stopped while it computes. */
export interface RunControl {
  /** Which artifacts to make. */
  readonly keep: ArtifactPolicy;
  /** Called after every simulated day. */
  readonly onTime?: (time: number) => void;
  /** Checked between days. */
  readonly signal?: AbortSignal;
  /** Takes what a simulation of the ring model left before its product is made, to record it. */
  readonly onOutcome?: (left: RingRunLeft) => void;
}

/** What a simulation of the ring model left. */
export interface RingRunLeft {
  readonly runId: string;
  /** What the run was made from: the source of its request. */
  readonly source: unknown;
  readonly scenario: Scenario;
  readonly outcome: RingOutcome;
  readonly seconds: number;
}

/**
 * Computes one run. A failing simulation is a product with status `failed`; it throws only the reason of an aborted
 * signal, or for misuse. It may wait once, for modules that it loads when they are needed first.
 */
export type RunFunction = (request: RunRequest, control: RunControl) => RunProduct | Promise<RunProduct>;

/** The product of a run that failed before or while it was simulated. */
export function failedProduct(request: RunRequest, error: unknown): RunProduct {
  return { result: failedResult(request, errorText(error)), artifacts: [] };
}

/** The result of a run that failed. */
export function failedResult({ runId, parameters = {} }: RunRequest, error: string): RunResult {
  return { runId, status: "failed", parameters, metrics: {}, artifacts: {}, error, executionTimeMs: null };
}

/** Class and message of an error. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Whether a policy keeps the artifacts of a run. */
export function keepsArtifacts(policy: ArtifactPolicy, result: RunResult): boolean {
  return policy === "all" || policy === "failed" && result.status === "failed";
}
