/**
 * A sweep's directory into the cloud: its tables into a database, with `full` also its files into object storage. Both
 * targets are independent: a failure of one does not stop the other. Doing it again changes nothing; after new runs it
 * adds the difference; interrupted at any moment and done again it completes. Source: spec 09 7.
 *
 * @module
 */
import { Conflict, InvalidReference, UsageError, ValidationError } from "../core/errors.ts";
import { isLive } from "../jobs/liveness.ts";
import type { TransferProgress } from "../stores/archive/upload.ts";
import { readManifest } from "../stores/files/job_store.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import type { Written } from "../stores/postgres/bulk.ts";
import type { PostgresConnection } from "../stores/postgres/connection.ts";
import { checkedSweepName } from "../stores/s3/keys.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";
import { readSweepRecord, type SweepFolder, sweepFolder } from "./sweep_record.ts";

/** Where a sweep is synced to, in the words of spec 09 7: any Postgres, any S3-compatible storage. */
export type SyncTarget = "supabase" | "r2";

/** What became of a target; `skipped` when it is not configured, or was not asked for. */
export type TargetState = "success" | "error" | "skipped";

/** How far a sync is. */
export type SyncProgress =
  | { readonly target: "supabase"; readonly step: "reading" | "writing" }
  | { readonly target: "r2" } & TransferProgress;

/** How a sweep is synced. */
export interface SyncOptions {
  /** Its name in the cloud; default that of the directory. */
  readonly name?: string | undefined;
  /** Its kind; default as its plan says. */
  readonly type?: string | undefined;
  /** Also its files. */
  readonly full?: boolean;
  /** Stays open: who opened it closes it. */
  readonly database?: PostgresConnection | undefined;
  /** Stays open: who opened it closes it. */
  readonly storage?: ObjectStorage | undefined;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Aborted: what is under way is given up, and reported as an error of its target. */
  readonly signal?: AbortSignal;
}

/** What was written. A target that did nothing has none. */
export interface SyncCounts {
  /** The row of the sweep, its pairs, and the rows of its registries. */
  readonly supabase?: { readonly sweep: Written; readonly comparisons: Written; readonly registry: Written };
  /** Objects that were sent, those that were there, those that no longer belong to the sweep; bytes that were sent. */
  readonly r2?: { readonly sent: number; readonly kept: number; readonly removed: number; readonly bytes: number };
}

/** What a sync did. */
export interface SyncReport {
  readonly name: string;
  readonly type: string;
  readonly supabase: TargetState;
  readonly r2: TargetState;
  readonly counts: SyncCounts;
  /** Why a target failed. */
  readonly errors: Readonly<Partial<Record<SyncTarget, unknown>>>;
}

/**
 * Syncs the sweep in a directory.
 *
 * @throws {NotFound} when no sweep is there; {@linkcode UsageError} for a name that cannot be one; {@linkcode
 * ValidationError} for a plan that cannot be read. What a target throws is in the report.
 *
 * @example
 * ```ts ignore
 * await using database = openPostgres({ url });
 * const report = await syncSweep("out/trading", { database });
 * if (report.supabase === "error") throw report.errors.supabase;
 * ```
 */
export async function syncSweep(directory: string, options: SyncOptions): Promise<SyncReport> {
  const folder = sweepFolder(directory);
  const name = options.name === undefined ? nameOf(directory) : checkedName(options.name);
  const type = checkedType(options.type ?? folder.type);
  const sync = new Sync(folder, name, type, options);
  const records = await settled(() => sync.records());
  const r2 = await settled(() => sync.files());
  const noted: Settled<void> = r2.state === "success" ? await settled(() => sync.place()) : { state: "skipped" };
  const supabase = records.state === "success" && noted.state === "error"
    ? { ...records, state: noted.state, error: noted.error }
    : records;
  return {
    name,
    type,
    supabase: supabase.state,
    r2: r2.state,
    counts: {
      ...(supabase.value === undefined ? {} : { supabase: supabase.value }),
      ...(r2.value === undefined ? {} : { r2: r2.value }),
    },
    errors: {
      ...(supabase.state === "error" ? { supabase: supabase.error } : {}),
      ...(r2.state === "error" ? { r2: r2.error } : {}),
    },
  };
}

