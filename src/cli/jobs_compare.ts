/**
 * `bilancio jobs compare A B`: what changed between two jobs, at each point of the parameters that both have.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { ComparedMeasure, ComparedPoint, JobComparison, OverallDifference } from "../jobs/compare.ts";
import { type Command, commandOf } from "./command.ts";
import { onOff } from "./flags.ts";
import { openSource, SOURCE_FLAGS } from "./job_source.ts";
import { oneLine, parameterText } from "./job_text.ts";
import { existingJob } from "./jobs.ts";
import { table } from "./terminal.ts";

/** More runs than any job has. */
const ALL = 1_000_000_000;

/** Rates have four decimals, days one. */
type Decimals = 4 | 1;

function figure(value: number | null, decimals: Decimals): string {
  return value === null ? "-" : value.toFixed(decimals);
}

/** With its sign, so that better and worse are seen at a glance. */
function signed(value: number | null, decimals: Decimals): string {
  return value === null ? "-" : `${value > 0 ? "+" : ""}${value.toFixed(decimals)}`;
}

function cells({ a, b, difference }: ComparedMeasure, decimals: Decimals): string[] {
  return [figure(a, decimals), figure(b, decimals), signed(difference, decimals)];
}

/** Columns in which all points agree are left out. */
function pointColumns(points: readonly ComparedPoint[]): { head: string; of: (point: ComparedPoint) => string }[] {
  const columns = [
    { head: "KAPPA", of: ({ point }: ComparedPoint) => parameterText(point.kappa) },
    { head: "CONC", of: ({ point }: ComparedPoint) => parameterText(point.concentration) },
    { head: "MU", of: ({ point }: ComparedPoint) => parameterText(point.mu) },
    { head: "MONO", of: ({ point }: ComparedPoint) => parameterText(point.monotonicity) },
    { head: "RATIO", of: ({ point }: ComparedPoint) => parameterText(point.outsideMidRatio) },
    { head: "ARM", of: ({ point }: ComparedPoint) => oneLine(point.regime ?? "-") },
  ];
  const kept = columns.filter(({ of }) => new Set(points.map(of)).size > 1);
  return kept.length > 0 ? kept : columns.slice(0, 1);
}

function comparisonText(a: string, b: string, { points, overall, onlyA, onlyB }: JobComparison): string {
  if (points.length === 0) return `A ${a}\nB ${b}\n\nThey have no point of the parameters in common.\n`;
  const columns = pointColumns(points);
  const hasSeveralSeeds = points.some(({ runsA, runsB }) => runsA > 1 || runsB > 1);
  const head = [
    ...columns.map(({ head }) => head),
    ...(hasSeveralSeeds ? ["N A", "N B"] : []),
    ...["DELTA A", "DELTA B", "B - A", "PHI A", "PHI B", "B - A", "DAYS A", "DAYS B", "B - A"],
  ];
  const rows = points.map((point) => [
    ...columns.map(({ of }) => of(point)),
    ...(hasSeveralSeeds ? [String(point.runsA), String(point.runsB)] : []),
    ...cells(point.measures.deltaTotal, 4),
    ...cells(point.measures.phiTotal, 4),
    ...cells(point.measures.timeToStability, 1),
  ]);
  const line = (name: string, difference: OverallDifference | null) =>
    difference === null
      ? ""
      : `  ${name.padEnd(18)} ${signed(difference.mean, 4)}${
        difference.deviation === null ? "" : `  (deviation ${difference.deviation.toFixed(4)})`
      }, ${difference.points} points\n`;
  const alone = [[onlyA, "A"], [onlyB, "B"]].filter(([count]) => count !== 0)
    .map(([count, name]) => `${count} points only in ${name}.`).join(" ");
  return `A ${a}\nB ${b}\n\n${table(head, rows)}\nMean difference B - A\n` +
    line("delta (defaults)", overall.deltaTotal) + line("phi (clearing)", overall.phiTotal) +
    line("days to stability", overall.timeToStability) + (alone === "" ? "" : `\n${alone}\n`);
}

/** `bilancio jobs compare`. */
export const command: Command = commandOf({
  name: "jobs compare",
  summary: "Compares the measures of two jobs",
  positionals: [{ name: "A", summary: "id of a job" }, { name: "B", summary: "id of another" }],
  flags: { ...SOURCE_FLAGS, "json": onOff("JSON on standard output") },
  details: [
    "Runs stand at the same point when kappa, concentration, mu, monotonicity, ratio and arm are equal; the means over " +
    "their seeds are compared. A parameter that never changes is not shown.",
  ],
  examples: [["bilancio jobs compare castle-river-mountain amber-hill-road", "shows delta, phi and days side by side"]],
}, async ({ positionals: [a = "", b = ""], flags }, terminal) => {
  if (a === b) throw new UsageError(`A job is compared with another one, but both are ${a}.`);
  await using source = await openSource(flags, terminal);
  for (const jobId of [a, b]) await existingJob(source, jobId);
  const { compareJobs } = await import("../jobs/compare.ts");
  const [ofA, ofB] = await Promise.all([a, b].map((jobId) => source.reader.queryMetrics({ jobId, limit: ALL })));
  const comparison = compareJobs(ofA ?? [], ofB ?? []);
  terminal.out(
    flags.json === true ? `${JSON.stringify({ a, b, ...comparison }, null, 2)}\n` : comparisonText(a, b, comparison),
  );
  return 0;
});
