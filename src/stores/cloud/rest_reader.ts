/**
 * Reads jobs, runs and measures without database credentials, through the REST interface that a hosted database has
 * (spec 09 8). Load this lazily: it brings the schema library.
 *
 * @module
 */
import type {
  CloudReader,
  CloudRun,
  Job,
  JobEvent,
  JobQuery,
  MeasuredCloudRun,
  MetricsQuery,
  RunQuery,
} from "../../experiments/contracts.ts";
import { type RestChoice, RestClient, type RestCondition, type RestOptions } from "./rest_client.ts";
import { eventRow, jobRow, measuredRow, runIdRow, runRow } from "./rest_rows.ts";

/** The records of a hosted database, for reading. */
export class RestCloudReader implements CloudReader {
  readonly #client: RestClient;

  /** @throws {UsageError} for an address or a key that cannot be one. */
  constructor(options: RestOptions) {
    this.#client = new RestClient(options);
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    const where = [equal("job_id", jobId)];
    const [job] = await this.#client.rows({ table: "jobs", select: "*", where, order: "job_id", limit: 1 }, jobRow);
    if (job === undefined) return null;
    const order = "completed_at.asc.nullslast,place.asc";
    const runIds = await this.#client.rows({ table: "runs", select: "run_id", where, order }, runIdRow);
    return { ...job, runIds };
  }

  /** The newest first, without the ids of their runs. */
  async listJobs({ status, limit = 100, offset = 0 }: JobQuery = {}): Promise<Job[]> {
    const where = status === undefined ? [] : [equal("status", status)];
    const order = "created_at.desc,job_id.asc";
    return await this.#client.rows({ table: "jobs", select: "*", where, order, limit, offset }, jobRow);
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    const where = [equal("job_id", jobId)];
    return await this.#client.rows(
      { table: "job_events", select: "*", where, order: "timestamp.asc,id.asc" },
      eventRow,
    );
  }

  /** @inheritdoc */
  async getRun(jobId: string, runId: string): Promise<CloudRun | null> {
    const where = [equal("job_id", jobId), equal("run_id", runId)];
    const [run] = await this.#client.rows({ table: "runs", select: "*", where, order: "run_id", limit: 1 }, runRow);
    return run ?? null;
  }

  /** @inheritdoc */
  async listRuns(jobId: string, { status, limit, offset = 0 }: RunQuery = {}): Promise<CloudRun[]> {
    const where = [equal("job_id", jobId), ...(status === undefined ? [] : [equal("status", status)])];
    const page = limit === undefined ? { offset } : { limit, offset };
    return await this.#client.rows({ table: "runs", select: "*", where, order: "place.asc", ...page }, runRow);
  }

  /** @inheritdoc */
  async queryMetrics(query: MetricsQuery): Promise<MeasuredCloudRun[]> {
    const { jobId, minDelta, maxDelta, regime, kappas, limit = 1_000, offset = 0 } = query;
    if (kappas?.length === 0) return [];
    const where: (RestCondition | RestChoice)[] = [];
    if (jobId !== undefined) where.push(equal("job_id", jobId));
    if (minDelta !== undefined) where.push({ column: "delta_total", operator: "gte", value: minDelta });
    if (maxDelta !== undefined) where.push({ column: "delta_total", operator: "lte", value: maxDelta });
    if (regime !== undefined) where.push(equal("runs.regime", regime));
    if (kappas !== undefined) where.push({ column: "runs.kappa", among: kappas });
    const order = "delta_total.asc.nullslast,run_id.asc,job_id.asc";
    // An inner join: a condition on the run leaves out the row, not only the run in it.
    const question = { table: "metrics", select: "*,runs!inner(*)", where, order, limit, offset };
    return await this.#client.rows(question, measuredRow);
  }

  /** Nothing is held open between questions. */
  async [Symbol.asyncDispose](): Promise<void> {}
}

function equal(column: string, value: string): RestCondition {
  return { column, operator: "eq", value };
}
