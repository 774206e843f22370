/**
 * `bilancio artifacts upload`: single files of a job's runs into object storage, as `<job>/runs/<run>/<file>` (spec 09
 * 3.4). A whole sweep goes with `cloud sync --full`, as a few archives; this is for files that somebody wants to open.
 *
 * @module
 */
import { NotFound, UsageError } from "../core/errors.ts";
import type { LocalFile } from "../jobs/local_files.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";
import { unknownRun } from "./artifact_sources.ts";
import { openTargets } from "./cloud_targets.ts";
import { type Command, commandOf } from "./command.ts";
import { DONE } from "./errors.ts";
import { onOff, text, wholeNumber } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import { openSource, SOURCE_FLAGS } from "./job_source.ts";
import { existingJob } from "./jobs.ts";
import { TransferLine } from "./transfer_line.ts";
import { counted, sizeText } from "./volume_table.ts";

/** Hours that a link may hold: services refuse more than a week. */
const LONGEST_LINK = 7 * 24;

/** Files are small and travel a few at once. */
const FILES_AT_ONCE = 8;

const SECONDS_OF_HOUR = 3_600;

/** A file that is in the storage now. */
interface Uploaded {
  readonly reference: string;
  readonly bytes: number;
  /** Whether it had to be sent. */
  readonly isNew: boolean;
  /** Opens it without credentials, for a while. */
  readonly link?: string;
}

/** Sends a file unless the storage has it; what was sent before in another version is replaced. */
async function sent(storage: ObjectStorage, jobId: string, file: LocalFile, signal: AbortSignal): Promise<Uploaded> {
  const { readLocalFile } = await import("../jobs/local_files.ts");
  const { CompositeStorageClient } = await import("../stores/cloud/composite.ts");
  const { DIGEST } = await import("../stores/s3/objects.ts");
  const { sha256Hex } = await import("../core/hash.ts");
  const content = await readLocalFile(file);
  const there = await storage.headObject(`${jobId}/runs/${file.runId}/${file.name}`, { signal });
  const isNew = there?.metadata[DIGEST] !== sha256Hex(content);
  await using cloud = new CompositeStorageClient({ objects: storage });
  const reference = isNew
    ? await cloud.uploadArtifact(jobId, file.runId, { name: file.name, content })
    : `${jobId}/runs/${file.runId}/${file.name}`;
  return { reference, bytes: content.length, isNew };
}

interface SendOptions {
  /** Hours that links hold; undefined for none. */
  readonly link: number | undefined;
  readonly signal: AbortSignal;
  /** Hears how many are done. */
  readonly onFile: (done: number) => void;
}

/** Sends files a few at once. @returns them by reference */
async function sendAll(
  storage: ObjectStorage,
  jobId: string,
  files: readonly LocalFile[],
  { link, signal, onFile }: SendOptions,
): Promise<Uploaded[]> {
  const { inTurn } = await import("../stores/s3/in_turn.ts");
  const done: Uploaded[] = [];
  await inTurn(FILES_AT_ONCE, files, async (file) => {
    signal.throwIfAborted();
    const uploaded = await sent(storage, jobId, file, signal);
    const opened = link === undefined
      ? {}
      : { link: await storage.presign(uploaded.reference, link * SECONDS_OF_HOUR) };
    done.push({ ...uploaded, ...opened });
    onFile(done.length);
  });
  return done.sort((a, b) => a.reference < b.reference ? -1 : 1);
}

/** The manifest of the job stands beside its runs. */
async function sendManifest(storage: ObjectStorage, jobId: string, directory: string): Promise<void> {
  const { MANIFEST_NAME } = await import("../stores/files/job_manifest.ts");
  const { readTextIfPresent } = await import("../stores/files/atomic_file.ts");
  const text = readTextIfPresent(`${directory}/${MANIFEST_NAME}`);
  if (text !== null) await storage.putObject(`${jobId}/${MANIFEST_NAME}`, text, { contentType: "application/json" });
}

