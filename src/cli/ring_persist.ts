/**
 * What `--persist` adds to a run of the ring model: its events in a database.
 *
 * @module
 */
import { letIn } from "../executors/event_loop.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { scenarioDocument } from "../ring/scenario/document.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { storedJson } from "../stores/duckdb/event_details.ts";
import { wholeRing } from "../stores/duckdb/ring_recorder.ts";
import type { DuckDbSimulations } from "../stores/duckdb/simulations.ts";
import { openRecording } from "./recording_file.ts";
import type { Terminal } from "./terminal.ts";

/** How a recorded run is named. */
interface RecordedNames {
  readonly database: string;
  readonly simulationId: string | undefined;
  /** The scenario file. */
  readonly file: string;
}

/** The database of one run. It is opened while the run is made, and brought in order while its files are written. */
export class RingPersistence implements AsyncDisposable {
  readonly #names: RecordedNames;
  readonly #terminal: Terminal;
  #store: Promise<DuckDbSimulations> | undefined;

  constructor(names: RecordedNames, terminal: Terminal) {
    this.#names = names;
    this.#terminal = terminal;
  }

  /**
   * Starts to open the database, once. To be called when the run has begun: a scenario that is wrong makes no database.
   * A failure is thrown by {@linkcode record}.
   */
  open(): void {
    this.#opening().catch(() => {});
  }

  #opening(): Promise<DuckDbSimulations> {
    return this.#store ??= openRecording(this.#names.database, this.#terminal);
  }

  /**
   * Records the run.
   *
   * @param seconds that the simulation took
   * @throws {Conflict} when another process holds the database, or when it has a simulation of that id.
   */
  async record(scenario: Scenario, outcome: RingOutcome, seconds: number): Promise<void> {
    this.open();
    // What is long in this thread comes between the steps of opening.
    await letIn();
    const config = { ...scenarioDocument(scenario) };
    await letIn();
    const { file, database, simulationId = `sim-${crypto.randomUUID().slice(0, 8)}` } = this.#names;
    const whole = wholeRing(outcome, { simulationId, file, config, seconds });
    await letIn();
    const start = { ...whole.start, configJson: storedJson(config) };
    const store = await this.#opening();
    await store.recordMany([{ ...whole, start }]);
    this.#terminal.error(`Recorded as ${simulationId} in ${database}\n`);
    store.database.tidy();
  }

  /** Closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    await store?.[Symbol.asyncDispose]();
  }
}
