/**
 * What a sweep's directory holds, as rows that can be written as CSV or JSON one after the other.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { RegistryEntry, Scalar } from "../experiments/contracts.ts";
import { BALANCED, COMPARISON } from "../experiments/paired_plan.ts";
import { FileRegistryStore } from "../stores/files/registry_store.ts";
import { FileResultStore } from "../stores/files/result_store.ts";
import { isFileAt } from "./paths.ts";

/** A cell: plain values as they are, lists and maps of an event as JSON. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The registry of the sweep in a directory; of a paired sweep, those of both arms. References start in the directory.
 *
 * @throws {NotFound} when it holds none.
 */
export async function registryOf(directory: string, shown: string): Promise<RegistryEntry[]> {
  if (hasRegistry(directory)) return await rowsOf(directory);
  const arms = ARMS.filter((arm) => hasRegistry(`${directory}/${arm}`));
  if (arms.length === 0) throw new NotFound(`${shown} holds no sweep: there is no registry/experiments.csv in it.`);
  const rows: RegistryEntry[] = [];
  for (const arm of arms) {
    for (const entry of await rowsOf(`${directory}/${arm}`)) {
      const paths = Object.entries(entry.artifactPaths).map(([name, path]) => [name, `${arm}/${path}`] as const);
      rows.push({ ...entry, artifactPaths: Object.fromEntries(paths) });
    }
  }
  return rows;
}

const ARMS = [COMPARISON, BALANCED].flatMap(({ baseline, trading }) => [baseline.name, trading.name]);

function hasRegistry(directory: string): boolean {
  return ["experiments.csv", "journal.jsonl"].some((name) => isFileAt(`${directory}/registry/${name}`));
}

async function rowsOf(directory: string): Promise<RegistryEntry[]> {
  await using store = new FileRegistryStore(directory);
  return await store.listRuns("");
}

/** Columns that hold whole numbers. */
const WHOLE = new Set(["seed", "n_agents", "maturity_days", "time_to_stability"]);

/**
 * One row per run: status, parameters, metrics, files. Every row has all columns, and a column has one type: whole
 * numbers, booleans, or texts. Decimals are exact texts, also where one is a whole number; null is none.
 */
export function* registryRows(entries: readonly RegistryEntry[]): Generator<Row> {
  const parts = ["parameters", "metrics", "artifactPaths"] as const;
  const names = parts.flatMap((part) => [...new Set(entries.flatMap((entry) => Object.keys(entry[part])))]);
  for (const entry of entries) {
    const row: Record<string, Scalar> = {
      run_id: entry.runId,
      experiment_id: entry.experimentId,
      status: entry.status,
    };
    for (const name of names) {
      const value = entry.parameters[name] ?? entry.metrics[name] ?? entry.artifactPaths[name] ?? null;
      row[name] = typeof value === "number" && !WHOLE.has(name) ? String(value) : value;
    }
    row["error"] = entry.error;
    yield row;
  }
}

/** Rows of an artifact of every completed run that kept it, with the run's id in front; a missing one is told. */
async function* artifactRows(
  directory: string,
  entries: readonly RegistryEntry[],
  artifact: string,
  lost: (reference: string) => void,
  read: (text: string, subject: string) => Iterable<Row>,
): AsyncGenerator<Row> {
  const store = new FileResultStore(directory);
  let kept = false;
  for (const entry of entries) {
    const reference = entry.artifactPaths[artifact];
    if (reference === undefined || reference === "" || entry.status !== "completed") continue;
    kept = true;
    const text = await textOf(store, reference);
    if (text === null) {
      lost(reference);
      continue;
    }
    for (const row of read(text, reference)) yield { run_id: entry.runId, ...row };
  }
  if (kept) return;
  const completed = entries.some((entry) => entry.status === "completed");
  throw new NotFound(
    completed
      ? `No run kept ${artifact}: the sweep was made with --artifacts failed or none.`
      : `No run kept ${artifact}: none is completed. See: bilancio export registry`,
  );
}

/** The text of an artifact, null when it is not there. */
async function textOf(store: FileResultStore, reference: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await store.loadArtifact(reference));
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** One row per run and day. With `typed` numbers are numbers and what is missing is null; else cells as they are. */
export async function* metricRows(
  directory: string,
  entries: readonly RegistryEntry[],
  typed: boolean,
  lost: (reference: string) => void,
): AsyncGenerator<Row> {
  const { readTable } = await import("../ring/analytics/tables.ts");
  for await (const row of artifactRows(directory, entries, "metrics_csv", lost, readTable)) {
    yield typed ? Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, typedCell(name, cell)])) : row;
  }
}

function typedCell(name: string, cell: unknown): unknown {
  if (name === "run_id" || name === "notes" || typeof cell !== "string") return cell;
  return cell === "" ? null : Number(cell);
}

/** One row per event. */
export async function* eventRows(
  directory: string,
  entries: readonly RegistryEntry[],
  lost: (reference: string) => void,
): AsyncGenerator<Row> {
  yield* artifactRows(directory, entries, "events_jsonl", lost, function* (text) {
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const event: unknown = JSON.parse(line, exactNumber);
      if (typeof event === "object" && event !== null) yield { ...event };
    }
  });
}

/** Whole amounts past 2^53 stay exact: they are kept as text. */
function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
    ? context.source
    : value;
}

/** A scalar as a CSV cell. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "True" : "False"; // as the registry writes it (spec 03 5.3)
  return isScalar(value) ? String(value) : JSON.stringify(value);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
