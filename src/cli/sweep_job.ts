/**
 * The job of a sweep on the command line: its manifest in the sweep's directory, and with `--persist-to postgres` its
 * records, runs and measures in a database while the sweep goes on. A database that fails never fails the sweep (spec
 * 09 6).
 *
 * @module
 */
import type { RunResult } from "../experiments/contracts.ts";
import type { Plan } from "../experiments/plan.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import type { RegistryStore } from "../experiments/contracts.ts";
import type { JobManager } from "../jobs/job_manager.ts";
import type { ExecutionFlags } from "./sweep_execution.ts";
import { cloudRecords } from "./on_demand.ts";
import { sendsRecords } from "./sweep_recordings.ts";
import type { Terminal } from "./terminal.ts";

/** The directory of a sweep as a job sees it. */
export interface JobPlace {
  readonly path: string;
  readonly isResumed: boolean;
  readonly registry: Pick<RegistryStore, "query">;
}

/** Exit status of a sweep that `bilancio jobs cancel` stopped, as of one that Ctrl-C stopped. */
const CANCELLED = 130;

/** The job of the sweep that this process makes. */
export class SweepJob implements AsyncDisposable {
  readonly #manager: JobManager;
  readonly #cloud: AsyncDisposable;
  readonly #place: JobPlace;
  readonly #shown: string;
  readonly #terminal: Terminal;
  #isEnded = false;

  private constructor(
    manager: JobManager,
    cloud: AsyncDisposable,
    place: JobPlace,
    shown: string,
    terminal: Terminal,
  ) {
    this.#manager = manager;
    this.#cloud = cloud;
    this.#place = place;
    this.#shown = shown;
    this.#terminal = terminal;
  }

  /**
   * Makes the job of a sweep, or goes on with the one in its directory, and starts it.
   *
   * @param again completed runs that are made once more
   * @param shown the directory as the caller knows it
   * @throws {Conflict} when the directory or the database holds another job; {@linkcode StoreError} when its manifest
   * cannot be written.
   */
  static async open(
    place: JobPlace,
    { header, runs }: Plan,
    again: ReadonlySet<string>,
    flags: ExecutionFlags,
    shown: string,
    terminal: Terminal,
  ): Promise<SweepJob> {
    const { JobManager } = await import("../jobs/job_manager.ts");
    const { jobConfigOf } = await import("../jobs/job_config.ts");
    await using opened = new AsyncDisposableStack();
    const client = sendsRecords(flags) ? await (await cloudRecords()).cloudClient(opened, terminal) : undefined;
    const manager = opened.use(
      await JobManager.open({
        directory: place.path,
        config: jobConfigOf(header),
        jobId: flags["job-id"],
        ...(client === undefined ? {} : { cloud: client }),
        warn: (sentence) => terminal.error(`warning: ${sentence}\n`),
      }),
    );
    const done = place.isResumed ? await place.registry.query("", { status: "completed" }) : [];
    await manager.start(runs.length, done.filter(({ runId }) => !again.has(runId)));
    return new SweepJob(manager, opened.move(), place, shown, terminal);
  }

  /** Three words. */
  get jobId(): string {
    return this.#manager.jobId;
  }

  /** Aborted when somebody cancels the job from elsewhere. */
  get cancelled(): AbortSignal {
    return this.#manager.cancelled;
  }

  /** How many runs are known by now. */
  planned(runs: number): void {
    this.#manager.planned(runs);
  }

  /** A run is finished and recorded. */
  finished(result: RunResult): void {
    this.#manager.progress(result);
  }

  /** The sweep came to its end: the job ends as it did. */
  async finish(outcome: SweepOutcome): Promise<void> {
    await this.#manager.finish(outcome);
  }

  /** The exit status when the job was cancelled elsewhere, else undefined. Says so. */
  statusWhenCancelled(): number | undefined {
    if (!this.cancelled.aborted) return undefined;
    this.#terminal.error(`Job ${this.jobId} was cancelled; the same command goes on where it was.\n`);
    return CANCELLED;
  }

  /** Gives the database a last chance and says what waits for it. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#cloud[Symbol.asyncDispose]();
    await this.#tellWaiting();
  }

  /** What the outbox holds, and how to send it. */
  async #tellWaiting(): Promise<void> {
    const { Outbox } = await import("../jobs/outbox.ts");
    const outbox = new Outbox(this.#place.path);
    if (outbox.isEmpty()) return;
    const waiting = (await outbox.read()).records.length;
    const records = waiting === 1 ? "1 record waits" : `${waiting.toLocaleString("en-US")} records wait`;
    this.#terminal.error(
      `${records} in ${this.#shown}/outbox.jsonl for the database; this sends them: bilancio cloud push ${this.#shown}\n`,
    );
  }

  /** Ends what was not ended; a job that nobody finished has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
