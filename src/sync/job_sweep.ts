/**
 * The sweep of a job in object storage: `cloud sync --full` keeps `job_manifest.json` with its files, which names the job
 * (spec 09 3.1 and 3.4).
 *
 * @module
 */
import { InvalidReference, NotFound, ValidationError } from "../core/errors.ts";
import { readManifest, type SweepManifest } from "../stores/archive/manifest.ts";
import { MANIFEST_NAME, parseManifest } from "../stores/files/job_manifest.ts";
import { inTurn } from "../stores/s3/in_turn.ts";
import { checkedSweepName } from "../stores/s3/keys.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";

/** How the sweep of a job is looked for. */
export interface JobSweepSearch {
  /** Where it was synced to as far as a database knows; looked at first. */
  readonly noted?: string | null | undefined;
  /** Hears how many sweeps were looked at. */
  readonly onSweep?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Sweeps that are looked at together. */
const AT_ONCE = 8;

/** A manifest with the ids of a million runs is shorter. */
const LONGEST_MANIFEST = 64 * 1024 * 1024;

/**
 * The sweep of a job, null when none in the storage is of that job. Of several the one that was uploaded last counts: they
 * are copies of one sweep under different names.
 *
 * @throws {NotFound} when its upload is not finished; {@linkcode StoreError} when the storage cannot be read.
 */
export async function findJobSweep(
  storage: ObjectStorage,
  jobId: string,
  { noted, onSweep, signal }: JobSweepSearch = {},
): Promise<SweepManifest | null> {
  if (typeof noted === "string" && await isOfJob(storage, noted, jobId, signal)) {
    const manifest = await finished(storage, noted, signal);
    if (manifest !== null) return manifest;
  }
  const names = await Array.fromAsync(storage.listFolders("", signal === undefined ? {} : { signal }));
  const found: string[] = [];
  let done = 0;
  await inTurn(AT_ONCE, names, async (name) => {
    if (await isOfJob(storage, name, jobId, signal)) found.push(name);
    onSweep?.(++done, names.length);
  });
  if (found.length === 0) return null;
  const manifests = await Promise.all(found.map((name) => finished(storage, name, signal)));
  const [newest] = manifests.filter((manifest) => manifest !== null).sort((a, b) =>
    uploadTime(a) < uploadTime(b) ? 1 : -1
  );
  if (newest !== undefined) return newest;
  const [name] = found;
  throw new NotFound(
    `The upload of sweep ${JSON.stringify(name)}, which is that of job ${jobId}, is not finished: sync it again`,
  );
}

/** A manifest that cannot be read is as good as none: the next sync replaces it. */
async function finished(
  storage: ObjectStorage,
  name: string,
  signal: AbortSignal | undefined,
): Promise<SweepManifest | null> {
  try {
    return await readManifest(storage, name, undefined, signal);
  } catch (error) {
    if (error instanceof ValidationError) return null;
    throw error;
  }
}

function uploadTime({ objects }: SweepManifest): string {
  return objects.reduce((latest, { updatedAt }) => updatedAt > latest ? updatedAt : latest, "");
}

async function isOfJob(
  storage: ObjectStorage,
  name: string,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const key = `${checkedSweepName(name)}/files/${MANIFEST_NAME}`;
    const { head, stream } = await storage.getObject(key, signal === undefined ? {} : { signal });
    if (head.size > LONGEST_MANIFEST) {
      await stream.cancel();
      return false;
    }
    return parseManifest(await new Response(stream).text(), `${storage.place}/${key}`).job.jobId === jobId;
  } catch (error) {
    // No sweep, or one without a job, or a file of somebody else: not the one that is looked for.
    if (error instanceof NotFound || error instanceof InvalidReference || error instanceof ValidationError) {
      return false;
    }
    throw error;
  }
}
