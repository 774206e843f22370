/**
 * What `--persist` adds to a sweep: which stores its runs are recorded in, and the part files under `recordings/` of its
 * directory (spec 09 3.2.6).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { RegistryStore } from "../experiments/contracts.ts";
import { type FlagValues, oneOf, onOff } from "./flags.ts";
import { configuration as configurationModule, recordedParts, settingViews } from "./on_demand.ts";
import { refuseHiddenDatabase } from "./reachable.ts";
import type { Terminal } from "./terminal.ts";

/** The flags about recording. */
export const RECORDING_FLAGS = Object.freeze({
  "persist": onOff("record every run while the sweep goes on, those without files included"),
  "persist-to": oneOf(
    ["duckdb", "postgres", "both"],
    "where: events as part files under recordings/ of --out-dir, or job, runs and measures in a database",
    {
      fallback: "postgres when BILANCIO_DATABASE_URL is set, else duckdb",
    },
  ),
});

type RecordingFlags = FlagValues<typeof RECORDING_FLAGS>;

/** The directory of part files in a sweep's directory. */
export function recordingsOf(directory: string): string {
  return `${directory}/recordings`;
}

/** The stores of `--persist-to`. */
type RecordingPlace = NonNullable<RecordingFlags["persist-to"]>;

/** Whether the events of runs are kept in part files; undefined when they are not. */
export function recordingStore({ persist, "persist-to": place }: RecordingFlags): "duckdb" | undefined {
  return persist === true && place !== "postgres" ? "duckdb" : undefined;
}

/** Whether job, runs and measures go to a database while the sweep goes on. */
export function sendsRecords({ persist, "persist-to": place }: RecordingFlags): boolean {
  return persist === true && (place === "postgres" || place === "both");
}

/**
 * The stores that a sweep records in: what the flag says, else the database when one is configured, else part files.
 * Looked at before anything is written.
 *
 * @throws {UsageError} without `--persist`, without a database where one is asked for, and for one that the permissions
 * of this process do not cover.
 */
export async function recordingPlace(flags: RecordingFlags, terminal: Terminal): Promise<RecordingPlace | undefined> {
  const { "persist-to": asked } = flags;
  if (flags.persist !== true) {
    if (asked !== undefined) throw new UsageError("--persist-to says where runs are recorded; give --persist, too.");
    return undefined;
  }
  if (asked === "duckdb") return asked;
  const { processConfiguration } = await configurationModule();
  const { databaseUrl, requiredDatabaseUrl } = await settingViews();
  const configuration = await processConfiguration(terminal.directory);
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const url = asked === undefined ? databaseUrl(configuration) : requiredDatabaseUrl(configuration);
  if (url === undefined) return "duckdb";
  await refuseHiddenDatabase(url);
  return asked ?? "postgres";
}

/**
 * Completed runs of a resumed sweep that are not in its recordings: they were made without `--persist`, or their part file
 * is gone. They are made again, which says the same as before. Tells how many.
 */
export async function unrecordedRuns(
  directory: string,
  registry: RegistryStore,
  flags: RecordingFlags,
  terminal: Terminal,
): Promise<readonly string[]> {
  if (recordingStore(flags) === undefined) return [];
  const completed = await registry.query("", { status: "completed" });
  if (completed.length === 0) return [];
  const recorded = await recordedRuns(recordingsOf(directory));
  const missing = completed.map(({ runId }) => runId).filter((id) => !recorded.has(id));
  if (missing.length > 0) {
    const { count } = await import("./run_summary.ts");
    terminal.error(`warning: ${count(missing.length, "completed run")} without a recording made again\n`);
  }
  return missing;
}

async function recordedRuns(directory: string): Promise<ReadonlySet<string>> {
  const { hasParts, openParts } = await recordedParts();
  if (!hasParts(directory)) return new Set();
  await using parts = await openParts(directory);
  const rows = await parts.rows("SELECT simulation_id FROM simulations WHERE status = 'completed'");
  return new Set(rows.map((row) => String(row["simulation_id"])));
}
