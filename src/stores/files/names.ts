/**
 * Names and references of the file stores: what may stand in them, and where a run's files lie. Source: spec 09 3.1,
 * spec 03 8.6.
 *
 * @module
 */
import { InvalidReference } from "../../core/errors.ts";

const NAME = /^[A-Za-z0-9_.-]+$/;

/**
 * Checks a run id, an experiment id or a file name: letters, digits, `_`, `.`, `-`, and neither `.` nor `..`.
 *
 * @throws {InvalidReference}
 */
export function checkedName(name: string, what: string): string {
  if (NAME.test(name) && name !== "." && name !== "..") return name;
  throw new InvalidReference(
    `Invalid ${what} ${
      JSON.stringify(name)
    }: only letters, digits, "_", "-" and "." may stand in it, and it may not be "." or ".."`,
  );
}

/** An experiment id, where the empty text stands for a store whose base directory is one experiment. */
export function checkedExperiment(experimentId: string): string {
  return experimentId === "" ? "" : checkedName(experimentId, "experiment id");
}

/**
 * Checks a reference: parts between `/`, relative, none of them `.` or `..` or empty.
 *
 * @throws {InvalidReference}
 */
export function checkedReference(reference: string): string {
  const parts = reference.split("/");
  if (parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part))) return reference;
  throw new InvalidReference(
    `Invalid reference ${
      JSON.stringify(reference)
    }: it must be a relative path inside the store, with "/" and without ".."`,
  );
}

/** Files that lie in the run's own directory; all others lie in its `out/`. */
const TOP_FILES: ReadonlySet<string> = new Set(["scenario.yaml", "run.html", "result.json"]);

/** Path of a file inside its run's directory. */
export function placeInRun(fileName: string): string {
  return TOP_FILES.has(fileName) ? fileName : `out/${fileName}`;
}

/** The reference of a run's directory. */
export function runReference(experimentId: string, runId: string): string {
  return experimentId === "" ? `runs/${runId}` : `${experimentId}/runs/${runId}`;
}

/** The name of an artifact in a result or a registry: `events.jsonl` is `events_jsonl`. */
export function artifactName(fileName: string): string {
  return fileName.replaceAll(".", "_");
}
