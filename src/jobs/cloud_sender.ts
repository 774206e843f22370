/**
 * Sends records to the cloud while a sweep goes on, in the background and in their order. What cannot be sent goes to
 * the outbox and from there when the cloud answers again. A failing cloud never fails the sweep (spec 09 6).
 *
 * @module
 */
import type { CloudStorageClient } from "../experiments/contracts.ts";
import type { Outbox } from "./outbox.ts";
import { type CloudRecord, sendRecord } from "./outbox_records.ts";
import { within } from "./patience.ts";
import { pushOutbox } from "./push_outbox.ts";

/** What a sender needs. */
export interface SenderPorts {
  readonly client: CloudStorageClient;
  readonly outbox: Outbox;
  /** Directory of the sweep. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears a sentence when the cloud stops answering, and when it answers again. */
  readonly warn: (sentence: string) => void;
  /** How long {@linkcode CloudSender.close} waits for a cloud that does not answer, in milliseconds. */
  readonly patience: number;
}

/** Time before the first new attempt after a failure, doubled for every further one, in milliseconds. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;

/**
 * Records in memory past which everything goes to the outbox: the cloud is slower than the sweep. A record may hold
 * 2,500 runs, so that these are some 50 MB.
 */
const MOST_WAITING = 20;

/** The way of records to the cloud. */
export class CloudSender {
  readonly #ports: SenderPorts;
  #queue: CloudRecord[] = [];
  #work: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isWarned = false;
  #pause = FIRST_PAUSE;
  #nextAttempt = 0;
  #isClosed = false;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  /**
   * Takes records and returns at once.
   *
   * @throws {StoreError} when the outbox could not be written before: that is the disk of the sweep.
   */
  send(records: readonly CloudRecord[]): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#queue.push(...records);
    // With the record that is under way: should it fail, those behind it may not have gone before it.
    if (this.#queue.length > MOST_WAITING && this.#work !== undefined) this.#keep(this.#queue.splice(0));
    this.#work ??= this.#drain().finally(() => this.#work = undefined);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /**
   * Tries once more to send what waits, for as long as the patience lasts; what is left stays in the outbox.
   *
   * @throws {StoreError} when the outbox cannot be written.
   */
  async close(): Promise<void> {
    const { patience } = this.#ports;
    if (await within(this.#finished().then(() => true), patience) === undefined) {
      this.#isClosed = true;
      this.#keep(this.#queue.splice(0));
      this.#warn(new Error(`no answer within ${patience / 1000} s`));
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #finished(): Promise<void> {
    await this.settled();
    if (this.#ports.outbox.isEmpty()) return;
    this.#nextAttempt = 0;
    await this.#pushed();
  }

  /** Sends the queue until it is empty or something fails. Never rejects. */
  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0 && !this.#isClosed) {
        // What waits in the outbox is older and goes first.
        if (!this.#ports.outbox.isEmpty() && !await this.#pushed()) return this.#keep(this.#queue.splice(0));
        const [record] = this.#queue;
        if (record === undefined) return;
        try {
          await sendRecord(this.#ports.client, record);
          if (this.#queue[0] === record) this.#queue.shift();
        } catch (error) {
          this.#failed(error);
          return this.#keep(this.#queue.splice(0));
        }
      }
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Sends what is in the outbox, unless the cloud failed just now. Returns whether it is empty. */
  async #pushed(): Promise<boolean> {
    if (this.#ports.now() < this.#nextAttempt) return false;
    try {
      const { waiting, failures } = await pushOutbox(this.#ports.directory, this.#ports.client);
      const [failure] = failures;
      if (failure !== undefined) throw failure.error;
      if (waiting > 0) return false;
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (this.#isWarned) this.#ports.warn("The cloud answers again: what waited is sent");
    this.#isWarned = false;
    this.#pause = FIRST_PAUSE;
    return true;
  }

  #failed(error: unknown): void {
    this.#nextAttempt = this.#ports.now() + this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    this.#warn(error);
  }

  #warn(error: unknown): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#ports.warn(
      `The records of this job cannot be sent to the cloud: ${why.replace(/\.$/, "")}. They are kept in ` +
        `${this.#ports.outbox.path} and sent when it answers, or by bilancio cloud push`,
    );
  }

  #keep(records: readonly CloudRecord[]): void {
    try {
      this.#ports.outbox.append(records);
    } catch (error) {
      this.#failure ??= { error };
    }
  }
}
