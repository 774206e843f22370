/**
 * What a paired sweep found, in a few lines or in one object.
 *
 * @module
 */
import type { Pair } from "../experiments/comparison.ts";
import { contrastOf, type PairGroup, pairGroups } from "../experiments/paired_groups.ts";
import type { PairedDesign } from "../experiments/paired_plan.ts";
import { type PairedSummary, summaryObject } from "../experiments/paired_summary.ts";
import type { Estimate, PairedStatistics } from "../experiments/paired_statistics.ts";
import type { PlanHeader } from "../experiments/plan.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import { count } from "./run_summary.ts";
import { table } from "./terminal.ts";

/** A paired sweep that ended. */
export interface FinishedPairs {
  /** Its directory as the caller sees it. */
  readonly directory: string;
  readonly design: PairedDesign;
  readonly header: PlanHeader;
  readonly outcome: SweepOutcome;
  readonly pairs: readonly Pair[];
  readonly summary: PairedSummary;
  readonly jobId: string;
}

/** Parameters that get a table when they vary, by their short names, and what they mean. */
const PARAMETERS: readonly (readonly [parameter: string, name: string, meaning: string])[] = [
  ["outside_mid_ratio", "rho", "price of outside claims"],
  ["kappa", "kappa", "cash per debt"],
  ["concentration", "concentration", "equality of debts"],
  ["mu", "mu", "spread of due days"],
  ["monotonicity", "monotonicity", "order of debts"],
];

/** Most values of a parameter that get a table. */
const SHOWN_VALUES = 20;

/** The summary for people. */
export function pairedText(finished: FinishedPairs): string {
  const { directory, design, outcome, pairs, summary, jobId } = finished;
  const done = outcome.isInterrupted ? "Interrupted" : "Done";
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} there before` : "";
  const failed = outcome.failed > 0 ? `, ${outcome.failed} failed` : "";
  return `${done}: ${count(outcome.completed, "run")} completed${skipped}${failed}, of ${outcome.runs}` +
    ` (job ${jobId})\n\n` +
    (summary.statistics === null ? "" : `${findings(design, summary.statistics)}\n`) +
    (summary.statistics === null ? "" : groupTables(design, pairs)) +
    (summary.completed < summary.total
      ? `${count(summary.total - summary.completed, "pair")} without both deltas: not in the numbers above\n`
      : "") +
    (outcome.isInterrupted ? "The same command goes on where it was.\n" : "") +
    `Pairs      ${directory}/aggregate/comparison.csv\n` +
    `Summary    ${directory}/aggregate/summary.json\n` +
    `Dashboard  ${directory}/aggregate/dashboard.html\n`;
}

function findings({ baseline, trading }: PairedDesign, statistics: PairedStatistics): string {
  const { pairs, improved, unchanged, worsened, correlation, unpairedStandardError } = statistics;
  const rows = [
    [`delta ${baseline.name}`, share(statistics.meanBaseline), "", ""],
    [`delta ${trading.name}`, share(statistics.meanTrading), "", ""],
    ["effect of trading", ...estimate(statistics.effect)],
    ["relief ratio", ...estimate(statistics.relief)],
  ];
  return `Share of the dues not paid on time (delta), over ${count(pairs, "pair")}: ` +
    `trading lowered it in ${improved}, changed nothing in ${unchanged}, raised it in ${worsened}\n\n` +
    `${table(["", "mean", "std. error", "95 % interval"], rows)}\n` +
    "Both runs of a pair share their seed: the standard errors are those of the paired differences" +
    (unpairedStandardError === null ? "" : ` (unpaired, the effect's would be ${share(unpairedStandardError)})`) +
    `.\n${correlation === null ? "" : `Correlation of the arms: ${share(correlation)}\n`}`;
}

function estimate({ mean, standardError, interval }: Estimate): string[] {
  return [
    share(mean),
    standardError === null ? "-" : share(standardError),
    interval === null ? "-" : `${share(interval.low)} to ${share(interval.high)}`,
  ];
}

/** A table for every parameter that varies, and above them where trading helps. */
function groupTables(design: PairedDesign, pairs: readonly Pair[]): string {
  const varied = PARAMETERS.map(([parameter, name, meaning]) => ({
    name,
    title: `${name} (${meaning})`,
    groups: pairGroups(pairs, parameter),
  })).filter(({ groups }) => groups.length > 1 && groups.length <= SHOWN_VALUES);
  return answer(varied) + varied.map(({ title, groups }) => groupTable(design, title, groups)).join("");
}

/** When trading helps, as far as the pairs can tell; nothing where no parameter varies. */
function answer(varied: readonly { readonly name: string; readonly groups: readonly PairGroup[] }[]): string {
  const unclear: string[] = [];
  const clear: string[] = [];
  for (const { name, groups } of varied) {
    const contrast = contrastOf(groups);
    if (contrast === null) continue;
    const { most, least, isClear } = contrast;
    if (!isClear) unclear.push(name);
    else {clear.push(
        `  more at ${name} ${most.value} (effect ${share(most.effect)}) than at ${least.value} (${
          share(least.effect)
        })`,
      );}
  }
  if (unclear.length > 0) clear.push(`  no clear difference (two standard errors) by ${unclear.join(", ")}`);
  return clear.length === 0 ? "" : `When does trading help?\n${clear.join("\n")}\n\n`;
}

function groupTable({ baseline, trading }: PairedDesign, meaning: string, found: readonly PairGroup[]): string {
  const rows = found.map(({ value, statistics }) =>
    statistics === null ? [value, "0", "-", "-", "-", "-"] : [
      value,
      String(statistics.pairs),
      share(statistics.meanBaseline),
      share(statistics.meanTrading),
      ...estimate(statistics.effect).slice(0, 2),
    ]
  );
  return `${table([meaning, "pairs", baseline.name, trading.name, "effect", "std. error"], rows)}\n`;
}

function share(value: number): string {
  return value.toFixed(3);
}

/** The object that `--json` prints at the end. */
export function pairedObject(
  { directory, design, header, outcome, summary, jobId }: FinishedPairs,
): Record<string, unknown> {
  return {
    sweep: directory,
    type: design.kind,
    job_id: jobId,
    runs: outcome.runs,
    completed: outcome.completed,
    skipped: outcome.skipped,
    failed: outcome.failed,
    interrupted: outcome.isInterrupted,
    ...summaryObject(summary, design, header),
    comparison: `${directory}/aggregate/comparison.csv`,
    summary: `${directory}/aggregate/summary.json`,
    dashboard: `${directory}/aggregate/dashboard.html`,
  };
}
