/**
 * The files of some runs of a synced sweep, out of its archives. They appear when every archive that they came from was
 * read to its end and is what the manifest says (spec 09 3.4).
 *
 * @module
 */
import { BALANCED, COMPARISON } from "../experiments/paired_plan.ts";
import { fetchEntries } from "../stores/archive/fetch_entries.ts";
import { folderEntries } from "../stores/archive/folder.ts";
import type { SweepManifest, SweepObject } from "../stores/archive/manifest.ts";
import { fileDigest } from "../stores/archive/pack.ts";
import { exists, removeQuietly, TEMPORARY_PREFIX, writeFailure } from "../stores/files/atomic_file.ts";
import { directoryOf, joined } from "../stores/files/paths.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";

/** How runs are fetched. */
export interface SyncedRunsOptions {
  /** One run; default all of them. */
  readonly runId?: string | undefined;
  /** Hears how far it is: bytes of the archives that may have to be read. */
  readonly onProgress?: (progress: { readonly key: string; readonly bytes: number; readonly total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A file of a run that was fetched. */
export interface FetchedFile {
  /** `<run>/<file>`, below the target; what is in the run's `out/` stands beside its other files. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** Archives in which runs are: of a plain sweep, and of the arms of a paired one. */
const RUNS = "runs";
const ARMS = new Set([COMPARISON, BALANCED].flatMap(({ baseline, trading }) => [baseline.name, trading.name]));

/**
 * Fetches the files of runs into a directory, in which each run gets a folder. A file that is there is replaced. Only the
 * archives that are needed are read.
 *
 * @returns the files by path; none when the sweep has no such run
 * @throws As {@linkcode fetchEntries}; nothing appeared then.
 */
export async function fetchSyncedRuns(
  storage: ObjectStorage,
  sweep: SweepManifest,
  target: string,
  { runId, onProgress, signal }: SyncedRunsOptions = {},
): Promise<FetchedFile[]> {
  const archives = archivesWithRuns(sweep, runId);
  const total = archives.reduce((sum, { size }) => sum + size, 0);
  const staging = joined(target, `${TEMPORARY_PREFIX}${Deno.pid}-runs`);
  const isNew = !exists(target);
  const folders: string[] = [];
  let bytes = 0;
  try {
    for (const archive of archives) {
      const folder = joined(staging, archive.name);
      await fetchEntries(storage, sweep.name, archive, folder, placeOf(archive, runId), {
        onBytes: (count) => onProgress?.({ key: archive.key, bytes: bytes += count, total }),
        ...(signal === undefined ? {} : { signal }),
      });
      folders.push(folder);
      if (runId !== undefined && folderEntries(folder).length > 0) break;
    }
    return folders.flatMap((folder) => moved(folder, target)).sort((a, b) => a.path < b.path ? -1 : 1);
  } finally {
    removeQuietly(staging);
    if (isNew) removeIfEmpty(target);
  }
}

/** The arm whose name stands in the run's id is read first: it is the likely one. */
function archivesWithRuns({ objects }: SweepManifest, runId: string | undefined): SweepObject[] {
  const archives = objects.filter(({ type, name }) => type === "archive" && (name === RUNS || ARMS.has(name)));
  if (runId === undefined) return archives;
  const isLikely = ({ name }: SweepObject) => runId.split("_").includes(name);
  return [...archives.filter(isLikely), ...archives.filter((archive) => !isLikely(archive))];
}

/** Files below `runs/`, those of `out/` beside the others; empty directories say nothing. */
function placeOf({ name: archive }: SweepObject, runId: string | undefined) {
  return (name: string, isDirectory: boolean): string | null => {
    const parts = archive === RUNS ? [RUNS, ...name.split("/")] : name.split("/");
    const [folder, run, ...rest] = parts;
    if (isDirectory || folder !== RUNS || run === undefined || rest.length === 0) return null;
    if (runId !== undefined && run !== runId) return null;
    return [run, ...rest[0] === "out" && rest.length > 1 ? rest.slice(1) : rest].join("/");
  };
}

function moved(folder: string, target: string): FetchedFile[] {
  return folderEntries(folder).map(({ name, size }) => {
    const path = joined(target, name);
    const sha256 = fileDigest(joined(folder, name), size);
    try {
      Deno.mkdirSync(directoryOf(path), { recursive: true });
      Deno.renameSync(joined(folder, name), path);
    } catch (error) {
      throw writeFailure(error, path);
    }
    return { path: name, size, sha256 };
  });
}

/** A target that was made for nothing goes. */
function removeIfEmpty(target: string): void {
  try {
    Deno.removeSync(target);
  } catch {
    // Something is in it, which is what it was made for.
  }
}
