/**
 * Uploads of streams: short ones in one request, long ones in parts, a few at once, so that memory does not depend on
 * the length. Written on the client library's commands: its own helper reports the failure of giving up instead of what
 * failed, and leaves the stream running. Source: spec 09 3.4.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { NotFound, StoreError } from "../../core/errors.ts";
import type { PartTag, PutStreamOptions } from "./objects.ts";
import { retried, type RetryPolicy } from "./retries.ts";
import type { Wire } from "./wire.ts";

/** What was uploaded. */
export interface Uploaded {
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of all bytes. */
  readonly sha256: string;
}

const MEBIBYTE = 1024 * 1024;

/** The size of a part, unless the object needs larger ones. S3 allows nothing below 5 MiB. */
const PART_SIZE = 8 * MEBIBYTE;

/** S3 allows 10,000. */
const MOST_PARTS = 9_900;

/** How many parts are on their way at once; one more is being filled. */
const AT_ONCE = 3;

/** Uploads a stream; no object appears unless all of it arrived. */
export async function uploadInParts(
  wire: Wire,
  key: string,
  stream: ReadableStream<Uint8Array>,
  policy: RetryPolicy,
  options: PutStreamOptions,
): Promise<Uploaded> {
  const { signal } = options;
  const hash = createHash("sha256");
  const reader = stream.getReader();
  try {
    const cutter = new PartCutter(reader, partSizeFor(options.atMost ?? 0), (bytes) => hash.update(bytes));
    const first = await cutter.next();
    if (cutter.isAtEnd) {
      await retried(() => wire.put(key, first, options), policy, signal);
      options.onBytes?.(first.length);
    } else {
      await new PartedUpload(wire, key, policy, options).send(first, cutter);
    }
    return { size: cutter.taken, sha256: hash.digest("hex") };
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // it is the stream itself that failed
    throw error;
  }
}

function partSizeFor(bytes: number): number {
  return Math.max(PART_SIZE, Math.ceil(bytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE);
}

/** Cuts a stream into parts of one size. Their memory is used again: garbage of this size would be most of it. */
class PartCutter {
  isAtEnd = false;
  /** Bytes given out. */
  taken = 0;
  #rest: Uint8Array = new Uint8Array(0);
  readonly #free: ArrayBuffer[] = [];

  constructor(
    readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    readonly partSize: number,
    readonly see: (bytes: Uint8Array) => void,
  ) {}

  /** The next part; the last one may be shorter, or empty. */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    let part = new Uint8Array(this.#free.pop() ?? new ArrayBuffer(Math.min(this.partSize, MEBIBYTE)));
    let filled = 0;
    while (filled < this.partSize) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.reader.read();
        if (done) {
          this.isAtEnd = true;
          break;
        }
        this.#rest = value;
        this.see(value);
        continue;
      }
      const piece = this.#rest.subarray(0, this.partSize - filled);
      if (filled + piece.length > part.length) part = grown(part, this.partSize);
      part.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    this.taken += filled;
    return part.subarray(0, filled);
  }

  /** A part that nobody needs any more. */
  giveBack(part: Uint8Array<ArrayBuffer>): void {
    this.#free.push(part.buffer);
  }
}

function grown(part: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(part);
  return larger;
}

/** One upload in parts. */
class PartedUpload {
  readonly #tags: PartTag[] = [];
  readonly #onTheirWay = new Set<Promise<void>>();
  /** Ends the other parts when one has failed. */
  readonly #stop = new AbortController();
  #sent = 0;

  constructor(
    readonly wire: Wire,
    readonly key: string,
    readonly policy: RetryPolicy,
    readonly options: PutStreamOptions,
  ) {}

  async send(first: Uint8Array<ArrayBuffer>, cutter: PartCutter): Promise<void> {
    const { signal } = this.options;
    const uploadId = await retried(() => this.wire.startUpload(this.key, this.options), this.policy, signal);
    const upload = { key: this.key, uploadId };
    const follow = () => this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", follow, { once: true });
    try {
      signal?.throwIfAborted();
      await this.#sendAll(upload, first, cutter);
      await this.#complete(upload, cutter.taken);
    } catch (error) {
      this.#stop.abort(error);
      await Promise.allSettled(this.#onTheirWay);
      await this.#giveUp(upload);
      throw error;
    } finally {
      signal?.removeEventListener("abort", follow);
    }
  }

  async #sendAll(
    upload: { key: string; uploadId: string },
    first: Uint8Array<ArrayBuffer>,
    cutter: PartCutter,
  ): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    let part = first;
    for (let number = 1; number === 1 || part.length > 0; number++) {
      const current = part;
      const sending = this.#sendPart(upload, number, current).then(() => cutter.giveBack(current), (error) => {
        failure ??= { error };
      }).finally(() => this.#onTheirWay.delete(sending));
      this.#onTheirWay.add(sending);
      if (this.#onTheirWay.size >= AT_ONCE) await Promise.race(this.#onTheirWay);
      if (failure !== undefined) break;
      this.#stop.signal.throwIfAborted();
      if (cutter.isAtEnd) break;
      part = await cutter.next();
    }
    await Promise.all(this.#onTheirWay);
    if (failure !== undefined) throw failure.error;
  }

  async #sendPart(upload: { key: string; uploadId: string }, number: number, part: Uint8Array): Promise<void> {
    const { signal } = this.#stop;
    const tag = await retried(() => this.wire.uploadPart(upload, number, part, signal), this.policy, signal);
    this.#tags.push(tag);
    this.#sent += part.length;
    this.options.onBytes?.(this.#sent);
  }

  /** Makes the object of the parts. When an answer got lost, the repetition finds no upload, but the object. */
  async #complete(upload: { key: string; uploadId: string }, size: number): Promise<void> {
    const tags = this.#tags.toSorted((a, b) => a.number - b.number);
    let isRepeated = false;
    await retried(
      async () => {
        try {
          await this.wire.completeUpload(upload, tags, this.#stop.signal);
        } catch (error) {
          if (!isRepeated || !(error instanceof NotFound)) throw error;
        } finally {
          isRepeated = true;
        }
        const head = await this.wire.head(this.key, this.#stop.signal);
        if (head.size === size) return;
        const sentence = `${JSON.stringify(this.key)} has ${head.size} bytes after its upload instead of ${size}`;
        throw new StoreError(sentence, { store: "s3", retryable: true });
      },
      this.policy,
      this.options.signal,
    );
  }

  /** What cannot be given up now is found by `listUploads` later; the failure that led here matters more. */
  async #giveUp(upload: { key: string; uploadId: string }): Promise<void> {
    try {
      await this.wire.abortUpload(upload);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.policy.onRetry(`The parts of ${JSON.stringify(this.key)} stay until they are pruned: ${reason}`);
    }
  }
}
