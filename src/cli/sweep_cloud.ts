/**
 * `--cloud-sync` of the sweeps: at its end a sweep goes to the cloud, as `bilancio cloud sync` sends it (spec 09 7).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { CloudSyncConfig } from "../experiments/cloud_sync_config.ts";
import { type FlagValues, onOff } from "./flags.ts";
import { cloudSync, cloudTargets } from "./on_demand.ts";
import type { Terminal } from "./terminal.ts";

/** The flags about syncing. */
export const CLOUD_SYNC_FLAGS = Object.freeze({
  "cloud-sync": onOff("at the end send the sweep's tables to the database, as bilancio cloud sync does", {
    negatable: true,
    fallback: "off, or cloud_sync_enabled of the sweep file",
  }),
  "full": onOff("with --cloud-sync, also its files to object storage"),
});

type CloudSyncFlags = FlagValues<typeof CLOUD_SYNC_FLAGS>;

/** What is to be sent at the end. */
export interface SyncAtEnd {
  readonly full: boolean;
}

/**
 * What flags and sweep file come down to; undefined for no sync. Looked at before anything is written, so that a sweep
 * of hours does not end with a missing setting.
 *
 * @throws {UsageError} for `--full` alone, for a cloud that is not configured, and for one that the permissions of this
 * process do not cover.
 */
export async function syncAtEnd(
  flags: CloudSyncFlags,
  file: CloudSyncConfig | undefined,
  terminal: Terminal,
): Promise<SyncAtEnd | undefined> {
  const isWanted = flags["cloud-sync"] ?? file?.enabled ?? false;
  if (!isWanted) {
    if (flags.full === true) throw new UsageError("--full says what --cloud-sync sends; give --cloud-sync, too.");
    return undefined;
  }
  const full = flags.full ?? file?.fullData ?? false;
  const { cloudSettings } = await cloudTargets();
  await cloudSettings(
    { "database-url": undefined },
    terminal,
    full ? { database: "optional", storage: "required" } : { database: "required", storage: "unused" },
  );
  return { full };
}

/** How a sweep ended, as far as its sync needs to know. */
export interface EndedSweep {
  /** The exit status so far. */
  readonly status: number;
  readonly isInterrupted: boolean;
  /** Where it is, and how its caller knows that place. */
  readonly path: string;
  readonly shown: string;
}

/**
 * Sends a sweep that has ended and given its directory free. One that was interrupted is not sent: who presses Ctrl-C
 * wants to go.
 *
 * @returns the exit status: that of the sweep, or 1 when it could not be sent
 */
export async function synced(
  { status, isInterrupted, path, shown }: EndedSweep,
  sync: SyncAtEnd | undefined,
  flags: { readonly json: boolean | undefined; readonly quiet: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  if (sync === undefined) return status;
  const again = `bilancio cloud sync ${shown}${sync.full ? " --full" : ""}`;
  if (isInterrupted) {
    terminal.error(`Not synced, because it was interrupted; this sends what is there: ${again}\n`);
    return status;
  }
  const { syncDirectory } = await cloudSync();
  const settings = { ...flags, full: sync.full, name: undefined, type: undefined, "database-url": undefined };
  const syncStatus = await syncDirectory(path, settings, terminal);
  if (syncStatus !== 0) terminal.error(`The sweep is complete in ${shown}; this sends it again: ${again}\n`);
  return status === 0 ? syncStatus : status;
}
