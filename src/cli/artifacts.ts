/**
 * `bilancio artifacts download`: the files of one run or of all runs of a job, from the sweep's directory or from object
 * storage (spec 09 8). Names are checked before anything is written, and every file is compared with its checksum.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { ArtifactSource } from "./artifact_sources.ts";
import { type Command, commandOf } from "./command.ts";
import { DONE } from "./errors.ts";
import { type FlagValues, onOff, path, text } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import { SOURCE_FLAGS } from "./job_source.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";
import { TransferLine } from "./transfer_line.ts";
import { counted, sizeText } from "./volume_table.ts";

/** Opens the files of a job; `sweep` is the name of its sweep in object storage, where somebody knows it. */
async function openArtifacts(
  jobId: string,
  sweep: string | undefined,
  flags: FlagValues<typeof SOURCE_FLAGS>,
  terminal: Terminal,
): Promise<ArtifactSource> {
  const { checkedJobId } = await import("../jobs/job_ids.ts");
  checkedJobId(jobId);
  if (flags.cloud === true) {
    const { openCloudArtifacts } = await import("./artifacts_cloud.ts");
    return await openCloudArtifacts(jobId, sweep, flags, terminal);
  }
  const { openLocalArtifacts } = await import("./artifacts_local.ts");
  return await openLocalArtifacts(jobId, flags, terminal);
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
    "sweep": text("NAME", "with --cloud, the name under which the job's sweep was synced", {
      fallback: "the one whose job it is",
    }),
    "quiet": onOff("no progress and no summary"),
    "json": onOff("one JSON object on standard output, with the checksum of every file"),
  },
  details: [
    "With --cloud the files come out of the archives that bilancio cloud sync --full made of the job's sweep, without " +
    "downloading the rest of it, and from what bilancio artifacts upload sent. They appear when the archive was read to " +
    "its end and is the one that was synced. The whole sweep comes back with bilancio cloud download.",
    "SHA256SUMS lists every file: sha256sum -c SHA256SUMS.",
  ],
  examples: [
    [
      "bilancio artifacts download castle-river-mountain --run grid_8be07d80a415 --output out/one",
      "copies the files of one run",
    ],
    ["bilancio artifacts download castle-river-mountain --cloud", "fetches those of all runs from object storage"],
  ],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  await using source = await openArtifacts(jobId, flags.sweep, flags, terminal);
  const runId = flags.run === undefined || flags.run === "all" ? undefined : flags.run;
  const shown = flags.output ?? jobId;
  const directory = from(terminal.directory, shown);
  using interrupt = new Interrupt(terminal, "Stopping: what is on its way is given up; the same command starts again.");
  using line = new TransferLine(terminal, { quiet: flags.quiet === true || flags.json === true });
  try {
    const files = await source.fetch(directory, { runId, tell: (text) => line.tell(text), signal: interrupt.stop });
    if (files.length === 0) {
      const what = runId === undefined ? `Job ${jobId} has no files` : `Run ${runId} of job ${jobId} has no files`;
      throw new NotFound(`${what} in ${source.name}. ${source.remedy}`);
    }
    const { writeFileAtomic } = await import("../stores/files/atomic_file.ts");
    writeFileAtomic(`${directory}/SHA256SUMS`, files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
    line[Symbol.dispose]();
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (flags.json === true) {
      const listed = files.map(({ path, size, sha256 }) => ({ path, bytes: size, sha256 }));
      terminal.out(`${JSON.stringify({ jobId, directory: shown, bytes, files: listed }, null, 2)}\n`);
    } else if (flags.quiet !== true) {
      terminal.out(`${counted(files.length, "file")} (${sizeText(bytes)}) in ${shown}, checksums in SHA256SUMS\n`);
    }
    return DONE;
  } catch (error) {
    if (interrupt.status !== undefined) return interrupt.status;
    throw error;
  }
});
