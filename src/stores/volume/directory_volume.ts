/**
 * A directory as a volume. Experiments lie in it or in folders of it; what is removed is first renamed inside the
 * volume, so that it is gone in one step and a crash leaves a leftover that the next cleanup removes.
 *
 * @module
 */
import { Conflict, NotFound, StoreError, UsageError } from "../../core/errors.ts";
import { deleteFailure, isMissing, readFailure } from "../files/atomic_file.ts";
import { DirectoryLock } from "../files/lock.ts";
import { directoryOf, joined } from "../files/paths.ts";
import { experimentIn, isHeld, isRealFolder, lockPath, standingOf } from "./experiment_folder.ts";
import { type FolderSize, folderSize } from "./folder_size.ts";
import { checkedIdParts } from "./ids.ts";
import type { EntryForm, RemoveOptions, Volume, VolumeEntry } from "./volume.ts";

/** What stands at the start of the name of something that is being deleted; a UUID follows. */
const LEFTOVER_PREFIX = ".deleting-";
const LEFTOVER = /^\.deleting-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How a directory is opened. */
export interface DirectoryVolumeOptions {
  /** What is at work, for the message to a sweep that starts meanwhile. */
  readonly purpose?: string;
}

/** A directory with experiments. */
export class DirectoryVolume implements Volume {
  readonly #root: string;
  readonly #purpose: string;

  private constructor(readonly name: string, root: string, purpose: string) {
    this.#root = root;
    this.#purpose = purpose;
  }

  /**
   * Opens a directory.
   *
   * @param path where it is
   * @param name how the user wrote it
   * @throws {NotFound} when there is none; {@linkcode UsageError} when it is an experiment itself
   */
  static open(path: string, name: string, { purpose = "volume" }: DirectoryVolumeOptions = {}): DirectoryVolume {
    const root = realDirectory(path, name);
    if (experimentIn(root) !== null) {
      throw new UsageError(`${name} is an experiment itself; name the directory in which it lies with --volume`);
    }
    return new DirectoryVolume(name, root, purpose);
  }

  /** @inheritdoc */
  async list(): Promise<VolumeEntry[]> {
    const entries = await this.#below("");
    return entries.sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  }

  /** @inheritdoc */
  async find(id: string): Promise<VolumeEntry> {
    const path = this.#pathOf(id);
    const found = lstat(path);
    if (found === null) throw notThere(id, this.name);
    const [entry, ...more] = await this.#entriesAt(id, path, found);
    return entry !== undefined && more.length === 0 && entry.id === id ? entry : this.#group(id, path);
  }

