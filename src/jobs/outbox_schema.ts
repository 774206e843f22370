/**
 * The schema of the lines of `outbox.jsonl`: what a file holds is checked before it is sent anywhere.
 *
 * @module
 */
import { z } from "zod";
import type { CloudRecord } from "./outbox_records.ts";
import { JOB_STATUSES } from "../stores/files/job_manifest.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const values = z.record(z.string(), scalar);
const texts = z.array(z.string()).readonly();
const text = z.string().nullable();
const count = z.number().int().nullable();
const status = z.enum(JOB_STATUSES);
const jobId = z.string().regex(/^[a-z]+(-[a-z]+)+$/);

const job = z.object({
  jobId,
  createdAt: z.string(),
  completedAt: text,
  status,
  description: z.string(),
  config: z.object({
    sweepType: z.string(),
    nAgents: z.number().int(),
    maturityDays: z.number().int(),
    kappas: texts,
    concentrations: texts,
    mus: texts,
    outsideMidRatios: texts,
    seeds: z.array(z.number().int()).readonly(),
    cloud: z.boolean(),
  }),
  runIds: texts,
  totalRuns: count,
  completedRuns: z.number().int(),
  failedRuns: z.number().int(),
  error: text,
  notes: text,
  volumeExperimentId: text,
});

const update = z.object({
  status,
  completedAt: z.string().exactOptional(),
  error: z.string().exactOptional(),
  totalRuns: z.number().int().exactOptional(),
  completedRuns: z.number().int().exactOptional(),
  failedRuns: z.number().int().exactOptional(),
});

const event = z.object({
  jobId,
  eventType: z.enum(["created", "started", "progress", "completed", "failed", "cancelled"]),
  timestamp: z.string(),
  details: z.record(z.string(), z.unknown()),
});

const run = z.object({
  runId: z.string(),
  jobId,
  createdAt: z.string(),
  completedAt: text,
  status,
  kappa: z.string(),
  concentration: z.string(),
  mu: z.string(),
  monotonicity: text,
  outsideMidRatio: text,
  seed: count,
  regime: text,
  parameters: values,
  executionTimeMs: z.number().nullable(),
  worker: text,
  attempt: z.number().int(),
  error: text,
  artifacts: z.record(z.string(), z.string()),
});

const metrics = z.object({
  runId: z.string(),
  jobId,
  deltaTotal: text,
  phiTotal: text,
  nDefaults: count,
  nClears: count,
  timeToStability: count,
  tradingEffect: text,
  totalTrades: count,
  totalTradeVolume: text,
  rawMetrics: values,
});

const record = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), jobId, job }),
  z.object({ kind: z.literal("status"), jobId, update }),
  z.object({ kind: z.literal("event"), jobId, event }),
  z.object({ kind: z.literal("runs"), jobId, runs: z.array(run) }),
  z.object({ kind: z.literal("metrics"), jobId, metrics: z.array(metrics) }),
]);

/** A line of the outbox as a record; what is wrong with it, as a sentence, when it is none. */
export function parseRecord(line: string): CloudRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is no JSON";
  }
  const parsed = record.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return issue === undefined ? "is no record" : `${issue.path.join(".")}: ${issue.message}`;
}
