/**
 * The worker's side of the pool: takes batches, computes their runs, sends the results back. It writes no
 * file but the part in which it records runs, where it is asked to.
 *
 * @module
 */
import { Conflict, StoreError } from "../core/errors.ts";
import { breathing } from "./event_loop.ts";
import { type FromWorker, messageToWorker, ProductPacker, SHARED, type ToWorker } from "./pool_protocol.ts";
import { failedProduct, type RingRunLeft, type RunFunction, type RunProduct } from "./run_product.ts";
import type { RecordingPlace, RunRecorder } from "./run_recorder.ts";

/** How often at most a long run reports its day, in milliseconds. */
const DAY_REPORTS = 100;

/** The part of a worker's global scope that is used here. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

/** Gives what records a worker's runs; its place may still be being opened. */
export type OpenRecorder = (place: RecordingPlace) => Promise<RunRecorder>;

/** Serves the pool from a worker, one batch after the other, until the pool ends the worker. */
export function serveRuns(run: RunFunction, scope: WorkerScope, openRecorder?: OpenRecorder): void {
  const served = new Served(run, scope, openRecorder);
  let last: Promise<void> = Promise.resolve();
  scope.onmessage = (event) => {
    const message = messageToWorker(event.data);
    // What fails outside of a run is a defect of this program: it ends the worker, and the pool starts another.
    last = last.then(() => served.answer(message));
  };
}

class Served {
  readonly #run: RunFunction;
  readonly #scope: WorkerScope;
  readonly #openRecorder: OpenRecorder | undefined;
  #shared: Int32Array = new Int32Array(SHARED.length);
  #recorder: RunRecorder | undefined;
  /** Batches whose recording is under way: what is reported is recorded. */
  #reported: Promise<void> = Promise.resolve();

  constructor(run: RunFunction, scope: WorkerScope, openRecorder: OpenRecorder | undefined) {
    this.#run = run;
    this.#scope = scope;
    this.#openRecorder = openRecorder;
  }

  async answer(message: ToWorker): Promise<void> {
    try {
      switch (message.type) {
        case "start":
          this.#shared = new Int32Array(message.shared);
          if (message.recording !== null) this.#recorder = await this.#openRecorder?.(message.recording);
          return this.#send({ type: "ready" });
        case "batch":
          return await this.#computeBatch(message);
        case "end":
          await this.#reported;
          await this.#recorder?.[Symbol.asyncDispose]();
          return this.#send({ type: "ended" });
      }
    } catch (error) {
      this.#tellTrouble(error);
    }
  }

  #tellTrouble(error: unknown): void {
    if (!(error instanceof StoreError || error instanceof Conflict)) throw error;
    this.#send({ type: "trouble", message: error.message });
  }

  #send(message: FromWorker, transfer: Transferable[] = []): void {
    this.#scope.postMessage(message, transfer);
  }

  async #computeBatch({ requests, keep, epoch, reportDays }: ToWorker & { type: "batch" }): Promise<void> {
    const start = performance.now();
    const packer = new ProductPacker();
    const cancel = new AbortController();
    const shared = this.#shared;
    const recorder = this.#recorder;
    // What the database answers is let in while runs are made; without one nothing has to come in.
    const breathe = recorder === undefined ? undefined : breathing();
    let reported = start;
    for (const request of requests) {
      let unreported: number | undefined;
      const reportDay = (): void => {
        if (!reportDays || unreported === undefined) return;
        this.#send({ type: "day", runId: request.runId, day: unreported });
        reported = performance.now();
        unreported = undefined;
      };
      const onTime = (day: number): void => {
        Atomics.add(shared, SHARED.heartbeat, 1);
        if (Atomics.load(shared, SHARED.cancelledEpoch) === epoch) cancel.abort();
        unreported = day;
        if (performance.now() - reported >= DAY_REPORTS) reportDay();
      };
      if (Atomics.load(shared, SHARED.cancelledEpoch) === epoch) break;
      Atomics.add(shared, SHARED.heartbeat, 1);
      let product: RunProduct;
      try {
        const onOutcome = recorder === undefined ? {} : { onOutcome: (left: RingRunLeft) => recorder.add(left) };
        product = await this.#run(request, { keep, onTime, signal: cancel.signal, ...onOutcome });
      } catch (error) {
        if (cancel.signal.aborted) break;
        product = failedProduct(request, error);
      }
      reportDay();
      packer.add(product);
      await breathe?.();
      recorder?.check();
      if (recorder?.isFull) await recorder.flush();
    }
    const { runs, bytes } = packer.take();
    const results: FromWorker = { type: "results", runs, bytes, busy: performance.now() - start };
    if (recorder === undefined) return this.#send(results, [bytes.buffer]);
    // The next batch is computed while this one is put on the disk; the pool hands out no more than it knows reported.
    const recorded = recorder.flush();
    // Told when its turn comes.
    recorded.catch(() => {});
    this.#reported = this.#reported.then(() => recorded).then(
      () => this.#send(results, [bytes.buffer]),
      (error) => this.#tellTrouble(error),
    );
  }
}
