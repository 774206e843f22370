/**
 * Makes the runs of a plan: skips what is done, records each run before and after it is made, and keeps going when one
 * fails. It knows executors and stores by their contracts only. Source: spec 09 sections 4 and 5.
 *
 * @module
 */
import type {
  ArtifactPolicy,
  RegistryEntry,
  RegistryStore,
  RunRequest,
  RunResult,
  Scalar,
  SimulationExecutor,
  Values,
} from "./contracts.ts";
import type { PlannedRun } from "./plan.ts";

/** What a sweep needs from outside, and whom it tells. */
export interface SweepPorts {
  readonly executor: SimulationExecutor;
  readonly registry: RegistryStore;
  /** Empty (the default) for a store whose base directory is the sweep. */
  readonly experimentId?: string;
  /** Artifacts to keep; default `all`. */
  readonly artifacts?: ArtifactPolicy;
  /** Takes the runs that an adaptive search adds, before they are made. */
  readonly appendToPlan?: (runs: readonly PlannedRun[]) => void | Promise<void>;
  /** Makes the aggregates from the registry, at the end. */
  readonly writeAggregates?: () => void | Promise<void>;
  /** Completed runs that are made once more, because their files are wanted and not there. */
  readonly again?: ReadonlySet<string>;
  /** How many runs are known by now, and how many of them were there before. */
  readonly onPlanned?: (runs: number, done: number) => void;
  /** Called when a finished run is recorded for good. */
  readonly onRun?: (run: PlannedRun, result: RunResult) => void;
  readonly onDay?: (runId: string, day: number) => void;
  /** Aborted: no further run starts, those under way are finished. */
  readonly stop?: AbortSignal;
  /** Aborted: runs under way end at their next day and will be made again. */
  readonly signal?: AbortSignal;
}

/** How a sweep ended. */
export interface SweepOutcome {
  /** Runs that are known: those of the plan and those that a search added. */
  readonly runs: number;
  /** Runs that were completed before. */
  readonly skipped: number;
  /** Runs that were completed now. */
  readonly completed: number;
  readonly failed: number;
  /** Whether it was stopped before its end. */
  readonly isInterrupted: boolean;
}

/** The model of a sweep, and what its runs add to their rows in the registry. */
export interface RunColumns {
  readonly model: string;
  /** Parameters that the run itself computes, such as totals. */
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
  readonly artifacts: readonly string[];
  /** Parameters of the plan that the registry does not show. */
  readonly unrecorded?: readonly string[];
}

/** A run with its result. */
interface FinishedRun {
  readonly run: PlannedRun;
  readonly result: RunResult;
}

/** Rows that are marked as running in one go. */
const DISPATCH = 64;

/** Makes runs and keeps count. */
export class SweepRunner {
  readonly #ports: SweepPorts;
  readonly #columns: RunColumns;
  readonly #experimentId: string;
  /** Metrics of the runs that were completed before. */
  readonly #before = new Map<string, Values>();
  /** Marks that are not on the disk yet. */
  readonly #marks = new Set<Promise<void>>();
  /** Runs that wait for the write that is under way, and that write. */
  #finished: FinishedRun[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #runs = 0;
  #skipped = 0;
  #completed = 0;
  #failed = 0;

  private constructor(ports: SweepPorts, columns: RunColumns) {
    this.#ports = ports;
    this.#columns = columns;
    this.#experimentId = ports.experimentId ?? "";
  }

