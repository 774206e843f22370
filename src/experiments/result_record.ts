/**
 * A finished run with the names that files and scripts see.
 *
 * @module
 */
import type { RunResult } from "./contracts.ts";

/** The members of `result.json`, and of the object that `--json` prints for a run, in their order. */
export function resultRecord(result: RunResult): Readonly<Record<string, unknown>> {
  return {
    run_id: result.runId,
    status: result.status,
    parameters: result.parameters,
    metrics: result.metrics,
    artifacts: result.artifacts,
    error: result.error,
    execution_time_ms: result.executionTimeMs,
  };
}
