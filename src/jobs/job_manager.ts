/**
 * The life of the job of a sweep: created, started, in progress, and how it ended. Its manifest stands in the directory
 * of the sweep; with a cloud, records, runs and measures go there as well, while the sweep goes on (spec 09 6).
 *
 * @module
 */
import { Conflict } from "../core/errors.ts";
import type {
  CloudStorageClient,
  Job,
  JobConfig,
  JobEvent,
  JobEventType,
  JobStatus,
  JobUpdate,
  RegistryEntry,
  RunResult,
} from "../experiments/contracts.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import { configRecord } from "../stores/files/job_manifest.ts";
import { readManifest, writeManifest } from "../stores/files/job_store.ts";
import { forgetCancel } from "./cancel_request.ts";
import { CancelWatch } from "./cancel_watch.ts";
import { cloudJobOf, type RunTimes } from "./cloud_rows.ts";
import { CloudSender } from "./cloud_sender.ts";
import { completedThere, isInCloud } from "./cloud_questions.ts";
import { Clock } from "./clock.ts";
import { jobDescription } from "./job_config.ts";
import { checkedJobId, chosenJobId } from "./job_ids.ts";
import { Outbox } from "./outbox.ts";
import type { CloudRecord } from "./outbox_records.ts";
import { within } from "./patience.ts";
import { RunBatches } from "./run_batches.ts";

/** What a job is made of. */
export interface JobManagerOptions {
  /** Directory of the sweep, which this process holds. */
  readonly directory: string;
  readonly config: JobConfig;
  /** The id that the user asked for; without one a new id is made, or the job of a resumed sweep goes on. */
  readonly jobId?: string | undefined;
  readonly description?: string;
  readonly notes?: string | null;
  /** Gets the records, too. The caller disposes of it, after the manager. */
  readonly cloud?: CloudStorageClient | undefined;
  /** Hears a sentence when the cloud does not answer. */
  readonly warn?: (sentence: string) => void;
  readonly now?: () => Date;
  /** How long the end waits for a cloud that does not answer, in milliseconds; default 20,000. */
  readonly patience?: number;
}

/** The manifest is written anew when a tenth of the time so far has passed, within these bounds in milliseconds. */
const SHORTEST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** How long an answer of the cloud is waited for before the sweep goes on without it, in milliseconds. */
function answerTime({ patience = LONGEST_ANSWER }: JobManagerOptions): number {
  return Math.min(patience, LONGEST_ANSWER);
}

const LONGEST_ANSWER = 5_000;

