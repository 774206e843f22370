/**
 * What is sent to the cloud about a job, and how it is sent. Sending a record again changes nothing.
 *
 * @module
 */
import type { CloudMetrics, CloudRun, CloudStorageClient, Job, JobEvent, JobUpdate } from "../experiments/contracts.ts";

/** One message to the cloud. */
export type CloudRecord =
  | { readonly kind: "job"; readonly jobId: string; readonly job: Job }
  | { readonly kind: "status"; readonly jobId: string; readonly update: JobUpdate }
  | { readonly kind: "event"; readonly jobId: string; readonly event: JobEvent }
  | { readonly kind: "runs"; readonly jobId: string; readonly runs: readonly CloudRun[] }
  | { readonly kind: "metrics"; readonly jobId: string; readonly metrics: readonly CloudMetrics[] };

/**
 * Sends one record. That a job is running is not said of one that somebody cancelled there meanwhile.
 *
 * @throws whatever the client throws.
 */
export async function sendRecord(client: CloudStorageClient, record: CloudRecord): Promise<void> {
  switch (record.kind) {
    case "job":
      return await client.saveJob(record.job);
    case "status":
      if (record.update.status === "running" && await isCancelled(client, record.jobId)) return;
      return await client.updateStatus(record.jobId, record.update);
    case "event":
      return await client.logEvent(record.event);
    case "runs":
      return await client.saveRuns(record.runs);
    case "metrics":
      return await client.saveMetrics(record.metrics);
  }
}

/** Whether a job stands as cancelled in the cloud. */
export async function isCancelled(client: CloudStorageClient, jobId: string): Promise<boolean> {
  return (await client.getJob(jobId))?.status === "cancelled";
}

/** The line of a record, with its end. */
export function recordLine(record: CloudRecord): string {
  return `${JSON.stringify(record)}\n`;
}
