/**
 * One worker of the pool, as the pool sees it: what it was given, and whether it lives.
 *
 * @module
 */
import { type FromWorker, messageFromWorker, SHARED, type ToWorker } from "./pool_protocol.ts";
import type { RecordingPlace } from "./run_recorder.ts";

/** What a worker was given and has not answered yet. */
export interface Batch<Item> {
  readonly items: readonly Item[];
  readonly message: ToWorker & { type: "batch" };
}

/** Whom a worker tells. */
export interface MemberEvents<Item> {
  /** Results of the oldest batch. */
  readonly onResults: (batch: Batch<Item>, message: FromWorker & { type: "results" }) => void;
  readonly onDay: (batch: Batch<Item>, runId: string, day: number) => void;
  /** Something is wrong that no other worker can mend, such as a full disk. */
  readonly onTrouble: (message: string) => void;
  /** The worker is gone; the first of the batches is what it was at. */
  readonly onDeath: (batches: readonly Batch<Item>[], reason: string, wasReady: boolean) => void;
}

/** A worker with its batches, oldest first. */
export class PoolMember<Item> {
  readonly #worker: Worker;
  readonly #events: MemberEvents<Item>;
  readonly #memory = new SharedArrayBuffer(SHARED.length * Int32Array.BYTES_PER_ELEMENT);
  readonly #shared = new Int32Array(this.#memory);
  readonly #batches: Batch<Item>[] = [];
  readonly #isRecording: boolean;
  readonly #ended = Promise.withResolvers<void>();
  #isReady = false;
  #isGone = false;
  /** The last sign of life, and when it was seen. */
  #heartbeat = 0;
  #seen = performance.now();

  constructor(script: URL, events: MemberEvents<Item>, recording: RecordingPlace | null = null) {
    this.#events = events;
    this.#isRecording = recording !== null;
    this.#worker = new Worker(script, { type: "module", name: "bilancio pool" });
    this.#worker.onmessage = (event) => this.#receive(event);
    this.#worker.onmessageerror = () => this.#die("its message could not be read");
    this.#worker.onerror = (event) => {
      // Handled here: the process goes on without this worker.
      event.preventDefault();
      this.#die(event.message);
    };
    this.#send({ type: "start", shared: this.#memory, recording });
  }

  /** Batches under way. */
  get load(): number {
    return this.#batches.length;
  }

  give(batch: Batch<Item>): void {
    if (this.#batches.length === 0) this.#seen = performance.now();
    this.#batches.push(batch);
    this.#send(batch.message);
  }

  /** Runs of this epoch end at their next day. */
  cancel(epoch: number): void {
    Atomics.store(this.#shared, SHARED.cancelledEpoch, epoch);
  }

  /** Declares the worker dead when it has work and gave no sign of life for `lease` milliseconds. */
  checkLife(now: number, lease: number): void {
    const heartbeat = Atomics.load(this.#shared, SHARED.heartbeat);
    if (heartbeat !== this.#heartbeat || this.#batches.length === 0) {
      this.#heartbeat = heartbeat;
      this.#seen = now;
    } else if (now - this.#seen > lease) {
      this.#die(`it gave no sign of life for ${Math.round(lease)} ms`);
    }
  }

  /** Ends the worker, whatever it is at. */
  end(): void {
    this.#isGone = true;
    this.#worker.terminate();
    this.#ended.resolve();
  }

  /** Lets the worker close what it has open before it ends; one that does not answer is ended after `patience` ms. */
  async close(patience: number): Promise<void> {
    if (this.#isGone) return;
    if (this.#isRecording) {
      this.#send({ type: "end" });
      const timer = setTimeout(() => this.#ended.resolve(), patience);
      await this.#ended.promise;
      clearTimeout(timer);
    }
    this.end();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(event: MessageEvent): void {
    if (this.#isGone) return;
    const message = messageFromWorker(event.data);
    this.#seen = performance.now();
    if (message.type === "ready") {
      this.#isReady = true;
      return;
    }
    if (message.type === "ended") return this.#ended.resolve();
    if (message.type === "trouble") return this.#events.onTrouble(message.message);
    const [oldest] = this.#batches;
    if (oldest === undefined) return;
    if (message.type === "day") return this.#events.onDay(oldest, message.runId, message.day);
    this.#batches.shift();
    this.#events.onResults(oldest, message);
  }

  #die(reason: string): void {
    if (this.#isGone) return;
    this.end();
    this.#events.onDeath(this.#batches, reason, this.#isReady);
  }
}
