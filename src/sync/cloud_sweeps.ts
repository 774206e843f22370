/**
 * The sweeps in the cloud, records and files side by side, and how old ones are taken out. Source: spec 09 7.
 *
 * @module
 */
import { NotFound, UsageError } from "../core/errors.ts";
import type { SweepListing } from "../stores/archive/manifest.ts";
import type { PostgresConnection } from "../stores/postgres/connection.ts";
import type { ListedSweep } from "../stores/postgres/sweeps.ts";
import type { ObjectStorage, UnfinishedUpload } from "../stores/s3/objects.ts";
import type { Glob } from "../stores/volume/glob.ts";
import type { SyncTarget } from "./sync_sweep.ts";

/** The targets that are there. */
export interface Targets {
  readonly database?: PostgresConnection | undefined;
  readonly storage?: ObjectStorage | undefined;
}

/** A sweep in the cloud: in one of the targets at least. */
export interface CloudSweep {
  readonly name: string;
  /** Null when its manifest cannot be read and no database knows it. */
  readonly type: string | null;
  /** When it was first synced, ISO 8601; null when nobody knows. */
  readonly createdAt: string | null;
  /** When it last got runs or was uploaded as far as the targets know: the later of both. Its age counts from here. */
  readonly changedAt: string | null;
  /** What the database has of it. */
  readonly records: ListedSweep | null;
  /** What the object storage has of it. */
  readonly files: SweepListing | null;
}

/** What was found, and why a target could not be asked. */
export interface CloudList {
  readonly sweeps: readonly CloudSweep[];
  readonly errors: Readonly<Partial<Record<SyncTarget, unknown>>>;
}

/** Rows that are asked for at a time. */
const PAGE = 1_000;

/** Lists the sweeps of both targets, the newest first; one that fails does not hide the other. */
export async function cloudSweeps({ database, storage }: Targets, signal?: AbortSignal): Promise<CloudList> {
  const errors: Partial<Record<SyncTarget, unknown>> = {};
  const attempt = async <T>(target: SyncTarget, work: () => Promise<T[]>): Promise<T[]> => {
    try {
      return await work();
    } catch (error) {
      errors[target] = error;
      return [];
    }
  };
  const [records, files] = await Promise.all([
    attempt("supabase", () => database === undefined ? Promise.resolve([]) : recordsOf(database)),
    attempt("r2", () => storage === undefined ? Promise.resolve([]) : filesOf(storage, signal)),
  ]);
  return { sweeps: sideBySide(records, files), errors };
}

