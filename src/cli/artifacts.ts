/**
 * `bilancio artifacts download`: the files of one run or of all runs of a job, from the sweep's directory or from object
 * storage (spec 09 8). Names are checked before anything is written, and every file is compared with its checksum.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import type { ArtifactSource, FoundArtifact } from "./artifact_sources.ts";
import { onOff, path, text } from "./flags.ts";
import { SOURCE_FLAGS } from "./job_source.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** A file that was downloaded. */
interface Downloaded {
  /** Below the output directory. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** How often progress is told, in files. */
const EVERY = 100;

async function download(
  source: ArtifactSource,
  artifacts: readonly FoundArtifact[],
  directory: string,
  terminal: Terminal,
): Promise<Downloaded[]> {
  const { writeFileAtomic } = await import("../stores/files/atomic_file.ts");
  const { sha256Hex } = await import("../core/hash.ts");
  const done: Downloaded[] = [];
  for (const artifact of artifacts) {
    const bytes = await source.read(artifact);
    const path = `${artifact.runId}/${artifact.name}`;
    writeFileAtomic(`${directory}/${path}`, bytes);
    done.push({ path, bytes: bytes.length, sha256: sha256Hex(bytes) });
    if (terminal.movable) terminal.error(`\r${done.length} of ${artifacts.length} files`);
    else if (done.length % EVERY === 0) terminal.error(`${done.length} of ${artifacts.length} files\n`);
  }
  if (terminal.movable) terminal.error("\n");
  return done;
}

/** `bilancio artifacts download`. */
export const downloadCommand: Command = commandOf({
  name: "artifacts download",
  summary: "Fetches the files of a job's runs",
  positionals: [{ name: "JOB_ID", summary: "words such as castle-river-mountain" }],
  flags: {
    "run": text("ID", "one run, or all", { fallback: "all" }),
    "output": path("DIR", "where to write; each run gets a folder", { fallback: "JOB_ID" }),
    ...SOURCE_FLAGS,
    "json": onOff("one JSON object on standard output, with the checksum of every file"),
  },
  details: [
    "With --cloud the files come from object storage, where a job keeps single artifacts. A whole sweep that was synced " +
    "with --full comes back with bilancio cloud download. SHA256SUMS lists every file: sha256sum -c SHA256SUMS.",
  ],
  examples: [[
    "bilancio artifacts download castle-river-mountain --run grid_8be07d80a415 --output out/one",
    "copies the files of one run",
  ]],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  const { openArtifacts } = await import("./artifact_sources.ts");
  await using source = await openArtifacts(jobId, flags, terminal);
  const run = flags.run ?? "all";
  const artifacts = await source.list(run === "all" ? undefined : run);
  if (artifacts.length === 0) {
    const what = run === "all" ? `Job ${jobId} has no files` : `Run ${run} of job ${jobId} has no files`;
    throw new NotFound(`${what} in ${source.name}. ${source.remedy}`);
  }
  const shown = flags.output ?? jobId;
  const directory = from(terminal.directory, shown);
  const files = await download(source, artifacts, directory, terminal);
  const { writeFileAtomic } = await import("../stores/files/atomic_file.ts");
  writeFileAtomic(`${directory}/SHA256SUMS`, files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (flags.json === true) terminal.out(`${JSON.stringify({ jobId, directory: shown, bytes, files }, null, 2)}\n`);
  else {terminal.out(
      `${files.length} files (${(bytes / 1024 / 1024).toFixed(1)} MB) in ${shown}, checksums in SHA256SUMS\n`,
    );}
  return 0;
});
