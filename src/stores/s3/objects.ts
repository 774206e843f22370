/**
 * Objects in one bucket of an S3-compatible service, below one prefix. Requests that may go better the next time are
 * repeated; what is read is checked against the digest that was kept with it. Source: spec 09 3.4.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { NotFound, StoreError } from "../../core/errors.ts";
import type { CheckedS3Options } from "./connection.ts";
import { checkedKey, placeOf } from "./keys.ts";
import { type Uploaded, uploadInParts } from "./parts.ts";
import { retried } from "./retries.ts";
import type { Page, Wire } from "./wire.ts";

/** An object as a list shows it. Keys are relative to the storage's prefix. */
export interface StoredObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** ISO 8601 in UTC. */
  readonly updatedAt: string;
}

/** What is kept with an object. */
export interface ObjectHead extends StoredObject {
  readonly etag: string | undefined;
  readonly contentType: string | undefined;
  /** Names are lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How an object is put. */
export interface PutOptions {
  readonly contentType?: string;
  /** ASCII names and values, kept with the object. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How a stream is put. */
export interface PutStreamOptions extends PutOptions {
  /** An upper bound of the bytes to come: the parts get a size that is enough for it. */
  readonly atMost?: number;
  /** Hears how many bytes the service has. */
  readonly onBytes?: (sent: number) => void;
}

/** An object and its bytes. */
export interface ObjectStream {
  readonly head: ObjectHead;
  /**
   * Goes on behind the last byte when the connection breaks off. Its digest is not checked:
   * {@linkcode ObjectStorage.readObject} does that.
   */
  readonly stream: ReadableStream<Uint8Array>;
}

/** An upload in parts that was never completed; its parts take up room until it is aborted. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

/** A part that the service has. */
export interface PartTag {
  readonly number: number;
  readonly etag: string;
}

/** Metadata under which the SHA-256 of an object's bytes is kept, as lower-case hexadecimal digits. */
export const DIGEST = "sha256";

/** How many objects one request deletes. */
const DELETED_AT_ONCE = 1000;

/** Objects below a prefix of a bucket; open one with `openS3`. */
export class ObjectStorage implements AsyncDisposable {
  /** For messages: `s3://bucket/prefix`. */
  readonly place: string;
  readonly #options: CheckedS3Options;
  #wire: Promise<Wire> | undefined;

  constructor(options: CheckedS3Options) {
    this.#options = options;
    this.place = `s3://${options.bucket}/${options.prefix}`.replace(/\/$/, "");
  }

  /**
   * Puts bytes or text; the service compares them with a checksum, and their SHA-256 is kept in the metadata.
   *
   * @throws {StoreError} when it could not be put, {@linkcode NotFound} when there is no such bucket, {@linkcode
   * InvalidReference} for a key that cannot be one.
   */
  async putObject(key: string, content: Uint8Array | string, options: PutOptions = {}): Promise<void> {
    const whole = this.#whole(key);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const metadata = { [DIGEST]: sha256Of(bytes), ...options.metadata };
    await this.#request((wire) => wire.put(whole, bytes, { ...options, metadata }), options.signal);
  }

