/**
 * What experiments need from the places that run simulations and keep their results. Executors and stores implement
 * these; experiments know nothing else of them. Source: specification chapter 09, sections 2 to 5.
 *
 * @module
 */

import type { EventLog, EventSchema } from "../core/event_log.ts";

/** Status of a run. */
export type RunStatus = "pending" | "running" | "completed" | "failed";

/** A value of a parameter or a metric: decimals are kept as their exact text. */
export type Scalar = string | number | boolean | null;

/** Parameters or metrics by name, in the order in which they are shown. */
export type Values = Readonly<Record<string, Scalar>>;

/** A file that a run produced. */
export interface Artifact {
  /** File name, such as `events.jsonl`; never a path. */
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** What is known of a finished run. `artifacts` maps artifact names (`events_jsonl`) to references into the store. */
export interface RunResult {
  readonly runId: string;
  readonly status: RunStatus;
  readonly parameters: Values;
  readonly metrics: Values;
  readonly artifacts: Readonly<Record<string, string>>;
  /** Sizes in bytes by reference, of every artifact that was kept: a torn file is found after an unclean stop. */
  readonly artifactSizes?: Readonly<Record<string, number>>;
  /** Class and message, null unless the run failed. */
  readonly error: string | null;
  readonly executionTimeMs: number | null;
}

/** A row of the registry: the table of all runs of an experiment. */
export interface RegistryEntry {
  readonly runId: string;
  readonly experimentId: string;
  readonly status: RunStatus;
  readonly parameters: Values;
  readonly metrics: Values;
  /** References into the result store by artifact name. */
  readonly artifactPaths: Readonly<Record<string, string>>;
  /** Sizes in bytes by reference ({@linkcode RunResult.artifactSizes}); reading a row need not give them back. */
  readonly artifactSizes?: Readonly<Record<string, number>>;
  readonly error: string | null;
}

/** Keeps what runs produced. An experiment id is empty for a store whose base directory is one experiment. */
export interface ResultStore {
  /** Keeps one artifact and returns its reference. Appears complete or not at all. */
  saveArtifact(experimentId: string, runId: string, artifact: Artifact): Promise<string>;
  /**
   * Keeps a run: its result and, together with it and in one step, its artifacts. Doing it again replaces the run.
   * Returns the result with the references of the artifacts filled in.
   */
  saveRun(experimentId: string, result: RunResult, artifacts?: readonly Artifact[]): Promise<RunResult>;
  /** The result of a run, or null. */
  loadRun(experimentId: string, runId: string): Promise<RunResult | null>;
  /** @throws {InvalidReference} for a reference that leaves the store; {@linkcode NotFound} for one that names nothing. */
  loadArtifact(reference: string): Promise<Uint8Array>;
  /** The stream variant for large artifacts. */
  openArtifact(reference: string): Promise<ReadableStream<Uint8Array>>;
}

/** A condition on one column: equal to a value, or within a range (both ends included). Numbers compare by value. */
export type Filter = Scalar | { readonly min?: number; readonly max?: number };

/** Conditions by column name; every one must hold. `status` filters the status. */
export type Filters = Readonly<Record<string, Filter>>;

/** The table of all runs. Every method is safe under concurrent use by several workers of one process. */
export interface RegistryStore extends AsyncDisposable {
  /** Adds or replaces rows; durable when the promise resolves. Doing it again changes nothing. */
  upsert(entries: RegistryEntry | readonly RegistryEntry[]): Promise<void>;
  get(experimentId: string, runId: string): Promise<RegistryEntry | null>;
  /** Rows in the order in which the runs were first recorded. */
  listRuns(experimentId: string): Promise<RegistryEntry[]>;
  /** The completed parameter combinations as canonical keys ({@linkcode completedKey}): 1 and 1.0 are one key. */
  getCompletedKeys(experimentId: string, parameterNames: readonly string[]): Promise<Set<string>>;
  query(experimentId: string, filters: Filters): Promise<RegistryEntry[]>;
  /** Brings the readable form (`experiments.csv`) up to date. */
  flush(): Promise<void>;
}

/** The input of one simulation: a complete scenario, or the parameters from which the model generates one. */
export interface RunRequest {
  /** Name of the model, such as `ring`. */
  readonly model: string;
  readonly runId: string;
  /**
   * Plain data that crosses worker and machine boundaries unchanged; what it holds is the model's affair
   * (for `ring`: `{ spec: RingSpecText }` or `{ scenario: unknown }`).
   */
  readonly source: unknown;
  /** What the run is known by; its result has them, together with those that the run computes. */
  readonly parameters?: Values;
}

/** Which artifacts a sweep keeps. */
export type ArtifactPolicy = "all" | "failed" | "none";

/** Options of an execution. */
export interface ExecuteOptions {
  readonly experimentId?: string;
  /** Artifacts to keep; default `all`. */
  readonly artifacts?: ArtifactPolicy;
  /** Called at least once per simulated day or batch of days. */
  readonly onProgress?: (runId: string, time: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs simulations. A simulation that fails is a result with status `failed`; an executor throws for misuse only.
 * What it returns depends on the request alone: not on the executor, its number of workers, or the order.
 */
export interface SimulationExecutor extends AsyncDisposable {
  execute(request: RunRequest, options?: ExecuteOptions): Promise<RunResult>;
  /** Executes many and yields each result when it is there, in the order of completion. */
  executeMany(
    requests: Iterable<RunRequest> | AsyncIterable<RunRequest>,
    options?: ExecuteOptions,
  ): AsyncIterable<RunResult>;
}

/** What a store reads of a log: its columns and the names behind its numbers. */
export type ReadableLog = Pick<
  EventLog<EventSchema>,
  "schema" | "shape" | "texts" | "length" | "kind" | "row" | "time" | "phase" | "table" | "tableOf" | "referenceText"
>;

/** Events `from` up to `to` (exclusive) of a log: recorded straight from its columns. */
export interface EventStretch {
  readonly log: ReadableLog;
  readonly from: number;
  readonly to: number;
}

/** An event as plain values: its type, its tick, and its fields by name (spec 08 4). */
export type EventRecord = Readonly<Record<string, unknown>> & { readonly event_type: string };

/** The configuration of a recorded simulation, as plain values. */
export type SimulationConfig = Readonly<Record<string, unknown>>;

/** The figures of a simulation that ended; missing ones count as 0. Money is cents, time is seconds. */
export interface SimulationMetrics {
  readonly total_arrivals?: number;
  readonly total_settlements?: number;
  readonly total_cost_cents?: number;
  readonly duration_seconds?: number;
}

/**
 * Records simulations: the one way for every command, experiment, worker and notebook, so that the same simulation
 * leaves the same rows whoever ran it. Source: spec 08 5, spec 09 3.
 */
export interface SimulationPersistenceProvider {
  /** @throws {Conflict} when a simulation of that id is recorded already. */
  persistSimulationStart(
    simulationId: string,
    config: SimulationConfig,
    experimentRunId?: string,
    experimentIteration?: number,
  ): Promise<void>;
  /**
   * Records events in their order, all or none of them, and returns how many. `tick` holds for records that name none.
   */
  persistTickEvents(
    simulationId: string,
    tick: number,
    events: readonly EventRecord[] | EventStretch,
  ): Promise<number>;
  /** Does nothing for an id that is not recorded. */
  persistSimulationComplete(simulationId: string, metrics: SimulationMetrics): Promise<void>;
}

/** Whether a value has the methods of a {@linkcode SimulationPersistenceProvider}. */
export function isSimulationPersistenceProvider(value: unknown): value is SimulationPersistenceProvider {
  return typeof value === "object" && value !== null &&
    ["persistSimulationStart", "persistTickEvents", "persistSimulationComplete"].every((name) =>
      typeof Reflect.get(value, name) === "function"
    );
}

/** Status of a job. */
export type JobStatus = RunStatus | "cancelled";

/** What a job was asked to do. Lists of parameters hold the exact decimal texts that the user gave. */
export interface JobConfig {
  /** `ring`, `comparison`, `balanced`, or the name of another kind of sweep. */
  readonly sweepType: string;
  readonly nAgents: number;
  /** In days. */
  readonly maturityDays: number;
  readonly kappas: readonly string[];
  readonly concentrations: readonly string[];
  readonly mus: readonly string[];
  readonly outsideMidRatios: readonly string[];
  readonly seeds: readonly number[];
  /** Whether the runs were made on other machines. */
  readonly cloud: boolean;
}

/** One submission of one experiment by a user (spec 09 2). Times are ISO 8601 in UTC. */
export interface Job {
  /** Three words such as `castle-river-mountain`; accepted ids match `^[a-z]+(-[a-z]+)+$`. */
  readonly jobId: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly status: JobStatus;
  readonly description: string;
  readonly config: JobConfig;
  /** In the order in which the runs were finished. A list of jobs may leave them out. */
  readonly runIds: readonly string[];
  /** Null as long as the plan is not known. */
  readonly totalRuns: number | null;
  readonly completedRuns: number;
  readonly failedRuns: number;
  readonly error: string | null;
  readonly notes: string | null;
  /** The experiment in the volume that holds what the job produced. */
  readonly volumeExperimentId: string | null;
}

/** What happened to a job. */
export type JobEventType = "created" | "started" | "progress" | "completed" | "failed" | "cancelled";

/** An event of a job's life. Equal events are one event: sending one again changes nothing. */
export interface JobEvent {
  readonly jobId: string;
  readonly eventType: JobEventType;
  /** ISO 8601 in UTC, with microseconds where they are known. */
  readonly timestamp: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which jobs to list: the newest first. */
export interface JobQuery {
  readonly status?: JobStatus;
  /** Default 100. */
  readonly limit?: number;
  readonly offset?: number;
}

/** How a job stands: what changes while it runs. */
export interface JobUpdate {
  readonly status: JobStatus;
  readonly completedAt?: string;
  readonly error?: string;
  readonly totalRuns?: number;
  readonly completedRuns?: number;
  readonly failedRuns?: number;
}

/** Keeps jobs and their events. Every method may be called again with the same arguments without changing anything. */
export interface JobStore extends AsyncDisposable {
  saveJob(job: Job): Promise<void>;
  getJob(jobId: string): Promise<Job | null>;
  listJobs(query?: JobQuery): Promise<Job[]>;
  /** @throws {NotFound} for a job that the store does not know. */
  updateStatus(jobId: string, update: JobUpdate): Promise<void>;
  /** @throws {NotFound} for an event of a job that the store does not know. */
  saveEvent(event: JobEvent): Promise<void>;
  /** Oldest first. */
  getEvents(jobId: string): Promise<JobEvent[]>;
}

/** A run of a job, as the cloud keeps it. Rates are exact decimal texts. */
export interface CloudRun {
  readonly runId: string;
  readonly jobId: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly status: JobStatus;
  readonly kappa: string;
  readonly concentration: string;
  readonly mu: string;
  readonly monotonicity: string | null;
  readonly outsideMidRatio: string | null;
  readonly seed: number | null;
  /** The arm of a paired design. */
  readonly regime: string | null;
  readonly parameters: Values;
  readonly executionTimeMs: number | null;
  readonly worker: string | null;
  readonly attempt: number;
  readonly error: string | null;
  /** References or links by artifact name. */
  readonly artifacts: Readonly<Record<string, string>>;
}

/** The measures of a completed run of a job. Rates and volumes are exact decimal texts. */
export interface CloudMetrics {
  readonly runId: string;
  readonly jobId: string;
  readonly deltaTotal: string | null;
  readonly phiTotal: string | null;
  readonly nDefaults: number | null;
  readonly nClears: number | null;
  /** In days. */
  readonly timeToStability: number | null;
  readonly tradingEffect: string | null;
  readonly totalTrades: number | null;
  readonly totalTradeVolume: string | null;
  readonly rawMetrics: Values;
}

/** Which runs of a job to list. */
export interface RunQuery {
  readonly status?: JobStatus;
  readonly limit?: number;
  readonly offset?: number;
}

/** Conditions on measures; every one that is given must hold. Bounds are included and compared exactly. */
export interface MetricsQuery {
  readonly jobId?: string;
  readonly minDelta?: string;
  readonly maxDelta?: string;
  readonly regime?: string;
  readonly kappas?: readonly string[];
  /** Default 1,000. */
  readonly limit?: number;
  readonly offset?: number;
}

/** Measures together with the run that they are of. */
export interface MeasuredCloudRun {
  readonly run: CloudRun;
  readonly metrics: CloudMetrics;
}

/** What can be read of jobs, runs and measures without the right to write: a hosted REST interface gives no more. */
export interface CloudReader extends AsyncDisposable {
  getJob(jobId: string): Promise<Job | null>;
  listJobs(query?: JobQuery): Promise<Job[]>;
  getEvents(jobId: string): Promise<JobEvent[]>;
  getRun(jobId: string, runId: string): Promise<CloudRun | null>;
  listRuns(jobId: string, query?: RunQuery): Promise<CloudRun[]>;
  /** By delta, then run. */
  queryMetrics(query: MetricsQuery): Promise<MeasuredCloudRun[]>;
}

/**
 * The records and artifacts of jobs in the cloud (spec 09 3). Every writing method may be called again with the same
 * arguments without changing anything; a run needs its job, and measures need their run.
 */
export interface CloudStorageClient extends CloudReader {
  saveJob(job: Job): Promise<void>;
  updateStatus(jobId: string, update: JobUpdate): Promise<void>;
  logEvent(event: JobEvent): Promise<void>;
  /** One statement per batch. @throws {NotFound} for runs of an unknown job. */
  saveRuns(runs: readonly CloudRun[]): Promise<void>;
  /** One statement per batch. @throws {NotFound} for measures of unknown runs. */
  saveMetrics(metrics: readonly CloudMetrics[]): Promise<void>;
  /** Keeps an artifact and returns its reference `<job>/runs/<run>/<name>`. */
  uploadArtifact(jobId: string, runId: string, artifact: Artifact): Promise<string>;
  /** A link that can be opened without credentials until it expires, by default after 3,600 seconds. */
  getArtifactUrl(reference: string, expiresInSeconds?: number): Promise<string>;
}