/** The chosen files of a sweep on this machine. @throws {NotFound} when there is none. */
async function chosenFiles(
  jobId: string,
  directory: string,
  run: string,
  names: readonly string[] | undefined,
): Promise<LocalFile[]> {
  const { localFiles } = await import("../jobs/local_files.ts");
  const files = await localFiles(directory, run === "all" ? undefined : run);
  if (files === null) throw unknownRun(jobId, run, directory);
  const chosen = names === undefined ? files : files.filter(({ name }) => names.includes(name));
  if (chosen.length > 0) return chosen;
  const known = [...new Set(files.map(({ name }) => name))].sort();
  throw new NotFound(
    known.length === 0
      ? `The runs of job ${jobId} have no files in ${directory}. The sweep was made with --artifacts none or failed.`
      : `No run has a file ${names?.join(" or ")}. There are: ${known.join(", ")}.`,
  );
}

/** `bilancio artifacts upload`. */
export const command: Command = commandOf({
  name: "artifacts upload",
  summary: "Sends single files of a job's runs to object storage, where a link opens them",
  positionals: [{ name: "JOB_ID", summary: "words such as castle-river-mountain" }],
  flags: {
    "run": text("ID", "one run, or all", { fallback: "all" }),
    "file": text("NAME,...", "only files of these names, such as run.html,events.jsonl", { fallback: "all" }),
    "link": wholeNumber("HOURS", "also print links that open the files without credentials for so long", {
      min: 1,
      max: LONGEST_LINK,
    }),
    "local": SOURCE_FLAGS.local,
    "quiet": onOff("no progress and no summary"),
    "json": onOff("one JSON object on standard output"),
  },
  details: [
    "Files go to JOB_ID/runs/RUN/NAME in the bucket. What is there already is not sent again. bilancio artifacts download " +
    "--cloud brings them back. For all files of a large sweep use bilancio cloud sync --full: it sends a few archives " +
    "instead of an object for every file.",
    "Whoever has a link can read its file until it expires.",
  ],
  examples: [[
    "bilancio artifacts upload castle-river-mountain --run grid_8be07d80a415 --file run.html --link 24",
    "sends a page and prints a link that opens it for a day",
  ]],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  await using source = await openSource({ local: flags.local, cloud: undefined }, terminal);
  await existingJob(source, jobId);
  const directory = source.local?.directoryOf(jobId) ?? "";
  const files = await chosenFiles(
    jobId,
    directory,
    flags.run ?? "all",
    flags.file?.split(",").map((name) => name.trim()),
  );
  await using targets = await openTargets({ "database-url": undefined }, terminal, {
    database: "unused",
    storage: "required",
  });
  const { storage } = targets;
  if (storage === undefined) throw new UsageError("An upload needs object storage.");
  using interrupt = new Interrupt(terminal, "Stopping: the same command goes on.");
  using line = new TransferLine(terminal, { quiet: flags.quiet === true || flags.json === true });
  let uploaded: Uploaded[];
  try {
    uploaded = await sendAll(storage, jobId, files, {
      link: flags.link,
      signal: interrupt.stop,
      onFile: (done) => line.tell(() => `${done} of ${files.length} files`),
    });
    await sendManifest(storage, jobId, directory);
  } catch (error) {
    if (interrupt.status !== undefined) return interrupt.status;
    throw error;
  }
  line[Symbol.dispose]();
  if (flags.json === true) {
    terminal.out(`${JSON.stringify({ jobId, place: storage.place, files: uploaded }, null, 2)}\n`);
    return DONE;
  }
  for (const { reference, link } of uploaded) if (link !== undefined) terminal.out(`${reference}\n  ${link}\n`);
  if (flags.quiet !== true) terminal.out(summaryOf(uploaded, storage.place));
  return DONE;
});

function summaryOf(uploaded: readonly Uploaded[], place: string): string {
  const fresh = uploaded.filter(({ isNew }) => isNew);
  const before = uploaded.length - fresh.length;
  if (fresh.length === 0) return `Nothing new: ${counted(before, "file")} there before in ${place}\n`;
  const bytes = fresh.reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = before === 0 ? "" : `, ${before} there before`;
  return `${counted(fresh.length, "file")} (${sizeText(bytes)}) sent to ${place}${rest}\n`;
}
