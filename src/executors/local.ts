/**
 * Runs simulations in this process, one at a time.
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
import { failedProduct, keepsArtifacts, type RunFunction, type RunProduct } from "./run_product.ts";

/** How long runs are made before timers, signals and finished writes get their turn, in milliseconds. */
const TURN = 20;

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
    const keep = this.#results === null ? "none" : options.artifacts ?? "all";
    const { onProgress, signal } = options;
    let product: RunProduct;
    try {
      product = await this.#run(request, {
        keep,
        ...(onProgress === undefined ? {} : { onTime: (time) => onProgress(request.runId, time) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      product = failedProduct(request, error);
    }
    if (this.#results === null || !keepsArtifacts(keep, product.result)) return product.result;
    return await this.#results.saveRun(options.experimentId ?? "", product.result, product.artifacts);
  }

  /** @inheritdoc */
  async *executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options: ExecuteOptions = {},
  ): AsyncIterable<RunResult> {
    let turnEnds = performance.now() + TURN;
    for await (const request of requests) {
      if (performance.now() > turnEnds) {
        // A timer would wait a millisecond and more.
        await new Promise<void>((resolve) => setImmediate(resolve));
        turnEnds = performance.now() + TURN;
      }
      if (options.signal?.aborted) return;
      try {
        yield await this.execute(request, options);
      } catch (error) {
        // A run that was cut short is not a result; it will be made again.
        if (options.signal?.aborted) return;
        throw error;
      }
    }
  }

  /** @inheritdoc */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
