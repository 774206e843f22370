/**
 * A database in which runs are simulated and recorded in one go, for notebooks and programs that use the library: the same scenario
 * leaves the same rows as with `--persist` on the command line (INV-11).
 *
 * @module
 */
import type {
  EventRecord,
  EventStretch,
  SimulationConfig,
  SimulationMetrics,
  SimulationPersistenceProvider,
} from "../experiments/contracts.ts";
import { parseJsonDocument } from "../payments/scenario/document.ts";
import { readPaymentsScenario } from "../payments/scenario/load.ts";
import type { PaymentsRun } from "../payments/script.ts";
import { simulateRing } from "../ring/engine/simulate.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { scenarioDocument } from "../ring/scenario/document.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import type { Database, OpenOptions } from "../stores/duckdb/driver.ts";
import { PaymentsRecorder } from "../stores/duckdb/payments_recorder.ts";
import { recordRing } from "../stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../stores/duckdb/simulations.ts";
import { recordPaymentsRun } from "./recorded_payments.ts";

/** How a recorded run is named. */
export interface RecordedRunOptions {
  /** Under which it is found again. */
  readonly simulationId: string;
  /** Where the scenario came from; default empty. A payments scenario in `.json` is read as JSON. */
  readonly file?: string;
}

/** How a payments run is recorded. */
export interface RecordedPaymentsOptions extends RecordedRunOptions {
  /** Reads and simulates as the reference does. */
  readonly reference?: boolean;
  /** Whether every tick leaves the banks' states, the queues and the decisions of policies. */
  readonly fullReplay?: boolean;
  /** Ticks to simulate, fewer or more than the scenario's days have. */
  readonly ticks?: number;
  /** Checked between ticks; when aborted the run throws its reason and stays recorded as `running`. */
  readonly signal?: AbortSignal;
}

/**
 * A database of recorded simulations: runs are recorded in it, and questions asked of it. DuckDB, which is native code, is
 * loaded when it is opened.
 */
export class Recordings implements SimulationPersistenceProvider, AsyncDisposable {
  readonly #store: DuckDbSimulations;

  private constructor(store: DuckDbSimulations) {
    this.#store = store;
  }

  /**
   * Opens a database for recording; it is made, or brought to the present schema, where that is needed.
   *
   * @param path a file whose folder is there, or `:memory:`
   * @throws {Conflict} when another process holds it; {@linkcode StoreError} when it is something else.
   */
  static async open(path: string, options: OpenOptions = {}): Promise<Recordings> {
    return new Recordings(await DuckDbSimulations.open(path, options));
  }

  /** What questions are asked of. */
  get database(): Database {
    return this.#store.database;
  }

  /** Simulations that another process began and did not end. */
  get interrupted(): readonly string[] {
    return this.#store.interrupted;
  }

  /**
   * Simulates a scenario of the payments model and records it tick by tick. A run that fails is an outcome with an error,
   * recorded as `failed`.
   *
   * @param text the scenario, as a file has it
   * @throws {ValidationError} for a scenario that is wrong; {@linkcode Conflict} when a simulation of that id is recorded
   * already; {@linkcode StoreError} when it cannot be recorded.
   */
  async recordPayments(text: string, options: RecordedPaymentsOptions): Promise<PaymentsRun> {
    const { simulationId, file = "", reference, fullReplay, ticks, signal } = options;
    const runTicks = ticks === undefined ? {} : { ticks };
    const document = await parsed(text, file);
    const reading = reference === undefined ? {} : { reference };
    const { config, behaviours, dictionary } = readPaymentsScenario(document, reading);
    const recorder = await PaymentsRecorder.start(this.#store, {
      simulationId,
      file,
      document,
      config,
      reference: reference === true,
      ...(fullReplay === undefined ? {} : { fullReplay }),
      remake: { dictionary, behaviours, ...runTicks },
    });
    const stop = signal === undefined ? {} : { signal };
    return await recordPaymentsRun(recorder, config, { behaviours, ...runTicks, ...stop }, this.database.path);
  }

  /**
   * Simulates a scenario of the ring model and records it, a day as a tick.
   *
   * @throws {Conflict} when a simulation of that id is recorded already; {@linkcode StoreError} when it cannot be
   * recorded.
   */
  async recordRing(scenario: Scenario, { simulationId, file = "" }: RecordedRunOptions): Promise<RingOutcome> {
    const started = performance.now();
    const outcome = simulateRing(scenario);
    const seconds = (performance.now() - started) / 1000;
    const config = { ...scenarioDocument(scenario) };
    await recordRing(this.#store, outcome, { simulationId, file, config, seconds });
    return outcome;
  }

  /** @inheritdoc */
  async persistSimulationStart(
    simulationId: string,
    config: SimulationConfig,
    experimentRunId?: string,
    experimentIteration?: number,
  ): Promise<void> {
    await this.#store.persistSimulationStart(simulationId, config, experimentRunId, experimentIteration);
  }

  /** @inheritdoc */
  async persistTickEvents(
    simulationId: string,
    tick: number,
    events: readonly EventRecord[] | EventStretch,
  ): Promise<number> {
    return await this.#store.persistTickEvents(simulationId, tick, events);
  }

  /** @inheritdoc */
  async persistSimulationComplete(simulationId: string, metrics: SimulationMetrics): Promise<void> {
    await this.#store.persistSimulationComplete(simulationId, metrics);
  }

  /** Deletes everything that is recorded of a simulation. @throws {NotFound} */
  async delete(simulationId: string): Promise<void> {
    await this.#store.delete(simulationId);
  }

  /** Closes the database. A simulation that has not ended stays `running`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }
}

async function parsed(text: string, file: string): Promise<unknown> {
  if (/\.json$/i.test(file) || /^\s*\{/.test(text)) return parseJsonDocument(text, file);
  // The reader of YAML is loaded for YAML only.
  return (await import("../core/yaml_text.ts")).parseYaml(text, file === "" ? "scenario" : file);
}
