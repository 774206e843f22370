/**
 * The directory of a paired sweep: one writer and one plan for both arms at the top, a registry and results in each arm,
 * aggregates at the top. Source: spec 03 8.6, spec 09 3.1, 3.2 and 5.
 *
 * @module
 */
import { Conflict, NotFound } from "../../core/errors.ts";
import type { PairedDesign } from "../../experiments/paired_plan.ts";
import { type Plan, planDifferences } from "../../experiments/plan.ts";
import { type ArmFiles, armFiles, ArmRegistry, ArmResults } from "./arms.ts";
import { readTextIfPresent } from "./atomic_file.ts";
import { DirectoryLock } from "./lock.ts";
import { joined } from "./paths.ts";
import { PlanFile } from "./plan_file.ts";
import { setAside } from "./set_aside.ts";
import {
  freshDirectory,
  hasCompleted,
  type OpenOptions,
  recover,
  refuseOther,
  type RunsWithoutFiles,
  runsWithoutFiles,
} from "./sweep_directory.ts";

/** A directory of a paired sweep that this process holds until it is disposed of. */
export class PairedDirectory implements AsyncDisposable {
  /** Both registries as one. */
  readonly registry: ArmRegistry;
  /** Both result stores as one. */
  readonly results: ArmResults;
  readonly #lock: DirectoryLock;

  private constructor(
    /** Where the sweep is: the path asked for, or the new one under `force`. */
    readonly path: string,
    /** Whether the directory held the same plan already. */
    readonly isResumed: boolean,
    /** Sentences for people: a crash was tidied up, runs are made again. */
    readonly warnings: readonly string[],
    readonly arms: readonly ArmFiles[],
    lock: DirectoryLock,
  ) {
    this.registry = new ArmRegistry(arms);
    this.results = new ArmResults(arms);
    this.#lock = lock;
  }

  /**
   * Opens a directory for a plan: a new one gets the plan written before this returns, one with the same plan is
   * resumed. Where another plan of the same kind stands and none of its runs was completed, it is set aside.
   *
   * @throws {Conflict} when another sweep is at work there, or what is there differs; {@linkcode NotFound} when a resume
   * was asked for and there is none; {@linkcode StoreError} when it cannot be written.
   */
  static async open(path: string, plan: Plan, design: PairedDesign, options: OpenOptions): Promise<PairedDirectory> {
    const directory = options.force === true ? freshDirectory(path) : path;
    const planFile = new PlanFile(joined(directory, "plan.jsonl"));
    if (options.resume === true && planFile.read() === null) {
      throw new NotFound(
        `There is no sweep to resume in ${directory}: it has no plan.jsonl; start it without --resume`,
      );
    }
    const lock = DirectoryLock.take(joined(directory, "aggregate", ".lock"), options.name, options.startedAt);
    let arms = armFiles(directory, [design.baseline, design.trading]);
    try {
      const there = planFile.read();
      const differences = there === null ? [] : planDifferences(there.header, plan.header);
      const warnings: string[] = [];
      const startsOver = differences.length > 0 && there?.header.kind === plan.header.kind &&
        options.resume !== true && !await hasAnyCompleted(arms);
      if (startsOver) {
        await new ArmRegistry(arms)[Symbol.asyncDispose]();
        const suffix = setAside(directory, [...arms.map(({ arm }) => arm.name), ...AGGREGATES, "plan.jsonl"]);
        arms = armFiles(directory, [design.baseline, design.trading]);
        warnings.push(`No run of the other sweep in ${directory} was completed; its files are kept as *${suffix}`);
      } else refuseOther(directory, differences);
      if (there === null) refuseForeign(directory);
      if (there === null || startsOver) planFile.write(plan);
      if (lock.predecessor !== null) warnings.push(...await recoverArms(arms, lock.predecessor.processId));
      const isResumed = there !== null && !startsOver;
      if (isResumed) { for (const { registry } of arms) await registry.compact(""); }
      return new PairedDirectory(directory, isResumed, warnings, arms, lock);
    } catch (error) {
      try {
        await new ArmRegistry(arms)[Symbol.asyncDispose]();
      } finally {
        lock.abandon();
      }
      throw error;
    }
  }

  /** The completed runs of both arms that have no files. */
  async runsWithoutFiles(): Promise<RunsWithoutFiles> {
    const missing = await Promise.all(this.arms.map(({ registry, results }) => runsWithoutFiles(registry, results)));
    return { lost: missing.flatMap(({ lost }) => lost), unkept: missing.flatMap(({ unkept }) => unkept) };
  }

  /** Brings the tables of both arms up to date and gives the directory free. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.registry[Symbol.asyncDispose]();
      for (const { results } of this.arms) results.tidy();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

/** What is made from the registries; the lock stays where it is. */
const AGGREGATES = ["comparison.csv", "summary.json", "dashboard.html"].map((name) => `aggregate/${name}`);

async function hasAnyCompleted(arms: readonly ArmFiles[]): Promise<boolean> {
  for (const { registry } of arms) if (await hasCompleted(registry)) return true;
  return false;
}

/** Tidies up after a process that died, in both arms; says so once. */
async function recoverArms(arms: readonly ArmFiles[], processId: number): Promise<string[]> {
  const warnings = new Set<string>();
  for (const { registry, results } of arms) {
    for (const warning of await recover(registry, results, processId)) warnings.add(warning);
  }
  return [...warnings];
}

/** A table that no plan stands behind, such as one of the reference, would be lost when ours is written. */
function refuseForeign(directory: string): void {
  if (readTextIfPresent(joined(directory, "aggregate", "comparison.csv")) === null) return;
  throw new Conflict(
    `${directory} holds a comparison.csv without a plan.jsonl, so it cannot be gone on with; ` +
      "choose another --out-dir, or --force to start over in a new directory beside it",
  );
}
