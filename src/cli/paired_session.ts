/**
 * Makes a paired sweep on the command line: a plan, an executor, the directory of two arms, and the tables that follow
 * from it. The commands `sweep comparison` and `sweep balanced` differ in their settings only.
 *
 * @module
 */
import { type Issue, UsageError } from "../core/errors.ts";
import type { RunResult } from "../experiments/contracts.ts";
import { BALANCED, COMPARISON, type PairedDesign, planPairedSweep } from "../experiments/paired_plan.ts";
import { impossiblePairedSetting, PAIRED_PLACES, plannedPairRuns } from "../experiments/paired_limits.ts";
import type { AnyPairedSettings, Overrides, PairedSettings } from "../experiments/paired_settings.ts";
import { runPairedSweep } from "../experiments/paired_sweep.ts";
import type { Plan, PlannedRun } from "../experiments/plan.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import { PairedDirectory } from "../stores/files/paired_directory.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import { Interrupt } from "./interrupt.ts";
import { PairedAggregates, type PairedResults } from "./paired_aggregates.ts";
import { from } from "./paths.ts";
import { Refreshed } from "./refreshed.ts";
import { type EndedSweep, type SyncAtEnd, synced } from "./sweep_cloud.ts";
import { artifactsOf, type ExecutionFlags, executorOf, madeAgain, shownDirectory } from "./sweep_execution.ts";
import { SweepJob } from "./sweep_job.ts";
import { refusal, refuseTooMany } from "./sweep_limits.ts";
import { followed } from "./sweep_progress.ts";
import { unrecordedRuns } from "./sweep_recordings.ts";
import type { Terminal } from "./terminal.ts";

/** The flags that both commands have, beside their settings. */
export type SessionFlags = ExecutionFlags & {
  readonly verbose: boolean | undefined;
  readonly config: string | undefined;
};

/** What a command asks for. */
export interface PairedRequest {
  readonly settings: AnyPairedSettings;
  /** What the flags say of the settings. */
  readonly given: Overrides<PairedSettings>;
  /** The directory as the caller wrote it, undefined when nobody said. */
  readonly directory: string | undefined;
  /** What goes to the cloud at the end. */
  readonly sync: SyncAtEnd | undefined;
  readonly flags: SessionFlags;
}

/** Makes the sweep and returns the exit status. */
export async function pairedSession(request: PairedRequest, terminal: Terminal): Promise<number> {
  const ended = await pairedSweep(request, terminal);
  return await synced(ended, request.sync, request.flags, terminal);
}

/** The sweep itself; its directory is free again when this returns. */
async function pairedSweep(request: PairedRequest, terminal: Terminal): Promise<EndedSweep> {
  const { settings, directory, flags } = request;
  const design = settings.kind === "balanced" ? BALANCED : COMPARISON;
  const name = `sweep ${design.kind}`;
  if (directory === undefined) {
    throw new UsageError(`${name} needs --out-dir DIR, or a file (--config) that says out_dir.`);
  }
  refuseImpossible(request);
  const plan = planPairedSweep(settings);
  if (plan.runs.length === 0) terminal.error("warning: nothing to run: a list of the grid is empty\n");
  await using opened = await PairedDirectory.open(from(terminal.directory, directory), plan, design, {
    resume: flags.resume === true,
    force: flags.force === true,
    name,
    startedAt: new Date().toISOString(),
  });
  for (const warning of opened.warnings) terminal.error(`warning: ${warning}\n`);
  return await runIn(opened, plan, design, directory, flags, terminal);
}

function refuseImpossible({ settings, given, flags }: PairedRequest): void {
  refuseTooMany(plannedPairRuns(settings));
  const found = impossiblePairedSetting(settings);
  if (found === undefined) return;
  const typed: Readonly<Record<string, unknown>> = { ...given, ...given.risk };
  throw refusal(found, PAIRED_PLACES[found.setting], typed[found.setting] === undefined ? flags.config : undefined);
}

