/**
 * What fetches the files of a job's runs: from the directory of its sweep, or from object storage (spec 09 3.4).
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { FetchedFile } from "../sync/synced_runs.ts";

/** How files are fetched. */
export interface FetchOptions {
  /** One run; default all of them. */
  readonly runId?: string | undefined;
  /** Hears how far it is; the text is made when it is shown. */
  readonly tell: (text: () => string) => void;
  readonly signal: AbortSignal;
}

/** The files of one job. */
export interface ArtifactSource extends AsyncDisposable {
  readonly name: string;
  /** What to do when there are none. */
  readonly remedy: string;
  /**
   * Writes files below a directory, each as `<run>/<file>`: what lies in a run's `out/` stands beside its other files.
   * Every file is compared with what is known of it, and appears complete or not at all.
   *
   * @throws {NotFound} for an unknown run; {@linkcode StoreError} for a file that is not what it was.
   */
  fetch(directory: string, options: FetchOptions): Promise<FetchedFile[]>;
}

/** The error for a run that a job has not. */
export function unknownRun(jobId: string, runId: string, place: string): NotFound {
  return new NotFound(`Job ${jobId} has no run ${JSON.stringify(runId)} in ${place}. See: bilancio jobs runs ${jobId}`);
}
