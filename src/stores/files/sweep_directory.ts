/**
 * The directory of a sweep: one writer, one plan, one registry, the results. Opening it decides whether a sweep starts,
 * goes on, or is refused. Source: spec 09 3.2 and section 5.
 *
 * @module
 */
import { Conflict, NotFound } from "../../core/errors.ts";
import type { RegistryEntry } from "../../experiments/contracts.ts";
import { type Plan, type PlanDifference, planDifferences } from "../../experiments/plan.ts";
import { isMissing, readFailure, writeFailure } from "./atomic_file.ts";
import { DirectoryLock } from "./lock.ts";
import { directoryOf, joined } from "./paths.ts";
import { PlanFile } from "./plan_file.ts";
import { FileRegistryStore } from "./registry_store.ts";
import { FileResultStore } from "./result_store.ts";
import { setAside } from "./set_aside.ts";

/** How a sweep directory is opened. */
export interface OpenOptions {
  /** The user asks for a resume by name: without a plan that is an error. */
  readonly resume?: boolean;
  /** Start over in a new directory beside it (`<path>-2`, `-3`, ...) when this one is in use. */
  readonly force?: boolean;
  /** The program chose the path: where it is taken, the next free one beside it is made, by nobody else. */
  readonly claim?: boolean;
  /** What runs here, for the message to a second sweep: `sweep ring`. */
  readonly name: string;
  /** Now, ISO 8601. */
  readonly startedAt: string;
}

/** Ids of completed runs that have no files. */
export interface RunsWithoutFiles {
  /** The registry names files, and they are gone. */
  readonly lost: readonly string[];
  /** They were made without files. */
  readonly unkept: readonly string[];
}

/** A directory that this process holds until it is disposed of. */
export class SweepDirectory implements AsyncDisposable {
  readonly #lock: DirectoryLock;

  private constructor(
    /** Where the sweep is: the path asked for, or the new one under `force` and `claim`. */
    readonly path: string,
    /** Whether the directory held the same plan already. */
    readonly isResumed: boolean,
    /** Sentences for people: a crash was tidied up, runs are made again. */
    readonly warnings: readonly string[],
    readonly plan: PlanFile,
    readonly registry: FileRegistryStore,
    readonly results: FileResultStore,
    lock: DirectoryLock,
  ) {
    this.#lock = lock;
  }

  /**
   * Opens a directory for a plan: a new one gets the plan written before this returns, one with the same plan is
   * resumed. Where another plan stands and none of its runs was completed, it is set aside.
   *
   * @throws {Conflict} when another sweep is at work there, or the plan there differs; {@linkcode NotFound} when a
   * resume was asked for and there is none; {@linkcode StoreError} when it cannot be written.
   */
  static async open(path: string, plan: Plan, options: OpenOptions): Promise<SweepDirectory> {
    const directory = options.claim === true
      ? claimedDirectory(path)
      : options.force === true
      ? freshDirectory(path)
      : path;
    const planFile = new PlanFile(joined(directory, "plan.jsonl"));
    if (options.resume === true && planFile.read() === null) {
      throw new NotFound(
        `There is no sweep to resume in ${directory}: it has no plan.jsonl; start it without --resume`,
      );
    }
    const lock = DirectoryLock.take(joined(directory, "registry", ".lock"), options.name, options.startedAt);
    let registry = new FileRegistryStore(directory);
    try {
      const there = planFile.read();
      const differences = there === null ? [] : planDifferences(there.header, plan.header);
      const warnings: string[] = [];
      // Runs of a sweep of another kind stand elsewhere, where they are not looked for.
      const startsOver = differences.length > 0 && there?.header.kind === plan.header.kind &&
        options.resume !== true && !await hasCompleted(registry);
      if (startsOver) {
        await registry[Symbol.asyncDispose]();
        const suffix = setAside(directory);
        registry = new FileRegistryStore(directory);
        warnings.push(`No run of the other sweep in ${directory} was completed; its files are kept as *${suffix}`);
      } else refuseOther(directory, differences);
      if (there === null || startsOver) planFile.write(plan);
      const results = new FileResultStore(directory);
      if (lock.predecessor !== null) warnings.push(...await recover(registry, results, lock.predecessor.processId));
      const isResumed = there !== null && !startsOver;
      if (isResumed) await registry.compact("");
      return new SweepDirectory(directory, isResumed, warnings, planFile, registry, results, lock);
    } catch (error) {
      try {
        await registry[Symbol.asyncDispose]();
      } finally {
        lock.abandon();
      }
      throw error;
    }
  }

