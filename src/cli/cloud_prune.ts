/**
 * `bilancio cloud prune`: takes old sweeps out of the database and the object storage (spec 09 7, retention).
 *
 * @module
 */
import { glob } from "../stores/volume/glob.ts";
import type { CloudSweep, PruneConditions, PruneSelection } from "../sync/cloud_sweeps.ts";
import type { UnfinishedUpload } from "../stores/s3/objects.ts";
import { age } from "./age.ts";
import { bytesOf, sweepObject, sweepTable } from "./cloud_list.ts";
import { type CloudTargets, openTargets, TARGET_FLAGS } from "./cloud_targets.ts";
import { type Command, commandOf } from "./command.ts";
import { confirmed } from "./confirmation.ts";
import { DONE, errorText, FAILED } from "./errors.ts";
import { type FlagValues, onOff, text } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { counted, idText, sizeText } from "./volume_table.ts";

const FLAGS = {
  "older-than": age("sweeps that got nothing new for so long; also 12h, 2w"),
  "pattern": text("GLOB", "sweeps whose whole name has this form: * ? [a-z]"),
  "dry-run": onOff("only say what would be deleted"),
  "yes": onOff("do not ask"),
  ...TARGET_FLAGS,
  "json": onOff("one JSON object per sweep, and one at the end"),
};
type PruneFlags = FlagValues<typeof FLAGS>;

/** `bilancio cloud prune`. */
export const command: Command = commandOf({
  name: "cloud prune",
  summary: "Deletes sweeps in the cloud that are old or have a certain name",
  positionals: [],
  flags: FLAGS,
  details: [
    "At least one of --older-than and --pattern is needed; when both are given, both must hold. A sweep goes from both " +
    "targets, its records with all their rows. Its age counts from the last time it got runs or was uploaded. " +
    "Uploads that never came to an end go as well, unless they are younger than 6 hours. Jobs with their runs and " +
    "measures stay, and so does everything on this machine.",
  ],
  examples: [
    ["bilancio cloud prune --older-than 90 --dry-run", "shows what is older than 90 days"],
    ["bilancio cloud prune --pattern 'try-*' --yes", "deletes without asking"],
  ],
}, async ({ flags }, terminal) => {
  const { abandonedUploads, cloudSweeps, selectedSweeps } = await import("../sync/cloud_sweeps.ts");
  const conditions: PruneConditions = {
    olderThan: flags["older-than"],
    pattern: flags.pattern === undefined ? undefined : glob(flags.pattern),
  };
  const now = Date.now();
  // Asked before anything is opened: a mistyped command costs nothing.
  selectedSweeps([], conditions, now);
  await using targets = await openTargets(flags, terminal);
  const { sweeps, errors } = await cloudSweeps(targets);
  for (const error of Object.values(errors)) terminal.error(errorText(error, false));
  const selection = selectedSweeps(sweeps, conditions, now);
  const isReachable = errors.r2 === undefined && targets.storage !== undefined;
  const uploads = isReachable ? await abandonedUploads(targets.storage, conditions, now) : [];
  const status = await prune(selection, uploads, targets, flags, terminal);
  return status === DONE && Object.keys(errors).length > 0 ? FAILED : status;
});

async function prune(
  { chosen, kept }: PruneSelection,
  uploads: readonly UnfinishedUpload[],
  targets: CloudTargets,
  flags: PruneFlags,
  terminal: Terminal,
): Promise<number> {
  for (const { sweep, reason } of kept) terminal.error(`kept: ${idText(sweep.name)}: ${reason}\n`);
  announce(chosen, uploads, flags, terminal);
  if (chosen.length === 0 && uploads.length === 0) return DONE;
  if (flags["dry-run"] === true) {
    if (flags.json !== true) terminal.out("[DRY RUN] No changes made.\n");
    return DONE;
  }
  const what = [
    ...(chosen.length === 0 ? [] : [counted(chosen.length, "sweep")]),
    ...(uploads.length === 0 ? [] : [counted(uploads.length, "unfinished upload")]),
  ].join(" and ");
  if (flags.yes !== true && !confirmed(`Delete ${what} in the cloud?`, terminal)) {
    terminal.error("Aborted.\n");
    return DONE;
  }
  return await deleteAll(chosen, uploads, targets, flags, terminal);
}

function announce(
  chosen: readonly CloudSweep[],
  uploads: readonly UnfinishedUpload[],
  flags: PruneFlags,
  terminal: Terminal,
): void {
  const isDry = flags["dry-run"] === true;
  if (flags.json === true) {
    if (isDry) { for (const sweep of chosen) terminal.out(`${JSON.stringify(sweepObject(sweep))}\n`); }
    return;
  }
  if (chosen.length === 0) terminal.out("No sweeps match the criteria.\n");
  else {
    const bytes = chosen.reduce((sum, sweep) => sum + (bytesOf(sweep) ?? 0), 0);
    terminal.out(
      `${isDry ? "[DRY RUN] " : ""}Sweeps to delete in the cloud:\n\n${sweepTable(chosen)}\n` +
        `Total: ${counted(chosen.length, "sweep")}, ${sizeText(bytes)}\n`,
    );
  }
  if (uploads.length > 0) {
    terminal.out(`${counted(uploads.length, "unfinished upload")} ${isDry ? "would be" : "to be"} given up\n`);
  }
}

/** Deletes one after the other; one that fails does not keep the others. */
async function deleteAll(
  chosen: readonly CloudSweep[],
  uploads: readonly UnfinishedUpload[],
  targets: CloudTargets,
  { json }: PruneFlags,
  terminal: Terminal,
): Promise<number> {
  using interrupt = new Interrupt(terminal, "Stopping after this one; the same command goes on.");
  const { pruneSweep } = await import("../sync/cloud_sweeps.ts");
  const counts = { deleted: 0, failed: 0, uploads: 0 };
  for (const sweep of chosen) {
    if (interrupt.status !== undefined) return interrupt.status;
    const errors = Object.values(await pruneSweep(sweep, targets)).map((error) => errorText(error, false).trimEnd());
    const isDeleted = errors.length === 0;
    if (isDeleted) counts.deleted++;
    else counts.failed++;
    terminal.out(
      json === true
        ? `${JSON.stringify({ name: sweep.name, outcome: isDeleted ? "deleted" : "failed", errors })}\n`
        : `Deleting ${idText(sweep.name)}... ${isDeleted ? "OK" : "FAILED"}\n`,
    );
    for (const error of errors) terminal.error(`${error}\n`);
  }
  for (const upload of uploads) {
    if (interrupt.status !== undefined) return interrupt.status;
    await targets.storage?.abortUpload(upload);
    counts.uploads++;
  }
  if (json === true) terminal.out(`${JSON.stringify(counts)}\n`);
  else terminal.out(`Deleted: ${counts.deleted}, Failed: ${counts.failed}, Uploads given up: ${counts.uploads}\n`);
  return counts.failed === 0 ? DONE : FAILED;
}
