/**
 * What a job asks of its cloud. One that does not answer keeps no sweep from going on (spec 09 6).
 *
 * @module
 */
import type { CloudStorageClient } from "../experiments/contracts.ts";
import { within } from "./patience.ts";

/** Runs that the cloud has as completed; none when it does not answer: sending them again does no harm. */
export async function completedThere(cloud: CloudStorageClient, jobId: string): Promise<Set<string>> {
  const found = new Set<string>();
  const limit = 1_000;
  try {
    for (let offset = 0;; offset += limit) {
      const runs = await cloud.listRuns(jobId, { status: "completed", limit, offset });
      for (const { runId } of runs) found.add(runId);
      if (runs.length < limit) return found;
    }
  } catch {
    return found; // the sender meets the same failure, and says so
  }
}

/** Whether the cloud has a job of that id. One that does not answer does not keep a sweep from starting (spec 09 6). */
export async function isInCloud(
  cloud: CloudStorageClient | undefined,
  jobId: string,
  patience: number,
): Promise<boolean> {
  try {
    if (cloud === undefined) return false;
    return (await within(cloud.getJob(jobId), patience) ?? null) !== null;
  } catch {
    return false;
  }
}
