/**
 * `job_manifest.json`: a job and what happened to it, beside the sweep that it started. Manifests of the reference are
 * read, too; keys that we do not know stay where they are. Source: spec 03 11, spec 09 3.1.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import { parsedJson } from "../../core/json_text.ts";
import type { Job, JobConfig, JobEvent, JobEventType, JobStatus } from "../../experiments/contracts.ts";
import { isRecord } from "../../experiments/plan.ts";

/** Name of the file in the directory of a sweep. */
export const MANIFEST_NAME = "job_manifest.json";

/** Every status, in the order of a job's life. */
export const JOB_STATUSES: readonly JobStatus[] = ["pending", "running", "completed", "failed", "cancelled"];

const EVENT_TYPES: readonly JobEventType[] = ["created", "started", "progress", "completed", "failed", "cancelled"];

/** Whether a value is a {@linkcode JobStatus}. */
export function isJobStatus(value: unknown): value is JobStatus {
  return JOB_STATUSES.some((status) => status === value);
}

/** Whether a value is a {@linkcode JobEventType}. */
export function isJobEventType(value: unknown): value is JobEventType {
  return EVENT_TYPES.some((type) => type === value);
}

/** What a manifest holds. */
export interface JobManifest {
  readonly job: Job;
  /** Oldest first. */
  readonly events: readonly JobEvent[];
  /** The whole file, keys of others included; empty for a manifest that was never written. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** The text of a manifest: keys in the order of the reference, ours behind them, the events last. */
export function manifestText({ job, events, written }: JobManifest): string {
  const { events: _, ...others } = written;
  return JSON.stringify(
    {
      ...others,
      job_id: job.jobId,
      created_at: job.createdAt,
      status: job.status,
      description: job.description,
      config: { ...(isRecord(written["config"]) ? written["config"] : {}), ...configRecord(job.config) },
      run_ids: job.runIds,
      completed_at: job.completedAt,
      error: job.error,
      notes: job.notes,
      total_runs: job.totalRuns,
      completed_runs: job.completedRuns,
      failed_runs: job.failedRuns,
      volume_experiment_id: job.volumeExperimentId,
      events: events.map(({ jobId, eventType, timestamp, details }) => ({
        job_id: jobId,
        event_type: eventType,
        timestamp,
        details,
      })),
    },
    null,
    2,
  );
}

/** A configuration by the names of the file. */
export function configRecord(config: JobConfig): Record<string, unknown> {
  return {
    sweep_type: config.sweepType,
    n_agents: config.nAgents,
    kappas: config.kappas,
    concentrations: config.concentrations,
    mus: config.mus,
    cloud: config.cloud,
    outside_mid_ratios: config.outsideMidRatios,
    maturity_days: config.maturityDays,
    seeds: config.seeds,
  };
}

/**
 * Reads a manifest. Optional keys may be missing; times without a zone are UTC, as the reference writes them.
 *
 * @throws {ValidationError} for a torn file, or one that is no manifest.
 */
export function parseManifest(text: string, subject: string): JobManifest {
  const value = parsedJson(text, subject);
  if (!isRecord(value)) throw problem(subject, [], "is no JSON object");
  const reader = new Reader(value, subject);
  const status = value["status"];
  if (!isJobStatus(status)) throw problem(subject, ["status"], `must be one of ${JOB_STATUSES.join(", ")}`);
  const jobId = reader.text("job_id");
  const runIds = reader.texts("run_ids", []);
  const completed = status === "completed" ? runIds.length : 0;
  const job: Job = {
    jobId,
    createdAt: utc(reader.text("created_at")),
    completedAt: mapped(reader.optionalText("completed_at"), utc),
    status,
    description: reader.optionalText("description") ?? "",
    config: parseConfig(value["config"], subject),
    runIds,
    totalRuns: reader.count("total_runs", null),
    completedRuns: reader.count("completed_runs", completed) ?? completed,
    failedRuns: reader.count("failed_runs", 0) ?? 0,
    error: reader.optionalText("error"),
    notes: reader.optionalText("notes"),
    volumeExperimentId: reader.optionalText("volume_experiment_id") ?? reader.optionalText("modal_experiment_id"),
  };
  return { job, events: parseEvents(value["events"], jobId, subject), written: value };
}

function parseConfig(value: unknown, subject: string): JobConfig {
  if (!isRecord(value)) throw problem(subject, ["config"], "must be an object");
  const reader = new Reader(value, subject, "config");
  const seeds = value["seeds"] ?? [42];
  if (!Array.isArray(seeds) || !seeds.every((seed) => typeof seed === "number" && Number.isInteger(seed))) {
    throw problem(subject, ["config", "seeds"], "must be a list of whole numbers");
  }
  return {
    sweepType: reader.text("sweep_type"),
    nAgents: reader.count("n_agents", 0) ?? 0,
    maturityDays: reader.count("maturity_days", 5) ?? 5,
    kappas: reader.texts("kappas", []),
    concentrations: reader.texts("concentrations", []),
    mus: reader.texts("mus", []),
    outsideMidRatios: reader.texts("outside_mid_ratios", ["1"]),
    seeds,
    cloud: value["cloud"] === true,
  };
}

function parseEvents(value: unknown, jobId: string, subject: string): JobEvent[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw problem(subject, ["events"], "must be a list");
  return value.map((event: unknown, index) => {
    if (!isRecord(event)) throw problem(subject, ["events", index], "must be an object");
    const { event_type: eventType, timestamp, details } = event;
    if (!isJobEventType(eventType)) {
      throw problem(subject, ["events", index, "event_type"], `must be one of ${EVENT_TYPES.join(", ")}`);
    }
    if (typeof timestamp !== "string") throw problem(subject, ["events", index, "timestamp"], "must be a text");
    return { jobId, eventType, timestamp: utc(timestamp), details: isRecord(details) ? details : {} };
  });
}

function problem(subject: string, path: readonly (string | number)[], message: string): ValidationError {
  return new ValidationError(subject, [{ path, message }]);
}

function mapped<T, U>(value: T | null, change: (value: T) => U): U | null {
  return value === null ? null : change(value);
}

/** A time of the reference has no zone; it is UTC (spec 03 1.3). */
function utc(time: string): string {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(time) ? `${time}Z` : time;
}

/** Members of an object with their types checked. */
class Reader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #subject: string;
  readonly #path: readonly string[];

  constructor(value: Readonly<Record<string, unknown>>, subject: string, ...path: readonly string[]) {
    this.#value = value;
    this.#subject = subject;
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#value[name];
    if (typeof value !== "string" || value === "") throw this.#problem(name, "must be a text");
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.#value[name] ?? null;
    if (value !== null && typeof value !== "string") throw this.#problem(name, "must be a text or null");
    return value;
  }

  /** Numbers in a list of texts are what somebody wrote without quotes. */
  texts(name: string, fallback: readonly string[]): readonly string[] {
    const value = this.#value[name] ?? fallback;
    if (!Array.isArray(value) || !value.every((member) => ["string", "number"].includes(typeof member))) {
      throw this.#problem(name, "must be a list of texts");
    }
    return value.map(String);
  }

  count(name: string, fallback: number | null): number | null {
    const value = this.#value[name] ?? fallback;
    if (value === null) return null;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
      throw this.#problem(name, "must be a whole number of at least 0");
    }
    return value;
  }

  #problem(name: string, message: string): ValidationError {
    return problem(this.#subject, [...this.#path, name], message);
  }
}
