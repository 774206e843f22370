/**
 * The worker's side of the pool: takes batches, computes their runs, sends the results back. It writes no file.
 *
 * @module
 */
import { type FromWorker, messageToWorker, ProductPacker, SHARED, type ToWorker } from "./pool_protocol.ts";
import { failedProduct, type RunFunction, type RunProduct } from "./run_product.ts";

/** How often at most a long run reports its day, in milliseconds. */
const DAY_REPORTS = 100;

/** The part of a worker's global scope that is used here. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

/** Serves the pool from a worker, one batch after the other, until the pool ends the worker. */
export function serveRuns(run: RunFunction, scope: WorkerScope): void {
  let shared: Int32Array = new Int32Array(SHARED.length);
  let last: Promise<void> = Promise.resolve();
  const send = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);
  scope.onmessage = (event) => {
    const message = messageToWorker(event.data);
    if (message.type === "start") {
      shared = new Int32Array(message.shared);
      send({ type: "ready" });
    } else {
      // What fails outside of a run is a defect of this program: it ends the worker, and the pool starts another.
      last = last.then(() => computeBatch(run, message, shared, send));
    }
  };
}

async function computeBatch(
  run: RunFunction,
  { requests, keep, epoch, reportDays }: ToWorker & { type: "batch" },
  shared: Int32Array,
  send: (message: FromWorker, transfer?: Transferable[]) => void,
): Promise<void> {
  const start = performance.now();
  const packer = new ProductPacker();
  const cancel = new AbortController();
  let reported = start;
  for (const request of requests) {
    let unreported: number | undefined;
    const reportDay = (): void => {
      if (!reportDays || unreported === undefined) return;
      send({ type: "day", runId: request.runId, day: unreported });
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
      product = await run(request, { keep, onTime, signal: cancel.signal });
    } catch (error) {
      if (cancel.signal.aborted) break;
      product = failedProduct(request, error);
    }
    reportDay();
    packer.add(product);
  }
  const { runs, bytes } = packer.take();
  send({ type: "results", runs, bytes, busy: performance.now() - start }, [bytes.buffer]);
}
