/**
 * A cloud in memory that refuses what the database refuses, and that can be out of reach. What a real Postgres does is
 * tested in `tests/stores/cloud` and `tests/e2e`.
 *
 * @module
 */
import { NotFound, StoreError } from "../../src/core/errors.ts";
import type {
  Artifact,
  CloudMetrics,
  CloudRun,
  CloudStorageClient,
  Job,
  JobEvent,
  JobQuery,
  JobUpdate,
  MeasuredCloudRun,
  RunQuery,
} from "../../src/experiments/contracts.ts";

/** Jobs, runs, measures and events of a test. */
export class MemoryCloud implements CloudStorageClient {
  readonly jobs = new Map<string, Job>();
  readonly events: JobEvent[] = [];
  readonly runs = new Map<string, CloudRun>();
  readonly metrics = new Map<string, CloudMetrics>();
  /** Kinds of what arrived, in order. */
  readonly log: string[] = [];
  /** Every call fails as a refused connection does. */
  isDown = false;
  /** A call that a test lets hang. */
  gate: Promise<void> | undefined;
  /** Messages that are refused for good: those of this kind. */
  refuses: string | undefined;
  calls = 0;

  async #arrive(kind: string): Promise<void> {
    this.calls++;
    await this.gate;
    if (this.isDown) {
      throw new StoreError("The database lab on 127.0.0.1:5432 refuses connections.", {
        store: "postgres",
        retryable: true,
      });
    }
    if (kind === this.refuses) throw new NotFound(`The database has no table for ${kind}`);
    if (kind !== "read") this.log.push(kind);
  }

  async saveJob(job: Job): Promise<void> {
    await this.#arrive(`job ${job.status}`);
    this.jobs.set(job.jobId, job);
  }

  async getJob(jobId: string): Promise<Job | null> {
    await this.#arrive("read");
    return this.jobs.get(jobId) ?? null;
  }

  async listJobs(_query: JobQuery = {}): Promise<Job[]> {
    await this.#arrive("read");
    return [...this.jobs.values()];
  }

  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    await this.#arrive(`status ${update.status}`);
    this.jobs.set(jobId, { ...this.#known(jobId), ...update });
  }

  async logEvent(event: JobEvent): Promise<void> {
    await this.#arrive(`event ${event.eventType}`);
    this.#known(event.jobId);
    if (!this.events.some((there) => JSON.stringify(there) === JSON.stringify(event))) this.events.push(event);
  }

  async getEvents(jobId: string): Promise<JobEvent[]> {
    await this.#arrive("read");
    return this.events.filter((event) => event.jobId === jobId);
  }

  async saveRuns(runs: readonly CloudRun[]): Promise<void> {
    await this.#arrive("runs");
    for (const run of runs) {
      this.#known(run.jobId);
      this.runs.set(`${run.jobId} ${run.runId}`, run);
    }
  }

  async getRun(jobId: string, runId: string): Promise<CloudRun | null> {
    await this.#arrive("read");
    return this.runs.get(`${jobId} ${runId}`) ?? null;
  }

  async listRuns(jobId: string, { status, limit = Infinity, offset = 0 }: RunQuery = {}): Promise<CloudRun[]> {
    await this.#arrive("read");
    return [...this.runs.values()]
      .filter((run) => run.jobId === jobId && (status === undefined || run.status === status))
      .slice(offset, offset + limit);
  }

  async saveMetrics(metrics: readonly CloudMetrics[]): Promise<void> {
    await this.#arrive("metrics");
    for (const measures of metrics) {
      const key = `${measures.jobId} ${measures.runId}`;
      if (!this.runs.has(key)) throw new NotFound(`There is no run ${key}`);
      this.metrics.set(key, measures);
    }
  }

  async queryMetrics(): Promise<MeasuredCloudRun[]> {
    await this.#arrive("read");
    return [];
  }

  async uploadArtifact(jobId: string, runId: string, artifact: Artifact): Promise<string> {
    await this.#arrive("artifact");
    return `${jobId}/runs/${runId}/${artifact.name}`;
  }

  async getArtifactUrl(reference: string): Promise<string> {
    await this.#arrive("read");
    return `http://127.0.0.1/${reference}`;
  }

  #known(jobId: string): Job {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new NotFound(`There is no job ${jobId}`);
    return job;
  }

  // deno-lint-ignore require-await -- the interface waits
  async [Symbol.asyncDispose](): Promise<void> {
    this.jobs.clear();
  }
}
