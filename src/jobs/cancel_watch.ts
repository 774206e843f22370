/**
 * Watches for somebody who cancels the job of this sweep from elsewhere: in its directory, or in the cloud.
 *
 * @module
 */
import type { CloudStorageClient } from "../experiments/contracts.ts";
import { isCancelRequested } from "./cancel_request.ts";

/** How often the directory is looked at, in milliseconds. */
const REQUEST_CHECK = 20;
/** How often the cloud is asked, in milliseconds. */
const CLOUD_CHECK = 5_000;

/** Looks now and then; nothing is looked at between two runs of the sweep. */
export class CancelWatch {
  readonly #directory: string;
  readonly #jobId: string;
  readonly #cloud: CloudStorageClient | undefined;
  readonly #cancelled = new AbortController();
  /** When this life of the job began: what was said before it is old. */
  readonly #since: number;
  #requestCheckedAt = 0;
  #cloudCheckedAt: number;
  #question: Promise<void> | undefined;

  /** @param now milliseconds since 1970; the cloud is asked for the first time a while later */
  constructor(directory: string, jobId: string, cloud: CloudStorageClient | undefined, now: number) {
    this.#directory = directory;
    this.#jobId = jobId;
    this.#cloud = cloud;
    this.#cloudCheckedAt = now;
    this.#since = now;
  }

  /** Aborted when the job was cancelled elsewhere. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Looks, when it is time to. @param now milliseconds since 1970 */
  look(now: number): void {
    if (this.#cancelled.signal.aborted) return;
    if (now - this.#requestCheckedAt >= REQUEST_CHECK) {
      this.#requestCheckedAt = now;
      if (isCancelRequested(this.#directory)) return this.#cancelled.abort();
    }
    if (this.#cloud === undefined || this.#question !== undefined || now - this.#cloudCheckedAt < CLOUD_CHECK) return;
    this.#cloudCheckedAt = now;
    // Events are never written over, whatever the sweep says of its status meanwhile. A cloud that does not answer is
    // the sender's affair; the job goes on.
    this.#question = this.#cloud.getEvents(this.#jobId).then((events) => {
      const isNew = events.some(({ eventType, timestamp }) =>
        eventType === "cancelled" && Date.parse(timestamp) > this.#since
      );
      if (isNew) this.#cancelled.abort();
    }, () => {}).finally(() => this.#question = undefined);
  }

  /** Resolves when no question is under way. */
  async settled(): Promise<void> {
    await this.#question;
  }
}
