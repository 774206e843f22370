/**
 * Jobs as files: `job_manifest.json` in the directory of each sweep. A torn or foreign manifest is told and hides no
 * other job. Source: spec 03 11, spec 09 3 and 3.1.
 *
 * @module
 */
import { NotFound, ValidationError } from "../../core/errors.ts";
import type { Job, JobEvent, JobQuery, JobStore, JobUpdate } from "../../experiments/contracts.ts";
import { canonicalText } from "../../experiments/canonical.ts";
import { microsecondsOf } from "../job_times.ts";
import { exists, isMissing, readFailure, readTextIfPresent, writeFileAtomic } from "./atomic_file.ts";
import { isJobStatus, type JobManifest, MANIFEST_NAME, manifestText, parseManifest } from "./job_manifest.ts";
import { checkedName } from "./names.ts";
import { joined } from "./paths.ts";

/** How deep below the root sweeps are looked for: `out/experiments/<sweep>` is 2. */
const DEPTH = 3;

/** Folders of a sweep, in which no other sweep stands. */
const INNER = new Set(["runs", "registry", "aggregate", "recordings", "node_modules"]);

/** Jobs a listing gives when nobody says how many. */
const DEFAULT_LIMIT = 100;

/** A manifest and the directory of its sweep. */
export interface FoundManifest extends JobManifest {
  readonly directory: string;
}

/** As much of a manifest as a list needs to choose; the rest is read when it is asked for. */
interface Glimpse extends Pick<Job, "jobId" | "status"> {
  readonly directory: string;
  /** Of its creation, in microseconds since 1970. */
  readonly time: number;
  /** @throws {ValidationError} for a torn or foreign manifest. */
  whole(): FoundManifest;
}

/** The jobs of the sweeps below a directory. */
export class FileJobStore implements JobStore {
  readonly #root: string;
  /** Where a job was found or put. */
  readonly #places = new Map<string, string>();
  #problems: string[] = [];

  /** @param root directory of one sweep, or of several at most three levels deep */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Keeps a job where it stands, else in the folder of its experiment, else in one of its own name. Events stay.
   *
   * @throws {InvalidReference} for an id that is no name of a folder; {@linkcode StoreError} when it cannot be written.
   */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async saveJob(job: Job): Promise<void> {
    const found = this.#find(job.jobId);
    const directory = found?.directory ??
      joined(this.#root, checkedName(job.volumeExperimentId ?? job.jobId, "job id"));
    writeManifest(directory, { job, events: found?.events ?? [], written: found?.written ?? {} });
    this.#places.set(job.jobId, directory);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async getJob(jobId: string): Promise<Job | null> {
    return this.#find(jobId)?.job ?? null;
  }

  /** The newest first; of equally old ones the first in the order of directories. See {@linkcode problems}. */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async listJobs({ status, limit = DEFAULT_LIMIT, offset = 0 }: JobQuery = {}): Promise<Job[]> {
    return this.#glimpses()
      .filter((glimpse) => status === undefined || glimpse.status === status)
      .sort((a, b) => b.time - a.time)
      .slice(offset, offset + limit)
      .flatMap((glimpse) => this.#attempt(() => glimpse.whole().job) ?? []);
  }

  /** A sentence for each manifest that the last listing could not read, and left out. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async updateStatus(jobId: string, update: JobUpdate): Promise<void> {
    const found = this.#existing(jobId);
    const changes = Object.entries(update).filter(([, value]) => value !== undefined);
    writeManifest(found.directory, { ...found, job: { ...found.job, ...Object.fromEntries(changes) } });
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async saveEvent(event: JobEvent): Promise<void> {
    const found = this.#existing(event.jobId);
    if (found.events.some((there) => isSame(there, event))) return;
    writeManifest(found.directory, { ...found, events: inOrder([...found.events, event]) });
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async getEvents(jobId: string): Promise<JobEvent[]> {
    return inOrder(this.#find(jobId)?.events ?? []);
  }

  /** The directory of a job's sweep, null for an unknown job. */
  directoryOf(jobId: string): string | null {
    return this.#find(jobId)?.directory ?? null;
  }

  /** Every manifest below the root. @throws {StoreError} when the root itself cannot be read. */
  #glimpses(): Glimpse[] {
    this.#problems = [];
    const found: Glimpse[] = [];
    const visit = (directory: string, depth: number) => {
      const path = joined(directory, MANIFEST_NAME);
      const text = readTextIfPresent(path);
      if (text !== null) {
        const glimpse = this.#attempt(() => glimpseOf(text, path, directory));
        if (glimpse !== undefined) found.push(glimpse);
      } else if (depth > 0 && !exists(joined(directory, "plan.jsonl"))) {
        for (const name of folderNames(directory)) visit(joined(directory, name), depth - 1);
      }
    };
    visit(this.#root, DEPTH);
    for (const { jobId, directory } of found.toReversed()) this.#places.set(jobId, directory);
    return found;
  }

  /** What a manifest says; one that cannot be read becomes a problem. */
  #attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      this.#problems.push(error.message.replace(/:\n\s*- /, ": ").replaceAll(/\n\s*- /g, "; "));
      return undefined;
    }
  }

