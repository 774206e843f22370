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
import { breathing } from "./event_loop.ts";
import { failedProduct, keepsArtifacts, type RunFunction, type RunProduct } from "./run_product.ts";

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
    // A turn after each short run would have the registry flush the disk for each of them, too.
    const breathe = breathing();
    for await (const request of requests) {
      if (options.signal?.aborted) return;
      try {
        yield await this.execute(request, options);
      } catch (error) {
        // A run that was cut short is not a result; it will be made again.
        if (options.signal?.aborted) return;
        throw error;
      }
      await breathe();
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
