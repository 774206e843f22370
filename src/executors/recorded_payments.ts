/**
 * Simulates runs of the payments model while they are recorded, and brings interrupted recordings to their end.
 *
 * @module
 */
import { Conflict, NotFound } from "../core/errors.ts";
import type { EngineConfig } from "../payments/config.ts";
import { parseJsonDocument } from "../payments/scenario/document.ts";
import { readEngineDictionary } from "../payments/scenario/engine_dictionary.ts";
import { readKeptDictionary } from "../payments/scenario/load.ts";
import { SavingCounter } from "../payments/saving_counter.ts";
import { type PaymentsRun, type RunOptions, runPaymentsStepwise } from "../payments/script.ts";
import { parseScript } from "../payments/script_file.ts";
import { runConfigHash } from "../stores/duckdb/config_text.ts";
import { PaymentsRecorder } from "../stores/duckdb/payments_recorder.ts";
import { storedRemake } from "../stores/duckdb/payments_remake.ts";
import type { DuckDbSimulations } from "../stores/duckdb/simulations.ts";

/**
 * Runs tick by tick for a recorder that `options.onTick` tells of them. Of a run that the signal of the options stops, the
 * ticks so far are recorded.
 *
 * @param breathe called after every tick, and waited for, so that a signal can come in
 */
export async function runRecorded(
  recorder: PaymentsRecorder,
  config: EngineConfig,
  options: RunOptions,
  breathe?: () => Promise<void> | undefined,
): Promise<PaymentsRun> {
  let known: PaymentsRun["logs"] = [];
  try {
    return await runPaymentsStepwise(config, options, (logs) => {
      known = logs;
      return recorder.afterTick(logs) ?? breathe?.();
    });
  } catch (error) {
    if (options.signal?.aborted === true && error === options.signal.reason) await recorder.keep(known);
    throw error;
  }
}

/** Runs a configuration to its end and records every tick; `database` is what a replay prints as its name. */
export async function recordPaymentsRun(
  recorder: PaymentsRecorder,
  config: EngineConfig,
  options: RunOptions,
  database: string,
): Promise<PaymentsRun> {
  const saving = new SavingCounter();
  let [ticks, totalCost] = [0, 0];
  const started = performance.now();
  const run = await runRecorded(recorder, config, {
    ...options,
    onTick: (line, engine) => {
      ticks++;
      totalCost += line.totalCost;
      saving.look(engine.log);
      recorder.tick(line, engine, saving.count);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  await recorder.finish(run, { ticks, seconds, totalCost, lsmReleases: saving.count, database });
  return run;
}

/**
 * Makes an interrupted run again from what is stored of it. Its rows are replaced when the run is over, in one step: whoever
 * interrupts this leaves the recording as it was, and a second one beside it that the next call removes.
 *
 * @param database what a replay prints as the name of the database
 * @throws {NotFound} for an unknown id; {@linkcode Conflict} for a run that is not interrupted, or that would not be the
 * same; {@linkcode StoreError} for one that does not say what it was made from.
 */
export async function resumePaymentsRun(
  store: DuckDbSimulations,
  simulationId: string,
  database: string,
): Promise<PaymentsRun> {
  const { path } = store.database;
  const [row] = await store.database.rows("SELECT * FROM simulations WHERE simulation_id = ?", [simulationId]);
  if (row === undefined) throw new NotFound(`${path} has no simulation ${simulationId}`);
  const remake = storedRemake(row, path);
  const { behaviours, reference, fullReplay, file, ticks, script, experimentRunId, experimentIteration } = remake;
  const dictionary = parseJsonDocument(remake.dictionary, `the configuration of ${simulationId}`);
  const document = parseJsonDocument(remake.document, `the configuration of ${simulationId}`);
  if (runConfigHash(document) !== remake.configHash) {
    throw new Conflict(`The configuration of ${simulationId} was changed since it was recorded; it cannot be resumed`);
  }
  const again = `${simulationId} (made again)`;
  await store.deleteIfThere(again);
  const config = readKeptDictionary(dictionary, behaviours);
  const recorder = await PaymentsRecorder.start(store, {
    simulationId: again,
    file,
    document,
    config,
    reference,
    fullReplay,
    remake: {
      dictionary: dictionaryOf(dictionary),
      behaviours,
      ...(ticks === undefined ? {} : { ticks }),
      ...(script === undefined ? {} : { script }),
    },
    ...(experimentRunId === undefined ? {} : { experimentRunId }),
    ...(experimentIteration === undefined ? {} : { experimentIteration }),
  });
  const run = await recordPaymentsRun(recorder, config, {
    behaviours,
    readConfig: (source) => readEngineDictionary(source, { reference }).config,
    ...(ticks === undefined ? {} : { ticks }),
    ...(script === undefined ? {} : { script: parseScript(script, "script") }),
  }, database);
  await store.replace(simulationId, again);
  return run;
}

function dictionaryOf(source: unknown): Readonly<Record<string, unknown>> {
  return typeof source === "object" && source !== null ? { ...source } : {};
}