async function recordsOf(database: PostgresConnection): Promise<ListedSweep[]> {
  const { PostgresSweeps } = await import("../stores/postgres/sweeps.ts");
  const sweeps = new PostgresSweeps(database);
  const found: ListedSweep[] = [];
  for (;;) {
    const page = await sweeps.listSweeps({ limit: PAGE, offset: found.length });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

async function filesOf(storage: ObjectStorage, signal: AbortSignal | undefined): Promise<SweepListing[]> {
  const { listSweeps } = await import("../stores/archive/manifest.ts");
  return await Array.fromAsync(listSweeps(storage, signal === undefined ? {} : { signal }));
}

function sideBySide(records: readonly ListedSweep[], files: readonly SweepListing[]): CloudSweep[] {
  const rows = new Map(records.map((row) => [row.name, row]));
  const listings = new Map(files.map((listing) => [listing.name, listing]));
  const names = [...new Set([...rows.keys(), ...listings.keys()])];
  return names.map((name) => joinedSweep(name, rows.get(name) ?? null, listings.get(name) ?? null)).sort(newestFirst);
}

function joinedSweep(name: string, records: ListedSweep | null, files: SweepListing | null): CloudSweep {
  const starts = [records?.createdAt, files?.manifest?.createdAt].filter((time) => time !== undefined).sort();
  const changes = [records?.changedAt, files?.updatedAt].filter((time) => typeof time === "string").sort();
  return {
    name,
    type: records?.sweepType ?? files?.manifest?.sweepType ?? null,
    createdAt: starts[0] ?? files?.updatedAt ?? null,
    changedAt: changes.at(-1) ?? null,
    records,
    files,
  };
}

function newestFirst(a: CloudSweep, b: CloudSweep): number {
  const [one, other] = [a.createdAt ?? "", b.createdAt ?? ""];
  if (one !== other) return one < other ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

/** Which sweeps are taken out; both conditions hold when both are given. */
export interface PruneConditions {
  /** Milliseconds since it was last synced. */
  readonly olderThan?: number | undefined;
  /** What its whole name has the form of. */
  readonly pattern?: Glob | undefined;
}

/** Milliseconds for which an upload that has not ended may still be under way. */
const UNDER_WAY = 6 * 3_600_000;

/** What would be taken out, and what would not although its name or age fits. */
export interface PruneSelection {
  readonly chosen: readonly CloudSweep[];
  readonly kept: readonly { readonly sweep: CloudSweep; readonly reason: string }[];
}

/**
 * The sweeps that fit. An upload that may still be under way is kept, and with an age also what has none.
 *
 * @throws {UsageError} without a condition: nobody means everything.
 */
export function selectedSweeps(
  sweeps: readonly CloudSweep[],
  { olderThan, pattern }: PruneConditions,
  now: number,
): PruneSelection {
  if (olderThan === undefined && pattern === undefined) {
    throw new UsageError("Say what is to be deleted: --older-than DAYS, --pattern GLOB, or both.");
  }
  const chosen: CloudSweep[] = [];
  const kept: { sweep: CloudSweep; reason: string }[] = [];
  for (const sweep of sweeps) {
    if (pattern !== undefined && !pattern.matches(sweep.name)) continue;
    const age = sweep.changedAt === null ? null : now - Date.parse(sweep.changedAt);
    const isUnfinished = sweep.files !== null && sweep.files.manifest === null;
    if (olderThan !== undefined && age !== null && age < olderThan) continue;
    if (olderThan !== undefined && age === null) kept.push({ sweep, reason: "its age is not known" });
    else if (isUnfinished && age !== null && age < UNDER_WAY) {
      kept.push({ sweep, reason: "its upload may be under way" });
    } else chosen.push(sweep);
  }
  return { chosen, kept };
}

/** Uploads in parts that were never completed and that fit; those that may be under way are left out. */
export async function abandonedUploads(
  storage: ObjectStorage,
  { olderThan = UNDER_WAY, pattern }: PruneConditions,
  now: number,
): Promise<UnfinishedUpload[]> {
  const found: UnfinishedUpload[] = [];
  for await (const upload of storage.listUploads()) {
    const [name = ""] = upload.key.split("/");
    const age = now - Date.parse(upload.startedAt);
    if (age >= Math.max(olderThan, UNDER_WAY) && (pattern === undefined || pattern.matches(name))) found.push(upload);
  }
  return found;
}

/**
 * Takes a sweep out of every target that has it. Doing it again finishes what was interrupted.
 *
 * @returns why a target failed; the other was cleared all the same
 */
export async function pruneSweep(
  { name, records, files }: CloudSweep,
  { database, storage }: Targets,
): Promise<CloudList["errors"]> {
  const errors: Partial<Record<SyncTarget, unknown>> = {};
  const attempt = async (target: SyncTarget, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotFound)) errors[target] = error; // somebody else took it out
    }
  };
  if (files !== null && storage !== undefined) {
    const { removeSweep } = await import("../stores/archive/remove.ts");
    await attempt("r2", () => removeSweep(storage, name));
  }
  if (records !== null && database !== undefined) {
    const { PostgresSweeps } = await import("../stores/postgres/sweeps.ts");
    await attempt("supabase", () => new PostgresSweeps(database).deleteSweep(name));
  }
  return errors;
}
