/**
 * `bilancio jobs`: what was submitted, how it stands, what came of it (spec 03 13, spec 09 8).
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { Job } from "../experiments/contracts.ts";
import { type Command, commandOf } from "./command.ts";
import { oneOf, onOff, wholeNumber } from "./flags.ts";
import { type JobSource, openSource, SOURCE_FLAGS } from "./job_source.ts";
import { eventsText, jobsTable, jobText, measuresText, runsTable } from "./job_text.ts";
import type { Terminal } from "./terminal.ts";

const JSON_FLAG = { "json": onOff("JSON on standard output") };
const STATUS_FLAG = {
  "status": oneOf(["pending", "running", "completed", "failed", "cancelled"], "only those of this status"),
};
const ID = [{ name: "JOB_ID", summary: "words such as castle-river-mountain" }];

/** More runs than any job has. */
const ALL = 1_000_000_000;

/** A job by its id. @throws {NotFound} when there is none, {@linkcode UsageError} for what is no id. */
export async function existingJob(source: JobSource, jobId: string): Promise<Job> {
  const { checkedJobId } = await import("../jobs/job_ids.ts");
  const job = await source.reader.getJob(checkedJobId(jobId));
  if (job === null) throw new NotFound(`Job not found: ${jobId} (looked in ${source.name}). See: bilancio jobs ls`);
  return job;
}

/** Whether a job that says it is running has lost its process; only files can tell. */
async function stoppedJobs(source: JobSource, jobs: readonly Job[]): Promise<(job: Job) => boolean> {
  const { local } = source;
  if (local === undefined) return () => false;
  const { isLive } = await import("../jobs/liveness.ts");
  const stopped = new Set(
    jobs.filter(({ status }) => status === "running").filter(({ jobId }) => !isLive(local.directoryOf(jobId)))
      .map(({ jobId }) => jobId),
  );
  return ({ jobId }) => stopped.has(jobId);
}

function listCommandOf(name: string): Command {
  return commandOf({
    name: `jobs ${name}`,
    summary: "Lists jobs, the newest first",
    positionals: [],
    flags: {
      ...SOURCE_FLAGS,
      ...STATUS_FLAG,
      "limit": wholeNumber("N", "how many", { min: 1 }, { fallback: "20" }),
      ...JSON_FLAG,
    },
    details: ["Times are UTC. A job that was running when its process ended shows as stopped; start its sweep again."],
    examples: [[`bilancio jobs ${name} --status completed`, "lists finished jobs of the sweeps below out/"], [
      `bilancio jobs ${name} --cloud --limit 50`,
      "lists those that every machine has reported",
    ]],
  }, async ({ flags }, terminal) => {
    await using source = await openSource(flags, terminal);
    const { status, limit = 20 } = flags;
    const jobs = await source.reader.listJobs({ limit, ...(status === undefined ? {} : { status }) });
    if (flags.json === true) terminal.out(`${JSON.stringify(jobs, null, 2)}\n`);
    else if (jobs.length === 0) terminal.out("No jobs found.\n");
    else terminal.out(jobsTable(jobs, await stoppedJobs(source, jobs)));
    for (const problem of source.local?.problems() ?? []) terminal.error(`warning: ${problem}\n`);
    return 0;
  });
}

/** `bilancio jobs ls`. */
export const lsCommand: Command = listCommandOf("ls");

/** `bilancio jobs list`. */
export const listCommand: Command = listCommandOf("list");

async function showJob(
  jobId: string,
  flags: Parameters<typeof openSource>[0] & { readonly json: boolean | undefined },
  terminal: Terminal,
  withEvents: boolean,
): Promise<number> {
  await using source = await openSource(flags, terminal);
  const job = await existingJob(source, jobId);
  const directory = source.local?.directoryOf(jobId) ?? null;
  const events = withEvents || flags.json === true ? await source.reader.getEvents(jobId) : [];
  if (flags.json === true) {
    terminal.out(`${JSON.stringify({ ...job, events }, null, 2)}\n`);
    return 0;
  }
  terminal.out(jobText(job, directory));
  if (!withEvents) return 0;
  terminal.out(`\nEvents:\n${eventsText(events)}`);
  const isStopped = (await stoppedJobs(source, [job]))(job);
  if (isStopped) terminal.out("\nNo process is at work on it any more. Start its sweep again to go on.\n");
  return 0;
}

/** `bilancio jobs get`. */
export const getCommand: Command = commandOf({
  name: "jobs get",
  summary: "Shows a job and what it was asked to do",
  positionals: ID,
  flags: { ...SOURCE_FLAGS, ...JSON_FLAG },
  examples: [["bilancio jobs get castle-river-mountain", "shows its status, settings and runs"]],
}, ({ positionals: [jobId = ""], flags }, terminal) => showJob(jobId, flags, terminal, false));

/** `bilancio jobs show`. */
export const showCommand: Command = commandOf({
  name: "jobs show",
  summary: "Shows a job with everything that happened to it",
  positionals: ID,
  flags: { ...SOURCE_FLAGS, ...JSON_FLAG },
  examples: [["bilancio jobs show castle-river-mountain --cloud", "shows its events as the cloud knows them"]],
}, ({ positionals: [jobId = ""], flags }, terminal) => showJob(jobId, flags, terminal, true));

/** `bilancio jobs runs`. */
export const runsCommand: Command = commandOf({
  name: "jobs runs",
  summary: "Lists the runs of a job",
  positionals: ID,
  flags: { ...SOURCE_FLAGS, ...STATUS_FLAG, ...JSON_FLAG },
  examples: [["bilancio jobs runs castle-river-mountain --status failed", "lists the runs that failed"]],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  await using source = await openSource(flags, terminal);
  const { status } = flags;
  await existingJob(source, jobId);
  const runs = await source.reader.listRuns(jobId, status === undefined ? {} : { status });
  if (flags.json === true) terminal.out(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) {
    terminal.out(`No ${status === undefined ? "" : `${status} `}runs found for job: ${jobId}\n`);
  } else {
    const measured = await source.reader.queryMetrics({ jobId, limit: ALL });
    terminal.out(runsTable(runs, new Map(measured.map(({ metrics }) => [metrics.runId, metrics.deltaTotal]))));
  }
  return 0;
});

/** `bilancio jobs metrics`. */
export const metricsCommand: Command = commandOf({
  name: "jobs metrics",
  summary: "Shows the measures of a job: means and ranges of delta and phi",
  positionals: ID,
  flags: { ...SOURCE_FLAGS, ...JSON_FLAG },
  examples: [[
    "bilancio jobs metrics castle-river-mountain",
    "shows default and clearing rates, by arm of a paired sweep",
  ]],
}, async ({ positionals: [jobId = ""], flags }, terminal) => {
  await using source = await openSource(flags, terminal);
  const job = await existingJob(source, jobId);
  const measured = await source.reader.queryMetrics({ jobId, limit: ALL });
  if (flags.json === true) {
    terminal.out(`${JSON.stringify(measured.map(({ metrics }) => metrics), null, 2)}\n`);
    return 0;
  }
  const total = job.totalRuns ?? Math.max(measured.length, job.runIds.length);
  terminal.out(`Job: ${jobId}\nCompleted runs: ${measured.length} / ${total}\n`);
  terminal.out(measured.length === 0 ? "No completed runs to show metrics for.\n" : measuresText(measured));
  return 0;
});
