/**
 * `bilancio sweep ring`: a plan of ring simulations, an executor, a directory (spec 03 8.1, 09 5). This file puts the
 * parts together; each of them is tested on its own.
 *
 * @module
 */
import type { ArtifactPolicy, RunResult } from "../experiments/contracts.ts";
import type { Plan, PlannedRun } from "../experiments/plan.ts";
import { type RingSweepSettings, ringSweepSettings } from "../experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../experiments/ring_sweep.ts";
import type { SweepConfig } from "../experiments/sweep_config.ts";
import type { ResultRow } from "../experiments/aggregate.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import { SweepDirectory } from "../stores/files/sweep_directory.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import { type Command, commandOf } from "./command.ts";
import { Interrupt } from "./interrupt.ts";
import { sweepConfig } from "./on_demand.ts";
import { from } from "./paths.ts";
import { writeAggregates } from "./sweep_aggregates.ts";
import { type EndedSweep, type SyncAtEnd, syncAtEnd, synced } from "./sweep_cloud.ts";
import { artifactsOf, executorOf, madeAgain, settledFlags, shownDirectory } from "./sweep_execution.ts";
import { settingsFromFlags, SWEEP_RING, type SweepRingFlags } from "./sweep_flags.ts";
import { SweepJob } from "./sweep_job.ts";
import { refuseImpossible, warnOfNothing } from "./sweep_limits.ts";
import { followed } from "./sweep_progress.ts";
import { unrecordedRuns } from "./sweep_recordings.ts";
import type { Terminal } from "./terminal.ts";

/** Where a sweep goes when nobody says: a directory named after the local time. */
export function defaultDirectory(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `out/experiments/${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}_ring`;
}

/** What the flags and the sweep file come down to. */
interface Request {
  readonly settings: RingSweepSettings;
  readonly plan: Plan;
  /** The directory as the caller wrote it; undefined when nobody said. */
  readonly directory: string | undefined;
  readonly artifacts: ArtifactPolicy;
  /** What goes to the cloud at the end. */
  readonly sync: SyncAtEnd | undefined;
  readonly flags: SweepRingFlags;
}

async function sweepRing(typed: SweepRingFlags, terminal: Terminal): Promise<number> {
  const request = await requestOf(await settledFlags(typed, terminal), terminal);
  const ended = await madeSweep(request, terminal);
  return await synced(ended, request.sync, request.flags, terminal);
}

/** The sweep itself; its directory is free again when this returns. */
async function madeSweep(request: Request, terminal: Terminal): Promise<EndedSweep> {
  const { flags } = request;
  const started = new Date();
  const asked = request.directory ?? defaultDirectory(started);
  await using directory = await SweepDirectory.open(from(terminal.directory, asked), request.plan, {
    resume: flags.resume === true,
    force: flags.force === true,
    claim: request.directory === undefined && flags.resume !== true,
    name: "sweep ring",
    startedAt: started.toISOString(),
  });
  for (const warning of directory.warnings) terminal.error(`warning: ${warning}\n`);
  return await runIn(directory, asked, request, terminal);
}

async function requestOf(flags: SweepRingFlags, terminal: Terminal): Promise<Request> {
  const file = flags.config === undefined ? null : await sweepFile(flags.config, flags.reference === true, terminal);
  const behaviours = flags.reference === true ? (await import("../ring/behaviours.ts")).REFERENCE : undefined;
  const settings = ringSweepSettings({ ...settingsFromFlags(flags), behaviours }, file?.overrides ?? {});
  refuseImpossible(settings, flags);
  const plan = planRingSweep(settings);
  if (plan.runs.length === 0) warnOfNothing(settings, terminal);
  return {
    settings,
    plan,
    directory: flags["out-dir"] ?? file?.outDir ?? undefined,
    artifacts: artifactsOf(flags, plan.runs.length),
    sync: await syncAtEnd(flags, file?.cloudSync, terminal),
    flags,
  };
}

async function sweepFile(path: string, reference: boolean, terminal: Terminal): Promise<SweepConfig> {
  const { readText } = await import("./read_text.ts");
  const { loadSweepConfig } = await sweepConfig();
  const { issueText } = await import("./issue_text.ts");
  const file = loadSweepConfig(readText(terminal.directory, path, "sweep file"), fileNameOf(path), { reference });
  for (const warning of file.warnings) terminal.error(`warning: ${issueText(warning)}\n`);
  return file;
}

async function runIn(
  directory: SweepDirectory,
  asked: string,
  request: Request,
  terminal: Terminal,
): Promise<EndedSweep> {
  const { flags } = request;
  using interrupt = new Interrupt(terminal);
  using progress = followed(terminal, { json: flags.json === true, quiet: flags.quiet === true });
  const again = directory.isResumed
    ? [
      ...await madeAgain(await directory.runsWithoutFiles(), flags, request.artifacts, terminal),
      ...await unrecordedRuns(directory.path, directory.registry, flags, terminal),
    ]
    : [];
  const shown = shownDirectory(directory.path, asked, terminal.directory);
  await using job = await SweepJob.open(directory, request.plan, new Set(again), flags, shown, terminal);
  await using executor = await executorOf(flags, directory.results, directory.path, terminal);
  let rows: readonly ResultRow[] = [];
  const failures: RunResult[] = [];
  const outcome = await runRingSweep(request.settings, request.plan, {
    executor,
    registry: directory.registry,
    artifacts: request.artifacts,
    again: new Set(again),
    appendToPlan: (runs) => directory.plan.append(runs),
    writeAggregates: async () => {
      rows = await writeAggregates(directory.path, request.plan.header, await directory.registry.listRuns(""));
    },
    onPlanned: (runs, done) => {
      progress.planned(runs, done);
      job.planned(runs);
    },
    onRun: (run: PlannedRun, result: RunResult) => {
      if (result.status === "failed" && failures.length === 0) failures.push(result);
      progress.finished(run, result);
      job.finished(result);
    },
    stop: AbortSignal.any([interrupt.stop, job.cancelled]),
    signal: interrupt.cut,
  });
  progress.end();
  await job.finish(outcome);
  await report(shown, request, outcome, rows, job.jobId, terminal);
  const [failure] = failures;
  if (failure !== undefined && flags.json !== true) { // with --json the error stands in the run's own object
    const { failureSentence } = await import("./sweep_report.ts");
    terminal.error(`${failureSentence(failure, outcome.failed)}\n`);
  }
  await job.end();
  const status = interrupt.status ?? job.statusWhenCancelled() ?? (outcome.failed > 0 ? 1 : 0);
  return { status, isInterrupted: outcome.isInterrupted, path: directory.path, shown };
}

async function report(
  directory: string,
  request: Request,
  outcome: SweepOutcome,
  rows: readonly ResultRow[],
  jobId: string,
  terminal: Terminal,
): Promise<void> {
  const { flags } = request;
  if (flags.quiet === true && flags.json !== true) return;
  const { sweepObject, sweepText } = await import("./sweep_report.ts");
  const finished = { directory, outcome, rows, jobId };
  terminal.out(flags.json === true ? `${JSON.stringify(sweepObject(finished))}\n` : sweepText(finished));
}

/** The command. */
export const command: Command = commandOf(SWEEP_RING, ({ flags }, terminal) => sweepRing(flags, terminal));
