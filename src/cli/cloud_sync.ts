/**
 * `bilancio cloud sync`: a sweep's directory into the cloud (spec 09 7). The task `sync` and `--cloud-sync` do the same.
 *
 * @module
 */
import type { SyncProgress, SyncReport, SyncTarget, TargetState } from "../sync/sync_sweep.ts";
import { type Command, commandOf } from "./command.ts";
import { type CloudTargets, openTargets, TARGET_FLAGS } from "./cloud_targets.ts";
import { DONE, errorText, FAILED } from "./errors.ts";
import { type FlagValues, onOff, text } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import { from, withoutDots } from "./paths.ts";
import type { Terminal } from "./terminal.ts";
import { transferBar, TransferLine } from "./transfer_line.ts";
import { counted, idText, sizeText } from "./volume_table.ts";

const FLAGS = {
  "full": onOff("also the sweep's files: aggregates as they are, every arm as one archive"),
  "name": text("NAME", "its name in the cloud", { fallback: "the directory's name" }),
  "type": text("TYPE", "its kind", { fallback: "as its plan says: ring, comparison, balanced" }),
  ...TARGET_FLAGS,
  "quiet": onOff("no progress and no summary"),
  "json": onOff("one JSON object on standard output"),
};

/** How a sweep is synced from the command line. */
export type SyncFlags = FlagValues<typeof FLAGS>;

/**
 * Syncs the sweep in a directory and says what became of each target.
 *
 * @returns the exit status: 1 when any target failed
 * @throws {UsageError} when no cloud is configured, or none for what is asked; {@linkcode NotFound} when no sweep is
 * there.
 */
export async function syncDirectory(directory: string, flags: SyncFlags, terminal: Terminal): Promise<number> {
  const { syncSweep } = await import("../sync/sync_sweep.ts");
  const full = flags.full === true;
  await using targets = await openTargets(
    flags,
    terminal,
    full ? { database: "optional", storage: "required" } : { database: "required", storage: "unused" },
  );
  using interrupt = new Interrupt(terminal, "Stopping: what is on its way is given up; the same command goes on.");
  const report = await followed(
    terminal,
    flags,
    (onProgress) =>
      syncSweep(directory, {
        name: flags.name,
        type: flags.type,
        full,
        database: targets.database,
        storage: targets.storage,
        onProgress,
        signal: interrupt.stop,
      }),
  );
  tell(report, targets, flags, terminal);
  const isDone = report.supabase !== "error" && report.r2 !== "error";
  return interrupt.status ?? (isDone ? DONE : FAILED);
}

async function followed(
  terminal: Terminal,
  { quiet, json }: SyncFlags,
  work: (onProgress: (progress: SyncProgress) => void) => Promise<SyncReport>,
): Promise<SyncReport> {
  using line = new TransferLine(terminal, { quiet: quiet === true || json === true });
  return await work((progress) => line.tell(() => progressText(progress)));
}

function progressText(progress: SyncProgress): string {
  if (progress.target === "supabase") {
    return progress.step === "reading" ? "reading the registries" : "writing records";
  }
  const { objectsDone, objectsTotal, bytes, key } = progress;
  return `${transferBar(objectsDone, objectsTotal, "objects", sizeText(bytes))}, ${key}`;
}

function tell(report: SyncReport, targets: CloudTargets, flags: SyncFlags, terminal: Terminal): void {
  const { name, type, supabase, r2, counts, errors } = report;
  const sentences = { supabase: sentenceOf(errors.supabase), r2: sentenceOf(errors.r2) };
  if (flags.json === true) {
    const known = Object.fromEntries(Object.entries(sentences).filter(([, sentence]) => sentence !== undefined));
    terminal.out(`${JSON.stringify({ sync: name, type, supabase, r2, counts, errors: known })}\n`);
  } else if (flags.quiet !== true) {
    terminal.out(`Synced ${idText(name)} (${type})\n`);
    const places: Readonly<Record<SyncTarget, string>> = {
      supabase: targets.database?.place ?? "records",
      r2: targets.storage?.place ?? "files",
    };
    const width = Math.max(places.supabase.length, places.r2.length);
    const line = (target: SyncTarget, state: TargetState, done: string) =>
      `  ${places[target].padEnd(width)}  ${state}${done === "" ? "" : `: ${done}`}\n`;
    terminal.out(line("supabase", supabase, recordsText(report)) + line("r2", r2, filesText(report, flags)));
  }
  for (const target of ["supabase", "r2"] as const) {
    const sentence = sentences[target];
    if (sentence !== undefined) terminal.error(`${sentence}\n`);
  }
}

function sentenceOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof DOMException && error.name === "AbortError") return "Interrupted.";
  return errorText(error, false).trimEnd();
}

function recordsText({ supabase, counts: { supabase: written } }: SyncReport): string {
  if (written === undefined) return supabase === "skipped" ? "no database is configured" : "";
  const { sweep, comparisons, registry } = written;
  const added = [
    ...(comparisons.inserted > 0 ? [counted(comparisons.inserted, "pair")] : []),
    ...(registry.inserted > 0 ? [counted(registry.inserted, "run")] : []),
  ];
  const changed = comparisons.changed + registry.changed + sweep.changed;
  const parts = [
    ...(added.length > 0 ? [`${added.join(" and ")} added`] : sweep.inserted > 0 ? ["the sweep added"] : []),
    ...(changed > 0 ? [`${counted(changed, "row")} changed`] : []),
  ];
  return parts.length === 0 ? "nothing new" : parts.join(", ");
}

function filesText({ r2, counts: { r2: sent } }: SyncReport, { full }: SyncFlags): string {
  if (sent === undefined) return r2 === "skipped" && full !== true ? "files go with --full" : "";
  const parts = [
    ...(sent.sent === 0 ? [] : [`${counted(sent.sent, "object")} sent (${sizeText(sent.bytes)})`]),
    ...(sent.removed === 0 ? [] : [`${counted(sent.removed, "object")} removed`]),
  ];
  if (parts.length === 0) return "nothing new";
  return [...parts, ...(sent.kept === 0 ? [] : [`${sent.kept} there before`])].join(", ");
}

/** `bilancio cloud sync`. */
export const command: Command = commandOf({
  name: "cloud sync",
  summary: "Sends a sweep to the cloud: its tables to a Postgres, with --full its files to object storage",
  positionals: [{ name: "DIR", summary: "the sweep's directory" }],
  flags: FLAGS,
  details: [
    "Doing it again changes nothing; after new runs it adds the difference; interrupted at any moment and started again " +
    "it completes. A target that fails does not stop the other: then the exit status is 1. A name in the cloud stands " +
    "for one sweep: what has another plan is refused.",
    "The database gets the plan, the summary, the pairs and the registries of all arms (tables sweeps, " +
    "comparison_results, run_registry). A sweep that is at work can be synced without --full.",
  ],
  examples: [
    ["bilancio cloud sync out/trading", "sends the tables of a sweep"],
    ["bilancio cloud sync out/trading --full --name trading-2026", "and all its files, under another name"],
  ],
}, async ({ positionals: [directory = ""], flags }, terminal) => {
  return await syncDirectory(withoutDots(from(terminal.directory, directory)), flags, terminal);
});
