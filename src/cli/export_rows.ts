/**
 * What a sweep's directory holds, as rows that can be written as CSV or JSON one after the other.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { RegistryEntry, Scalar } from "../experiments/contracts.ts";
import { FileRegistryStore } from "../stores/files/registry_store.ts";
import { FileResultStore } from "../stores/files/result_store.ts";
import { isFileAt } from "./paths.ts";

/** A cell: plain values as they are, lists and maps of an event as JSON. */
export type Row = Readonly<Record<string, unknown>>;

/** The registry of the sweep in a directory. @throws {NotFound} when it holds none. */
export async function registryOf(directory: string, shown: string): Promise<RegistryEntry[]> {
  const found = ["experiments.csv", "journal.jsonl"].some((name) => isFileAt(`${directory}/registry/${name}`));
  if (!found) throw new NotFound(`${shown} holds no sweep: there is no registry/experiments.csv in it.`);
  await using store = new FileRegistryStore(directory);
  return await store.listRuns("");
}

/** One row per run: status, parameters, metrics, files. */
export function registryRows(entries: readonly RegistryEntry[]): Row[] {
  return entries.map((entry) => ({
    run_id: entry.runId,
    experiment_id: entry.experimentId,
    status: entry.status,
    ...entry.parameters,
    ...entry.metrics,
    ...entry.artifactPaths,
    error: entry.error,
  }));
}

/** Rows of an artifact of every completed run that kept it, with the run's id in front. */
async function* artifactRows(
  directory: string,
  entries: readonly RegistryEntry[],
  artifact: string,
  read: (text: string, subject: string) => Iterable<Row>,
): AsyncGenerator<Row> {
  const store = new FileResultStore(directory);
  let kept = false;
  for (const entry of entries) {
    const reference = entry.artifactPaths[artifact];
    if (reference === undefined || reference === "" || entry.status !== "completed") continue;
    kept = true;
    const text = new TextDecoder().decode(await store.loadArtifact(reference));
    for (const row of read(text, reference)) yield { run_id: entry.runId, ...row };
  }
  if (!kept) throw new NotFound(`No run kept ${artifact}: the sweep was made with --artifacts failed or none.`);
}

/** One row per run and day. With `typed` numbers are numbers and what is missing is null; else cells as they are. */
export async function* metricRows(
  directory: string,
  entries: readonly RegistryEntry[],
  typed: boolean,
): AsyncGenerator<Row> {
  const { readTable } = await import("../ring/analytics/tables.ts");
  for await (const row of artifactRows(directory, entries, "metrics_csv", readTable)) {
    yield typed ? Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, typedCell(name, cell)])) : row;
  }
}

function typedCell(name: string, cell: unknown): unknown {
  if (name === "run_id" || name === "notes" || typeof cell !== "string") return cell;
  return cell === "" ? null : Number(cell);
}

/** One row per event. */
export async function* eventRows(directory: string, entries: readonly RegistryEntry[]): AsyncGenerator<Row> {
  yield* artifactRows(directory, entries, "events_jsonl", function* (text) {
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