async function runIn(
  directory: PairedDirectory,
  plan: Plan,
  design: PairedDesign,
  asked: string,
  flags: SessionFlags,
  terminal: Terminal,
): Promise<EndedSweep> {
  using interrupt = new Interrupt(terminal);
  const quiet = flags.quiet === true || flags.verbose === true;
  using progress = followed(terminal, { json: flags.json === true, quiet });
  const artifacts = artifactsOf(flags, plan.runs.length);
  const again = directory.isResumed
    ? [
      ...await madeAgain(await directory.runsWithoutFiles(), flags, artifacts, terminal),
      ...await unrecordedRuns(directory.path, directory.registry, flags, terminal),
    ]
    : [];
  const shown = shownDirectory(directory.path, asked, terminal.directory);
  await using job = await SweepJob.open(directory, plan, new Set(again), flags, shown, terminal);
  await using executor = await executorOf(flags, directory.results, directory.path, terminal);
  const aggregates = new PairedAggregates(directory.path, plan, design, directory.registry);
  const table = new Refreshed({
    work: () => aggregates.writeTable(),
    clock: () => performance.now(),
    failed: (error) => terminal.error(`warning: comparison.csv waits for the end of the sweep: ${reasonOf(error)}\n`),
  });
  const failures: RunResult[] = [];
  const results: PairedResults[] = [];
  const outcome = await runPairedSweep(plan, {
    executor,
    registry: directory.registry,
    artifacts,
    again: new Set(again),
    writeAggregates: async () => {
      await table.idle();
      results.push(await aggregates.write());
    },
    onPlanned: (runs, done) => progress.planned(runs, done),
    onRun: (run, result) => {
      if (result.status === "failed" && failures.length === 0) failures.push(result);
      if (flags.verbose === true) terminal.error(runLine(run, result));
      progress.finished(run, result);
      job.finished(result);
      table.touch();
    },
    stop: AbortSignal.any([interrupt.stop, job.cancelled]),
    signal: interrupt.cut,
  });
  progress.end();
  await job.finish(outcome);
  const [found] = results;
  if (found !== undefined) await report(shown, design, plan, outcome, found, job.jobId, flags, terminal);
  const [failure] = failures;
  if (failure !== undefined && flags.json !== true) { // with --json the error stands in the run's own object
    const { failureSentence } = await import("./sweep_report.ts");
    terminal.error(`${failureSentence(failure, outcome.failed)}\n`);
  }
  await job.end();
  const status = interrupt.status ?? job.statusWhenCancelled() ?? (outcome.failed > 0 ? 1 : 0);
  return { status, isInterrupted: outcome.isInterrupted, path: directory.path, shown };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What `--verbose` shows of a run. */
function runLine({ runId, parameters }: PlannedRun, { status, metrics }: RunResult): string {
  const names = ["kappa", "concentration", "mu", "monotonicity", "outside_mid_ratio", "seed"];
  const point = names.filter((name) => name in parameters).map((name) => `${name}=${parameters[name]}`);
  return `${runId} ${point.join(" ")}: ${status}, delta ${metrics["delta_total"] ?? "none"}\n`;
}

async function report(
  directory: string,
  design: PairedDesign,
  { header }: Plan,
  outcome: SweepOutcome,
  { pairs, summary }: PairedResults,
  jobId: string,
  flags: SessionFlags,
  terminal: Terminal,
): Promise<void> {
  if (flags.quiet === true && flags.json !== true) return;
  const { pairedObject, pairedText } = await import("./paired_report.ts");
  const finished = { directory, design, header, outcome, pairs, summary, jobId };
  terminal.out(flags.json === true ? `${JSON.stringify(pairedObject(finished))}\n` : pairedText(finished));
}

/** Reads the file of a sweep with one of the loaders of `paired_config.ts`, and tells its warnings. */
export async function readConfig<C extends { readonly warnings: readonly Issue[] }>(
  path: string,
  terminal: Terminal,
  load: (text: string, subject: string) => C,
): Promise<C> {
  const { readText } = await import("./read_text.ts");
  const { issueText } = await import("./issue_text.ts");
  const config = load(readText(terminal.directory, path, "sweep file"), fileNameOf(path));
  for (const warning of config.warnings) terminal.error(`warning: ${issueText(warning)}\n`);
  return config;
}
