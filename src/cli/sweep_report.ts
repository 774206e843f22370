/**
 * What a sweep found, in a few lines or in one object.
 *
 * @module
 */
import type { ResultRow } from "../experiments/aggregate.ts";
import type { RunResult } from "../experiments/contracts.ts";
import { type ParameterGroup, parameterGroups, SWEEP_PARAMETERS, sweepSummary } from "../experiments/sweep_summary.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import { count } from "./run_summary.ts";
import { table } from "./terminal.ts";

/** A sweep that ended. */
export interface FinishedSweep {
  /** Its directory as the caller sees it. */
  readonly directory: string;
  readonly outcome: SweepOutcome;
  readonly rows: readonly ResultRow[];
  readonly jobId: string;
}

/** Most values of a parameter that get a table. */
const SHOWN_VALUES = 20;

const MEANINGS: Readonly<Record<typeof SWEEP_PARAMETERS[number], string>> = {
  kappa: "kappa (cash per debt)",
  concentration: "concentration (equality of debts)",
  mu: "mu (spread of due days)",
  monotonicity: "monotonicity (order of debts)",
};

/** The summary for people. */
export function sweepText({ directory, outcome, rows, jobId }: FinishedSweep): string {
  const summary = sweepSummary(rows);
  const tables = SWEEP_PARAMETERS
    .map((parameter) => [MEANINGS[parameter], parameterGroups(rows, parameter, SHOWN_VALUES)] as const)
    .filter(([, groups]) => groups.length > 1)
    .map(([meaning, groups]) => groupTable(meaning, groups));
  // Sampled values do not repeat: a line for each would say nothing.
  if (tables.length === 0 && summary.runs > 0) tables.push(groupTable("", [{ value: "all runs", ...summary }]));
  const done = outcome.isInterrupted ? "Interrupted" : "Done";
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} there before` : "";
  const failed = outcome.failed > 0 ? `, ${outcome.failed} failed` : "";
  return `${done}: ${count(outcome.completed, "run")} completed${skipped}${failed}, of ${outcome.runs}` +
    ` (job ${jobId})\n\n` +
    (tables.length > 0 ? `Share of the dues not paid on time (delta)\n\n${tables.join("\n")}\n` : "") +
    (outcome.isInterrupted ? "The same command goes on where it was.\n" : "") +
    `Results    ${directory}/aggregate/results.csv\n` +
    `Dashboard  ${directory}/aggregate/dashboard.html\n`;
}

/** Why runs failed, by the first of them; the registry has the others. */
export function failureSentence({ runId, error }: RunResult, failed: number): string {
  const reason = (error ?? "no reason given").replace(/\s*\n\s*(?:- )?/g, " ");
  return `${count(failed, "run")} failed. The first was ${runId}: ${reason}`;
}

function groupTable(title: string, groups: readonly ParameterGroup[]): string {
  const rows = groups.map(({ value, runs, delta }) => [
    value,
    String(runs),
    ...(delta === null ? ["-", "-", "-", "-"] : [delta.mean, delta.median, delta.min, delta.max].map(share)),
  ]);
  return table([title, "runs", "mean", "median", "min", "max"], rows);
}

function share(value: number): string {
  return value.toFixed(3);
}

/** The object that `--json` prints at the end. */
export function sweepObject({ directory, outcome, rows, jobId }: FinishedSweep): Record<string, unknown> {
  const { phi, delta } = sweepSummary(rows);
  return {
    sweep: directory,
    job_id: jobId,
    runs: outcome.runs,
    completed: outcome.completed,
    skipped: outcome.skipped,
    failed: outcome.failed,
    interrupted: outcome.isInterrupted,
    phi,
    delta,
    delta_by_kappa: parameterGroups(rows, "kappa").map(({ value, runs, delta }) => ({ kappa: value, runs, delta })),
    results: `${directory}/aggregate/results.csv`,
    dashboard: `${directory}/aggregate/dashboard.html`,
  };
}
