/**
 * Jobs and their runs as people and programs read them (spec 03 13).
 *
 * @module
 */
import type { CloudRun, Job, JobEvent, MeasuredCloudRun } from "../experiments/contracts.ts";

const RULE = `${"-".repeat(80)}\n`;

/** Something on one line: what would move the cursor or turn the text around is written as an escape. */
export function oneLine(text: string): string {
  const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
  return text.replaceAll(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Left-aligned columns of at least the given widths between two lines. */
export function ruled(head: readonly string[], least: readonly number[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, least[column] ?? 0, ...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" ").trimEnd()}\n`;
  return `${line(head)}${RULE}${rows.map(line).join("")}${RULE}`;
}

/** `YYYY-mm-dd HH:MM` in UTC, or `-`. */
export function timeText(time: string | null): string {
  return time === null || time === "" ? "-" : time.slice(0, 16).replace("T", " ");
}

/** How long a job took: seconds, minutes or hours. `stopped` is one that no process works on any more. */
export function durationText(job: Job, isStopped: boolean): string {
  if (job.completedAt === null) return isStopped ? "stopped" : job.status === "pending" ? "-" : "running";
  const seconds = Math.max(0, (Date.parse(job.completedAt) - Date.parse(job.createdAt)) / 1000);
  if (seconds < 60) return `${Math.round(seconds)}s`;
  return seconds < 3600 ? `${(seconds / 60).toFixed(1)}m` : `${(seconds / 3600).toFixed(1)}h`;
}

/** Runs that are done, of how many where that is known; failed ones count as done. */
export function runsText({ completedRuns, failedRuns, totalRuns, runIds }: Job): string {
  const done = Math.max(completedRuns + failedRuns, runIds.length);
  return totalRuns === null ? String(done) : `${done}/${totalRuns}`;
}

/** The list of `jobs ls`. */
export function jobsTable(jobs: readonly Job[], isStopped: (job: Job) => boolean): string {
  const rows = jobs.map((job) => [
    oneLine(job.jobId),
    job.status,
    timeText(job.createdAt),
    durationText(job, isStopped(job)),
    runsText(job),
  ]);
  const table = ruled(["JOB ID", "STATUS", "CREATED", "DURATION", "RUNS"], [36, 10, 16, 10, 6], rows);
  return `${table}Total: ${jobs.length} job${jobs.length === 1 ? "" : "s"}\n`;
}

/** Runs that `jobs get` names. */
const NAMED_RUNS = 10;

/** The description of `jobs get`. */
export function jobText(job: Job, directory: string | null): string {
  const { config, runIds } = job;
  const field = (name: string, value: string) => `${`${name}:`.padEnd(13)} ${oneLine(value)}\n`;
  const runs = runIds.slice(0, NAMED_RUNS).map((runId) => `  - ${oneLine(runId)}\n`).join("");
  const more = runIds.length > NAMED_RUNS ? `  ... and ${runIds.length - NAMED_RUNS} more\n` : "";
  const failed = job.failedRuns === 0 ? "" : `, ${job.failedRuns} failed`;
  return field("Job ID", job.jobId) + field("Status", job.status) + field("Description", job.description) +
    field("Created", timeText(job.createdAt)) + field("Completed", timeText(job.completedAt)) +
    field("Runs", `${runsText(job)}${failed}`) + (directory === null ? "" : field("Directory", directory)) +
    (job.error === null ? "" : field("Error", job.error)) + (job.notes === null ? "" : field("Notes", job.notes)) +
    `\nConfiguration:\n` +
    [
      ["Sweep Type", config.sweepType],
      ["N Agents", String(config.nAgents)],
      ["Maturity Days", String(config.maturityDays)],
      ["Kappas", config.kappas.join(", ")],
      ["Concentrations", config.concentrations.join(", ")],
      ["Mus", config.mus.join(", ")],
      ["Outside Mids", config.outsideMidRatios.join(", ")],
      ["Seeds", config.seeds.join(", ")],
      ["Cloud", config.cloud ? "True" : "False"],
    ].map(([name = "", value = ""]) => `  ${`${name}:`.padEnd(15)} ${oneLine(value)}`.trimEnd() + "\n").join("") +
    (runIds.length === 0 ? "" : `\nRuns (${runIds.length}):\n${runs}${more}`);
}

/** The events of `jobs show`, one line each. */
export function eventsText(events: readonly JobEvent[]): string {
  return events.map(({ timestamp, eventType, details }) => {
    // What the job was asked to do stands above.
    const { config: _, ...said } = details;
    const text = Object.keys(said).length === 0 ? "" : JSON.stringify(said);
    return `  ${timestamp.slice(0, 19).replace("T", " ")}  ${eventType.padEnd(10)} ${oneLine(text)}`.trimEnd() + "\n";
  }).join("");
}

/** Four decimals, as tables show rates; nothing for none. */
export function rateText(rate: string | null): string {
  return rate === null ? "-" : Number(rate).toFixed(4);
}

/** A decimal without needless digits: parameters as people wrote them. */
export function parameterText(value: string | null): string {
  if (value === null) return "-";
  return value.length <= 8 ? value : String(Number(Number(value).toPrecision(6)));
}

/** The list of `jobs runs`; the arm is shown where there is one. */
export function runsTable(runs: readonly CloudRun[], deltas: ReadonlyMap<string, string | null>): string {
  const hasArms = runs.some((run) => run.regime !== null);
  const rows = runs.map((run) => [
    oneLine(run.runId),
    run.status,
    parameterText(run.kappa),
    parameterText(run.concentration),
    rateText(deltas.get(run.runId) ?? null),
    ...(hasArms ? [oneLine(run.regime ?? "-")] : []),
  ]);
  const head = ["RUN ID", "STATUS", "KAPPA", "CONC", "DELTA", ...(hasArms ? ["ARM"] : [])];
  return `${ruled(head, [40, 10, 8, 8, 10], rows)}Total: ${runs.length} runs\n`;
}

/** Mean, smallest and largest of some numbers. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** The spread of the values that are there; null when none is. */
export function spreadOf(texts: readonly (string | null)[]): Spread | null {
  const numbers = texts.flatMap((text) => text === null ? [] : [Number(text)]);
  if (numbers.length === 0) return null;
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (const number of numbers) {
    sum += number;
    min = Math.min(min, number);
    max = Math.max(max, number);
  }
  return { mean: sum / numbers.length, min, max };
}

/** Delta and phi of measured runs, by arm where there are arms. */
export function measuresText(measured: readonly MeasuredCloudRun[]): string {
  const arms = [...new Set(measured.map(({ run }) => run.regime))].sort();
  return arms.map((arm) => {
    const metrics = measured.filter(({ run }) => run.regime === arm).map(({ metrics }) => metrics);
    const block = (title: string, spread: Spread | null) =>
      spread === null ? "" : `${title}:\n  Mean: ${spread.mean.toFixed(4)}\n  Min:  ${spread.min.toFixed(4)}\n` +
        `  Max:  ${spread.max.toFixed(4)}\n`;
    const heading = arm === null ? "" : `Arm ${oneLine(arm)} (${metrics.length} runs)\n`;
    return `\n${heading}${block("Delta (default rate)", spreadOf(metrics.map(({ deltaTotal }) => deltaTotal)))}` +
      block("Phi (clearing rate)", spreadOf(metrics.map(({ phiTotal }) => phiTotal)));
  }).join("");
}
