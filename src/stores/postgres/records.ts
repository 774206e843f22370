/**
 * The records of the cloud in Postgres: jobs, runs, measures and events (spec 09 3). Artifacts are kept elsewhere.
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import type {
  CloudMetrics,
  CloudReader,
  CloudRun,
  CloudStorageClient,
  Job,
  JobEvent,
  JobQuery,
  JobUpdate,
  MeasuredCloudRun,
  MetricsQuery,
  RunQuery,
} from "../../experiments/contracts.ts";
import { type BulkRow, type BulkTable, ROWS, upsertRows, type Written } from "./bulk.ts";
import type { PostgresConnection } from "./connection.ts";
import { METRICS, metricsOfRow, rowOfMetrics, rowOfRun, runIdentity, runOfRow, RUNS } from "./job_rows.ts";
import { PostgresJobStore } from "./job_store.ts";
import { arrayText, checkedKey, type SqlValue } from "./values.ts";

/** What of a cloud client is kept in a database. */
export type CloudRecords =
  & CloudReader
  & Pick<CloudStorageClient, "saveJob" | "updateStatus" | "logEvent" | "saveRuns" | "saveMetrics">;

/** Jobs, runs, measures and events of one database. */
export class PostgresRecords implements CloudRecords {
  readonly #connection: PostgresConnection;
  readonly #jobs: PostgresJobStore;

  /** @param connection stays open: who opened it closes it */
  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#jobs = new PostgresJobStore(connection);
  }

  /** @inheritdoc */
  async saveJob(job: Job): Promise<void> {
    await this.#jobs.saveJob(job);
  }

  /** @inheritdoc */
  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    await this.#jobs.updateStatus(jobId, update);
  }

  /** @inheritdoc */
  async logEvent(event: JobEvent): Promise<void> {
    await this.#jobs.saveEvent(event);
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    return await this.#jobs.getJob(jobId);
  }

  /** @inheritdoc */
  async listJobs(query: JobQuery = {}): Promise<Job[]> {
    return await this.#jobs.listJobs(query);
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    return await this.#jobs.getEvents(jobId);
  }

  /** Runs in one statement for 5,000 of them, all of them or none. @throws {NotFound} for runs of an unknown job. */
  async saveRuns(runs: readonly CloudRun[]): Promise<void> {
    for (const { runId } of runs) checkedKey(runId, "run id");
    await this.#save(RUNS, runs.map(rowOfRun), "a job of these runs is not there; save the job first");
  }

  /** As {@linkcode saveRuns}. @throws {NotFound} for measures of unknown runs. */
  async saveMetrics(metrics: readonly CloudMetrics[]): Promise<void> {
    await this.#save(METRICS, metrics.map(rowOfMetrics), "a run of these measures is not there; save the runs first");
  }

  async #save(table: BulkTable, rows: readonly BulkRow[], missing: string): Promise<Written> {
    try {
      // One statement needs no transaction around it, which would be two more answers to wait for.
      if (rows.length <= ROWS) return await upsertRows(this.#connection, table, rows, runIdentity);
      return await this.#connection.transaction((session) => upsertRows(session, table, rows, runIdentity));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      throw new NotFound(`The ${this.#connection.place} refuses the rows: ${missing}`, { cause: error });
    }
  }

  /** @inheritdoc */
  async getRun(jobId: string, runId: string): Promise<CloudRun | null> {
    const [row] = await this.#connection.rows("SELECT * FROM runs WHERE job_id = $1 AND run_id = $2", [jobId, runId]);
    return row === undefined ? null : runOfRow(row);
  }

  /** In the order in which they were first recorded. */
  async listRuns(jobId: string, { status, limit, offset = 0 }: RunQuery = {}): Promise<CloudRun[]> {
    const rows = await this.#connection.rows(
      `SELECT * FROM runs WHERE job_id = $1 ${status === undefined ? "" : "AND status = $4"}
       ORDER BY place LIMIT $2::bigint OFFSET $3::bigint`,
      [jobId, limit ?? null, offset, ...(status === undefined ? [] : [status])],
    );
    return rows.map(runOfRow);
  }

  /** @inheritdoc */
  async queryMetrics(query: MetricsQuery): Promise<MeasuredCloudRun[]> {
    const { jobId, minDelta, maxDelta, regime, kappas, limit = 1000, offset = 0 } = query;
    const values: SqlValue[] = [limit, offset];
    const conditions: string[] = [];
    const require = (condition: (parameter: string) => string, value: string | undefined) => {
      if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
    };
    require((job) => `m.job_id = ${job}`, jobId);
    require((least) => `m.delta_total >= ${least}::numeric`, minDelta);
    require((most) => `m.delta_total <= ${most}::numeric`, maxDelta);
    require((arm) => `r.regime = ${arm}`, regime);
    require((list) => `r.kappa = ANY (${list}::numeric[])`, kappas === undefined ? undefined : arrayText(kappas));
    const rows = await this.#connection.rows(
      `SELECT r.*, m.delta_total, m.phi_total, m.n_defaults, m.n_clears, m.time_to_stability, m.trading_effect,
         m.total_trades, m.total_trade_volume, m.raw_metrics
       FROM metrics m JOIN runs r ON r.job_id = m.job_id AND r.run_id = m.run_id
       ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
       ORDER BY m.delta_total, m.run_id, m.job_id LIMIT $1::bigint OFFSET $2::bigint`,
      values,
    );
    return rows.map((row) => ({ run: runOfRow(row), metrics: metricsOfRow(row) }));
  }

  /** Nothing is held here: the connection belongs to who opened it. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
