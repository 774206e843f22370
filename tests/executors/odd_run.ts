/** Runs for tests of executors: what a run does stands in its source. */
import type { RunRequest } from "../../src/experiments/contracts.ts";
import { isRecord } from "../../src/experiments/plan.ts";
import type { RunControl, RunProduct } from "../../src/executors/run_product.ts";

/** A request whose run does `what`, for `days` days. */
export function oddRequest(runId: string, what = "well", days = 3): RunRequest {
  return { model: "odd", runId, source: { what, days }, parameters: { what } };
}

/** Does what the source says: `well`, `throws`, `dies` (with its worker), `stays` (until it is cancelled), `hangs`. */
export function oddRun(request: RunRequest, control: RunControl): RunProduct {
  const { what, days } = isRecord(request.source) ? request.source : {};
  const last = what === "stays" ? Infinity : Number(days);
  for (let day = 0; day < last; day++) {
    control.signal?.throwIfAborted();
    control.onTime?.(day);
  }
  if (what === "throws") throw new RangeError("this run is odd");
  if (what === "dies") die(request.runId);
  while (what === "hangs");
  const result = {
    runId: request.runId,
    status: "completed" as const,
    parameters: request.parameters ?? {},
    metrics: { days: Number(days) },
    artifacts: {},
    error: null,
    executionTimeMs: 0,
  };
  const artifacts = control.keep === "all" ? [{ name: "events.jsonl", content: `${request.runId} ρ\n` }] : [];
  return { result, artifacts };
}

/** An error that no run's caller can catch: it ends the worker. */
function die(runId: string): never {
  reportError(new Error(`${runId} took its worker along`));
  // The worker is closing; it must not go on to the next run.
  while (true);
}
