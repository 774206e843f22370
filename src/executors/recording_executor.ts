/**
 * The local executor with a part file in which every run's events are kept.
 *
 * @module
 */
import type {
  ExecuteOptions,
  ResultStore,
  RunRequest,
  RunResult,
  SimulationExecutor,
} from "../experiments/contracts.ts";
import { LocalExecutor } from "./local.ts";
import { executeRing } from "./ring_run.ts";
import type { RunRecorder } from "./run_recorder.ts";

/** For how long results wait at most for others that are recorded together with them, in milliseconds. */
const PATIENCE = 250;

/** Results whose recording is under way. */
interface Written {
  readonly results: readonly RunResult[];
  readonly flushed: Promise<void>;
}

/** Runs simulations in this process and hands each result on when its events are recorded. */
export class RecordingExecutor implements SimulationExecutor {
  readonly #inner: LocalExecutor;
  readonly #recorder: RunRecorder;

  /** The executor owns the recorder and closes it. */
  constructor(recorder: RunRecorder, results: ResultStore | null) {
    this.#recorder = recorder;
    this.#inner = new LocalExecutor(
      (request, control) => executeRing(request, { ...control, onOutcome: (left) => recorder.add(left) }),
      results,
    );
  }

  /** @inheritdoc */
  async execute(request: RunRequest, options?: ExecuteOptions): Promise<RunResult> {
    const result = await this.#inner.execute(request, options);
    await this.#recorder.flush();
    return result;
  }

  /** @inheritdoc */
  async *executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options?: ExecuteOptions,
  ): AsyncIterable<RunResult> {
    let finished: RunResult[] = [];
    let written: Written = { results: [], flushed: Promise.resolve() };
    let since = performance.now();
    for await (const result of this.#inner.executeMany(requests, options)) {
      this.#recorder.check();
      finished.push(result);
      if (!this.#recorder.isFull && performance.now() - since < PATIENCE) continue;
      // The next runs are made while these are put on the disk.
      const before = written;
      await before.flushed;
      written = { results: finished, flushed: this.#flush() };
      finished = [];
      since = performance.now();
      yield* before.results;
    }
    await written.flushed;
    yield* written.results;
    await this.#flush();
    // The tables of the sweep are written meanwhile.
    this.#recorder.tidy();
    yield* finished;
  }

  /** A failure is told when somebody waits for it. */
  #flush(): Promise<void> {
    const flushed = this.#recorder.flush();
    flushed.catch(() => {});
    return flushed;
  }

  /** Closes the part file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
    await this.#recorder[Symbol.asyncDispose]();
  }
}
