/**
 * Finished runs on their way to the cloud: they wait for company, and go in one statement.
 *
 * @module
 */
import type { CloudMetrics, CloudRun } from "../experiments/contracts.ts";
import { cloudMetricsOf, cloudRunOf, type KnownRun, type RunTimes } from "./cloud_rows.ts";
import type { CloudRecord } from "./outbox_records.ts";

/** Runs that go to the cloud in one statement. */
const BATCH = 2_500;
/** Runs wait for company no longer than this, in milliseconds. */
const LONGEST_WAIT = 1_000;

/** The runs of one job that were not sent yet. */
export class RunBatches {
  readonly #jobId: string;
  readonly #send: (records: readonly CloudRecord[]) => void;
  #runs: CloudRun[] = [];
  #metrics: CloudMetrics[] = [];
  #sentAt = 0;

  constructor(jobId: string, send: (records: readonly CloudRecord[]) => void) {
    this.#jobId = jobId;
    this.#send = send;
  }

  /** Takes a run; sends when there are enough. */
  add(run: KnownRun, times: RunTimes): void {
    this.#runs.push(cloudRunOf(this.#jobId, run, times));
    const metrics = cloudMetricsOf(this.#jobId, run);
    if (metrics !== null) this.#metrics.push(metrics);
    if (this.#runs.length >= BATCH) this.flush();
  }

  /** Sends when those that wait have waited long enough. @param now milliseconds since 1970 */
  flushNowAndThen(now: number): void {
    if (now - this.#sentAt < LONGEST_WAIT) return;
    this.#sentAt = now;
    this.flush();
  }

  /** Sends what there is: the runs before their measures. */
  flush(): void {
    const [runs, metrics] = [this.#runs, this.#metrics];
    this.#runs = [];
    this.#metrics = [];
    if (runs.length > 0) this.#send([{ kind: "runs", jobId: this.#jobId, runs }]);
    if (metrics.length > 0) this.#send([{ kind: "metrics", jobId: this.#jobId, metrics }]);
  }
}
