/**
 * The files of a job's runs in object storage: in the archives of its sweep, which `cloud sync --full` makes, and as
 * single objects `<job>/runs/<run>/<file>`, which `artifacts upload` makes (spec 09 3.4).
 *
 * @module
 */
import { NotFound, StoreError, UsageError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import type { SweepManifest } from "../stores/archive/manifest.ts";
import { writeFileAtomic } from "../stores/files/atomic_file.ts";
import { checkedName } from "../stores/files/names.ts";
import { joined } from "../stores/files/paths.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";
import { findJobSweep } from "../sync/job_sweep.ts";
import { type FetchedFile, fetchSyncedRuns } from "../sync/synced_runs.ts";
import { type ArtifactSource, type FetchOptions, unknownRun } from "./artifact_sources.ts";
import { openTargets } from "./cloud_targets.ts";
import type { FlagValues } from "./flags.ts";
import { openSource, type SOURCE_FLAGS } from "./job_source.ts";
import type { Terminal } from "./terminal.ts";
import { transferBar } from "./transfer_line.ts";
import { sizeText } from "./volume_table.ts";

/** Opens them; nothing is sent yet. @throws {UsageError} when no object storage is configured. */
export async function openCloudArtifacts(
  jobId: string,
  sweep: string | undefined,
  flags: FlagValues<typeof SOURCE_FLAGS>,
  terminal: Terminal,
): Promise<ArtifactSource> {
  if (flags.local !== undefined) throw new UsageError("--local and --cloud are two places; give one of them.");
  const targets = await openTargets({ "database-url": undefined }, terminal, {
    database: "unused",
    storage: "required",
  });
  const { storage } = targets;
  if (storage === undefined) throw new UsageError("Files in the cloud need object storage.");
  return {
    name: storage.place,
    remedy: "Files get there with bilancio cloud sync DIR --full, or with bilancio artifacts upload.",
    async fetch(target, options) {
      const manifest = await sweepOf(storage, jobId, sweep, options, terminal);
      const packed = manifest === null ? [] : await packedFiles(storage, manifest, target, options);
      const single = await singleFiles(storage, jobId, target, new Set(packed.map(({ path }) => path)), options);
      const { runId } = options;
      if (manifest !== null && runId !== undefined && packed.length + single.length === 0) {
        throw unknownRun(jobId, runId, `${storage.place}/${manifest.name}`);
      }
      return [...packed, ...single];
    },
    [Symbol.asyncDispose]: () => targets[Symbol.asyncDispose](),
  };
}

async function sweepOf(
  storage: ObjectStorage,
  jobId: string,
  named: string | undefined,
  { tell, signal }: FetchOptions,
  terminal: Terminal,
): Promise<SweepManifest | null> {
  const noted = named ?? await notedSweep(jobId, terminal);
  const manifest = await findJobSweep(storage, jobId, {
    noted,
    onSweep: (done, total) => tell(() => `looking for the sweep of ${jobId}: ${done} of ${total} folders`),
    signal,
  });
  if (named === undefined || manifest?.name === named) return manifest;
  throw new NotFound(
    `${storage.place} has no finished sweep ${JSON.stringify(named)} of job ${jobId}; leave out --sweep to look for it`,
  );
}

/** What the database says, where one is configured. The files do not depend on it: it saves a search. */
async function notedSweep(jobId: string, terminal: Terminal): Promise<string | null> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { databaseUrl, supabaseOptions } = await import("../configuration/views.ts");
  const configuration = await processConfiguration(terminal.directory);
  try {
    if (databaseUrl(configuration) === undefined && supabaseOptions(configuration) === undefined) return null;
    // Warnings about settings were told when the storage was opened.
    await using source = await openSource({ cloud: true, local: undefined }, { ...terminal, error: () => {} });
    return (await source.reader.getJob(jobId))?.volumeExperimentId ?? null;
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof UsageError || error instanceof NotFound)) throw error;
    terminal.error(`warning: ${error.message}; looking for the sweep in the storage without it\n`);
    return null;
  }
}

function packedFiles(
  storage: ObjectStorage,
  manifest: SweepManifest,
  target: string,
  { runId, tell, signal }: FetchOptions,
): Promise<FetchedFile[]> {
  return fetchSyncedRuns(storage, manifest, target, {
    runId,
    onProgress: ({ key, bytes, total }) =>
      tell(() => `${transferBar(bytes, total, "bytes", sizeText(bytes))}, ${manifest.name}/${key}`),
    signal,
  });
}

/** Single objects; where the sweep has a file under the same name, the sweep's counts. */
async function singleFiles(
  storage: ObjectStorage,
  jobId: string,
  target: string,
  there: ReadonlySet<string>,
  { runId, tell, signal }: FetchOptions,
): Promise<FetchedFile[]> {
  const top = `${jobId}/runs/`;
  const fetched: FetchedFile[] = [];
  const prefix = runId === undefined ? top : `${top}${checkedName(runId, "run id")}/`;
  for await (const { key } of storage.listObjects(prefix, { signal })) {
    const [run = "", ...names] = key.slice(top.length).split("/");
    const name = names.length === 2 && names[0] === "out" ? names[1] ?? "" : names.join("/");
    // What the other side calls a run or a file may not lead out of the target.
    const path = `${checkedName(run, "run id")}/${checkedName(name, "artifact name")}`;
    if (there.has(path)) continue;
    const bytes = await storage.readObject(key, { signal });
    writeFileAtomic(joined(target, path), bytes);
    fetched.push({ path, size: bytes.length, sha256: sha256Hex(bytes) });
    tell(() => `${fetched.length} single files`);
  }
  return fetched;
}
