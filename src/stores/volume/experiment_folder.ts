/**
 * What makes a folder an experiment, and how the experiment stands. Only real files and folders are looked at: a link
 * could lead out of the volume. Nothing is written here. Source: spec 09 3.1.
 *
 * @module
 */
import { Conflict, StoreError, ValidationError } from "../../core/errors.ts";
import { BALANCED, COMPARISON, designOf } from "../../experiments/paired_plan.ts";
import { parsePlan } from "../../experiments/plan.ts";
import { isMissing, readFailure } from "../files/atomic_file.ts";
import { recordCells } from "../files/csv_records.ts";
import { joined } from "../files/paths.ts";
import { FileRegistryStore } from "../files/registry_store.ts";
import type { ExperimentKind, ExperimentState, VolumeEntry } from "./volume.ts";

/** An experiment as its files show it. Paths are relative to its folder. */
export interface ExperimentFolder {
  readonly kind: ExperimentKind;
  /** Whether a plan says which runs there are; the reference writes none. */
  readonly hasPlan: boolean;
  /** The folder with the lock of its sweep. */
  readonly lockFolder: "registry" | "aggregate";
  /** Folders with a registry: the experiment itself (empty text), or its arms. */
  readonly arms: readonly string[];
}

const PLAN = "plan.jsonl";
const TABLE = "registry/experiments.csv";
const JOURNAL = "registry/journal.jsonl";

/** What kind of experiment stands in a folder; null when it is none. */
export function experimentIn(path: string): ExperimentFolder | null {
  const kind = plannedKind(path);
  if (kind !== null) return { ...shapeOf(kind), hasPlan: true };
  for (const { kind, baseline } of [BALANCED, COMPARISON]) {
    if (hasTable(joined(path, baseline.name))) return { ...shapeOf(kind), hasPlan: false };
  }
  return hasTable(path) ? { ...shapeOf("ring"), hasPlan: false } : null;
}

function shapeOf(kind: string): Omit<ExperimentFolder, "hasPlan"> {
  const design = designOf(kind);
  return design === undefined
    ? { kind: kind === "ring" ? "ring" : "unknown", lockFolder: "registry", arms: [""] }
    : { kind: "paired", lockFolder: "aggregate", arms: [design.baseline.name, design.trading.name] };
}

/** The kind in the first line of `plan.jsonl`; null when there is no such file, or it is somebody else's. */
function plannedKind(path: string): string | null {
  const line = firstLine(joined(path, PLAN));
  if (line === null) return null;
  try {
    return parsePlan(`${line}\n`, PLAN).header.kind;
  } catch (error) {
    if (error instanceof ValidationError) return null;
    throw error;
  }
}

function hasTable(path: string): boolean {
  if (!isRealFolder(joined(path, "registry"))) return false;
  const line = firstLine(joined(path, TABLE));
  return line !== null && recordCells(line.replace(/\r$/, "")).includes("run_id");
}

/** Whether a folder stands at a path itself, and not behind a link. */
export function isRealFolder(path: string): boolean {
  return standsAt(path)?.isDirectory === true;
}

function standsAt(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw readFailure(error, path);
  }
}

/** A longer first line is nothing that we wrote. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** The first line of a real file; null when there is none. */
function firstLine(path: string): string | null {
  if (standsAt(path)?.isFile !== true) return null;
  try {
    using file = Deno.openSync(path, { read: true });
    const block = new Uint8Array(16 * 1024);
    const decoder = new TextDecoder();
    let text = "";
    while (text.length < LONGEST_LINE) {
      const count = file.readSync(block);
      if (count === null) return null;
      text += decoder.decode(block.subarray(0, count), { stream: true });
      const end = text.indexOf("\n");
      if (end >= 0) return text.slice(0, end);
    }
    return null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw readFailure(error, path);
  }
}

/** How an experiment stands. */
export type Standing = Pick<VolumeEntry, "state" | "runs" | "problem">;

/** How an experiment stands: what its locks, its plan and its registries say. */
export async function standingOf(
  path: string,
  experiment: ExperimentFolder,
  locks: readonly string[],
): Promise<Standing> {
  try {
    if (locks.some(isHeld)) return { state: "live", runs: null, problem: null };
    const { ended, open } = await countedRuns(path, experiment);
    const planned = experiment.hasPlan ? plannedRuns(joined(path, PLAN)) : ended + open;
    const state: ExperimentState = ended >= planned && ended > 0 ? "complete" : "incomplete";
    return { state, runs: { ended, planned }, problem: null };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { state: "incomplete", runs: null, problem: error.message };
  }
}

async function countedRuns(path: string, { arms }: ExperimentFolder): Promise<{ ended: number; open: number }> {
  let [ended, open] = [0, 0];
  for (const arm of arms) {
    const folder = joined(path, arm);
    if (!isReadable(folder)) continue;
    // Reading a registry writes nothing.
    await using registry = new FileRegistryStore(folder);
    for (const { status } of await registry.listRuns("")) {
      if (status === "completed" || status === "failed") ended++;
      else open++;
    }
  }
  return { ended, open };
}

/** Whether the registry of a folder is there and made of real files. */
function isReadable(folder: string): boolean {
  return isRealFolder(folder) && isRealFolder(joined(folder, "registry")) &&
    [TABLE, JOURNAL].every((name) => standsAt(joined(folder, name))?.isFile !== false);
}

/** The runs in a plan: its whole lines less the header. */
function plannedRuns(path: string): number {
  try {
    using file = Deno.openSync(path, { read: true });
    const block = new Uint8Array(64 * 1024);
    let lines = 0;
    for (let count = file.readSync(block); count !== null; count = file.readSync(block)) {
      for (let at = block.indexOf(10); at >= 0 && at < count; at = block.indexOf(10, at + 1)) lines++;
    }
    return Math.max(0, lines - 1);
  } catch (error) {
    // Somebody removes the experiment at this moment.
    if (isMissing(error)) return 0;
    throw readFailure(error, path);
  }
}

/** The lock file of an experiment's sweep. @throws {Conflict} when a link stands where it lies. */
export function lockPath(path: string, { lockFolder }: ExperimentFolder): string {
  const folder = joined(path, lockFolder);
  const lock = joined(folder, ".lock");
  for (const place of [folder, lock]) {
    if (standsAt(place)?.isSymlink === true) {
      throw new Conflict(`${place} is a link, behind which a sweep could be at work; remove the link first`);
    }
  }
  return lock;
}

/** Whether a process holds a lock. One that nobody holds is not taken for longer than the question. */
export function isHeld(lock: string): boolean {
  try {
    using file = Deno.openSync(lock, { read: true });
    return !file.tryLockSync(false);
  } catch (error) {
    if (isMissing(error)) return false;
    throw readFailure(error, lock);
  }
}
