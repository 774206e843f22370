/**
 * What stands in a volume, as rows for people and as objects for programs.
 *
 * @module
 */
import { ageOf } from "../stores/volume/selection.ts";
import type { VolumeEntry } from "../stores/volume/volume.ts";
import { table } from "./terminal.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Milliseconds of a day. */
export const DAY = 24 * HOUR;

/** Bytes as people read them, in decimal units. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let [amount, unit] = [bytes, 0];
  while (amount >= 999.5 && unit < units.length - 1) [amount, unit] = [amount / 1000, unit + 1];
  return `${unit === 0 || amount >= 99.95 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** An age as people read it, rounded down. */
export function ageText(age: number | null): string {
  if (age === null) return "?";
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  return age < 2 * DAY ? `${Math.floor(age / HOUR)} h` : `${Math.floor(age / DAY)} days`;
}

/** A name on one line: what would move the cursor or turn the text around is written as an escape. */
export function idText(id: string): string {
  const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
  return id.replaceAll(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** A count with its noun: `1 file`, `1,200 files`. */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : noun.replace(/y$/, "ie") + "s"}`;
}

function kindText({ form, kind }: VolumeEntry): string {
  return form === "experiment" ? kind : `unknown (${form})`;
}

function stateText({ state, runs }: VolumeEntry): string {
  if (state === null) return "-";
  return state === "incomplete" && runs !== null ? `incomplete, ${runs.ended} of ${runs.planned} runs` : state;
}

/** Entries as a table with a head. */
export function entryTable(entries: readonly VolumeEntry[], now: Date): string {
  const rows = entries.map((entry) => [
    idText(entry.id),
    kindText(entry),
    stateText(entry),
    sizeText(entry.bytes),
    entry.files.toLocaleString("en-US"),
    ageText(ageOf(entry, now)),
  ]);
  return table(["EXPERIMENT", "KIND", "STATE", "SIZE", "FILES", "AGE"], rows);
}

/** What could not be looked at, one sentence each. */
export function problemLines(entries: readonly VolumeEntry[]): string {
  return entries.flatMap(({ id, problem }) => problem === null ? [] : [`warning: ${idText(id)}: ${problem}\n`]).join(
    "",
  );
}

/** An entry as a program reads it. */
export function entryLine(entry: VolumeEntry, now: Date): string {
  const { id, form, kind, state, runs, bytes, files, changedAt, problem } = entry;
  const age = ageOf(entry, now);
  return `${
    JSON.stringify({
      id,
      form,
      kind,
      state,
      runs_ended: runs?.ended ?? null,
      runs_planned: runs?.planned ?? null,
      bytes,
      files,
      changed_at: changedAt?.toISOString() ?? null,
      age_days: age === null ? null : Math.floor(age / DAY * 1000) / 1000,
      problem,
    })
  }\n`;
}

/** How many experiments there are, how large they are, and what there is besides. */
export interface Totals {
  readonly experiments: number;
  readonly bytes: number;
  readonly files: number;
  /** Entries that are no experiments. */
  readonly others: number;
  readonly otherBytes: number;
}

/** Sums over entries. */
export function totalsOf(entries: readonly VolumeEntry[]): Totals {
  const experiments = entries.filter(({ form }) => form === "experiment");
  const others = entries.filter(({ form }) => form !== "experiment");
  const sum = (some: readonly VolumeEntry[], key: "bytes" | "files") =>
    some.reduce((all, entry) => all + entry[key], 0);
  return {
    experiments: experiments.length,
    bytes: sum(experiments, "bytes"),
    files: sum(experiments, "files"),
    others: others.length,
    otherBytes: sum(others, "bytes"),
  };
}

/** The line below a list. */
export function totalLine({ experiments, bytes, files, others, otherBytes }: Totals): string {
  const besides = others === 0 ? "" : `; besides ${counted(others, "entry")} without a sweep, ${sizeText(otherBytes)}`;
  return `Total: ${counted(experiments, "experiment")}, ${sizeText(bytes)} in ${counted(files, "file")}${besides}\n`;
}

/** The totals as a program reads them. */
export function totalsJson(volume: string, { experiments, bytes, files, others, otherBytes }: Totals): string {
  return `${JSON.stringify({ volume, experiments, bytes, files, others, other_bytes: otherBytes })}\n`;
}
