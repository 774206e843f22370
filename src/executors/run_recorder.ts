/**
 * Records runs of the ring model in a part file as they are made (spec 09 3.2.6). A transaction costs more than a short
 * run, so that several runs are written together; an executor reports a run as finished when it is written, never before.
 *
 * @module
 */
import { isRecord } from "../experiments/plan.ts";
import { openPart } from "../stores/duckdb/parts.ts";
import { wholeRing } from "../stores/duckdb/ring_recorder.ts";
import type { DuckDbSimulations, WholeSimulation } from "../stores/duckdb/simulations.ts";
import type { RingRunLeft } from "./run_product.ts";

/** Takes what runs left, and keeps it for good when it is asked to. */
export interface RunRecorder extends AsyncDisposable {
  /** Takes what a run left; it is on the disk after the next {@linkcode flush}. */
  add(left: RingRunLeft): void;
  /** Throws what opening the place failed with so far: nothing of what is made from now on could be kept. */
  check(): void;
  /** Whether enough waits for a {@linkcode flush}. */
  readonly isFull: boolean;
  /**
   * Writes what waits; more can be added meanwhile.
   *
   * @throws {StoreError} when it cannot be written; what waited is not recorded then.
   */
  flush(): Promise<void>;
  /** Starts what closing would take long for, while the caller does something else. More can be added all the same. */
  tidy(): void;
}

/** Where runs are recorded: a directory of part files, and which of them. */
export interface RecordingPlace {
  readonly directory: string;
  /** The name of the part, one for each writer. */
  readonly part: string;
}

/** What waits at most: runs, and events of all of them. */
const MOST_RUNS = 256;
const MOST_EVENTS = 60_000;

/** Records in the part file of one writer. */
export class PartRecorder implements RunRecorder {
  readonly #part: Promise<DuckDbSimulations>;
  #failure: unknown;
  #waiting: WholeSimulation[] = [];
  #events = 0;

  /**
   * Starts to open the part file: the first runs are made meanwhile. {@linkcode check} and {@linkcode flush} throw the
   * {@linkcode Conflict} of one that another process writes to, and the {@linkcode StoreError} of one that cannot be made.
   */
  constructor({ directory, part }: RecordingPlace) {
    this.#part = openPart(directory, part);
    this.#part.catch((error) => this.#failure = error);
  }

  /** @inheritdoc */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** @inheritdoc */
  add({ runId, source, outcome, seconds }: RingRunLeft): void {
    // What the run was made from is enough to make it again, and a hundredth of its scenario.
    const config = isRecord(source) ? source : {};
    const simulation = wholeRing(outcome, { simulationId: runId, file: "", config, seconds });
    this.#waiting.push(simulation);
    this.#events += outcome.log.length;
  }

  /** @inheritdoc */
  get isFull(): boolean {
    return this.#waiting.length >= MOST_RUNS || this.#events >= MOST_EVENTS;
  }

  /** @inheritdoc */
  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#events = 0;
    const part = await this.#part;
    // A run that is made again replaces its earlier recording, which says the same.
    await part.recordMany(waiting, { replace: true });
  }

  /** @inheritdoc */
  tidy(): void {
    this.#part.then((part) => part.database.tidy()).catch(() => {}); // one that never opened is told by the others
  }

  /** Closes the part file. What was not flushed is not recorded; that it was never open is told by the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    const part = await this.#part.catch(() => undefined);
    await part?.[Symbol.asyncDispose]();
  }
}
