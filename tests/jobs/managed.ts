/**
 * A job manager with a clock that a test moves.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { RegistryEntry } from "../../src/experiments/contracts.ts";
import { JobManager, type JobManagerOptions } from "../../src/jobs/job_manager.ts";
import { type FoundManifest, readManifest } from "../../src/stores/files/job_store.ts";
import type { Folder } from "../e2e/program.ts";
import { CONFIG, resultOf } from "./written_jobs.ts";

/** A clock that a test moves. */
export class Hands {
  time = Date.UTC(2026, 0, 1);
  readonly now = () => new Date(this.time);
  pass(seconds: number): void {
    this.time += seconds * 1000;
  }
}

/** The manager of the sweep in a folder. */
export function open(folder: Folder, more: Partial<JobManagerOptions> = {}): Promise<JobManager> {
  return JobManager.open({ directory: folder.path, config: CONFIG, jobId: "castle-river-mountain", ...more });
}

/** What stands in its manifest. */
export function manifest(folder: Folder): FoundManifest {
  const found = readManifest(folder.path);
  assert(found !== null);
  return found;
}

/** A completed run as a registry has it. */
export function entryOf(runId: string): RegistryEntry {
  const { artifacts: artifactPaths, executionTimeMs: _, ...rest } = resultOf(runId);
  return { ...rest, experimentId: "", artifactPaths };
}

/** Polls a condition, bounded by a number of turns of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("the condition never held");
}
