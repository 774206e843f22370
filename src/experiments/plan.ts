/**
 * A sweep is first a plan: a header that says what is swept, and the ordered list of its runs with ids, parameters and
 * seeds. The plan is written (`plan.jsonl`) before anything runs; the same plan again resumes the sweep. Source: spec
 * 09 section 5.
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";
import { canonicalText } from "./canonical.ts";
import type { Scalar, Values } from "./contracts.ts";

/** A setting in the header of a plan: text as people wrote it, or a list of such. */
export type PlanSetting = Scalar | readonly Scalar[];

/** What is swept. Two plans with equal headers are the same plan. */
export interface PlanHeader {
  /** Version of the file format. */
  readonly format: 1;
  /** Kind of sweep, such as `ring`. */
  readonly kind: string;
  readonly model: string;
  /** {@linkcode ENGINE_VERSION} */
  readonly engine: string;
  /** Whether every switch stands as in the reference. */
  readonly reference: boolean;
  readonly settings: Readonly<Record<string, PlanSetting>>;
}

/** One run of a plan. */
export interface PlannedRun {
  /** `<phase>_<12 hex>`, with the label of an adaptive step between. */
  readonly runId: string;
  /** Part of the sweep: `grid`, `lhs`, `frontier`. */
  readonly phase: string;
  /** Step of an adaptive search: `low`, `high`, `mid`; null elsewhere. */
  readonly label: string | null;
  /** The parameters as the registry shows them. */
  readonly parameters: Values;
  readonly seed: number;
  /** What the model needs to build the scenario: plain data. */
  readonly source: unknown;
}

/** A plan: the header and the runs that are known before anything executes. */
export interface Plan {
  readonly header: PlanHeader;
  readonly runs: readonly PlannedRun[];
}

/** One setting that differs between two plans, as people read it. */
export interface PlanDifference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** The differences between two headers, the settings in their order first. Numbers compare by value: 1 equals 1.0. */
export function planDifferences(before: PlanHeader, after: PlanHeader): PlanDifference[] {
  const differences: PlanDifference[] = [];
  const compare = (name: string, a: PlanSetting | undefined, b: PlanSetting | undefined): void => {
    if (canonicalText(a ?? null) === canonicalText(b ?? null)) return;
    differences.push({ name, before: settingText(a), after: settingText(b) });
  };
  for (const name of ["kind", "model", "reference", "engine"] as const) compare(name, before[name], after[name]);
  for (const name of new Set([...Object.keys(before.settings), ...Object.keys(after.settings)])) {
    compare(name, before.settings[name], after.settings[name]);
  }
  return differences;
}

function settingText(setting: PlanSetting | undefined): string {
  if (setting === undefined || setting === null) return "none";
  return typeof setting === "object" ? setting.join(",") : String(setting);
}

/** The line of a header in `plan.jsonl`, without line end. */
export function headerLine(header: PlanHeader): string {
  return JSON.stringify(header);
}

/** The line of a run in `plan.jsonl`, without line end. */
export function runLine(run: PlannedRun): string {
  return JSON.stringify(run);
}

/** The text of a whole plan. */
export function planText(plan: Plan): string {
  return [headerLine(plan.header), ...plan.runs.map(runLine), ""].join("\n");
}

/**
 * Reads the text of a plan. A torn last line, left by a crash while the plan was extended, is dropped.
 *
 * @throws {ValidationError} naming the line that is broken.
 */
export function parsePlan(text: string, subject: string): Plan {
  const lines = text.split("\n");
  // What stands behind the last line end was never finished.
  lines.pop();
  const [first, ...rest] = lines;
  const header = first === undefined ? undefined : parsedHeader(first);
  if (header === undefined) throw broken(subject, 1, "is no header of a plan");
  return {
    header,
    runs: rest.map((line, index) => {
      const run = parsedRun(line);
      if (run === undefined) throw broken(subject, index + 2, "is no run of a plan");
      return run;
    }),
  };
}

function broken(subject: string, line: number, message: string): ValidationError {
  return new ValidationError(subject, [{ path: [`line ${line}`], message }]);
}

function parsedHeader(line: string): PlanHeader | undefined {
  const value = parsedObject(line);
  if (value === undefined || value["format"] !== 1) return undefined;
  const { kind, model, engine, reference, settings } = value;
  if (typeof kind !== "string" || typeof model !== "string" || typeof engine !== "string") return undefined;
  if (typeof reference !== "boolean" || !isRecord(settings)) return undefined;
  const checked: Record<string, PlanSetting> = {};
  for (const [name, setting] of Object.entries(settings)) {
    if (isScalar(setting)) checked[name] = setting;
    else if (Array.isArray(setting) && setting.every(isScalar)) checked[name] = setting;
    else return undefined;
  }
  return { format: 1, kind, model, engine, reference, settings: checked };
}

function parsedRun(line: string): PlannedRun | undefined {
  const value = parsedObject(line);
  if (value === undefined) return undefined;
  const { runId, phase, label, parameters, seed, source } = value;
  if (typeof runId !== "string" || typeof phase !== "string" || typeof seed !== "number") return undefined;
  if (label !== null && typeof label !== "string") return undefined;
  if (!isValues(parameters)) return undefined;
  return { runId, phase, label, parameters, seed, source };
}

function parsedObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with keys, no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a {@linkcode Scalar}. */
export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Whether a value is a map of scalars. */
export function isValues(value: unknown): value is Values {
  return isRecord(value) && Object.values(value).every(isScalar);
}
