/**
 * A volume: the shared place where experiments are left, a directory or an S3 prefix. What stands in it, and how
 * something goes away again. Source: spec 09 1 and 7, spec 03 13.
 *
 * @module
 */

/** `ring` and `paired` are sweeps of this program; `unknown` is everything else. */
export type ExperimentKind = "ring" | "paired" | "unknown";

/**
 * How an experiment stands: `complete` when every planned run has ended, `live` while it is being written (or uploaded),
 * otherwise `incomplete`.
 */
export type ExperimentState = "complete" | "incomplete" | "live";

/**
 * What an entry is. A `leftover` is what an interrupted deletion left; a `folder` is one in which there is no
 * experiment. Links are never followed.
 */
export type EntryForm = "experiment" | "folder" | "file" | "link" | "leftover";

/** Something in a volume. */
export interface VolumeEntry {
  /** Path below the volume, with `/` between its parts. */
  readonly id: string;
  readonly form: EntryForm;
  readonly kind: ExperimentKind;
  /** Null for what is no experiment. */
  readonly state: ExperimentState | null;
  /** Runs that ended and runs that are planned; null where that is not known. */
  readonly runs: { readonly ended: number; readonly planned: number } | null;
  /** Of all files in it. */
  readonly bytes: number;
  readonly files: number;
  /** When something in it was last written; null where that is not known. */
  readonly changedAt: Date | null;
  /** What could not be looked at, as a sentence: the figures hold for the rest. */
  readonly problem: string | null;
}

/** How something is removed. */
export interface RemoveOptions {
  /**
   * Also what is no experiment: a folder without one, a file, a link (the link alone, never where it leads); and an
   * experiment with records that were not sent to the cloud yet.
   */
  readonly force?: boolean;
  /** The entry as it was shown to whoever decided: what was written since then is not removed. */
  readonly shown?: VolumeEntry;
}

/** A volume. It never touches what is outside of it, nor what a live sweep writes. */
export interface Volume extends AsyncDisposable {
  /** As the user named it. */
  readonly name: string;
  /** Everything in it, by id. @throws {NotFound} when there is no such volume; {@linkcode StoreError} */
  list(): Promise<VolumeEntry[]>;
  /** One entry. @throws {InvalidReference} for an id that leaves the volume; {@linkcode NotFound} */
  find(id: string): Promise<VolumeEntry>;
  /**
   * Removes one entry. It disappears in one step; what a crash leaves behind is a leftover that can be removed as well.
   *
   * @throws {InvalidReference} for an id that leaves the volume; {@linkcode NotFound}; {@linkcode Conflict} for what is
   * live, has changed, holds experiments, or (without `force`) is none or was not sent yet; {@linkcode StoreError}
   */
  remove(id: string, options?: RemoveOptions): Promise<void>;
}