/** What may become of a job from each status; a job that ended goes on when its sweep is resumed. */
const NEXT: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  pending: ["running", "failed", "cancelled"],
  running: ["completed", "failed", "cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** The job of one sweep. */
export class JobManager implements AsyncDisposable {
  readonly #directory: string;
  readonly #cloud: CloudStorageClient | undefined;
  readonly #sender: CloudSender | undefined;
  readonly #clock: Clock;
  readonly #answer: number;
  readonly #batches: RunBatches;
  readonly #watch: CancelWatch;
  readonly #runIds: string[] = [];
  readonly #written: Readonly<Record<string, unknown>>;
  #job: Job;
  #events: JobEvent[];
  /** Whether the job had a life before this process. */
  readonly #isContinued: boolean;
  #hasStarted = false;
  #startedAt = 0;
  #savedAt = 0;
  /** Settles when the runs of an earlier life are on their way. */
  #former: Promise<void> = Promise.resolve();

  private constructor(
    options: JobManagerOptions,
    clock: Clock,
    job: Job,
    before: { events: readonly JobEvent[]; written: Readonly<Record<string, unknown>>; isContinued: boolean },
  ) {
    this.#directory = options.directory;
    this.#cloud = options.cloud;
    this.#clock = clock;
    this.#answer = answerTime(options);
    this.#job = job;
    this.#events = [...before.events];
    this.#written = before.written;
    this.#isContinued = before.isContinued;
    this.#batches = new RunBatches(job.jobId, (records) => this.#send(records));
    this.#watch = new CancelWatch(options.directory, job.jobId, options.cloud, clock.milliseconds());
    this.#sender = options.cloud === undefined ? undefined : new CloudSender({
      client: options.cloud,
      outbox: new Outbox(options.directory),
      directory: options.directory,
      now: () => clock.milliseconds(),
      warn: options.warn ?? (() => {}),
      patience: options.patience ?? 20_000,
    });
  }

  /**
   * Makes the job of a sweep, or takes up the one that its directory holds. The manifest is on the disk when this
   * returns.
   *
   * @throws {UsageError} for an id that is none; {@linkcode Conflict} when the directory or the cloud holds another job;
   * {@linkcode ValidationError} for a manifest that cannot be read; {@linkcode StoreError} when it cannot be written.
   */
  static async open(options: JobManagerOptions): Promise<JobManager> {
    const { directory, config, cloud } = options;
    const asked = options.jobId === undefined ? undefined : checkedJobId(options.jobId);
    const clock = new Clock(options.now ?? (() => new Date()));
    const there = readManifest(directory);
    if (there !== null && asked !== undefined && asked !== there.job.jobId) {
      throw new Conflict(
        `${directory} holds the job ${there.job.jobId}, not ${asked}; leave out --job-id, or choose another --out-dir`,
      );
    }
    forgetCancel(directory);
    if (there !== null) return new JobManager(options, clock, there.job, { ...there, isContinued: true });
    const jobId = await chosenJobId(asked, (jobId) => isInCloud(cloud, jobId, answerTime(options)));
    const job: Job = {
      jobId,
      createdAt: clock.timestamp(),
      completedAt: null,
      status: "pending",
      description: options.description ?? jobDescription(config),
      config,
      runIds: [],
      totalRuns: null,
      completedRuns: 0,
      failedRuns: 0,
      error: null,
      notes: options.notes ?? null,
      volumeExperimentId: null,
    };
    const manager = new JobManager(options, clock, job, { events: [], written: {}, isContinued: false });
    manager.#record("created", { config: configRecord(config) }, job.createdAt);
    manager.#save();
    manager.#send([{ kind: "job", jobId, job: cloudJobOf(job) }, ...manager.#lastEvent()]);
    return manager;
  }

  /** Three words. */
  get jobId(): string {
    return this.#job.jobId;
  }

  /** How the job stands. */
  get job(): Job {
    return { ...this.#job, runIds: [...this.#runIds] };
  }

  /** Aborted when somebody cancels the job from elsewhere: nothing new should start. */
  get cancelled(): AbortSignal {
    return this.#watch.cancelled;
  }

  /**
   * The sweep begins, or goes on.
   *
   * @param totalRuns runs of the plan; an adaptive search tells more of them to {@linkcode planned}
   * @param done runs that were completed before, which this sweep skips
   * @throws {Conflict} when it has begun already, or ended.
   */
  // deno-lint-ignore require-await -- what is wrong is a rejection, as with every other step of a job
  async start(totalRuns: number, done: readonly RegistryEntry[] = []): Promise<void> {
    if (this.#hasStarted) throw this.#impossible("running");
    this.#hasStarted = true;
    this.#startedAt = this.#clock.milliseconds();
    this.#savedAt = this.#startedAt;
    this.#runIds.push(...inFormerOrder(done.map(({ runId }) => runId), this.#job.runIds));
    this.#job = {
      ...this.#job,
      status: "running",
      completedAt: null,
      error: null,
      totalRuns,
      completedRuns: done.length,
      failedRuns: 0,
    };
    this.#record("started", this.#isContinued ? { resumed: true, completed_before: done.length } : {});
    this.#save();
    if (this.#isContinued) this.#send([{ kind: "job", jobId: this.jobId, job: cloudJobOf(this.#job) }]);
    this.#send([this.#statusRecord(), ...this.#lastEvent()]);
    this.#former = this.#sendFormer(done);
    this.#former.catch(() => {}); // waited for at the end
  }

  /** More runs are known. */
  planned(totalRuns: number): void {
    this.#job = { ...this.#job, totalRuns };
  }

  /**
   * A run is finished and recorded. Returns at once; what is to be written or sent is so in batches.
   *
   * @throws {Conflict} unless the job is running; {@linkcode StoreError} when the manifest cannot be written.
   */
  progress(result: RunResult): void {
    if (this.#job.status !== "running") {
      throw new Conflict(`Job ${this.jobId} is ${this.#job.status}: a run of it cannot finish now`);
    }
    const isCompleted = result.status === "completed";
    this.#runIds.push(result.runId);
    this.#job = {
      ...this.#job,
      completedRuns: this.#job.completedRuns + (isCompleted ? 1 : 0),
      failedRuns: this.#job.failedRuns + (isCompleted ? 0 : 1),
    };
    const now = this.#clock.milliseconds();
    this.#watch.look(now);
    this.#saveNowAndThen(now);
    if (this.#sender === undefined) return;
    this.#batches.add(result, timesOf(result, now));
    this.#batches.flushNowAndThen(now);
  }

  /**
   * The sweep has come to its end.
   *
   * @param summary figures of the sweep, kept with the event
   * @throws {Conflict} unless the job is running: a cancelled job cannot be completed.
   */
  async complete(summary: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#end("completed", { summary });
  }

  /** The sweep broke off. @throws {Conflict} for a job that has ended already. */
  async fail(error: string): Promise<void> {
    await this.#end("failed", { error }, error);
  }

  /** The sweep was stopped on purpose, by whom `reason` says. @throws {Conflict} for a job that has ended already. */
  async cancel(reason: string): Promise<void> {
    await this.#end("cancelled", { reason });
  }

  /**
   * Ends the job as its sweep ended: cancelled when it was stopped, failed when no run succeeded, else completed.
   *
   * @throws {Conflict} for a job that has ended already.
   */
  async finish(outcome: SweepOutcome): Promise<void> {
    if (this.cancelled.aborted) return await this.cancel("bilancio jobs cancel");
    if (outcome.isInterrupted) return await this.cancel("interrupted");
    const { runs, skipped, completed, failed } = outcome;
    if (failed > 0 && completed + skipped === 0) {
      return await this.fail(failed === 1 ? "The only run failed" : `All ${failed} runs failed`);
    }
    await this.complete({ runs, skipped, completed, failed });
  }

  /** Gives the cloud a last chance. A job that nobody ended has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const { status } = this.#job;
      const isOpen = this.#hasStarted ? status === "running" : status === "pending" && !this.#isContinued;
      if (isOpen) await this.fail("The sweep ended without a result");
    } finally {
      await this.#former;
      this.#batches.flush();
      await within(this.#watch.settled(), this.#answer);
      await this.#sender?.close();
    }
  }

  // deno-lint-ignore require-await -- the end of a job is waited for, whatever it takes to keep it
  async #end(
    status: JobStatus & JobEventType,
    details: Readonly<Record<string, unknown>>,
    error?: string,
  ): Promise<void> {
    if (!NEXT[this.#job.status].includes(status) || this.#isContinued && !this.#hasStarted) {
      throw this.#impossible(status);
    }
    const completedAt = this.#clock.timestamp();
    this.#job = { ...this.#job, status, completedAt, error: error ?? null };
    this.#record(status, details, completedAt);
    this.#save();
    this.#batches.flush();
    this.#send([this.#statusRecord(), ...this.#lastEvent()]);
    forgetCancel(this.#directory);
  }

  #impossible(status: JobStatus): Conflict {
    const was = this.#job.status;
    const remedy = was === "running" || was === "pending" ? "" : "; start its sweep again to go on with it";
    return new Conflict(`Job ${this.jobId} is ${was}, so it cannot become ${status}${remedy}`);
  }

  #record(eventType: JobEventType, details: Readonly<Record<string, unknown>>, timestamp?: string): void {
    this.#events.push({
      jobId: this.jobId,
      eventType,
      timestamp: timestamp ?? this.#clock.timestamp(),
      details,
    });
  }

  #lastEvent(): CloudRecord[] {
    const event = this.#events.at(-1);
    return event === undefined ? [] : [{ kind: "event", jobId: this.jobId, event }];
  }

  #statusRecord(): CloudRecord {
    const { status, completedAt, error, totalRuns, completedRuns, failedRuns } = this.#job;
    const update: JobUpdate = {
      status,
      completedRuns,
      failedRuns,
      ...(completedAt === null ? {} : { completedAt }),
      ...(error === null ? {} : { error }),
      ...(totalRuns === null ? {} : { totalRuns }),
    };
    return { kind: "status", jobId: this.jobId, update };
  }

  #save(): void {
    writeManifest(this.#directory, { job: this.job, events: this.#events, written: this.#written });
  }

  #send(records: readonly CloudRecord[]): void {
    this.#sender?.send(records);
  }

  /** Seldom enough that writing the whole manifest costs nothing, however many runs there are. */
  #saveNowAndThen(now: number): void {
    const pause = Math.min(Math.max((now - this.#startedAt) / 10, SHORTEST_PAUSE), LONGEST_PAUSE);
    if (now - this.#savedAt < pause) return;
    this.#savedAt = now;
    const { totalRuns, completedRuns, failedRuns } = this.#job;
    this.#record("progress", { completed_runs: completedRuns, failed_runs: failedRuns, total_runs: totalRuns });
    this.#save();
    this.#send([this.#statusRecord(), ...this.#lastEvent()]);
  }

  /** Runs of an earlier life that the cloud has not got, because its process died before they were sent. */
  async #sendFormer(done: readonly RegistryEntry[]): Promise<void> {
    if (this.#cloud === undefined || done.length === 0) return;
    // A cloud that does not answer soon gets all of them: sending one again does no harm.
    const there = await within(completedThere(this.#cloud, this.jobId), this.#answer) ?? new Set<string>();
    for (const { runId, status, parameters, metrics, artifactPaths, error } of done) {
      if (there.has(runId)) continue;
      const run = { runId, status, parameters, metrics, artifacts: artifactPaths, error, executionTimeMs: null };
      this.#batches.add(run, { createdAt: this.#job.createdAt, completedAt: null });
    }
    this.#batches.flush();
  }
}

/** Ids in the order of a former list; those that it has not stand behind, in their own order. */
function inFormerOrder(ids: readonly string[], former: readonly string[]): string[] {
  const present = new Set(ids);
  const known = new Set(former);
  return [...new Set(former.filter((id) => present.has(id))), ...ids.filter((id) => !known.has(id))];
}

function timesOf({ executionTimeMs }: RunResult, now: number): RunTimes {
  return {
    createdAt: new Date(now - Math.round(executionTimeMs ?? 0)).toISOString(),
    completedAt: new Date(now).toISOString(),
  };
}
