/**
 * What `bilancio analyze` needs besides the metrics: which days are meant, and where its files go.
 * Source: `spec 02 9.4`.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";

/** More days than any run has: a longer range is a mistake in typing. */
const MOST_DAYS = 100_000;

/**
 * The days of a specification such as `1,2-4`: single days and ranges, in either direction, separated by commas.
 * Ascending and distinct; empty, which means all due days, when no part is left.
 *
 * @param badParts what happens to parts that are neither a day nor a range: `refuse` throws, `drop` skips them without
 * a word as the reference does.
 * @throws {UsageError} naming the part.
 */
export function parseDaySpec(text: string, badParts: "refuse" | "drop" = "refuse"): number[] {
  const days = new Set<number>();
  for (const part of text.split(",").map((part) => part.trim())) {
    if (part === "") continue;
    const range = dayRange(part);
    if (range === null) {
      if (badParts === "drop") continue;
      throw new UsageError(`--days: ${JSON.stringify(part)} is neither a day nor a range such as 2-4.`);
    }
    const [first, last] = range;
    if (last - first >= MOST_DAYS) {
      throw new UsageError(`--days: the range ${JSON.stringify(part)} has more than ${MOST_DAYS} days.`);
    }
    for (let day = first; day <= last; day++) days.add(day);
  }
  return [...days].sort((a, b) => a - b);
}

/** First and last day of a part; a dash always separates, so that negative days cannot be said. */
function dayRange(part: string): [number, number] | null {
  const dash = part.indexOf("-");
  const a = wholeNumber(dash < 0 ? part : part.slice(0, dash));
  const b = dash < 0 ? a : wholeNumber(part.slice(dash + 1));
  return a === null || b === null ? null : [Math.min(a, b), Math.max(a, b)];
}

function wholeNumber(text: string): number | null {
  return /^\s*\+?\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** Where an analysis writes, and what its page is called. */
export interface AnalysisFiles {
  /** Day metrics as a table. */
  readonly csv: string;
  /** Day metrics with exact values. */
  readonly json: string;
  /** Debtor shares, always beside the day table. */
  readonly debtorShares: string;
  /** Title of the page. */
  readonly title: string;
}

/** The files of an analysis of a log; `events.jsonl` gives `events_metrics_day.csv` and so on beside it. */
export function analysisFileNames(eventsPath: string, outCsv?: string, outJson?: string): AnalysisFiles {
  const log = pathParts(eventsPath);
  const name = log.stem.replaceAll("_events", "");
  const base = `${log.folder}${name === "" ? "metrics" : name}_metrics_day`;
  const csv = outCsv ?? `${base}.csv`;
  const table = pathParts(csv);
  return {
    csv,
    json: outJson ?? `${base}.json`,
    debtorShares: `${table.folder}${table.stem.replaceAll("_metrics_day", "")}_ds.csv`,
    title: `Bilancio Analytics — ${name}`,
  };
}

/** The folder of a path with its separator, and its last name without the last extension. */
function pathParts(path: string): { folder: string; stem: string } {
  const start = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  const name = path.slice(start);
  const dot = name.lastIndexOf(".");
  // A name that begins or ends with its only dot has no extension.
  return { folder: path.slice(0, start), stem: dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name };
}
