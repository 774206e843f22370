/**
 * What all sweeps have in common on the command line: where and how their runs are made, and what is kept of them
 * (spec 09 3.2, 4 and 5).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { ArtifactPolicy, ResultStore, SimulationExecutor } from "../experiments/contracts.ts";
import type { RunsWithoutFiles } from "../stores/files/sweep_directory.ts";
import { type FlagValues, oneOf, onOff, text, wholeNumber } from "./flags.ts";
import { configuration, recordingExecutor, runRecorder, settingViews } from "./on_demand.ts";
import { from } from "./paths.ts";
import { CLOUD_SYNC_FLAGS } from "./sweep_cloud.ts";
import { RECORDING_FLAGS, recordingPlace, recordingsOf, recordingStore } from "./sweep_recordings.ts";
import type { Terminal } from "./terminal.ts";

/** The flags about execution, the last ones of every sweep. */
export const EXECUTION_FLAGS = Object.freeze({
  "executor": oneOf(["local", "pool"], "this thread, or all cores", { fallback: "local", group: "Execution" }),
  "workers": wholeNumber("N", "workers of the pool", { min: 1, max: 1024 }, {
    fallback: "BILANCIO_WORKERS or the number of cores",
  }),
  "artifacts": oneOf(["all", "failed", "none"], "whose files are kept", {
    fallback: "all up to 1,000 runs, else failed",
  }),
  ...RECORDING_FLAGS,
  ...CLOUD_SYNC_FLAGS,
  "resume": onOff("go on with the sweep in --out-dir; an error when there is none"),
  "force": onOff("start over in a new directory beside --out-dir"),
  "job-id": text("ID", "words such as castle-river-mountain, by which bilancio jobs finds the sweep", {
    fallback: "three new words",
  }),
  "cloud": onOff("run elsewhere (comes with a later version); --cloud-sync sends what was made here"),
  "quiet": onOff("no progress and no summary"),
  "json": onOff("one JSON object for each finished run on standard output, and one for the sweep at the end"),
});

/** Their values. */
export type ExecutionFlags = FlagValues<typeof EXECUTION_FLAGS>;

/** Runs up to which all files are kept unless something else is asked for (spec 09 3.2.6). */
const KEEP_ALL = 1000;

/**
 * Refuses flags that cannot be followed together, or not yet, and settles where runs are recorded.
 *
 * @returns the flags, with `--persist-to` as it holds
 * @throws {UsageError}
 */
export async function settledFlags<F extends ExecutionFlags>(flags: F, terminal: Terminal): Promise<F> {
  refuseContradictions(flags);
  return { ...flags, "persist-to": await recordingPlace(flags, terminal) };
}

function refuseContradictions(flags: ExecutionFlags): void {
  if (flags.cloud === true) {
    throw new UsageError(
      "--cloud (runs on other machines) comes with a later version. --executor pool uses all cores of this machine; " +
        "--persist-to postgres keeps job, runs and measures in a database; --cloud-sync sends the sweep at its end.",
    );
  }
  if (flags.resume === true && flags.force === true) {
    throw new UsageError("--resume goes on with a sweep and --force starts over: give one of them.");
  }
  if (flags["job-id"] !== undefined && !/^[a-z]+(-[a-z]+)+$/.test(flags["job-id"])) {
    throw new UsageError(`--job-id expects words such as castle-river-mountain, but got "${flags["job-id"]}".`);
  }
  // Looked at before anything is written.
  if (flags.workers === undefined) checkWorkersOfEnvironment();
}

/** Whose files are kept: as the flag says, else everybody's as long as they are few. */
export function artifactsOf(flags: ExecutionFlags, runs: number): ArtifactPolicy {
  return flags.artifacts ?? (runs <= KEEP_ALL ? "all" : "failed");
}

/** @throws {UsageError} for a value that is none. */
function checkWorkersOfEnvironment(): void {
  const text = Deno.env.get("BILANCIO_WORKERS");
  if (text === undefined || text === "") return;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1024) {
    throw new UsageError(`BILANCIO_WORKERS expects a whole number from 1 to 1024, but is "${text}".`);
  }
}

/** The workers that the environment or a file of settings asks for. @throws {UsageError} unless from 1 to 1024. */
async function configuredWorkers(terminal: Terminal): Promise<number | undefined> {
  const { processConfiguration } = await configuration();
  const { workers } = await settingViews();
  return workers(await processConfiguration(terminal.directory));
}

/**
 * The executor that the flags ask for. One that records throws the {@linkcode Conflict} of recordings that another process
 * writes to, and the {@linkcode StoreError} of those that cannot be made, when it has begun its runs.
 *
 * @param directory that of the sweep, for its recordings
 */
export async function executorOf(
  flags: ExecutionFlags,
  results: ResultStore,
  directory: string,
  terminal: Terminal,
): Promise<SimulationExecutor> {
  const recordings = recordingStore(flags) === undefined ? undefined : recordingsOf(directory);
  if (flags.executor === "pool") {
    const workers = flags.workers ?? await configuredWorkers(terminal);
    const { PoolExecutor } = await import("../executors/pool.ts");
    return new PoolExecutor({
      results,
      ...(workers === undefined ? {} : { workers }),
      ...(recordings === undefined ? {} : { recordings }),
    });
  }
  const { LocalExecutor } = await import("../executors/local.ts");
  const { executeRing } = await import("../executors/ring_run.ts");
  if (recordings !== undefined) {
    const { RecordingExecutor } = await recordingExecutor();
    const { PartRecorder } = await runRecorder();
    return new RecordingExecutor(new PartRecorder({ directory: recordings, part: "local" }), results);
  }
  return new LocalExecutor(executeRing, results);
}

/** The directory as the caller would write it; under --force it can be another than the one asked for. */
export function shownDirectory(path: string, asked: string, caller: string): string {
  if (path === from(caller, asked)) return asked;
  return caller !== "" && path.startsWith(`${caller}/`) ? path.slice(caller.length + 1) : path;
}

/** The completed runs that are made again because their files are wanted and not there. Says so. */
export async function madeAgain(
  { lost, unkept }: RunsWithoutFiles,
  flags: ExecutionFlags,
  artifacts: ArtifactPolicy,
  terminal: Terminal,
): Promise<readonly string[]> {
  const { count } = await import("./run_summary.ts");
  if (artifacts !== "all") {
    if (lost.length > 0) {
      terminal.error(
        `warning: the files of ${count(lost.length, "completed run")} are gone; --artifacts all makes them again\n`,
      );
    }
    return [];
  }
  // Who kept no files and does not ask for them now does not get everything made again.
  const again = flags.artifacts === "all" ? [...lost, ...unkept] : lost;
  if (again.length > 0) {
    terminal.error(`warning: ${count(again.length, "completed run")} without files made again\n`);
  }
  return again;
}