  /** The completed runs that have no directory below `runs/`. */
  async runsWithoutFiles(): Promise<RunsWithoutFiles> {
    return await runsWithoutFiles(this.registry, this.results);
  }

  /** Brings `experiments.csv` up to date and gives the directory free. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.registry[Symbol.asyncDispose]();
      this.results.tidy();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

/** The completed runs that have no directory below `runs/`; it is listed once, no file is looked at. */
export async function runsWithoutFiles(
  registry: FileRegistryStore,
  results: FileResultStore,
): Promise<RunsWithoutFiles> {
  const completed = await registry.query("", { status: "completed" });
  const present = completed.length === 0 ? new Set() : results.runIds("");
  const absent = completed.filter(({ runId }) => !present.has(runId));
  const { lost = [], unkept = [] } = Object.groupBy(
    absent,
    ({ artifactPaths }) => Object.keys(artifactPaths).length > 0 ? "lost" : "unkept",
  );
  return { lost: lost.map(({ runId }) => runId), unkept: unkept.map(({ runId }) => runId) };
}

/** Whether anything of a sweep is worth keeping in its place. */
export async function hasCompleted(registry: FileRegistryStore): Promise<boolean> {
  return (await registry.query("", { status: "completed" })).length > 0;
}

/**
 * Makes a directory that was not there: the path itself, else the first free one of `<path>-2`, `-3`, ... Whoever asks
 * at the same time gets another.
 *
 * @throws {StoreError} when none can be made.
 */
export function claimedDirectory(path: string): string {
  try {
    Deno.mkdirSync(directoryOf(path), { recursive: true });
    for (let number = 1;; number++) {
      const candidate = number === 1 ? path : `${path}-${number}`;
      try {
        Deno.mkdirSync(candidate);
        return candidate;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** A directory that nobody has: the path itself when nothing is there, else the first free one beside it. */
export function freshDirectory(path: string): string {
  const trimmed = path.replace(/(?<=.)[\\/]+$/, "");
  try {
    Deno.mkdirSync(directoryOf(trimmed), { recursive: true });
    for (let number = 1;; number++) {
      const candidate = number === 1 ? trimmed : `${trimmed}-${number}`;
      try {
        // Made here and now, so that two sweeps at once do not choose the same.
        Deno.mkdirSync(candidate);
        return candidate;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        if (isEmpty(candidate)) return candidate;
      }
    }
  } catch (error) {
    throw writeFailure(error, trimmed);
  }
}

function isEmpty(path: string): boolean {
  try {
    for (const _ of Deno.readDirSync(path)) return false;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw readFailure(error, path);
  }
}

const SHOWN_DIFFERENCES = 3;

/**
 * Refuses a directory whose plan is another one.
 *
 * @throws {Conflict} naming the first differences.
 */
export function refuseOther(directory: string, differences: readonly PlanDifference[]): void {
  if (differences.length === 0) return;
  const shown = differences.slice(0, SHOWN_DIFFERENCES).map(({ name, before, after }) =>
    `${name}: ${before} -> ${after}`
  );
  const more = differences.length > shown.length ? ` and ${differences.length - shown.length} more` : "";
  throw new Conflict(
    `${directory} holds another sweep (${shown.join("; ")}${more}); ` +
      "choose another --out-dir, or --force to start over in a new directory beside it",
  );
}

/**
 * Tidies up after a process that died: half-written runs go, and completed runs whose files are not all there at their
 * full size (a power loss can do that) are to be made again.
 */
export async function recover(
  registry: FileRegistryStore,
  results: FileResultStore,
  processId: number,
): Promise<string[]> {
  results.recover();
  const broken: RegistryEntry[] = [];
  const sizes = registry.recordedSizes("");
  for (const entry of await registry.listRuns("")) {
    if (entry.status !== "completed") continue;
    const recorded = Object.entries(sizes.get(entry.runId) ?? {});
    if (recorded.every(([reference, size]) => results.sizeOf(reference) === size)) continue;
    broken.push({ ...entry, status: "pending", metrics: {}, artifactPaths: {} });
  }
  if (broken.length > 0) await registry.upsert(broken);
  const again = broken.length === 0 ? "" : `; ${broken.length} runs with missing files are made again`;
  return [`The sweep of process ${processId} did not end cleanly here; taking over${again}`];
}
