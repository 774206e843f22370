/**
 * A worker for tests of the pool: its runs do what their source says, without any model.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { serveRuns } from "../../src/executors/pool_serving.ts";
import { oddRun } from "./odd_run.ts";

serveRuns(oddRun, self);