  /**
   * Puts a stream, in parts unless it is short; never more than a few parts are in memory. When it fails or is
   * aborted, no object appears, the parts are given up, and the stream is cancelled.
   *
   * @throws {StoreError} and whatever the stream throws.
   */
  async putStream(
    key: string,
    stream: ReadableStream<Uint8Array>,
    options: PutStreamOptions = {},
  ): Promise<Uploaded> {
    const whole = this.#whole(key);
    return await uploadInParts(await this.#loaded(), whole, stream, this.#options.retries, options);
  }

  /**
   * The bytes of an object as they come.
   *
   * @throws {NotFound} when there is none; {@linkcode StoreError}, also from the stream.
   */
  async getObject(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<ObjectStream> {
    const whole = this.#whole(key);
    const { signal } = options;
    const first = await this.#request((wire) => wire.get(whole, 0, undefined, signal), signal);
    return { head: { ...first.head, key }, stream: this.#continued(whole, first.head, first.body, signal) };
  }

  /**
   * The whole content of an object, compared with its length and with the SHA-256 in its metadata, if there is one.
   * What does not match is read again.
   *
   * @throws {NotFound} when there is none; {@linkcode StoreError} when it cannot be read, or does not match.
   */
  async readObject(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return await this.matched(key, async () => {
      const { head, stream } = await this.getObject(key, options);
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      const digest = head.metadata[DIGEST];
      return digest === undefined || digest === sha256Of(bytes) ? bytes : null;
    }, options.signal);
  }

  /** What is kept with an object, or null when there is none. */
  async headObject(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<ObjectHead | null> {
    const whole = this.#whole(key);
    try {
      return { ...await this.#request((wire) => wire.head(whole, options.signal), options.signal), key };
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  /** The objects whose keys begin with `prefix`, by key. */
  async *listObjects(prefix = "", options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<StoredObject> {
    const { signal } = options;
    const from = this.#options.prefix + prefix;
    for await (const item of this.#pages((wire, after) => wire.list(from, after, signal), signal)) {
      yield { ...item, key: this.#relative(item.key) };
    }
  }

  /** The names of the folders directly below a folder (`""` for the top), without `/`. */
  async *listFolders(folder = "", options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string> {
    const { signal } = options;
    const from = this.#options.prefix + placeOf(folder);
    for await (const found of this.#pages((wire, after) => wire.listFolders(from, after, signal), signal)) {
      yield found.slice(from.length).replace(/\/$/, "");
    }
  }

  /**
   * Deletes objects; those that are not there are no error.
   *
   * @throws {StoreError} naming the first that could not be deleted.
   */
  async deleteObjects(keys: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETED_AT_ONCE) {
      const some = keys.slice(start, start + DELETED_AT_ONCE).map((key) => this.#options.prefix + key);
      const failed = await this.#request((wire) => wire.delete(some, options.signal), options.signal);
      if (failed === null) continue;
      const name = JSON.stringify(this.#relative(failed.key));
      throw new StoreError(`Cannot delete ${name} in ${this.place}: ${failed.reason}`, S3_FINAL);
    }
  }

  /** A link to an object that works without credentials for so many seconds, at most seven days. */
  async presign(key: string, seconds: number): Promise<string> {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_LINK) {
      throw new RangeError(`A link lasts 1 to ${LONGEST_LINK} whole seconds, not ${seconds}`);
    }
    return await (await this.#loaded()).presign(this.#whole(key), seconds);
  }

  /** Uploads in parts below `prefix` that were never completed. A service without such a list has none. */
  async *listUploads(prefix = "", options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<UnfinishedUpload> {
    const { signal } = options;
    const from = this.#options.prefix + prefix;
    for await (const item of this.#pages((wire, after) => wire.listUploads(from, after, signal), signal)) {
      yield { ...item, key: this.#relative(item.key) };
    }
  }

  /** Gives up an unfinished upload and the room of its parts. */
  async abortUpload(upload: UnfinishedUpload): Promise<void> {
    const whole = { ...upload, key: this.#options.prefix + upload.key };
    try {
      await this.#request((wire) => wire.abortUpload(whole));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }

  /**
   * Reads something until it is what it should be: `attempt` gives null when it is not. What else goes wrong was tried
   * again already, request by request, and ends it.
   *
   * @throws {StoreError} when no attempt gave the right thing.
   */
  async matched<T>(key: string, attempt: () => Promise<T | null>, signal?: AbortSignal): Promise<T> {
    const matching = async (): Promise<{ readonly value: T } | { readonly error: unknown }> => {
      let value: T | null;
      try {
        value = await attempt();
      } catch (error) {
        return { error };
      }
      if (value === null) throw this.#mismatch(key);
      return { value };
    };
    const end = await retried(matching, this.#options.retries, signal);
    if ("error" in end) throw end.error;
    return end.value;
  }

  /** Gives the client library's resources back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const wire = this.#wire;
    this.#wire = undefined;
    (await wire)?.[Symbol.dispose]();
  }

  #loaded(): Promise<Wire> {
    this.#wire ??= import("./wire.ts").then(({ Wire }) => new Wire(this.#options));
    return this.#wire;
  }

  async #request<T>(send: (wire: Wire) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const wire = await this.#loaded();
    return await retried(() => send(wire), this.#options.retries, signal);
  }

  async *#pages<T>(
    page: (wire: Wire, after: string | undefined) => Promise<Page<T>>,
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    let after: string | undefined;
    do {
      const { items, next } = await this.#request((wire) => page(wire, after), signal);
      yield* items;
      after = next;
    } while (after !== undefined);
  }

  /** The bytes of an object over as many connections as it takes. */
  #continued(
    whole: string,
    head: ObjectHead,
    first: ReadableStream<Uint8Array>,
    signal: AbortSignal | undefined,
  ): ReadableStream<Uint8Array> {
    let reader = first.getReader();
    let received = 0;
    let isBroken = false;
    const next = async () => {
      if (isBroken) {
        const wire = await this.#loaded();
        reader = (await wire.get(whole, received, head.etag, signal)).body.getReader();
        isBroken = false;
      }
      try {
        return await reader.read();
      } catch (error) {
        isBroken = true;
        throw error;
      }
    };
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await retried(next, this.#options.retries, signal);
        if (!done) {
          received += value.length;
          controller.enqueue(value);
        } else if (received === head.size) controller.close();
        else throw this.#mismatch(this.#relative(whole));
      },
      cancel: async (reason) => await reader.cancel(reason),
    }, { highWaterMark: 0 });
  }

  #mismatch(key: string): StoreError {
    return new StoreError(
      `${JSON.stringify(key)} in ${this.place} did not arrive as it was stored: its length or checksum differs`,
      { store: "s3", retryable: true },
    );
  }

  #whole(key: string): string {
    return checkedKey(this.#options.prefix + checkedKey(key));
  }

  #relative(key: string): string {
    return key.startsWith(this.#options.prefix) ? key.slice(this.#options.prefix.length) : key;
  }
}

const S3_FINAL = { store: "s3", retryable: false } as const;

/** Seven days in seconds: S3 signs no longer links. */
const LONGEST_LINK = 604_800;

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
