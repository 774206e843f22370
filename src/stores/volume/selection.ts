/**
 * What a cleanup is about: experiments that are old enough and have the right name. Every condition that is given must
 * hold, and without any nothing is chosen: to delete more than was meant is the worse error.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";
import type { Glob } from "./glob.ts";
import type { VolumeEntry } from "./volume.ts";

/** Conditions of a cleanup. */
export interface CleanupConditions {
  /** In milliseconds: since the last file in the experiment was written. */
  readonly olderThan?: number;
  /** For the whole id. */
  readonly pattern?: Glob;
}

/** What came of the conditions. */
export interface Selection {
  readonly chosen: readonly VolumeEntry[];
  /** Experiments that fit and stay all the same, with the reason. */
  readonly kept: readonly { readonly entry: VolumeEntry; readonly reason: string }[];
  /** What interrupted deletions left. */
  readonly leftovers: readonly VolumeEntry[];
}

/** Milliseconds since something in an entry was written, 0 for a time to come; null where that is not known. */
export function ageOf(entry: VolumeEntry, now: Date): number | null {
  return entry.changedAt === null ? null : Math.max(0, now.getTime() - entry.changedAt.getTime());
}

/** Chooses experiments. @throws {UsageError} without any condition. */
export function selected(entries: readonly VolumeEntry[], conditions: CleanupConditions, now: Date): Selection {
  const { olderThan, pattern } = conditions;
  if (olderThan === undefined && pattern === undefined) {
    throw new UsageError("Say what may go: --older-than DAYS, --pattern GLOB, or both. Nothing was deleted.");
  }
  const chosen: VolumeEntry[] = [];
  const kept: { entry: VolumeEntry; reason: string }[] = [];
  for (const entry of entries) {
    if (entry.form !== "experiment" || pattern?.matches(entry.id) === false) continue;
    const age = ageOf(entry, now);
    if (olderThan !== undefined && age !== null && age < olderThan) continue;
    if (entry.state === "live") kept.push({ entry, reason: "it is being written" });
    else if (olderThan !== undefined && age === null) kept.push({ entry, reason: "its age is not known" });
    else if (olderThan !== undefined && entry.problem !== null) kept.push({ entry, reason: entry.problem });
    else chosen.push(entry);
  }
  return { chosen, kept, leftovers: entries.filter(({ form }) => form === "leftover") };
}
