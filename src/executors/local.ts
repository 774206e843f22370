/**
 * Runs simulations in this process, one at a time.
 *
 * @module
 */
import type {
  ArtifactPolicy,
  ExecuteOptions,
  ResultStore,
  RunRequest,
  RunResult,
  SimulationExecutor,
} from "../experiments/contracts.ts";
import { failedProduct, keepsArtifacts, type RunFunction, type RunProduct } from "./run_product.ts";

/**
 * Milliseconds that short runs may take together before anything else gets its turn: a turn after each of them would
 * have the registry flush the disk for each of them, too.
 */
const TURN = 5;
/** Turns in a row: an answer of a database takes several, each of which costs next to nothing where nobody waits. */
const TURNS = 8;

/** The executor that needs nothing. */
export class LocalExecutor implements SimulationExecutor {
  readonly #run: RunFunction;
  readonly #results: ResultStore | null;

  /** @param results where artifacts go; null keeps none, whatever the policy says */
  constructor(run: RunFunction, results: ResultStore | null) {
    this.#run = run;
    this.#results = results;
  }

  /** @inheritdoc */
  async execute(request: RunRequest, options: ExecuteOptions = {}): Promise<RunResult> {
    options.signal?.throwIfAborted();
    return await this.#kept(await this.#computed(request, options), options);
  }

  /** @inheritdoc */
  async *executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options: ExecuteOptions = {},
  ): AsyncIterable<RunResult> {
    let turnedAt = performance.now();
    for await (const request of requests) {
      if (options.signal?.aborted) return;
      try {
        yield await this.execute(request, options);
      } catch (error) {
        // A run that was cut short is not a result; it will be made again.
        if (options.signal?.aborted) return;
        throw error;
      }
      if (performance.now() - turnedAt < TURN) continue;
      // Timers, signals and finished writes get their turn; a timer would wait a millisecond and more.
      for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      turnedAt = performance.now();
    }
  }

  /** @inheritdoc */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** Computes a run; throws the signal's reason when it is cut short. */
  async #computed(request: RunRequest, options: ExecuteOptions): Promise<RunProduct> {
    const { onProgress, signal } = options;
    try {
      return await this.#run(request, {
        keep: this.#keep(options),
        ...(onProgress === undefined ? {} : { onTime: (time) => onProgress(request.runId, time) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      return failedProduct(request, error);
    }
  }

  /** The result of a run, its artifacts stored when they are to be kept. */
  async #kept({ result, artifacts }: RunProduct, options: ExecuteOptions): Promise<RunResult> {
    if (this.#results === null || !keepsArtifacts(this.#keep(options), result)) return result;
    return await this.#results.saveRun(options.experimentId ?? "", result, artifacts);
  }

  #keep(options: ExecuteOptions): ArtifactPolicy {
    return this.#results === null ? "none" : options.artifacts ?? "all";
  }
}
