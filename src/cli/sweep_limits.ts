/**
 * Refuses a ring sweep that cannot be made, before anything is written, and says where the value stands.
 *
 * @module
 */
import { UsageError, ValidationError } from "../core/errors.ts";
import { impossibleSetting, MOST_RUNS, plannedRuns, SETTING_PLACES } from "../experiments/ring_limits.ts";
import type { RingSweepSettings } from "../experiments/ring_settings.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import { settingsFromFlags, type SweepRingFlags } from "./sweep_flags.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Refuses values that no run can accept and plans that are too long.
 *
 * @throws {UsageError} naming the flag, the value and the bounds; {@linkcode ValidationError} when it stands in the file.
 */
export function refuseImpossible(settings: RingSweepSettings, flags: SweepRingFlags): void {
  const runs = plannedRuns(settings);
  refuseTooMany(runs);
  const found = impossibleSetting(settings);
  if (found === undefined) return;
  const place = Object.entries(SETTING_PLACES).find(([name]) => name === found.setting)?.[1];
  const isInFile = settingsFromFlags(flags)[found.setting] === undefined;
  throw refusal(found, place, isInFile ? flags.config : undefined);
}

/**
 * Refuses a plan that is too long.
 *
 * @throws {UsageError}
 */
export function refuseTooMany(runs: number): void {
  if (runs <= MOST_RUNS) return;
  throw new UsageError(
    `This sweep would have ${grouped(runs)} runs, and ${grouped(MOST_RUNS)} is the most: ask for fewer, or make ` +
      "several sweeps with a --base-seed each.",
  );
}

/** Where a setting stands on the command line and in a sweep file. */
export interface SettingPlace {
  readonly flag: string;
  readonly key: readonly string[];
}

/** The error for a setting that no run can accept; `file` is the sweep file when it stands there. */
export function refusal(
  { setting, value, expected }: { readonly setting: string; readonly value: string; readonly expected: string },
  place: SettingPlace | undefined,
  file: string | undefined,
): UsageError | ValidationError {
  if (file === undefined) {
    return new UsageError(`${place?.flag ?? setting} expects ${expected}, but got ${value === "" ? '""' : value}.`);
  }
  const issue = { path: place?.key ?? [setting], message: `expects ${expected}`, value };
  return new ValidationError(`Invalid sweep configuration ${fileNameOf(file)}`, [issue]);
}

/**
 * Says that a sweep has no runs because a list is empty.
 *
 * @throws {UsageError} when nobody asked for any.
 */
export function warnOfNothing(settings: RingSweepSettings, terminal: Terminal): void {
  const { grid, frontier } = settings;
  if (!grid && !frontier) {
    throw new UsageError("Nothing to run: the grid is off, --lhs is 0 and the frontier is off.");
  }
  // The frontier finds its own kappas.
  const lists = ["concentrations", "mus", "monotonicities", ...(frontier ? [] : ["kappas"] as const)] as const;
  const empty = lists.find((list) => settings[list].length === 0);
  if (empty !== undefined) terminal.error(`warning: nothing to run: ${SETTING_PLACES[empty].flag} is empty\n`);
}

function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
