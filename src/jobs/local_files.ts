/**
 * The files of the runs of a sweep on this machine, under the names that they have outside of it.
 *
 * @module
 */
import { StoreError } from "../core/errors.ts";
import { folderEntries } from "../stores/archive/folder.ts";
import { isDirectory } from "../stores/files/atomic_file.ts";
import { runReference } from "../stores/files/names.ts";
import { fileNameOf, joined } from "../stores/files/paths.ts";
import { FileRegistryStore } from "../stores/files/registry_store.ts";
import { FileResultStore } from "../stores/files/result_store.ts";
import { type LocalRun, localRuns } from "./local_reader.ts";

/** A file of a run. */
export interface LocalFile {
  readonly runId: string;
  /** In the run's folder; what lies in its `out/` stands beside the others. */
  readonly name: string;
  /** Below its base. */
  readonly reference: string;
  /** Directory of the sweep or of its arm. */
  readonly base: string;
  /** In bytes, as its run reported it. */
  readonly size: number | undefined;
}

/**
 * What is in the folders of the runs, and what their registry names besides: a file that is gone is an error then.
 *
 * @param directory of the sweep
 * @returns null when the sweep has no such run
 */
export async function localFiles(directory: string, runId?: string): Promise<LocalFile[] | null> {
  const runs = (await localRuns(directory)).filter(({ entry }) => runId === undefined || entry.runId === runId);
  if (runs.length === 0 && runId !== undefined) return null;
  const sizes = new Map([...new Set(runs.map(({ base }) => base))].map((base) => [base, recordedIn(base)]));
  return runs.flatMap((run) => filesOf(run, sizes.get(run.base)?.get(run.entry.runId) ?? {}));
}

/** The bytes of a file. @throws {StoreError} when it cannot be read, or has another size than its run reported. */
export async function readLocalFile({ reference, base, size }: LocalFile): Promise<Uint8Array> {
  const bytes = await new FileResultStore(base).loadArtifact(reference);
  if (size === undefined || size === bytes.length) return bytes;
  throw new StoreError(
    `${reference} has ${bytes.length} bytes, but ${size} were recorded; start the sweep again to make it anew`,
    { store: "files", retryable: false },
  );
}

function filesOf({ entry, base }: LocalRun, recorded: Readonly<Record<string, number>>): LocalFile[] {
  const folder = runReference("", entry.runId);
  const there = isDirectory(joined(base, folder)) ? folderEntries(joined(base, folder)) : [];
  const files = new Map(
    there.filter(({ isDirectory }) => !isDirectory).map(({ name }) => [`${folder}/${name}`, withoutOut(name)]),
  );
  for (const reference of Object.values(entry.artifactPaths)) {
    if (reference !== "" && !files.has(reference)) files.set(reference, fileNameOf(reference));
  }
  return [...files].map(([reference, name]) => {
    return { runId: entry.runId, name, reference, base, size: recorded[reference] };
  });
}

/** `out/` of a run's folder is where the files of its simulation lie. */
function withoutOut(name: string): string {
  return name.startsWith("out/") ? name.slice("out/".length) : name;
}

/** The sizes of files as their runs reported them. */
function recordedIn(base: string): Map<string, Readonly<Record<string, number>>> {
  return new FileRegistryStore(base).recordedSizes("");
}
