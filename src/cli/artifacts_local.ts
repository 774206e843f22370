/**
 * The files of a job's runs in the directory of its sweep.
 *
 * @module
 */
import { sha256Hex } from "../core/hash.ts";
import { localFiles, readLocalFile } from "../jobs/local_files.ts";
import { writeFileAtomic } from "../stores/files/atomic_file.ts";
import { joined } from "../stores/files/paths.ts";
import { type ArtifactSource, unknownRun } from "./artifact_sources.ts";
import type { FlagValues } from "./flags.ts";
import { openSource, type SOURCE_FLAGS } from "./job_source.ts";
import { existingJob } from "./jobs.ts";
import type { Terminal } from "./terminal.ts";

/** Opens them. @throws As {@linkcode openSource}, and {@linkcode NotFound} for an unknown job. */
export async function openLocalArtifacts(
  jobId: string,
  flags: FlagValues<typeof SOURCE_FLAGS>,
  terminal: Terminal,
): Promise<ArtifactSource> {
  await using opened = new AsyncDisposableStack();
  const source = opened.use(await openSource(flags, terminal));
  await existingJob(source, jobId);
  const directory = source.local?.directoryOf(jobId) ?? "";
  const kept = opened.move();
  return {
    name: directory,
    remedy: "The sweep was made with --artifacts none or failed.",
    async fetch(target, { runId, tell, signal }) {
      const files = await localFiles(directory, runId);
      if (files === null) throw unknownRun(jobId, runId ?? "", directory);
      const fetched = [];
      for (const file of files) {
        signal.throwIfAborted();
        const bytes = await readLocalFile(file);
        const path = `${file.runId}/${file.name}`;
        writeFileAtomic(joined(target, path), bytes);
        fetched.push({ path, size: bytes.length, sha256: sha256Hex(bytes) });
        tell(() => `${fetched.length} of ${files.length} files`);
      }
      return fetched;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
