/**
 * Sends what waits in the outbox of a sweep. The order within a job is kept; a job whose record is refused does not hold
 * up the others (spec 09 6).
 *
 * @module
 */
import type { CloudStorageClient } from "../experiments/contracts.ts";
import { Outbox } from "./outbox.ts";
import { type CloudRecord, isCancelled, sendRecord } from "./outbox_records.ts";

/** What a push did. */
export interface PushOutcome {
  /** Records that were sent. */
  readonly sent: number;
  /** Records that still wait. */
  readonly waiting: number;
  /** Why they wait: the first error of each job. */
  readonly failures: readonly { readonly jobId: string; readonly error: unknown }[];
}

/** How a push is followed. */
export interface PushOptions {
  /** Records sent so far, and how many there are. */
  readonly onProgress?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Pushes the outbox in the directory of a sweep. Doing it again, or at the same time elsewhere, changes nothing.
 *
 * @throws {StoreError} when the outbox cannot be read or written; what the client throws is in the outcome.
 */
export async function pushOutbox(
  directory: string,
  client: CloudStorageClient,
  { onProgress, signal }: PushOptions = {},
): Promise<PushOutcome> {
  const outbox = new Outbox(directory);
  const content = await outbox.read();
  const sent = new Set<number>();
  const failures = new Map<string, unknown>();
  try {
    for (const [index, record] of content.records.entries()) {
      if (signal?.aborted === true) break;
      if (failures.has(record.jobId)) continue;
      try {
        await sendLate(client, record);
        sent.add(index);
        onProgress?.(sent.size, content.records.length);
      } catch (error) {
        failures.set(record.jobId, error);
      }
    }
  } finally {
    outbox.remove(sent, content);
  }
  return {
    sent: sent.size,
    waiting: content.records.length - sent.size,
    failures: [...failures].map(([jobId, error]) => ({ jobId, error })),
  };
}

/**
 * Sends a record that waited: a job that has ended in the cloud meanwhile, because somebody cancelled it there, is not
 * brought back to life.
 */
async function sendLate(client: CloudStorageClient, record: CloudRecord): Promise<void> {
  const isAlive = record.kind === "job" && (record.job.status === "pending" || record.job.status === "running");
  if (isAlive && await isCancelled(client, record.jobId)) return;
  await sendRecord(client, record);
}
