/**
 * The cloud as one client: records in a database, artifacts in object storage (spec 09 3). Either may be missing; what
 * needs it then says so.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";
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
  MetricsQuery,
  RunQuery,
} from "../../experiments/contracts.ts";
import { checkedName, checkedReference } from "../files/names.ts";
import type { CloudRecords } from "../postgres/records.ts";
import type { ObjectStorage } from "../s3/objects.ts";

/** Where the two halves are kept. Who opened them closes them. */
export interface CloudParts {
  readonly records?: CloudRecords | undefined;
  readonly objects?: Pick<ObjectStorage, "putObject" | "presign"> | undefined;
}

/** Seconds for which a link holds when nobody says. */
const LINK_SECONDS = 3_600;

/** A link may live a week at most: services refuse more. */
const LONGEST_LINK = 7 * 24 * 3_600;

/** Types by the ending of a name, for whoever opens an artifact in a browser. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
  yaml: "application/yaml",
};

/** Records of one database and artifacts of one bucket. */
export class CompositeStorageClient implements CloudStorageClient {
  readonly #parts: CloudParts;

  constructor(parts: CloudParts) {
    this.#parts = parts;
  }

  /** @throws {UsageError} when there is no database. */
  get #records(): CloudRecords {
    const { records } = this.#parts;
    if (records !== undefined) return records;
    throw new UsageError("Jobs, runs and measures are kept in a database. Set BILANCIO_DATABASE_URL to its address.");
  }

  /** @throws {UsageError} when there is no object storage. */
  get #objects(): NonNullable<CloudParts["objects"]> {
    const { objects } = this.#parts;
    if (objects !== undefined) return objects;
    throw new UsageError(
      "Artifacts are kept in object storage. Set BILANCIO_S3_ACCESS_KEY_ID, BILANCIO_S3_SECRET_ACCESS_KEY and " +
        "BILANCIO_S3_ENDPOINT.",
    );
  }

  /** @inheritdoc */
  async saveJob(job: Job): Promise<void> {
    await this.#records.saveJob(job);
  }

  /** @inheritdoc */
  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    await this.#records.updateStatus(jobId, update);
  }

  /** @inheritdoc */
  async logEvent(event: JobEvent): Promise<void> {
    await this.#records.logEvent(event);
  }

  /** @inheritdoc */
  async saveRuns(runs: readonly CloudRun[]): Promise<void> {
    await this.#records.saveRuns(runs);
  }

  /** @inheritdoc */
  async saveMetrics(metrics: readonly CloudMetrics[]): Promise<void> {
    await this.#records.saveMetrics(metrics);
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    return await this.#records.getJob(jobId);
  }

  /** @inheritdoc */
  async listJobs(query?: JobQuery): Promise<Job[]> {
    return await this.#records.listJobs(query);
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    return await this.#records.getEvents(jobId);
  }

  /** @inheritdoc */
  async getRun(jobId: string, runId: string): Promise<CloudRun | null> {
    return await this.#records.getRun(jobId, runId);
  }

  /** @inheritdoc */
  async listRuns(jobId: string, query?: RunQuery): Promise<CloudRun[]> {
    return await this.#records.listRuns(jobId, query);
  }

  /** @inheritdoc */
  async queryMetrics(query: MetricsQuery): Promise<MeasuredCloudRun[]> {
    return await this.#records.queryMetrics(query);
  }

  /** @inheritdoc */
  async uploadArtifact(jobId: string, runId: string, artifact: Artifact): Promise<string> {
    const objects = this.#objects;
    const name = checkedName(artifact.name, "artifact name");
    const reference = `${checkedName(jobId, "job id")}/runs/${checkedName(runId, "run id")}/${name}`;
    const contentType = CONTENT_TYPES[/\.([a-z]+)$/.exec(name)?.[1] ?? ""];
    await objects.putObject(reference, artifact.content, contentType === undefined ? {} : { contentType });
    return reference;
  }

  /**
   * A link that can be opened without credentials until it expires.
   *
   * @param expiresInSeconds from 1 second to 7 days
   * @throws {InvalidReference} for a reference that is none; {@linkcode UsageError} for another time.
   */
  async getArtifactUrl(reference: string, expiresInSeconds: number = LINK_SECONDS): Promise<string> {
    if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > LONGEST_LINK) {
      throw new UsageError(`A link holds from 1 to ${LONGEST_LINK} seconds (a week), not ${expiresInSeconds}.`);
    }
    return await this.#objects.presign(checkedReference(reference), expiresInSeconds);
  }

  /** Nothing is held here: database and storage belong to who opened them. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
