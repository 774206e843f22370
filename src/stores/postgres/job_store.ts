/**
 * Jobs and their events in Postgres (spec 09 2 and 3.3).
 *
 * @module
 */
import { InvalidReference, NotFound } from "../../core/errors.ts";
import type { Job, JobEvent, JobQuery, JobStore, JobUpdate } from "../../experiments/contracts.ts";
import { upsertRows } from "./bulk.ts";
import type { PostgresConnection } from "./connection.ts";
import { eventOfRow, jobOfRow, JOBS, rowOfJob } from "./job_rows.ts";
import { checkedKey, jsonText } from "./values.ts";

const JOB_ID = /^[a-z]+(-[a-z]+)+$/;

/** A job with the ids of its runs, in the order in which they were finished. */
const ONE_JOB = `SELECT *, ARRAY(
    SELECT run_id FROM runs WHERE runs.job_id = jobs.job_id ORDER BY completed_at NULLS LAST, place
  ) AS run_ids FROM jobs WHERE job_id = $1`;

/**
 * Keeps jobs and their events. The ids of a job's runs are those of its rows in the table `runs`, see
 * `PostgresRecords`.
 */
export class PostgresJobStore implements JobStore {
  readonly #connection: PostgresConnection;

  /** @param connection stays open: who opened it closes it */
  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  /** @inheritdoc */
  async saveJob(job: Job): Promise<void> {
    if (!JOB_ID.test(job.jobId)) {
      throw new InvalidReference(
        `Invalid job id ${JSON.stringify(job.jobId)}: it is words of small letters, such as castle-river-mountain`,
      );
    }
    checkedKey(job.jobId, "job id");
    await upsertRows(this.#connection, JOBS, [rowOfJob(job)], () => job.jobId);
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    const [row] = await this.#connection.rows(ONE_JOB, [jobId]);
    return row === undefined ? null : jobOfRow(row);
  }

  /** The newest first, without the ids of their runs. */
  async listJobs({ status, limit = 100, offset = 0 }: JobQuery = {}): Promise<Job[]> {
    const rows = await this.#connection.rows(
      `SELECT * FROM jobs ${status === undefined ? "" : "WHERE status = $3"}
       ORDER BY created_at DESC, job_id LIMIT $1::bigint OFFSET $2::bigint`,
      [limit, offset, ...(status === undefined ? [] : [status])],
    );
    return rows.map(jobOfRow);
  }

  /** @inheritdoc */
  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    const changed = await this.#connection.run(
      `UPDATE jobs SET status = $2, completed_at = coalesce($3::timestamptz, completed_at), error = coalesce($4, error),
         total_runs = coalesce($5::integer, total_runs), completed_runs = coalesce($6::integer, completed_runs),
         failed_runs = coalesce($7::integer, failed_runs)
       WHERE job_id = $1`,
      [
        jobId,
        update.status,
        update.completedAt ?? null,
        update.error ?? null,
        update.totalRuns ?? null,
        update.completedRuns ?? null,
        update.failedRuns ?? null,
      ],
    );
    if (changed === 0) throw this.#noJob(jobId);
  }

  /**
   * Notes under which name the files of a job's sweep are in the cloud. A job that is not there has nothing to note; doing
   * it again changes nothing.
   */
  async noteSweep(jobId: string, name: string): Promise<void> {
    await this.#connection.run(
      "UPDATE jobs SET volume_experiment_id = $2 WHERE job_id = $1 AND volume_experiment_id IS DISTINCT FROM $2",
      [jobId, checkedKey(name, "name of the sweep")],
    );
  }

  /** @inheritdoc */
  async saveEvent(event: JobEvent): Promise<void> {
    try {
      await this.#connection.run(
        `INSERT INTO job_events (job_id, event_type, timestamp, details) VALUES ($1, $2, $3::timestamptz, $4::jsonb)
         ON CONFLICT DO NOTHING`,
        [event.jobId, event.eventType, event.timestamp, jsonText(event.details)],
      );
    } catch (error) {
      throw error instanceof NotFound ? this.#noJob(event.jobId, { cause: error }) : error;
    }
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    const rows = await this.#connection.rows(
      "SELECT job_id, event_type, timestamp, details FROM job_events WHERE job_id = $1 ORDER BY timestamp, id",
      [jobId],
    );
    return rows.map(eventOfRow);
  }

  #noJob(jobId: string, options?: ErrorOptions): NotFound {
    return new NotFound(`The ${this.#connection.place} has no job ${JSON.stringify(jobId)}`, options);
  }

  /** Nothing is held here: the connection belongs to who opened it. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
