/**
 * How a job is asked to stop from another process: a file beside its manifest, which the sweep sees before its next run.
 *
 * @module
 */
import { exists, removeQuietly, writeFileAtomic } from "../stores/files/atomic_file.ts";
import { joined } from "../stores/files/paths.ts";

const REQUEST_NAME = ".job-cancel";

/** Asks the sweep in a directory to stop. @throws {StoreError} when the request cannot be written. */
export function requestCancel(directory: string, jobId: string): void {
  writeFileAtomic(joined(directory, REQUEST_NAME), `${jobId}\n`);
}

/** Whether somebody asked this sweep to stop. */
export function isCancelRequested(directory: string): boolean {
  return exists(joined(directory, REQUEST_NAME));
}

/** Forgets the request: the sweep has stopped, or starts again. */
export function forgetCancel(directory: string): void {
  removeQuietly(joined(directory, REQUEST_NAME));
}
