/**
 * Rows of the hosted REST interface: what it answers is checked before anybody believes it.
 *
 * @module
 */
import { z } from "zod";
import { canonicalScalar } from "../../experiments/canonical.ts";
import type { CloudMetrics, CloudRun, Job, JobEvent, MeasuredCloudRun } from "../../experiments/contracts.ts";
import { JOB_STATUSES } from "../files/job_manifest.ts";
import { sortableTime } from "../job_times.ts";

/** A number as the service wrote it: a column of decimals keeps its digits, which a double would not. */
class WrittenNumber {
  constructor(readonly text: string) {}
}

/** A number where a double holds it, else its text. */
function plainNumber({ text }: WrittenNumber): number | string {
  const number = Number(text);
  return canonicalScalar(text) === canonicalScalar(number) ? number : text;
}

/** A JSON value with plain numbers. */
function plain(value: unknown): unknown {
  if (value instanceof WrittenNumber) return plainNumber(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return plainObject({ ...value });
}

function plainObject(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "expected a time").transform(sortableTime);
const decimal = z.union([z.instanceof(WrittenNumber).transform(({ text }) => text), z.string()]);
const count = z.instanceof(WrittenNumber).transform(({ text }) => Number(text)).pipe(z.number().int());
const scalar = z.union([z.string(), z.instanceof(WrittenNumber).transform(plainNumber), z.boolean(), z.null()]);
const values = z.record(z.string(), scalar).nullable().transform((found) => found ?? {});
const references = z.record(z.string(), z.string()).nullable().transform((found) => found ?? {});
const decimals = z.array(decimal).nullable().transform((found) => found ?? []);

/** A row of `jobs`; the ids of its runs come from elsewhere. */
export const jobRow = z.object({
  job_id: z.string(),
  created_at: time,
  completed_at: time.nullable(),
  status: z.enum(JOB_STATUSES),
  description: z.string().nullable(),
  sweep_type: z.string(),
  n_agents: count,
  maturity_days: count,
  kappas: decimals,
  concentrations: decimals,
  mus: decimals,
  outside_mid_ratios: decimals,
  seeds: z.array(count).nullable(),
  cloud: z.boolean().nullable(),
  total_runs: count.nullable(),
  completed_runs: count.nullable(),
  failed_runs: count.nullable(),
  error: z.string().nullable(),
  notes: z.string().nullable(),
  volume_experiment_id: z.string().nullable(),
}).transform((row): Job => ({
  jobId: row.job_id,
  createdAt: row.created_at,
  completedAt: row.completed_at,
  status: row.status,
  description: row.description ?? "",
  config: {
    sweepType: row.sweep_type,
    nAgents: row.n_agents,
    maturityDays: row.maturity_days,
    kappas: row.kappas,
    concentrations: row.concentrations,
    mus: row.mus,
    outsideMidRatios: row.outside_mid_ratios,
    seeds: row.seeds ?? [],
    cloud: row.cloud ?? false,
  },
  runIds: [],
  totalRuns: row.total_runs,
  completedRuns: row.completed_runs ?? 0,
  failedRuns: row.failed_runs ?? 0,
  error: row.error,
  notes: row.notes,
  volumeExperimentId: row.volume_experiment_id,
}));

/** A row of `job_events`. */
export const eventRow = z.object({
  job_id: z.string(),
  event_type: z.enum(["created", "started", "progress", "completed", "failed", "cancelled"]),
  timestamp: time,
  details: z.record(z.string(), z.unknown()).nullable(),
}).transform((row): JobEvent => ({
  jobId: row.job_id,
  eventType: row.event_type,
  timestamp: row.timestamp,
  details: plainObject(row.details ?? {}),
}));

/** The id in a row of `runs`. */
export const runIdRow = z.object({ run_id: z.string() }).transform((row) => row.run_id);

/** A row of `runs`. */
export const runRow = z.object({
  run_id: z.string(),
  job_id: z.string(),
  created_at: time,
  completed_at: time.nullable(),
  status: z.enum(JOB_STATUSES),
  kappa: decimal,
  concentration: decimal,
  mu: decimal,
  monotonicity: decimal.nullable(),
  outside_mid_ratio: decimal.nullable(),
  seed: count.nullable(),
  regime: z.string().nullable(),
  parameters: values,
  execution_time_ms: count.nullable(),
  worker: z.string().nullable(),
  attempt: count.nullable(),
  error: z.string().nullable(),
  artifacts: references,
}).transform((row): CloudRun => ({
  runId: row.run_id,
  jobId: row.job_id,
  createdAt: row.created_at,
  completedAt: row.completed_at,
  status: row.status,
  kappa: row.kappa,
  concentration: row.concentration,
  mu: row.mu,
  monotonicity: row.monotonicity,
  outsideMidRatio: row.outside_mid_ratio,
  seed: row.seed,
  regime: row.regime,
  parameters: row.parameters,
  executionTimeMs: row.execution_time_ms,
  worker: row.worker,
  attempt: row.attempt ?? 1,
  error: row.error,
  artifacts: row.artifacts,
}));

/** A row of `metrics` with its row of `runs` in it. */
export const measuredRow = z.object({
  run_id: z.string(),
  job_id: z.string(),
  delta_total: decimal.nullable(),
  phi_total: decimal.nullable(),
  n_defaults: count.nullable(),
  n_clears: count.nullable(),
  time_to_stability: count.nullable(),
  trading_effect: decimal.nullable(),
  total_trades: count.nullable(),
  total_trade_volume: decimal.nullable(),
  raw_metrics: values,
  runs: runRow,
}).transform((row): MeasuredCloudRun => {
  const metrics: CloudMetrics = {
    runId: row.run_id,
    jobId: row.job_id,
    deltaTotal: row.delta_total,
    phiTotal: row.phi_total,
    nDefaults: row.n_defaults,
    nClears: row.n_clears,
    timeToStability: row.time_to_stability,
    tradingEffect: row.trading_effect,
    totalTrades: row.total_trades,
    totalTradeVolume: row.total_trade_volume,
    rawMetrics: row.raw_metrics,
  };
  return { run: row.runs, metrics };
});

/** A reader of rows of one kind. */
export type RowSchema<T> = z.ZodType<T>;

/** JSON whose numbers are still the texts that they were, for the schemas above. @throws {SyntaxError} */
export function exactJson(text: string): unknown {
  return JSON.parse(
    text,
    (_key: string, value: unknown, context?: { source?: string }) =>
      typeof value === "number" ? new WrittenNumber(context?.source ?? String(value)) : value,
  );
}

/** Checks rows. @returns what is wrong with them, as a sentence's end, when they are none. */
export function parseRows<T>(schema: RowSchema<T>, value: unknown): T[] | string {
  const parsed = z.array(schema).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return issue === undefined ? "is no list of rows" : `${issue.path.join(".")}: ${issue.message}`;
}
