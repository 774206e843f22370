/**
 * `bilancio cloud list-sweeps`: what the database and the object storage have, side by side (spec 09 7).
 *
 * @module
 */
import type { CloudSweep } from "../sync/cloud_sweeps.ts";
import { openTargets, TARGET_FLAGS } from "./cloud_targets.ts";
import { type Command, commandOf } from "./command.ts";
import { DONE, errorText, FAILED } from "./errors.ts";
import { onOff } from "./flags.ts";
import { table } from "./terminal.ts";
import { counted, idText, sizeText } from "./volume_table.ts";

/** Bytes of the objects of a sweep; null when its upload has not ended. */
export function bytesOf({ files }: CloudSweep): number | null {
  return files?.manifest?.objects.reduce((sum, { size }) => sum + size, 0) ?? null;
}

/** How the files of a sweep stand. */
function filesState({ files }: CloudSweep): "complete" | "unfinished" | null {
  if (files === null) return null;
  return files.manifest === null ? "unfinished" : "complete";
}

/** Sweeps as a table with a head. */
export function sweepTable(sweeps: readonly CloudSweep[]): string {
  const rows = sweeps.map((sweep) => {
    const { name, type, createdAt, records } = sweep;
    const bytes = bytesOf(sweep);
    return [
      idText(name),
      type ?? "?",
      createdAt === null ? "?" : createdAt.slice(0, 16).replace("T", " "),
      records === null || records.pairsTotal === null ? "-" : `${records.pairsCompleted ?? 0}/${records.pairsTotal}`,
      records === null ? "-" : String(records.runs),
      filesState(sweep) ?? "-",
      bytes === null ? "-" : sizeText(bytes),
    ];
  });
  return table(["SWEEP", "TYPE", "CREATED", "PAIRS", "RUNS", "FILES", "SIZE"], rows);
}

/** A sweep as a program reads it. */
export function sweepObject(sweep: CloudSweep): Record<string, unknown> {
  const { name, type, createdAt, changedAt, records, files } = sweep;
  return {
    name,
    type,
    created_at: createdAt,
    changed_at: changedAt,
    records: records === null
      ? null
      : { pairs_total: records.pairsTotal, pairs_completed: records.pairsCompleted, runs: records.runs },
    files: files === null
      ? null
      : { state: filesState(sweep), bytes: bytesOf(sweep), objects: files.manifest?.objects.length ?? null },
    problem: files?.problem ?? null,
  };
}

/** `bilancio cloud list-sweeps`. */
export const command: Command = commandOf({
  name: "cloud list-sweeps",
  summary: "Lists the sweeps in the cloud, the newest first",
  positionals: [],
  flags: { ...TARGET_FLAGS, "json": onOff("one JSON object per line") },
  details: [
    "PAIRS and RUNS are what the database has, FILES and SIZE what the object storage has; - where it has nothing of " +
    "the sweep. FILES: complete, or unfinished when an upload was interrupted; bilancio cloud sync DIR --full completes " +
    "it. Times are UTC.",
  ],
  examples: [
    ["bilancio cloud list-sweeps --json", "one object per line, for a script"],
    ["bilancio cloud list-sweeps", "a table of what bilancio cloud download can bring back"],
  ],
}, async ({ flags }, terminal) => {
  await using targets = await openTargets(flags, terminal);
  const { cloudSweeps } = await import("../sync/cloud_sweeps.ts");
  const { sweeps, errors } = await cloudSweeps(targets);
  if (flags.json === true) terminal.out(sweeps.map((sweep) => `${JSON.stringify(sweepObject(sweep))}\n`).join(""));
  else if (sweeps.length > 0) terminal.out(`${sweepTable(sweeps)}\nTotal: ${counted(sweeps.length, "sweep")}\n`);
  else if (Object.keys(errors).length === 0) terminal.out("There are no sweeps in the cloud.\n");
  for (const { name, files } of sweeps) {
    if (files !== null && files.problem !== null) terminal.error(`warning: ${idText(name)}: ${files.problem}\n`);
  }
  for (const error of Object.values(errors)) terminal.error(errorText(error, false));
  return Object.keys(errors).length === 0 ? DONE : FAILED;
});
