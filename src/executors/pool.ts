/**
 * Runs simulations on all cores of this machine: workers get batches of short runs, and what a dying worker leaves is
 * made again by another. Source: spec 09 section 4.
 *
 * @module
 */
import { StoreError } from "../core/errors.ts";
import type {
  ArtifactPolicy,
  ExecuteOptions,
  ResultStore,
  RunRequest,
  RunResult,
  SimulationExecutor,
} from "../experiments/contracts.ts";
import { type Batch, PoolMember } from "./pool_member.ts";
import { type FromWorker, unpacked } from "./pool_protocol.ts";
import { failedResult, keepsArtifacts } from "./run_product.ts";

/** How a pool is set up. */
export interface PoolOptions {
  /** Number of workers; default the number of cores. */
  readonly workers?: number;
  /** Where artifacts go; null (the default) keeps none, whatever the policy says. */
  readonly results?: ResultStore | null;
  /** The worker's module; default the one that simulates the ring model. */
  readonly script?: URL;
  /** How often a run is begun before it counts as failed; default 3. */
  readonly attempts?: number;
  /** After how long without a simulated day a worker counts as dead, in milliseconds; default 120,000. */
  readonly lease?: number;
  /** A directory in which every worker records its runs in a part file of its own; none by default. */
  readonly recordings?: string;
}

/** Work per message that keeps both the messages few and the cores even, in milliseconds. */
const BATCH_TIME = 30;
const LARGEST_BATCH = 512;
const FIRST_BATCH = 4;

/** Batches that a worker has at a time: one under way and one that waits, so that it never idles. */
const DEPTH = 2;

/** How long a worker may take to close its files, in milliseconds. */
const CLOSING = 30_000;

/** Workers in a row that may die before they ever got ready. */
const FALSE_STARTS = 3;

/** A run that is to be made, by which session, and how often it was begun. */
interface Item {
  readonly session: Session;
  readonly request: RunRequest;
  readonly attempt: number;
}

/** The executor for all cores. Dispose of it: its workers keep the process alive. */
export class PoolExecutor implements SimulationExecutor {
  readonly #size: number;
  readonly #results: ResultStore | null;
  readonly #script: URL;
  readonly #attempts: number;
  readonly #lease: number;
  readonly #members = new Set<PoolMember<Item>>();
  readonly #sessions = new Set<Session>();
  #batchSize = FIRST_BATCH;
  readonly #recordings: string | undefined;
  /** Workers that were started: each has a part file of its own, since a dead worker may still hold its file. */
  #started = 0;
  #epoch = 0;
  #falseStarts = 0;
  #lifeCheck: ReturnType<typeof setInterval> | undefined;

  constructor(options: PoolOptions = {}) {
    this.#size = Math.max(1, options.workers ?? navigator.hardwareConcurrency);
    this.#results = options.results ?? null;
    this.#script = options.script ?? new URL("./pool_worker.ts", import.meta.url);
    this.#attempts = options.attempts ?? 3;
    this.#lease = options.lease ?? 120_000;
    this.#recordings = options.recordings;
  }

  /** @inheritdoc */
  async execute(request: RunRequest, options: ExecuteOptions = {}): Promise<RunResult> {
    for await (const result of this.executeMany([request], options)) return result;
    options.signal?.throwIfAborted();
    throw new Error(`run ${request.runId} has no result`);
  }

