/**
 * Entries of a registry as rows of `run_registry`, and back (spec 09 3.3).
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { canonicalScalar } from "../../experiments/canonical.ts";
import type { RegistryEntry, RunStatus, Values } from "../../experiments/contracts.ts";
import type { BulkRow, BulkTable } from "./bulk.ts";
import { referencesIn, type Row, textIn, textOrNull, valuesIn } from "./values.ts";

/** How entries are written. */
export const REGISTRY: BulkTable = {
  table: "run_registry",
  columns: {
    run_id: "text",
    sweep_id: "uuid",
    branch: "text",
    parameters: "jsonb",
    metrics: "jsonb",
    status: "text",
    error: "text",
    artifact_paths: "jsonb",
    comparable: "jsonb",
  },
  key: ["sweep_id", "branch", "run_id"],
  kept: ["sweep_id", "branch", "run_id"],
};

const STATUSES: readonly RunStatus[] = ["pending", "running", "completed", "failed"];

/** The row of an entry. */
export function rowOfEntry(entry: RegistryEntry, sweepId: string, branch: string): BulkRow {
  return {
    run_id: entry.runId,
    sweep_id: sweepId,
    branch,
    parameters: entry.parameters,
    metrics: entry.metrics,
    status: entry.status,
    error: entry.error,
    artifact_paths: entry.artifactPaths,
    comparable: comparable(entry.parameters, entry.metrics),
  };
}

/** Arm and run as one text that no other pair has. */
export function entryIdentity(row: BulkRow): string {
  return JSON.stringify([row["branch"], row["run_id"]]);
}

/** What a filter looks at, as canonical texts: a parameter, else a metric of that name. What is null is left out. */
function comparable(parameters: Values, metrics: Values): Readonly<Record<string, string>> {
  const known = Object.entries({ ...metrics, ...withoutNulls(parameters) }).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, canonicalScalar(value)]));
}

function withoutNulls(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** The entry of a row. */
export function entryOfRow(row: Row, experimentId: string): RegistryEntry {
  const text = textIn(row, "status");
  const status = STATUSES.find((known) => known === text);
  if (status === undefined) {
    throw new StoreError(`The column status of run_registry holds ${JSON.stringify(text)}`, {
      store: "postgres",
      retryable: false,
    });
  }
  return {
    runId: textIn(row, "run_id"),
    experimentId,
    status,
    parameters: valuesIn(row, "parameters"),
    metrics: valuesIn(row, "metrics"),
    artifactPaths: referencesIn(row, "artifact_paths"),
    error: textOrNull(row, "error"),
  };
}
