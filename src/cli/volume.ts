/**
 * `bilancio volume ls|cleanup|rm`: what stands in the shared place of experiments, and how it is cleared (spec 03 13,
 * spec 09 7).
 *
 * @module
 */
import { Conflict, UsageError } from "../core/errors.ts";
import { glob } from "../stores/volume/glob.ts";
import { selected, type Selection } from "../stores/volume/selection.ts";
import type { Volume, VolumeEntry } from "../stores/volume/volume.ts";
import { age } from "./age.ts";
import { type Command, commandOf } from "./command.ts";
import { confirmed } from "./confirmation.ts";
import { errorText, FAILED } from "./errors.ts";
import { type FlagValues, oneOf, onOff, text } from "./flags.ts";
import type { Terminal } from "./terminal.ts";
import { openVolume, VOLUME_FLAG } from "./volume_place.ts";
import { counted, entryLine, entryTable, idText, problemLines, sizeText } from "./volume_table.ts";
import { totalLine, totalsJson, totalsOf } from "./volume_table.ts";

const SORTS = ["name", "size", "age", "files"] as const;

/** The largest or the oldest first; names from the beginning. */
function sorted(entries: readonly VolumeEntry[], sort: typeof SORTS[number]): VolumeEntry[] {
  const time = (entry: VolumeEntry) => entry.changedAt?.getTime() ?? Infinity;
  switch (sort) {
    case "name":
      return [...entries];
    case "size":
      return entries.toSorted((a, b) => b.bytes - a.bytes);
    case "files":
      return entries.toSorted((a, b) => b.files - a.files);
    case "age":
      return entries.toSorted((a, b) => time(a) - time(b));
  }
}

const WHAT =
  "An experiment is a folder with a sweep in it; it lies in the volume or in a folder of it. Its age is the " +
  "time since a file in it was last written. Links are never followed.";

/** `bilancio volume ls`. */
export const lsCommand: Command = commandOf({
  name: "volume ls",
  summary: "Lists the experiments of a volume with their sizes and ages",
  positionals: [],
  flags: {
    ...VOLUME_FLAG,
    "sort": oneOf(SORTS, "size, age and files: the largest or oldest first", { fallback: "name" }),
    "json": onOff("one JSON object per line, the totals last"),
  },
  details: [
    WHAT,
    "STATE: complete when every planned run has ended (in a bucket: when the upload did), live while it is being " +
    "written, otherwise incomplete. What is called unknown (folder), (file) or (link) is no experiment, and cleanup " +
    "never touches it.",
  ],
  examples: [
    ["bilancio volume ls --sort age", "lists what is in ./out, the oldest first"],
    ["bilancio volume ls --volume s3://bilancio-artifacts/sweeps --sort size", "lists a bucket, the largest first"],
  ],
}, async ({ flags }, terminal) => {
  await using volume = await openVolume(flags.volume, "volume ls", terminal);
  const now = new Date();
  const entries = sorted(await volume.list(), flags.sort ?? "name");
  const totals = totalsOf(entries);
  if (flags.json === true) {
    terminal.out(entries.map((entry) => entryLine(entry, now)).join(""));
    terminal.out(totalsJson(volume.name, totals));
    return 0;
  }
  if (entries.length === 0) terminal.out("Volume is empty.\n");
  else terminal.out(`Experiments in ${volume.name}:\n\n${entryTable(entries, now)}\n${totalLine(totals)}`);
  terminal.error(problemLines(entries));
  return 0;
});

const CLEANUP_FLAGS = {
  ...VOLUME_FLAG,
  "older-than": age("experiments in which nothing was written for so long; also 12h, 2w"),
  "pattern": text("GLOB", "experiments whose whole name has this form: * ? [a-z]; * does not stand for /"),
  "dry-run": onOff("only say what would be deleted"),
  "yes": onOff("do not ask"),
  "json": onOff("one JSON object per experiment, and one at the end"),
};
type CleanupFlags = FlagValues<typeof CLEANUP_FLAGS>;

/** `bilancio volume cleanup`. */
export const cleanupCommand: Command = commandOf({
  name: "volume cleanup",
  summary: "Deletes experiments that are old or have a certain name",
  positionals: [],
  flags: CLEANUP_FLAGS,
  details: [
    WHAT,
    "At least one of --older-than and --pattern is needed; when both are given, both must hold. What a sweep is writing " +
    "stays, and so does everything that is no experiment. An experiment goes in one step; what an interrupted cleanup " +
    "left is deleted by the next one.",
  ],
  examples: [
    ["bilancio volume cleanup --older-than 30 --dry-run", "shows what is older than 30 days"],
    ["bilancio volume cleanup --older-than 2w --pattern 'experiments/*_ring' --yes", "deletes without asking"],
  ],
}, async ({ flags }, terminal) => {
  const pattern = flags.pattern === undefined ? undefined : glob(flags.pattern);
  const olderThan = flags["older-than"];
  const conditions = {
    ...(pattern === undefined ? {} : { pattern }),
    ...(olderThan === undefined ? {} : { olderThan }),
  };
  const now = new Date();
  // Asked before the volume is opened: a mistyped command costs nothing.
  selected([], conditions, now);
  await using volume = await openVolume(flags.volume, "volume cleanup", terminal);
  const selection = selected(await volume.list(), conditions, now);
  announce(selection, now, flags, terminal);
  const entries = [...selection.chosen, ...selection.leftovers];
  if (flags["dry-run"] === true) {
    terminal.out(flags.json === true ? "" : "[DRY RUN] No changes made.\n");
    return 0;
  }
  const { chosen } = selection;
  if (chosen.length > 0 && flags.yes !== true) {
    if (!confirmed(`Delete ${counted(chosen.length, "experiment")}?`, terminal)) {
      terminal.error("Aborted.\n");
      return 0;
    }
  }
  return await deleteAll(volume, entries, flags, terminal);
});