  /** @inheritdoc */
  async *executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options: ExecuteOptions = {},
  ): AsyncIterable<RunResult> {
    const { signal } = options;
    if (signal?.aborted) return;
    const session = new Session(++this.#epoch, options, this.#results);
    const abort = (): void => {
      session.stopPulling();
      for (const member of this.#members) member.cancel(session.epoch);
    };
    signal?.addEventListener("abort", abort);
    this.#sessions.add(session);
    this.#lifeCheck ??= setInterval(() => this.#checkLives(), Math.max(10, this.#lease / 4));
    const pulling = session.pull(requests, () => this.#target(), () => this.#dispatch());
    try {
      for (let result = await session.next(); result !== null; result = await session.next()) yield result;
    } finally {
      session.close();
      signal?.removeEventListener("abort", abort);
      this.#sessions.delete(session);
      if (this.#sessions.size === 0) this.#stopLifeCheck();
      await pulling;
    }
  }

  /** Ends the workers; those that record runs close their files first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopLifeCheck();
    const members = [...this.#members];
    this.#members.clear();
    await Promise.all(members.map((member) => member.close(CLOSING)));
  }

  /** Runs that should wait for a worker, so that none idles while the caller is busy. */
  #target(): number {
    return this.#size * DEPTH * this.#batchSize;
  }

  /** Gives every worker with room a batch. */
  #dispatch(): void {
    for (const session of this.#sessions) {
      while (session.waiting > 0) {
        const member = this.#freeMember();
        if (member === null) return;
        // Near the end the batches get smaller, so that the workers end together.
        const size = Math.min(this.#batchSize, Math.ceil(session.waiting / this.#size));
        const items = session.take(size);
        const { epoch, keep, reportDays } = session;
        // Parameters stay here; the results get them back.
        const requests = items.map(({ request: { parameters: _, ...request } }) => request);
        member.give({ items, message: { type: "batch", epoch, keep, requests, reportDays } });
      }
    }
  }

  /** The worker with the least to do, a new one while there are too few; null when all are busy. */
  #freeMember(): PoolMember<Item> | null {
    let best: PoolMember<Item> | null = null;
    for (const member of this.#members) {
      if (best === null || member.load < best.load) best = member;
    }
    if (best !== null && best.load === 0) return best;
    if (this.#members.size < this.#size) return this.#newMember();
    return best !== null && best.load < DEPTH ? best : null;
  }

  #newMember(): PoolMember<Item> {
    const member: PoolMember<Item> = new PoolMember<Item>(this.#script, {
      onResults: (batch, message) => this.#deliver(batch, message),
      onDay: (batch, runId, day) => batch.items[0]?.session.reportDay(runId, day),
      onTrouble: (message) => this.#fail(new StoreError(message, { store: "duckdb", retryable: true })),
      onDeath: (batches, reason, wasReady) => {
        this.#members.delete(member);
        this.#falseStarts = wasReady ? 0 : this.#falseStarts + 1;
        if (this.#falseStarts >= FALSE_STARTS) this.#fail(new Error(`The workers of the pool do not start: ${reason}`));
        else this.#retry(batches, reason);
        this.#dispatch();
      },
    }, this.#recordings === undefined ? null : { directory: this.#recordings, part: `pool-${++this.#started}` });
    this.#members.add(member);
    return member;
  }

  #deliver(batch: Batch<Item>, message: FromWorker & { type: "results" }): void {
    this.#falseStarts = 0;
    if (message.runs.length > 0) {
      const average = message.busy / message.runs.length;
      const wanted = Math.round(BATCH_TIME / Math.max(average, 1e-3));
      // At most doubled at a time: the first runs of a worker are slow ones.
      this.#batchSize = Math.max(1, Math.min(wanted, this.#batchSize * 2, LARGEST_BATCH));
    }
    this.#dispatch();
    const session = batch.items[0]?.session;
    const products = unpacked(message.runs, message.bytes).map(({ result, artifacts }, i) => {
      const parameters = { ...batch.items[i]?.request.parameters, ...result.parameters };
      return { result: { ...result, parameters }, artifacts };
    });
    session?.deliver(products, batch.items.length);
  }

  /** What a dead worker was at is tried again, each run on its own; what waited there goes back as it was. */
  #retry(batches: readonly Batch<Item>[], reason: string): void {
    for (const [position, batch] of [...batches.entries()].reverse()) {
      for (const item of [...batch.items].reverse()) {
        if (position > 0) item.session.giveBack(item, false);
        else if (item.attempt < this.#attempts) item.session.giveBack({ ...item, attempt: item.attempt + 1 }, true);
        else item.session.fail(item.request, `its worker died ${this.#attempts} times: ${reason}`);
      }
    }
  }

  #fail(error: Error): void {
    for (const session of this.#sessions) session.break(error);
  }

  #checkLives(): void {
    const now = performance.now();
    for (const member of [...this.#members]) member.checkLife(now, this.#lease);
  }

  #stopLifeCheck(): void {
    clearInterval(this.#lifeCheck);
    this.#lifeCheck = undefined;
  }
}

/** One call of `executeMany`: where its requests come from and where its results wait. */
class Session {
  readonly epoch: number;
  readonly keep: ArtifactPolicy;
  readonly reportDays: boolean;
  readonly #options: ExecuteOptions;
  readonly #results: ResultStore | null;
  /** Runs to be made together with others, and runs that are made alone because a worker died over them. */
  #queue: Item[] = [];
  #alone: Item[] = [];
  #underWay = 0;
  #finished: RunResult[] = [];
  #delivered = 0;
  #isPulling = true;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(epoch: number, options: ExecuteOptions, results: ResultStore | null) {
    this.epoch = epoch;
    this.keep = results === null ? "none" : options.artifacts ?? "all";
    this.reportDays = options.onProgress !== undefined;
    this.#options = options;
    this.#results = results;
  }

  /** Runs that wait for a worker. */
  get waiting(): number {
    return this.#queue.length + this.#alone.length;
  }

  /** Takes requests from the caller while there is room for them and for their results. */
  async pull(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    target: () => number,
    dispatch: () => void,
  ): Promise<void> {
    try {
      for await (const request of requests) {
        if (!this.#isPulling) return;
        this.#queue.push({ session: this, request, attempt: 1 });
        if (this.waiting < target()) continue;
        dispatch();
        while (this.#isPulling && (this.waiting >= target() || this.#unread >= 2 * target())) {
          await this.#changed.promise;
          dispatch();
        }
      }
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#isPulling = false;
      dispatch();
      this.#change();
    }
  }

  /** The next result; null when there will be none. */
  async next(): Promise<RunResult | null> {
    while (true) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const result = this.#finished[this.#delivered];
      if (result !== undefined) {
        this.#delivered++;
        if (this.#unread === 0 || this.#delivered >= LARGEST_BATCH) {
          this.#finished = this.#finished.slice(this.#delivered);
          this.#delivered = 0;
          this.#change();
        }
        return result;
      }
      if (!this.#isPulling && this.waiting === 0 && this.#underWay === 0) return null;
      await this.#changed.promise;
    }
  }

  /** Takes runs for one message; one that a worker died over goes alone. */
  take(size: number): Item[] {
    const alone = this.#alone.shift();
    const items = alone === undefined ? this.#queue.splice(0, Math.max(1, size)) : [alone];
    this.#underWay += items.length;
    this.#change();
    return items;
  }

  giveBack(item: Item, alone: boolean): void {
    this.#underWay--;
    // Cancelled meanwhile: nobody wants it any more.
    if (!this.#isClosed && this.#options.signal?.aborted !== true) {
      if (alone) this.#alone.unshift(item);
      else this.#queue.unshift(item);
    }
    this.#change();
  }

  fail(request: RunRequest, reason: string): void {
    const result = failedResult(request, `WorkerDied: ${reason}`);
    this.deliver([{ result, artifacts: [] }], 1);
  }

  /** Stores what is to be kept and hands the results on; `taken` runs are no longer under way. */
  async deliver(products: readonly Parameters<typeof keptResult>[0][], taken: number): Promise<void> {
    try {
      for (const product of products) {
        if (this.#isClosed) return;
        const result = await keptResult(product, this.keep, this.#results, this.#options.experimentId ?? "");
        this.#finished.push(result);
      }
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#underWay -= taken;
      this.#change();
    }
  }

  reportDay(runId: string, day: number): void {
    if (!this.#isClosed) this.#options.onProgress?.(runId, day);
  }

  break(error: unknown): void {
    this.#failure ??= { error };
    this.stopPulling();
  }

  /** No further run begins. */
  stopPulling(): void {
    this.#isPulling = false;
    this.#queue = [];
    this.#alone = [];
    this.#change();
  }

  close(): void {
    this.#isClosed = true;
    this.stopPulling();
  }

  get #unread(): number {
    return this.#finished.length - this.#delivered;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

async function keptResult(
  product: ReturnType<typeof unpacked>[number],
  keep: ArtifactPolicy,
  results: ResultStore | null,
  experimentId: string,
): Promise<RunResult> {
  if (results === null || !keepsArtifacts(keep, product.result)) return product.result;
  return await results.saveRun(experimentId, product.result, product.artifacts);
}