  /** A runner that knows what is done already. */
  static async start(ports: SweepPorts, columns: RunColumns): Promise<SweepRunner> {
    const runner = new SweepRunner(ports, columns);
    for (const entry of await ports.registry.query(runner.#experimentId, { status: "completed" })) {
      if (ports.again?.has(entry.runId) !== true) runner.#before.set(entry.runId, entry.metrics);
    }
    return runner;
  }

  /** Whether no further run should start. */
  get isStopped(): boolean {
    return this.#ports.stop?.aborted === true || this.#ports.signal?.aborted === true;
  }

  /** Metrics of a run that was completed before, null for one that is still to be made. */
  metricsBefore(runId: string): Values | null {
    return this.#before.get(runId) ?? null;
  }

  /** Makes the runs that are missing; `keepResult` gets the results of those that were made. */
  async make(runs: readonly PlannedRun[], keepResult?: (result: RunResult) => void): Promise<void> {
    const missing = runs.filter((run) => !this.#before.has(run.runId));
    this.#runs += runs.length;
    this.#skipped += runs.length - missing.length;
    this.#ports.onPlanned?.(this.#runs, this.#skipped);
    const underWay = new Map<string, PlannedRun>();
    const { executor, artifacts, onDay, signal } = this.#ports;
    try {
      const results = executor.executeMany(this.#requests(missing, underWay), {
        experimentId: this.#experimentId,
        ...(artifacts === undefined ? {} : { artifacts }),
        ...(onDay === undefined ? {} : { onProgress: onDay }),
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const result of results) {
        const run = underWay.get(result.runId);
        // Recorded exactly once, whatever an executor sends twice.
        if (run === undefined) continue;
        underWay.delete(result.runId);
        this.#record(run, result);
        keepResult?.(result);
        if (this.#failure !== undefined) break;
      }
    } finally {
      // Started but not finished: to be made next time.
      this.#mark([...underWay.values()], "pending");
      await this.#written();
    }
  }

  /** Brings the readable registry up to date and makes the aggregates. */
  async finish(): Promise<SweepOutcome> {
    await this.#ports.registry.flush();
    await this.#ports.writeAggregates?.();
    return {
      runs: this.#runs,
      skipped: this.#skipped,
      completed: this.#completed,
      failed: this.#failed,
      isInterrupted: this.isStopped,
    };
  }

  /** Marks runs as running, some at a time, and hands them out. */
  *#requests(runs: readonly PlannedRun[], underWay: Map<string, PlannedRun>): Generator<RunRequest> {
    for (let start = 0; start < runs.length; start += DISPATCH) {
      if (this.isStopped) return;
      const group = runs.slice(start, start + DISPATCH);
      for (const run of group) underWay.set(run.runId, run);
      this.#mark(group, "running");
      for (const run of group) {
        if (this.isStopped) return;
        yield { model: this.#columns.model, runId: run.runId, source: run.source, parameters: run.parameters };
      }
    }
  }

  /** Marks runs that have no result yet; a completed run that is made again stays completed until then. */
  #mark(runs: readonly PlannedRun[], status: "running" | "pending"): void {
    const unfinished = runs.filter((run) => this.#ports.again?.has(run.runId) !== true);
    if (unfinished.length === 0) return;
    const mark = this.#ports.registry.upsert(unfinished.map((run) => this.#entry(run, status))).catch((error) => {
      this.#failure ??= { error };
    });
    this.#marks.add(mark);
    mark.finally(() => this.#marks.delete(mark));
  }

  /** Records a run. What finishes while a write is under way shares the next one. */
  #record(run: PlannedRun, result: RunResult): void {
    this.#finished.push({ run, result });
    this.#writing ??= this.#writeFinished();
  }

  /** Writes until nothing waits; what others see of a run waits until it is on the disk. */
  async #writeFinished(): Promise<void> {
    try {
      while (this.#finished.length > 0) {
        const group = this.#finished;
        this.#finished = [];
        await this.#ports.registry.upsert(group.map(({ run, result }) => this.#entry(run, result.status, result)));
        for (const { run, result } of group) this.#tell(run, result);
      }
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#writing = undefined;
    }
  }

  /** Counts a recorded run. A listener that fails ends the sweep, but what is finished is still recorded. */
  #tell(run: PlannedRun, result: RunResult): void {
    if (result.status === "completed") this.#completed++;
    else this.#failed++;
    try {
      this.#ports.onRun?.(run, result);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #entry(run: PlannedRun, status: RunResult["status"], result?: RunResult): RegistryEntry {
    return {
      runId: run.runId,
      experimentId: this.#experimentId,
      status,
      parameters: result === undefined ? without(run.parameters, this.#columns.unrecorded) : {
        ...without(run.parameters, this.#columns.unrecorded),
        ...chosen(result.parameters, this.#columns.parameters),
      },
      metrics: chosen(result?.metrics, this.#columns.metrics),
      artifactPaths: chosen(result?.artifacts, this.#columns.artifacts),
      ...(result?.artifactSizes === undefined ? {} : { artifactSizes: result.artifactSizes }),
      error: result?.error ?? null,
    };
  }

  async #written(): Promise<void> {
    await Promise.all([...this.#marks, this.#writing]);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function without(values: Values, names: readonly string[] = []): Values {
  if (names.length === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function chosen<T extends Scalar>(
  values: Readonly<Record<string, T>> = {},
  names: readonly string[],
): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const name of names) {
    const value = values[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
