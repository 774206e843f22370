/**
 * The worker of the pool: simulates runs of the ring model.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { serveRuns } from "./pool_serving.ts";
import { executeRing } from "./ring_run.ts";

serveRuns(executeRing, self, async (place) => {
  // A database is loaded when something is recorded.
  const { PartRecorder } = await import("./run_recorder.ts");
  return new PartRecorder(place);
});
