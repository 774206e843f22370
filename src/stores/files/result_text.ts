/**
 * `result.json`: what is known of a finished run. Source: spec 03 10.2, spec 09 section 2.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import { parsedJson } from "../../core/json_text.ts";
import type { RunResult, RunStatus } from "../../experiments/contracts.ts";
import { isRecord, isValues } from "../../experiments/plan.ts";
import { resultRecord } from "../../experiments/result_record.ts";

const STATUSES: readonly RunStatus[] = ["pending", "running", "completed", "failed"];

/** Whether a value is a {@linkcode RunStatus}. */
export function isRunStatus(value: unknown): value is RunStatus {
  return STATUSES.some((status) => status === value);
}

/** The text of `result.json`. */
export function resultText(result: RunResult): string {
  return JSON.stringify(resultRecord(result), null, 2);
}

/**
 * Reads `result.json`.
 *
 * @throws {ValidationError} when it is no result.
 */
export function parseResult(text: string, subject: string): RunResult {
  const value = parsedJson(text, subject);
  const problem = (name: string, message: string): never => {
    throw new ValidationError(subject, [{ path: [name], message }]);
  };
  if (!isRecord(value)) throw new ValidationError(subject, [{ path: [], message: "is no JSON object" }]);
  const { run_id: runId, status, parameters, metrics, artifacts, error, execution_time_ms: time } = value;
  if (typeof runId !== "string") return problem("run_id", "must be a text");
  if (!isRunStatus(status)) return problem("status", `must be one of ${STATUSES.join(", ")}`);
  if (!isValues(parameters)) return problem("parameters", "must be an object of plain values");
  if (!isValues(metrics)) return problem("metrics", "must be an object of plain values");
  if (!isTexts(artifacts)) return problem("artifacts", "must be an object of texts");
  if (error !== null && typeof error !== "string") return problem("error", "must be a text or null");
  if (time !== null && typeof time !== "number") return problem("execution_time_ms", "must be a number or null");
  return { runId, status, parameters, metrics, artifacts, error, executionTimeMs: time };
}

/** Whether a value is an object of texts. */
export function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((member) => typeof member === "string");
}