  /** A folder that holds experiments, as one entry. */
  #group(id: string, path: string): VolumeEntry {
    const { locks: _, ...size } = folderSize(path);
    return { id, form: "folder", kind: "unknown", state: null, runs: null, ...size };
  }

  /** Everything below a folder: experiments, and the largest folders without any. */
  async #below(id: string): Promise<VolumeEntry[]> {
    const path = joined(this.#root, id);
    const entries: VolumeEntry[] = [];
    for (const name of namesIn(path)) {
      const [inner, place] = [joined(id, name), joined(path, name)];
      try {
        const found = lstat(place);
        if (found !== null) entries.push(...await this.#entriesAt(inner, place, found));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        entries.push({ ...this.#group(inner, place), problem: error.message });
      }
    }
    return entries;
  }

  async #entriesAt(id: string, path: string, found: Deno.FileInfo): Promise<VolumeEntry[]> {
    if (!found.isDirectory) return [loneEntry(id, found)];
    if (LEFTOVER.test(nameOf(id))) return [{ ...this.#group(id, path), form: "leftover" }];
    const experiment = experimentIn(path);
    if (experiment !== null) {
      const { locks, ...size } = folderSize(path);
      const standing = await standingOf(path, experiment, locks);
      return [{
        id,
        form: "experiment",
        kind: experiment.kind,
        ...size,
        ...standing,
        problem: standing.problem ?? size.problem,
      }];
    }
    const inner = await this.#below(id);
    if (inner.some(({ form }) => form === "experiment" || form === "leftover")) return inner;
    return [folderOf(id, found, inner)];
  }

  /** @inheritdoc */
  async remove(id: string, { force = false, shown }: RemoveOptions = {}): Promise<void> {
    const path = this.#pathOf(id);
    const found = lstat(path);
    if (found === null) throw notThere(id, this.name);
    const isLeftover = found.isDirectory && LEFTOVER.test(nameOf(id));
    if (isLeftover) return removeAt(path);
    const experiment = found.isDirectory ? experimentIn(path) : null;
    if (experiment === null) {
      await this.#refuseOther(id, path, found, force);
      return found.isDirectory ? removeAside(path) : removeAt(path);
    }
    if (!force) refuseUnsent(id, path);
    const place = lockPath(path, experiment);
    const lock = DirectoryLock.take(place, this.#purpose, new Date().toISOString());
    try {
      const size = folderSize(path);
      refuseBusy(id, size.locks.filter((inner) => inner !== place));
      refuseChanged(id, size, shown);
      removeAside(path);
    } catch (error) {
      // Still where it was: the lock is given back as it was found.
      if (isRealFolder(path)) lock.abandon();
      else lock[Symbol.dispose]();
      throw error;
    }
    lock[Symbol.dispose]();
  }

  /** What is no experiment goes only when it is asked for, and never with experiments in it. */
  async #refuseOther(id: string, path: string, found: Deno.FileInfo, force: boolean): Promise<void> {
    const shownId = JSON.stringify(id);
    if (found.isDirectory) {
      const inner = await this.#below(id);
      const experiments = inner.filter(({ form }) => form === "experiment").length;
      if (experiments > 0) {
        const what = experiments === 1 ? "an experiment" : `${experiments} experiments`;
        throw new Conflict(`${shownId} holds ${what}; remove them one by one, or with volume cleanup --pattern`);
      }
      refuseBusy(id, folderSize(path).locks);
    }
    if (force) return;
    const what = found.isSymlink ? "a link" : found.isDirectory ? "a folder without a sweep in it" : "a file";
    throw new Conflict(`${shownId} is no experiment but ${what}; --force removes it all the same`);
  }

  /** Where an entry lies. No part of the way to it may be a link. */
  #pathOf(id: string): string {
    const parts = checkedIdParts(id);
    let path = this.#root;
    for (const part of parts.slice(0, -1)) {
      path = joined(path, part);
      if (!isRealFolder(path)) throw notThere(id, this.name);
    }
    return joined(path, parts.at(-1) ?? "");
  }

  /** Nothing is held between two calls. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function realDirectory(path: string, name: string): string {
  try {
    const root = Deno.realPathSync(path);
    if (Deno.statSync(root).isDirectory) return root;
  } catch (error) {
    if (!isMissing(error)) throw readFailure(error, path);
  }
  throw new NotFound(`There is no volume ${name}; name a directory with --volume or BILANCIO_VOLUME`);
}

function notThere(id: string, volume: string): NotFound {
  return new NotFound(`There is no ${JSON.stringify(id)} in ${volume}; bilancio volume ls lists what there is`);
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function lstat(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw readFailure(error, path);
  }
}

function namesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw readFailure(error, path);
  }
}

function loneEntry(id: string, { isSymlink, size, mtime }: Deno.FileInfo): VolumeEntry {
  const form: EntryForm = isSymlink ? "link" : "file";
  return { id, form, kind: "unknown", state: null, runs: null, bytes: size, files: 1, changedAt: mtime, problem: null };
}

/** A sweep can be at work in a folder of the folder. */
function refuseBusy(id: string, locks: readonly string[]): void {
  const lock = locks.find(isHeld);
  if (lock === undefined) return;
  throw new Conflict(`${JSON.stringify(id)} is in use by a sweep, which holds ${lock}; wait until it ends, or stop it`);
}

/** Records of a sweep that still wait for the cloud would be lost (spec 09 6). */
function refuseUnsent(id: string, path: string): void {
  if ((lstat(joined(path, "outbox.jsonl"))?.size ?? 0) === 0) return;
  throw new Conflict(
    `${
      JSON.stringify(id)
    } has records in its outbox.jsonl that were not sent to the cloud; bilancio cloud push sends ` +
      "them, and volume rm --force deletes them, too",
  );
}

/** A folder by what is in it, which was looked at already. */
function folderOf(id: string, found: Deno.FileInfo, inner: readonly VolumeEntry[]): VolumeEntry {
  const newest = inner.reduce((time, { changedAt }) => Math.max(time, changedAt?.getTime() ?? -Infinity), -Infinity);
  return {
    id,
    form: "folder",
    kind: "unknown",
    state: null,
    runs: null,
    bytes: inner.reduce((sum, { bytes }) => sum + bytes, 0),
    files: inner.reduce((sum, { files }) => sum + files, 0),
    changedAt: newest === -Infinity ? found.mtime : new Date(newest),
    problem: inner.find(({ problem }) => problem !== null)?.problem ?? null,
  };
}

/** Between the list and the removal somebody may have gone on with a sweep. */
function refuseChanged(id: string, { changedAt, files }: FolderSize, shown: VolumeEntry | undefined): void {
  if (shown === undefined) return;
  if (changedAt?.getTime() === shown.changedAt?.getTime() && files === shown.files) return;
  throw new Conflict(`${JSON.stringify(id)} was written since it was listed; look at it again`);
}

/** Renames, then removes. What cannot be removed stays under its new name. */
function removeAside(path: string): void {
  const aside = joined(directoryOf(path), LEFTOVER_PREFIX + crypto.randomUUID());
  try {
    Deno.renameSync(path, aside);
  } catch (error) {
    throw deleteFailure(error, path);
  }
  removeAt(aside);
}

/** Removes a file, a link as itself, or a folder with all that is in it. What is gone already is gone. */
function removeAt(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw deleteFailure(error, path);
  }
}