/** Says what is about to happen. */
function announce(selection: Selection, now: Date, flags: CleanupFlags, terminal: Terminal): void {
  const { chosen, kept, leftovers } = selection;
  const isDry = flags["dry-run"] === true;
  for (const { entry, reason } of kept) terminal.error(`kept: ${idText(entry.id)}: ${reason}\n`);
  if (flags.json === true) {
    if (isDry) { for (const entry of [...chosen, ...leftovers]) terminal.out(entryLine(entry, now)); }
    return;
  }
  if (leftovers.length > 0) {
    terminal.error(`${counted(leftovers.length, "interrupted deletion")} ${isDry ? "would be" : "will be"} finished\n`);
  }
  if (chosen.length === 0) terminal.out("No experiments match the criteria.\n");
  else {
    const { bytes } = totalsOf(chosen);
    terminal.out(
      `${isDry ? "[DRY RUN] " : ""}Experiments to delete:\n\n${entryTable(chosen, now)}\n` +
        `Total: ${counted(chosen.length, "experiment")}, ${sizeText(bytes)}\n`,
    );
  }
}

/** Deletes one after the other; one that fails does not keep the others. */
async function deleteAll(
  volume: Volume,
  entries: readonly VolumeEntry[],
  { json }: CleanupFlags,
  terminal: Terminal,
): Promise<number> {
  let [deleted, failed] = [0, 0];
  for (const entry of entries) {
    const name = idText(entry.id);
    try {
      await volume.remove(entry.id, { shown: entry });
      deleted++;
      terminal.out(json === true ? outcomeLine(entry.id, "deleted", null) : `Deleting ${name}... OK\n`);
    } catch (error) {
      failed++;
      const reason = errorText(error, false).trimEnd();
      terminal.out(json === true ? outcomeLine(entry.id, "failed", reason) : `Deleting ${name}... FAILED\n`);
      terminal.error(`${reason}\n`);
    }
  }
  if (json === true) terminal.out(`${JSON.stringify({ volume: volume.name, deleted, failed })}\n`);
  else if (entries.length > 0) terminal.out(`Deleted: ${deleted}, Failed: ${failed}\n`);
  return failed === 0 ? 0 : FAILED;
}

function outcomeLine(id: string, outcome: "deleted" | "failed", error: string | null): string {
  return `${JSON.stringify({ id, outcome, error })}\n`;
}

/** `bilancio volume rm`. */
export const rmCommand: Command = commandOf({
  name: "volume rm",
  summary: "Deletes one experiment of a volume",
  positionals: [{ name: "ID", summary: "its name, as bilancio volume ls shows it" }],
  flags: {
    ...VOLUME_FLAG,
    "force": onOff(
      "also what is no experiment (a folder without a sweep, a file, a link but never what it leads to), and an " +
        "experiment with records that wait for the cloud",
    ),
    "dry-run": onOff("only say what would be deleted"),
    "yes": onOff("do not ask"),
    "json": onOff("one JSON object at the end"),
  },
  details: [
    "What a sweep is writing cannot be deleted, not even with --force. A name that begins with - stands behind --.",
  ],
  examples: [["bilancio volume rm experiments/20261121_101500_ring --yes", "deletes that sweep without asking"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  await using volume = await openVolume(flags.volume, "volume rm", terminal);
  const entry = await volume.find(id);
  const size = `${sizeText(entry.bytes)} in ${counted(entry.files, "file")}`;
  if (flags["dry-run"] === true) {
    terminal.out(
      flags.json === true ? entryLine(entry, new Date()) : `[DRY RUN] ${idText(id)}: ${size}. No changes made.\n`,
    );
    return 0;
  }
  if (entry.form !== "experiment" && entry.form !== "leftover" && flags.force !== true) {
    throw new UsageError(
      `${JSON.stringify(id)} is no experiment but a ${entry.form}; --force deletes it all the same.`,
    );
  }
  if (entry.state === "live") {
    throw new Conflict(`${JSON.stringify(id)} is in use; wait until its sweep ends, or stop it`);
  }
  if (flags.yes !== true && !confirmed(`Delete ${idText(id)}, ${size}?`, terminal)) {
    terminal.error("Aborted.\n");
    return 0;
  }
  await volume.remove(id, { force: flags.force === true, shown: entry });
  terminal.out(flags.json === true ? outcomeLine(id, "deleted", null) : `Deleting ${idText(id)}... OK\n`);
  return 0;
});