interface Settled<T> {
  readonly state: TargetState;
  readonly value?: T;
  readonly error?: unknown;
}

/** The outcome of a target's work; work that gives nothing was skipped. */
async function settled<T>(work: () => Promise<T | undefined>): Promise<Settled<T>> {
  try {
    const value = await work();
    return value === undefined ? { state: "skipped" } : { state: "success", value };
  } catch (error) {
    return { state: "error", error };
  }
}

class Sync {
  readonly #folder: SweepFolder;
  readonly #name: string;
  readonly #type: string;
  readonly #options: SyncOptions;

  constructor(folder: SweepFolder, name: string, type: string, options: SyncOptions) {
    this.#folder = folder;
    this.#name = name;
    this.#type = type;
    this.#options = options;
  }

  async records(): Promise<SyncCounts["supabase"]> {
    const { database, onProgress, signal } = this.#options;
    if (database === undefined) return undefined;
    const { PostgresSweeps } = await import("../stores/postgres/sweeps.ts");
    const { headerIn, refuseOtherSweep } = await import("./same_sweep.ts");
    const sweeps = new PostgresSweeps(database);
    signal?.throwIfAborted();
    onProgress?.({ target: "supabase", step: "reading" });
    const record = await readSweepRecord(this.#folder, this.#name, this.#type);
    const there = await sweeps.findSweep(this.#name);
    if (there !== null) {
      const place = `The ${database.place}`;
      refuseOtherSweep(this.#name, place, headerIn(JSON.stringify(there.config)), this.#header);
    }
    signal?.throwIfAborted();
    onProgress?.({ target: "supabase", step: "writing" });
    return await sweeps.saveSweep(record);
  }

  async files(): Promise<SyncCounts["r2"]> {
    const { storage, full, onProgress, signal } = this.#options;
    if (storage === undefined || full !== true) return undefined;
    const { directory } = this.#folder;
    if (isLive(directory)) {
      throw new Conflict(
        `A sweep is at work in ${directory}: its files change; sync them with --full when it has ended`,
      );
    }
    const { uploadSweep } = await import("../stores/archive/upload.ts");
    const { refuseOtherSweep, uploadedPlan } = await import("./same_sweep.ts");
    const there = await uploadedPlan(storage, this.#name, signal);
    if (there !== undefined) refuseOtherSweep(this.#name, storage.place, there, this.#header);
    const { sent, kept, removed, bytes } = await uploadSweep(storage, {
      name: this.#name,
      type: this.#type,
      folder: directory,
      ...(onProgress === undefined ? {} : { onProgress: (progress) => onProgress({ target: "r2", ...progress }) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { sent, kept, removed, bytes };
  }

  /** The job of the sweep learns where its files are. */
  async place(): Promise<void> {
    const { database } = this.#options;
    const jobId = readableJobId(this.#folder.directory);
    if (database === undefined || jobId === null) return;
    const { PostgresJobStore } = await import("../stores/postgres/job_store.ts");
    await using jobs = new PostgresJobStore(database);
    await jobs.noteSweep(jobId, this.#name);
  }

  get #header() {
    return this.#folder.plan?.header ?? null;
  }
}

/** The job of a sweep; null without one, and for a manifest that cannot be read, about which `jobs ls` tells. */
function readableJobId(directory: string): string | null {
  try {
    return readManifest(directory)?.job.jobId ?? null;
  } catch (error) {
    if (error instanceof ValidationError) return null;
    throw error;
  }
}

/** The name of a directory. @throws {UsageError} when it has none that can stand in the cloud. */
function nameOf(directory: string): string {
  const name = fileNameOf(directory.replace(/(?<=.)[\\/]+$/, ""));
  if (name !== "" && name !== "." && name !== "..") return checkedName(name);
  throw new UsageError(`${directory} does not say how the sweep is called; give it a name with --name.`);
}

/** @throws {UsageError} */
function checkedName(name: string): string {
  try {
    return checkedSweepName(name);
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new UsageError(`${error.message}; choose another with --name.`);
  }
}

/** @throws {UsageError} */
function checkedType(type: string): string {
  if (/^[a-z][a-z0-9_-]{0,39}$/.test(type)) return type;
  throw new UsageError(
    `A type is small letters, digits, "_" and "-", such as ring or balanced, but got ${JSON.stringify(type)}.`,
  );
}
