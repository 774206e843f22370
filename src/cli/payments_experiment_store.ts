/**
 * Where the commands about policy experiments keep and find records: in a database, or in a folder that needs none.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { ExperimentReader, ExperimentRecorder, RecordedExperiment } from "../experiments/payments/contracts.ts";
import { directoryOf } from "../stores/files/paths.ts";
import { from, isFileAt } from "./paths.ts";

/** Where records are when nobody says otherwise (spec 08 12). */
export const DEFAULT_RECORDS = "results/experiments.db";

/** Records that somebody has to close. */
export interface OpenRecords extends AsyncDisposable {
  readonly recorder: ExperimentRecorder;
  readonly reader: ExperimentReader;
  /** Clears away what a crash left of an experiment that goes on. */
  tidy(runId: string): Promise<void>;
}

function isDatabase(path: string): boolean {
  return /\.(?:db|duckdb)$/i.test(path);
}

/**
 * Opens records for writing; they are made where there are none.
 *
 * @param runId The experiment, where it is known: one process at a time writes it.
 * @throws {Conflict} when another process holds the database or the experiment, {@linkcode StoreError} when it cannot be
 * used.
 */
export async function openRecords(directory: string, path: string, runId?: string): Promise<OpenRecords> {
  const place = from(directory, path);
  if (!isDatabase(path)) return await journalAt(place, runId);
  const { DuckDbSimulations } = await import("../stores/duckdb/simulations.ts");
  const { DuckDbExperimentRecorder } = await import("../stores/duckdb/experiment_recorder.ts");
  const { DuckDbExperimentReader } = await import("../stores/duckdb/experiment_reader.ts");
  Deno.mkdirSync(directoryOf(place), { recursive: true });
  const store = await DuckDbSimulations.open(place);
  const recorder = new DuckDbExperimentRecorder(store, path);
  return {
    recorder,
    reader: new DuckDbExperimentReader(store.database),
    tidy: async (runId) => void await recorder.forgetUnfinished(runId),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

async function journalAt(place: string, runId?: string): Promise<OpenRecords> {
  const { ExperimentJournal } = await import("../stores/files/experiment_journal.ts");
  const journal = new ExperimentJournal(place);
  const lock = runId === undefined ? undefined : await lockOf(place, runId);
  return {
    recorder: journal,
    reader: journal,
    // It does so itself when it is written to.
    tidy: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(lock?.[Symbol.dispose]()),
  };
}

async function lockOf(place: string, runId: string): Promise<Disposable> {
  const { DirectoryLock } = await import("../stores/files/lock.ts");
  const { checkedName } = await import("../stores/files/names.ts");
  checkedName(runId, "run id");
  return DirectoryLock.take(`${place}/${runId}/lock`, `payments experiment ${runId}`, new Date().toISOString());
}

/** Records that are read only. */
export interface ReadRecords extends AsyncDisposable {
  readonly reader: ExperimentReader;
}

/** Opens records that are there. @throws {NotFound} when there is no such database. */
export async function readRecords(directory: string, path: string): Promise<ReadRecords> {
  const place = from(directory, path);
  if (!isDatabase(path)) return await journalAt(place);
  if (!isFileAt(place)) throw new NotFound(`There is no database ${path}; name another place with --db`);
  const { Database } = await import("../stores/duckdb/driver.ts");
  const { DuckDbExperimentReader } = await import("../stores/duckdb/experiment_reader.ts");
  const database = await Database.open(place, { readOnly: true });
  return {
    reader: new DuckDbExperimentReader(database),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** One recorded experiment. @throws {NotFound} naming those that are there. */
export async function recordedExperiment(directory: string, path: string, runId: string): Promise<RecordedExperiment> {
  await using records = await readRecords(directory, path);
  const found = await records.reader.loadExperiment(runId);
  if (found !== null) return found;
  const { suggestion } = await import("../core/nearest.ts");
  const known = (await records.reader.listExperiments()).map(({ run_id }) => run_id);
  const there = known.length === 0 ? "there are none" : `\`payments experiment results\` lists ${known.length}`;
  throw new NotFound(`No experiment ${runId} is recorded in ${path}${suggestion(runId, known)}; ${there}.`);
}