  #existing(jobId: string): FoundManifest {
    const found = this.#find(jobId);
    if (found !== null) return found;
    throw new NotFound(`Job not found: ${jobId}`);
  }

  /** Looks where the job was last, then everywhere. */
  #find(jobId: string): FoundManifest | null {
    const place = this.#places.get(jobId);
    const known = place === undefined ? null : readManifest(place);
    if (known?.job.jobId === jobId) return known;
    return this.#glimpses().find((glimpse) => glimpse.jobId === jobId)?.whole() ?? null;
  }

  /** Nothing is held open. */
  // deno-lint-ignore require-await -- one interface with stores that hold something
  async [Symbol.asyncDispose](): Promise<void> {
    this.#places.clear();
  }
}

/**
 * The manifest in the directory of a sweep, null when there is none.
 *
 * @throws {ValidationError} for a torn or foreign one; {@linkcode StoreError} when it cannot be read.
 */
export function readManifest(directory: string): FoundManifest | null {
  const path = joined(directory, MANIFEST_NAME);
  const text = readTextIfPresent(path);
  return text === null ? null : { ...parseManifest(text, path), directory };
}

/** Writes the manifest of a sweep; it appears complete or not at all. @throws {StoreError} */
export function writeManifest(directory: string, manifest: JobManifest): void {
  writeFileAtomic(joined(directory, MANIFEST_NAME), manifestText(manifest));
}

/** The first lines of a manifest that this program wrote. */
const OUR_HEAD = /^\{\n {2}"job_id": "([a-z-]+)",\n {2}"created_at": "([^"\\]+)",\n {2}"status": "([a-z]+)",\n/;

/** Reads no more than it must: a manifest of ours is written as a whole or not at all, and begins with what is needed. */
function glimpseOf(text: string, path: string, directory: string): Glimpse {
  const whole = () => ({ ...parseManifest(text, path), directory });
  const [, jobId, createdAt = "", status] = OUR_HEAD.exec(text) ?? [];
  const time = microsecondsOf(createdAt);
  if (jobId !== undefined && isJobStatus(status) && !Number.isNaN(time) && text.endsWith("]\n}")) {
    return { jobId, status, directory, time, whole };
  }
  const { job } = whole();
  return { jobId: job.jobId, status: job.status, directory, time: microsecondsOf(job.createdAt), whole };
}

/** The oldest first; those of the same time keep their order. */
function inOrder(events: readonly JobEvent[]): JobEvent[] {
  return events.map((event) => ({ event, time: microsecondsOf(event.timestamp) }))
    .sort((a, b) => a.time - b.time)
    .map(({ event }) => event);
}

function isSame(a: JobEvent, b: JobEvent): boolean {
  return a.eventType === b.eventType && microsecondsOf(a.timestamp) === microsecondsOf(b.timestamp) &&
    canonicalText(a.details) === canonicalText(b.details);
}

/**
 * Directories below a root in which a sweep stands, in the order of their names: one with a manifest or a plan, which is
 * not looked into, or with a registry alone, as the reference leaves it; its jobs have folders of their own in it.
 */
export function* sweepDirectories(root: string, depth = DEPTH): Generator<string> {
  if (exists(joined(root, MANIFEST_NAME)) || exists(joined(root, "plan.jsonl"))) {
    yield root;
    return;
  }
  if (exists(joined(root, "registry", "experiments.csv"))) yield root;
  if (depth === 0) return;
  for (const name of folderNames(root)) yield* sweepDirectories(joined(root, name), depth - 1);
}

function folderNames(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)]
      .filter(({ name, isDirectory }) => isDirectory && !name.startsWith(".") && !INNER.has(name))
      .map(({ name }) => name).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw readFailure(error, path);
  }
}
