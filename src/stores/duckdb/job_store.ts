/**
 * Jobs and their events as tables of a database (spec 09 3).
 *
 * @module
 */
import { NotFound, StoreError } from "../../core/errors.ts";
import { canonicalText } from "../../experiments/canonical.ts";
import type { Job, JobEvent, JobQuery, JobStore, JobUpdate } from "../../experiments/contracts.ts";
import { isRecord } from "../../experiments/plan.ts";
import { configRecord, isJobEventType, parseManifest } from "../files/job_manifest.ts";
import { checkedName } from "../files/names.ts";
import { sortableTime } from "../job_times.ts";
import type { Row } from "./driver.ts";
import { LateDatabase } from "./late_database.ts";

/** Jobs in one database, which is opened, and made, when something is kept in it first. */
export class DuckDbJobStore implements JobStore {
  readonly #database: LateDatabase;

  constructor(path: string) {
    this.#database = new LateDatabase(path);
  }

  /** @inheritdoc */
  async saveJob(job: Job): Promise<void> {
    checkedName(job.jobId, "job id");
    await (await this.#database.open()).run(
      `INSERT INTO jobs (job_id, created_at, completed_at, status, description, config, run_ids, total_runs,
         completed_runs, failed_runs, error, notes, volume_experiment_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET created_at = excluded.created_at, completed_at = excluded.completed_at,
         status = excluded.status, description = excluded.description, config = excluded.config,
         run_ids = excluded.run_ids, total_runs = excluded.total_runs, completed_runs = excluded.completed_runs,
         failed_runs = excluded.failed_runs, error = excluded.error, notes = excluded.notes,
         volume_experiment_id = excluded.volume_experiment_id`,
      [
        job.jobId,
        sortableTime(job.createdAt),
        job.completedAt === null ? null : sortableTime(job.completedAt),
        job.status,
        job.description,
        JSON.stringify(configRecord(job.config)),
        JSON.stringify(job.runIds),
        job.totalRuns,
        job.completedRuns,
        job.failedRuns,
        job.error,
        job.notes,
        job.volumeExperimentId,
      ],
    );
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    if (!this.#database.isThere()) return null;
    const [row] = await (await this.#database.open()).rows("SELECT * FROM jobs WHERE job_id = ?", [jobId]);
    return row === undefined ? null : this.#jobOf(row);
  }

  /** The newest first, of equally old ones by their ids. */
  async listJobs({ status, limit = 100, offset = 0 }: JobQuery = {}): Promise<Job[]> {
    if (!this.#database.isThere()) return [];
    const rows = await (await this.#database.open()).rows(
      `SELECT * FROM jobs ${status === undefined ? "" : "WHERE status = ?"}
       ORDER BY created_at DESC, job_id LIMIT ? OFFSET ?`,
      [...(status === undefined ? [] : [status]), limit, offset],
    );
    return rows.map((row) => this.#jobOf(row));
  }

  /** @inheritdoc */
  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    const found = await this.getJob(jobId);
    if (found === null) throw this.#noJob(jobId);
    const { completedAt, error, totalRuns, completedRuns, failedRuns } = update;
    await (await this.#database.open()).run(
      `UPDATE jobs SET status = ?, completed_at = coalesce(?, completed_at), error = coalesce(?, error),
         total_runs = coalesce(?, total_runs), completed_runs = coalesce(?, completed_runs),
         failed_runs = coalesce(?, failed_runs) WHERE job_id = ?`,
      [
        update.status,
        completedAt === undefined ? null : sortableTime(completedAt),
        error ?? null,
        totalRuns ?? null,
        completedRuns ?? null,
        failedRuns ?? null,
        jobId,
      ],
    );
  }

  /** @inheritdoc */
  async saveEvent({ jobId, eventType, timestamp, details }: JobEvent): Promise<void> {
    if (await this.getJob(jobId) === null) throw this.#noJob(jobId);
    // The details as they were come back; their canonical text decides whether two events are one.
    await (await this.#database.open()).run(
      `INSERT INTO job_events SELECT ?, ?, ?, ?, ?, coalesce(max(place), 0) + 1 FROM job_events
       ON CONFLICT DO NOTHING`,
      [jobId, eventType, sortableTime(timestamp), canonicalText(details), JSON.stringify(details)],
    );
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    if (!this.#database.isThere()) return [];
    const rows = await (await this.#database.open()).rows(
      "SELECT * FROM job_events WHERE job_id = ? ORDER BY timestamp, place",
      [jobId],
    );
    return rows.map((row) => this.#eventOf(row));
  }

  /** The row as a manifest, which is checked in one place. */
  #jobOf(row: Row): Job {
    const config: unknown = JSON.parse(String(row["config"]));
    const runIds: unknown = JSON.parse(String(row["run_ids"]));
    const manifest = JSON.stringify({ ...row, config, run_ids: runIds });
    return parseManifest(manifest, `${this.#database.path}: job ${String(row["job_id"])}`).job;
  }

  #eventOf(row: Row): JobEvent {
    const details: unknown = JSON.parse(String(row["details"]));
    const eventType = row["event_type"];
    if (!isJobEventType(eventType) || !isRecord(details)) {
      throw new StoreError(`${this.#database.path} holds an event of job ${String(row["job_id"])} that is none`, {
        store: "duckdb",
        retryable: false,
      });
    }
    return { jobId: String(row["job_id"]), eventType, timestamp: String(row["timestamp"]), details };
  }

  #noJob(jobId: string): NotFound {
    return new NotFound(`${this.#database.path} has no job ${jobId}`);
  }

  /** Closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database[Symbol.asyncDispose]();
  }
}
