/**
 * The jobs of a directory as the cloud would show them: manifests for jobs, registries for runs and measures. So every
 * command that reads from the cloud reads from files as well.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { NotFound, UsageError } from "../core/errors.ts";
import { canonicalScalar } from "../experiments/canonical.ts";
import type {
  CloudReader,
  CloudRun,
  Job,
  JobEvent,
  JobQuery,
  MeasuredCloudRun,
  MetricsQuery,
  RegistryEntry,
  RunQuery,
} from "../experiments/contracts.ts";
import { BALANCED, COMPARISON } from "../experiments/paired_plan.ts";
import { exists } from "../stores/files/atomic_file.ts";
import { FileJobStore, readManifest, sweepDirectories } from "../stores/files/job_store.ts";
import { directoryOf, joined } from "../stores/files/paths.ts";
import { FileRegistryStore } from "../stores/files/registry_store.ts";
import { cloudMetricsOf, cloudRunOf, type KnownRun } from "./cloud_rows.ts";

/** A run of a sweep on this machine, and the directory in which its references start. */
export interface LocalRun {
  readonly entry: RegistryEntry;
  readonly base: string;
}

const ARMS = [COMPARISON, BALANCED].flatMap(({ baseline, trading }) => [baseline.name, trading.name]);

/** Jobs, runs and measures below a directory. */
export class LocalReader implements CloudReader {
  readonly #root: string;
  readonly #jobs: FileJobStore;

  constructor(root: string) {
    this.#root = root;
    this.#jobs = new FileJobStore(root);
  }

  /** A sentence for each manifest that the last listing could not read. */
  problems(): readonly string[] {
    return this.#jobs.problems();
  }

  /** The directory of a job's sweep. @throws {NotFound} for an unknown job. */
  directoryOf(jobId: string): string {
    const directory = this.#jobs.directoryOf(jobId);
    if (directory === null) throw new NotFound(`Job not found: ${jobId}`);
    return directory;
  }

  /** @inheritdoc */
  async getJob(jobId: string): Promise<Job | null> {
    return await this.#jobs.getJob(jobId);
  }

  /** @inheritdoc */
  async listJobs(query?: JobQuery): Promise<Job[]> {
    return await this.#jobs.listJobs(query);
  }

  /** @inheritdoc */
  async getEvents(jobId: string): Promise<JobEvent[]> {
    return await this.#jobs.getEvents(jobId);
  }

  /** @inheritdoc */
  async getRun(jobId: string, runId: string): Promise<CloudRun | null> {
    return (await this.listRuns(jobId)).find((run) => run.runId === runId) ?? null;
  }

  /** In the order of the registry. */
  async listRuns(jobId: string, { status, limit = Infinity, offset = 0 }: RunQuery = {}): Promise<CloudRun[]> {
    const job = await this.#jobs.getJob(jobId);
    const directory = this.#jobs.directoryOf(jobId);
    if (job === null || directory === null) return [];
    return (await localRuns(directory))
      .map(({ entry }) => cloudRunOf(jobId, knownRun(entry), { createdAt: job.createdAt, completedAt: null }))
      .filter((run) => status === undefined || run.status === status)
      .slice(offset, offset + limit);
  }

  /** By delta, then run; without a job also the sweeps that no job started, whose runs have an empty job id. */
  async queryMetrics(query: MetricsQuery): Promise<MeasuredCloudRun[]> {
    const { jobId, limit = 1_000, offset = 0 } = query;
    const fits = condition(query);
    const directories = jobId === undefined ? sweepDirectories(this.#root) : [this.directoryOf(jobId)];
    const found: { measured: MeasuredCloudRun; delta: Decimal | null }[] = [];
    for (const directory of directories) {
      const id = jobId ?? readableJobId(directory);
      if (id === undefined) continue; // a job of the reference inside its sweep, whose runs were seen there
      for (const { entry } of await localRuns(directory)) {
        const metrics = cloudMetricsOf(id, knownRun(entry));
        if (metrics === null) continue;
        const run = cloudRunOf(id, knownRun(entry), { createdAt: "", completedAt: null });
        const delta = metrics.deltaTotal === null ? null : Decimal.parse(metrics.deltaTotal) ?? null;
        if (fits(run, delta)) found.push({ measured: { run, metrics }, delta });
      }
    }
    return found.sort(byDelta).slice(offset, offset + limit).map(({ measured }) => measured);
  }

  /** Nothing is held open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#jobs[Symbol.asyncDispose]();
  }
}

/** The runs of the sweep in a directory, those of both arms of a paired one. */
export async function localRuns(directory: string): Promise<LocalRun[]> {
  const bases = basesOf(directory);
  // A job of the reference has a folder of its own inside its sweep (spec 03 11).
  const places = bases.length > 0 ? bases : basesOf(directoryOf(directory));
  const runs: LocalRun[] = [];
  for (const base of places) {
    await using registry = new FileRegistryStore(base);
    for (const entry of await registry.listRuns("")) runs.push({ entry, base });
  }
  return runs;
}

function basesOf(directory: string): string[] {
  if (hasRegistry(directory)) return [directory];
  return ARMS.map((arm) => joined(directory, arm)).filter(hasRegistry);
}

function hasRegistry(directory: string): boolean {
  return ["experiments.csv", "journal.jsonl"].some((name) => exists(joined(directory, "registry", name)));
}

/** The job of a sweep; empty when it has none, or none that can be read. Undefined for a folder without runs. */
function readableJobId(directory: string): string | undefined {
  if (basesOf(directory).length === 0) return undefined;
  try {
    return readManifest(directory)?.job.jobId ?? "";
  } catch {
    return ""; // its runs are there all the same; `jobs ls` tells about the manifest
  }
}

function knownRun({ runId, status, parameters, metrics, artifactPaths, error }: RegistryEntry): KnownRun {
  return { runId, status, parameters, metrics, artifacts: artifactPaths, error, executionTimeMs: null };
}

/** Whether a run is asked for: compared exactly. @throws {UsageError} for a bound that is no number. */
function condition(
  { minDelta, maxDelta, regime, kappas }: MetricsQuery,
): (run: CloudRun, delta: Decimal | null) => boolean {
  const least = bound(minDelta);
  const most = bound(maxDelta);
  const wanted = kappas === undefined ? undefined : new Set(kappas.map(canonicalScalar));
  return (run, delta) =>
    (regime === undefined || run.regime === regime) &&
    (wanted === undefined || wanted.has(canonicalScalar(run.kappa))) &&
    (least === undefined || delta !== null && delta.compare(least) >= 0) &&
    (most === undefined || delta !== null && delta.compare(most) <= 0);
}

function bound(text: string | undefined): Decimal | undefined {
  if (text === undefined) return undefined;
  const parsed = Decimal.parse(text);
  if (parsed === undefined) throw new UsageError(`A bound of delta is a number, but got ${JSON.stringify(text)}.`);
  return parsed;
}

interface Sortable {
  readonly measured: MeasuredCloudRun;
  readonly delta: Decimal | null;
}

/** Runs without a delta stand last, as in a database. */
function byDelta(a: Sortable, b: Sortable): number {
  if (a.delta !== null && b.delta !== null) {
    const order = a.delta.compare(b.delta);
    if (order !== 0) return order;
  } else if (a.delta !== b.delta) return a.delta === null ? 1 : -1;
  return a.measured.run.runId < b.measured.run.runId ? -1 : a.measured.run.runId > b.measured.run.runId ? 1 : 0;
}
