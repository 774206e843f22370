/**
 * `bilancio jobs cancel`: a sweep that runs is asked to stop before its next run; one that does not is marked.
 *
 * @module
 */
import { Conflict, UsageError } from "../core/errors.ts";
import type { Job, JobEvent, JobUpdate } from "../experiments/contracts.ts";
import { type Command, commandOf } from "./command.ts";
import { openConfiguredPostgres } from "./database_url.ts";
import { onOff } from "./flags.ts";
import { openSource, SOURCE_FLAGS } from "./job_source.ts";
import { existingJob } from "./jobs.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** How a cancelled job stands, and the event that says so. */
function cancellation(jobId: string): { update: JobUpdate; event: JobEvent } {
  const timestamp = new Date().toISOString();
  return {
    update: { status: "cancelled", completedAt: timestamp },
    event: { jobId, eventType: "cancelled", timestamp, details: { reason: "bilancio jobs cancel" } },
  };
}

/** @throws {Conflict} for a job that has ended. */
function refuseEnded({ jobId, status }: Job): void {
  if (status === "pending" || status === "running") return;
  throw new Conflict(`Job ${jobId} is ${status} already, so there is nothing to cancel.`);
}

async function cancelInCloud(jobId: string, terminal: Terminal): Promise<string> {
  await using connection = await openConfiguredPostgres(undefined, terminal);
  const { PostgresRecords } = await import("../stores/postgres/records.ts");
  await using records = new PostgresRecords(connection);
  refuseEnded(
    await existingJob(
      { reader: records, local: undefined, name: connection.place, async [Symbol.asyncDispose]() {} },
      jobId,
    ),
  );
  const { update, event } = cancellation(jobId);
  await records.updateStatus(jobId, update);
  await records.logEvent(event);
  return `Job ${jobId} is cancelled in the cloud. The sweep sees it within seconds and stops before its next run.`;
}

async function cancelHere(jobId: string, root: string | undefined, terminal: Terminal): Promise<string> {
  await using source = await openSource({ local: root, cloud: undefined }, terminal);
  const job = await existingJob(source, jobId);
  refuseEnded(job);
  const directory = source.local?.directoryOf(jobId) ?? from(terminal.directory, "out");
  const { whileIdle } = await import("../jobs/liveness.ts");
  const { readManifest, writeManifest } = await import("../stores/files/job_store.ts");
  const { update, event } = cancellation(jobId);
  const isMarked = whileIdle(directory, "jobs cancel", event.timestamp, () => {
    const manifest = readManifest(directory);
    if (manifest === null) return;
    refuseEnded(manifest.job); // it may have ended while nobody held the lock
    const changed: Job = { ...manifest.job, status: update.status, completedAt: event.timestamp };
    writeManifest(directory, { ...manifest, job: changed, events: [...manifest.events, event] });
  });
  if (isMarked) return `Job ${jobId} is cancelled. No sweep was at work on it.`;
  const { requestCancel } = await import("../jobs/cancel_request.ts");
  requestCancel(directory, jobId);
  return `Job ${jobId} is asked to stop: its sweep finishes the runs in flight and ends before the next one.`;
}

/** `bilancio jobs cancel`. */
export const command: Command = commandOf({
  name: "jobs cancel",
  summary: "Stops a job before its next run; what is done stays, and the sweep can be started again",
  positionals: [{ name: "JOB_ID", summary: "words such as castle-river-mountain" }],
  flags: { ...SOURCE_FLAGS, "json": onOff("JSON on standard output") },
  examples: [["bilancio jobs cancel castle-river-mountain", "stops a sweep on this machine"], [
    "bilancio jobs cancel castle-river-mountain --cloud",
    "stops one on another machine, through the database that both know",
  ]],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  if (flags.cloud === true && flags.local !== undefined) {
    throw new UsageError("--local and --cloud are two places; give one of them.");
  }
  const sentence = flags.cloud === true
    ? await cancelInCloud(jobId, terminal)
    : await cancelHere(jobId, flags.local, terminal);
  terminal.out(
    flags.json === true ? `${JSON.stringify({ jobId, status: "cancelled", message: sentence })}\n` : `${sentence}\n`,
  );
  return 0;
});
