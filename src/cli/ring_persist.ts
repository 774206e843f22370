/**
 * What `--persist` adds to runs and sweeps of the ring model: their events in a database (spec 09 3.2.6).
 *
 * @module
 */
import { Conflict } from "../core/errors.ts";
import type {
  ExecuteOptions,
  ResultStore,
  RunRequest,
  RunResult,
  SimulationConfig,
  SimulationExecutor,
} from "../experiments/contracts.ts";
import { LocalExecutor } from "../executors/local.ts";
import { executeRing } from "../executors/ring_run.ts";
import type { RingRunLeft } from "../executors/run_product.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { scenarioDocument } from "../ring/scenario/document.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { openPart } from "../stores/duckdb/parts.ts";
import { recordRing } from "../stores/duckdb/ring_recorder.ts";
import type { DuckDbSimulations } from "../stores/duckdb/simulations.ts";
import { openRecording } from "./payments_persist.ts";
import type { Terminal } from "./terminal.ts";

/** How a recorded run is named. */
interface RecordedNames {
  readonly database: string;
  readonly simulationId: string | undefined;
  /** The scenario file. */
  readonly file: string;
}

/** Records one run. @throws {Conflict} when the database has a simulation of that id. */
export async function persistRing(
  { database, simulationId, file }: RecordedNames,
  scenario: Scenario,
  outcome: RingOutcome,
  seconds: number,
  terminal: Terminal,
): Promise<void> {
  const id = simulationId ?? `sim-${crypto.randomUUID().slice(0, 8)}`;
  await using store = await openRecording(database, terminal);
  await recordRing(store, outcome, { simulationId: id, file, config: configOf(scenario), seconds });
  terminal.error(`Recorded as ${id} in ${database}\n`);
}

function configOf(scenario: Scenario): SimulationConfig {
  return { ...scenarioDocument(scenario) };
}

/** The local executor with a part file in which every run's events are kept. */
export class RecordingExecutor implements SimulationExecutor {
  readonly #inner: LocalExecutor;
  readonly #part: DuckDbSimulations;
  #failure: { readonly error: unknown } | undefined;

  private constructor(part: DuckDbSimulations, results: ResultStore) {
    this.#part = part;
    this.#inner = new LocalExecutor(
      (request, control) => executeRing(request, { ...control, onOutcome: (left) => this.#record(left) }),
      results,
    );
  }

  /** Opens the part file. @throws {Conflict} when another process writes to it. */
  static async open(directory: string, results: ResultStore): Promise<RecordingExecutor> {
    return new RecordingExecutor(await openPart(directory, "local"), results);
  }

  /** A run that cannot be recorded has not failed: what is wrong with the database ends the sweep instead. */
  async #record(left: RingRunLeft): Promise<void> {
    try {
      await this.#recordOnce(left);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** A run that was recorded before its sweep was interrupted is not recorded twice. */
  async #recordOnce({ runId, scenario, outcome, seconds }: RingRunLeft): Promise<void> {
    const record = { simulationId: runId, file: "", config: configOf(scenario), seconds };
    try {
      await recordRing(this.#part, outcome, record);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      await this.#part.delete(runId);
      await recordRing(this.#part, outcome, record);
    }
  }

  /** @inheritdoc */
  async execute(request: RunRequest, options?: ExecuteOptions): Promise<RunResult> {
    const result = await this.#inner.execute(request, options);
    if (this.#failure !== undefined) throw this.#failure.error;
    return result;
  }

  /** @inheritdoc */
  async *executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options?: ExecuteOptions,
  ): AsyncIterable<RunResult> {
    for await (const result of this.#inner.executeMany(requests, options)) {
      if (this.#failure !== undefined) throw this.#failure.error;
      yield result;
    }
  }

  /** Closes the part file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
    await this.#part[Symbol.asyncDispose]();
  }
}
