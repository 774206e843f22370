/**
 * Making room for another sweep in a directory in which no run was completed: what the first one left is renamed, never
 * removed.
 *
 * @module
 */
import { exists, syncDirectory, writeFailure } from "./atomic_file.ts";
import { joined } from "./paths.ts";

/** What belongs to a sweep. The plan goes last: whatever a crash leaves, the next start finds the sweep it belongs to. */
const PARTS: readonly string[] = [
  "registry/journal.jsonl",
  "registry/experiments.csv",
  "runs",
  "aggregate",
  "plan.jsonl",
];

/**
 * Renames the plan, the rows and the files of a sweep to `<name>.previous` (`.previous-2`, ... where that is taken) and
 * returns what was added to the names.
 *
 * @param parts what belongs to the sweep, the plan last; default those of a sweep without arms
 * @throws {StoreError} when something cannot be renamed.
 */
export function setAside(directory: string, parts: readonly string[] = PARTS): string {
  const suffix = freeSuffix(directory, parts);
  for (const part of parts) {
    const path = joined(directory, part);
    try {
      if (exists(path)) Deno.renameSync(path, path + suffix);
    } catch (error) {
      throw writeFailure(error, path + suffix);
    }
  }
  syncDirectory(directory);
  return suffix;
}

function freeSuffix(directory: string, parts: readonly string[]): string {
  for (let number = 1;; number++) {
    const suffix = number === 1 ? ".previous" : `.previous-${number}`;
    if (!parts.some((part) => exists(joined(directory, part) + suffix))) return suffix;
  }
}
